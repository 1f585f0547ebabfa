#pragma once

#include "config/options.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// Where settings come from. Nothing else is looked at but the files that these name.
struct load_input {
  std::vector<std::pair<std::string, std::string>> flags; ///< Key and value.
  std::map<std::string, std::string> environment;
  std::optional<std::filesystem::path> file; ///< `--config`; else `KUBESAGE_CONFIG`, else none.
};

/// The settings in force, and for each row of the table the source of its value ("default",
/// "flag --http.port", "environment KUBESAGE_HTTP_PORT", "file kubesage.yaml:3").
struct loaded_settings {
  settings values;
  std::vector<std::string> sources;
};

/// Flags win over the environment, that over the file, that over the defaults. Refuses unknown keys
/// and `KUBESAGE_` variables, malformed values, secrets in flags and settings that contradict each
/// other. Errors: `validation_failed`; the detail has one line for every fault, with the key, its
/// source and what was expected or the nearest known key. Process exit code: 78.
caf::expected<loaded_settings> load_with_sources(const load_input& input);

/// The same without the sources.
caf::expected<settings> load(const load_input& input);

/// Says whether a server could start with `values`: somebody must be able to log in.
/// Errors: `validation_failed` with what to set.
caf::error check_for_serve(const settings& values);

/// The environment of this process. Call before there are threads.
std::map<std::string, std::string> process_environment();

} // namespace kubesage
