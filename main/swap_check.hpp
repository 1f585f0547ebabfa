#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kubesage {

/// The swap areas of this machine that are on a disk and not encrypted: memory with tokens in it
/// may be written there. `swaps` is `/proc/swaps`, `blocks` is `/sys/block`. What cannot be read
/// counts as none.
std::vector<std::string> unencrypted_swaps(const std::filesystem::path& swaps = "/proc/swaps",
                                           const std::filesystem::path& blocks = "/sys/block");

} // namespace kubesage
