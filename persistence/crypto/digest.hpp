#pragma once

#include <filesystem>
#include <string>

#include <caf/expected.hpp>

namespace kubesage {

/// SHA-256 of a file's bytes as 64 lower-case hex digits, as `sha256sum` prints it.
/// Errors: `storage_unavailable`. Thread: any; reads the disk.
caf::expected<std::string> sha256_of_file(const std::filesystem::path& path);

} // namespace kubesage
