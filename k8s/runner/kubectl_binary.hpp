#pragma once

#include "k8s/runner/sandbox.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <sys/stat.h>

namespace kubesage::k8s {

struct kubectl_version {
  int major = 0;
  int minor = 0;
  std::string git_version; ///< `v1.33.1`
};

/// A kubectl that was checked and is the same file from then on.
class kubectl_binary {
public:
  /// Checks the file: absolute path, regular, executable, statically linked, owned by root or by
  /// this process's user and writable by its owner alone, as is its folder. Symbolic links are
  /// followed. Blocks while it hashes some 60 MB. Errors: `not_ready` saying what to change.
  static caf::expected<kubectl_binary> pin(const std::string& path);

  /// Asks the binary for its version, in `box`. Blocks for 5 s at most. Errors: `not_ready`; for a
  /// vendor's dispatcher, which would ask the server first and then execute one of several, the
  /// text names the real ones beside it.
  caf::error identify(const sandbox& box);

  /// Whether the file is still the one that was pinned. Errors: `not_ready`.
  [[nodiscard]] caf::error check_unchanged() const;

  [[nodiscard]] const std::string& path() const noexcept {
    return path_;
  }
  [[nodiscard]] const std::string& sha256() const noexcept { ///< Lower-case hexadecimal.
    return sha256_;
  }
  /// Empty before `identify`.
  [[nodiscard]] const kubectl_version& version() const noexcept {
    return version_;
  }
  [[nodiscard]] bool is_dispatcher() const noexcept;

private:
  std::string path_;
  std::string sha256_;
  struct stat identity_ {};
  kubectl_version version_;
};

/// The first `kubectl` in the folders of `search_path`; empty when there is none.
std::string find_kubectl(std::string_view search_path);

/// The `kubectl.1.NN` in the folder of `path`, newest first.
std::vector<std::string> kubectls_beside(const std::string& path);

} // namespace kubesage::k8s
