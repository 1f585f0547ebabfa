#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace kubesage {

/// Where a row's value lives; the alternative decides how text is read.
using setting_member =
    std::variant<std::string settings::*, bool settings::*, std::uint16_t settings::*,
                 std::uint32_t settings::*, std::chrono::milliseconds settings::*,
                 std::chrono::seconds settings::*, std::vector<std::string> settings::*,
                 secret settings::*>;

/// What text must look like beyond its type; a list's elements each.
struct text_rule {
  std::string_view expected; ///< Ends the sentence "expected …".
  bool (*accepts)(std::string_view text) = nullptr;
};

/// One setting. From the key come its place in the file, its environment variable and its flag.
struct option {
  std::string_view key;
  setting_member member;
  std::string_view help;
  std::string_view unit = {};
  std::int64_t least = 0; ///< Of numbers and durations, in the unit.
  std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  text_rule rule = {};
  std::string_view alias = {};        ///< A second environment name, weaker than the first.
  std::string_view default_text = {}; ///< Where the default depends on the environment.

  [[nodiscard]] bool is_secret() const noexcept {
    return std::holds_alternative<secret settings::*>(member);
  }
  [[nodiscard]] bool is_switch() const noexcept {
    return std::holds_alternative<bool settings::*>(member);
  }
  [[nodiscard]] bool is_list() const noexcept {
    return std::holds_alternative<std::vector<std::string> settings::*>(member);
  }
};

/// Every setting, in the order of the documentation.
std::span<const option> option_table();

/// Returns the row of `key`, or null.
const option* find_option(std::string_view key);

/// `http.max-in-flight` → `KUBESAGE_HTTP_MAX_IN_FLIGHT`.
std::string environment_name(std::string_view key);

} // namespace kubesage
