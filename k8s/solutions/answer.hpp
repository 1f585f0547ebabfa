#pragma once

#include "k8s/analyzers/solution.hpp"
#include "k8s/solutions/pseudonyms.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kubesage::solutions {

/// Reads what a model wrote: one JSON object of exactly the members that were asked for, within
/// their bounds, in plain prose. The stand-ins are still in it. `hidden` says which there are.
/// Nothing: it is refused; `why`, when given, gets a fixed phrase. Pure; thread: any.
std::optional<analysis::solution> parse_answer(std::string_view content, const pseudonyms& hidden,
                                               std::string* why = nullptr);

/// Whether `text` is plain prose about what `hidden` stands for: no URL, markup, command, control
/// character, and no word that looks like the name of an object and stands for none.
bool is_plain_prose(std::string_view text, const pseudonyms& hidden);

/// `masked` with the originals back in. Nothing: a stand-in is unknown, an original brings markup
/// or a link, or a text grew beyond its bound.
std::optional<analysis::solution> put_back(const analysis::solution& masked,
                                           const pseudonyms& hidden);

} // namespace kubesage::solutions
