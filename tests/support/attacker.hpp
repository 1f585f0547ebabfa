#pragma once

#include "k8s/runner/kubectl_binary.hpp"
#include "messages/error.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

namespace kubesage::test {

/// The program that misbehaves in kubectl's place, in a folder of its own that everybody can read:
/// the build's may lie where a child that is nobody cannot look.
class attacker {
public:
  attacker() {
    auto name = (std::filesystem::temp_directory_path() / "kubesage-attacker-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no temporary folder");
    folder_ = name;
    const auto everybody = std::filesystem::perms{0755};
    std::filesystem::permissions(folder_, everybody);
    std::filesystem::copy_file(SANDBOX_ATTACKER, path());
    std::filesystem::permissions(path(), everybody);
  }
  attacker(const attacker&) = delete;
  attacker& operator=(const attacker&) = delete;
  ~attacker() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string path() const {
    return (folder_ / "kubectl").string();
  }
  [[nodiscard]] const std::filesystem::path& folder() const {
    return folder_;
  }
  [[nodiscard]] k8s::kubectl_binary binary() const {
    auto result = k8s::kubectl_binary::pin(path());
    if (!result)
      throw std::runtime_error(detail_of(result.error()));
    return std::move(*result);
  }

private:
  std::filesystem::path folder_;
};

/// The processes whose parent is this one, zombies too.
inline std::vector<int> children() {
  std::vector<int> result;
  for (const auto& each : std::filesystem::directory_iterator{"/proc"}) {
    const auto pid = std::atoi(each.path().filename().c_str());
    if (pid <= 0)
      continue;
    auto* file = std::fopen((each.path() / "stat").c_str(), "re");
    int parent = 0;
    if (file != nullptr && std::fscanf(file, "%*d (%*[^)]) %*c %d", &parent) == 1
        && parent == getpid())
      result.push_back(pid);
    if (file != nullptr)
      std::fclose(file);
  }
  return result;
}

} // namespace kubesage::test
