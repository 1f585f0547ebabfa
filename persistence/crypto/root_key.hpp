#pragma once

#include "messages/secret.hpp"

#include <filesystem>

#include <caf/error.hpp>
#include <caf/expected.hpp>

/// The master key's file: 32 random bytes as 64 hex digits and a newline. A file and nothing else,
/// because environment and command line are read by others and end in dumps.
namespace kubesage {

/// Reads the key. The file must be a regular one, owned by us or by root, and closed to group and
/// others. Errors: `not_ready`, naming the path and what to do. Thread: any; reads the disk.
caf::expected<secret> read_root_key_file(const std::filesystem::path& path);

/// Reads the key from `fd`, a file or pipe that whoever started the process has opened, and closes
/// it. Who could read it is the starter's business. Errors: `not_ready`. Thread: any; waits for the
/// other end of a pipe.
caf::expected<secret> take_root_key(int fd);

/// Makes a new key in a new file with mode 0400 and waits for the disk; an existing file is never
/// touched. Errors: `not_ready`, naming the path and what to do.
caf::error make_root_key_file(const std::filesystem::path& path);

} // namespace kubesage
