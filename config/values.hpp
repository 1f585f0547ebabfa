#pragma once

#include "config/options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kubesage {

/// A value as it was found: one text, or the elements of a YAML list.
struct setting_text {
  std::vector<std::string> items;
  bool is_list = false;
};

/// Reads `text` into the row's member. A text for a list is split at commas. Returns what was
/// expected
/// ("a number from 0 to 65535") where it does not fit, else nothing; never repeats the value, since
/// a secret may have landed in the wrong place.
std::string assign(settings& into, const option& row, const setting_text& text);

/// The row's value as text that `assign` reads back; `***` for a secret that is set.
std::string show(const settings& from, const option& row);

} // namespace kubesage
