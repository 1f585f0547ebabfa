#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kubesage {

/// Returns the candidate with the fewest edits (insert, delete, replace, swap of neighbours) from
/// `word`; the first of equals. Empty when there is no candidate.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace kubesage
