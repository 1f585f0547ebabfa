#pragma once

#include "config/load.hpp"

#include <string>

namespace kubesage {

/// docs/configuration.md, made from the option table. A test holds the file to it.
std::string configuration_document();

/// The settings in force as YAML, each with its source in a comment; secrets as `***`.
std::string print_settings(const loaded_settings& loaded);

} // namespace kubesage
