#pragma once

#include "config/values.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// One key of a settings file, its parents joined by dots.
struct file_entry {
  std::string key;
  setting_text text;
  int line = 0; ///< From 1.
};

/// Reads YAML: maps nested to any depth up to 8, with plain values or lists of plain values.
/// Anchors, aliases, duplicate keys and second documents are refused. `name` is for messages.
/// Errors: `validation_failed` with file, line and what is wrong, never a value.
caf::expected<std::vector<file_entry>> parse_settings_file(std::string_view yaml,
                                                           std::string_view name);

/// Reads a small file whole, for settings and for secrets.
/// Errors: `validation_failed` naming the path and why.
caf::expected<std::string> read_small_file(const std::filesystem::path& path,
                                           std::size_t most_bytes);

} // namespace kubesage
