#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// The lines of checkpoints in a file outside of the store, so that who holds only one of the two
/// cannot change what they say together. Thread: one, which it blocks.
class checkpoint_file {
public:
  explicit checkpoint_file(std::filesystem::path path) : path_(std::move(path)) {}

  /// Appends what the store has and the file has not, and waits for the disk. A line that a crash
  /// cut off is written again. Errors: `storage_unavailable`; what is missing is written by the
  /// next call.
  caf::error catch_up(const database& db);

private:
  caf::error find_end();

  std::filesystem::path path_;
  bool is_read_ = false;
  std::uint64_t last_ = 0; ///< Number of the last line.
};

/// Calls `visit(line)` for each whole line of the file, in order, until it returns false.
/// Errors: `storage_unavailable`.
caf::error read_checkpoint_lines(const std::filesystem::path& path,
                                 const std::function<bool(std::string_view)>& visit);

} // namespace kubesage
