#include "main/swap_check.hpp"

#include <fstream>
#include <sstream>

namespace kubesage {
namespace {

/// Whether a block device is memory (zram), or a mapping that encrypts.
bool is_safe(const std::filesystem::path& blocks, const std::string& device) {
  if (device.starts_with("zram"))
    return true;
  std::string uuid;
  std::ifstream{blocks / device / "dm" / "uuid"} >> uuid;
  return uuid.starts_with("CRYPT-");
}

} // namespace

std::vector<std::string> unencrypted_swaps(const std::filesystem::path& swaps,
                                           const std::filesystem::path& blocks) {
  std::vector<std::string> found;
  std::ifstream in{swaps};
  std::string line;
  std::getline(in, line); // The heading.
  while (std::getline(in, line)) {
    std::string path;
    std::string kind;
    std::istringstream{line} >> path >> kind;
    // A file lies on a file system whose encryption this cannot judge.
    std::error_code ignored;
    const auto device = std::filesystem::weakly_canonical(path, ignored).filename().string();
    if (!path.empty() && (kind != "partition" || !is_safe(blocks, device)))
      found.push_back(path);
  }
  return found;
}

} // namespace kubesage
