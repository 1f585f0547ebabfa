#pragma once

#include <filesystem>
#include <string_view>

#include <caf/error.hpp>

/// Files of our own beside RocksDB's, on the disk when a function returns. Errors:
/// `storage_unavailable`, naming the file. Thread: any; all wait for the disk.
namespace kubesage {

/// Makes `path`, for us alone, with `text` in it.
caf::error write_durably(const std::filesystem::path& path, std::string_view text);

/// Copies the bytes of a file to the new file `to`, for us alone.
caf::error copy_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Syncs the names in a folder.
caf::error sync_folder(const std::filesystem::path& folder);

} // namespace kubesage
