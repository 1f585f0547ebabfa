#pragma once

#include "k8s/solutions/pseudonyms.hpp"

#include <string_view>

namespace kubesage::solutions {

/// Whether a JSON patch body that a model proposes changes nothing but sizes, counts, probes' times
/// and the like: every member is of a list of harmless fields, every value is a number, a switch, a
/// quantity or a word of the problem. Pure; thread: any.
bool is_modest_patch(std::string_view body, const pseudonyms& hidden);

} // namespace kubesage::solutions
