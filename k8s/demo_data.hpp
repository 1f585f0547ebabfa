#pragma once

#include <span>
#include <string_view>

namespace kubesage {

/// A file that the build put into the binary (scripts/embed.cmake).
struct embedded_file {
  std::string_view name;
  std::string_view content;
};

/// The recorded answers of k8s/demo_data/. A name is the path it answers with `_` for `/`, or
/// `status_*`. Source: tests/kube/record.sh.
std::span<const embedded_file> demo_files();

} // namespace kubesage
