#pragma once

#include "k8s/client.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

// Reads kubeconfig files, untrusted ones too. Nothing is run: a context whose credentials come from
// a program is refused. The other direction is k8s/runner/kubeconfig.hpp.
namespace kubesage::k8s {

/// What a kubeconfig says about one of its contexts.
struct kubeconfig_context {
  std::string name;
  std::string cluster; ///< The name of its cluster.
  std::string kube_namespace;
  endpoint target;
};

/// Gives the content of a file that a kubeconfig names, at most so many bytes of it.
using kubeconfig_file_reader =
    std::function<caf::expected<std::string>(const std::string& path, std::size_t max_bytes)>;

/// The largest kubeconfig that is read.
inline constexpr std::size_t max_kubeconfig_bytes = 1U << 20U;

/// Reads context `context` of the kubeconfig `yaml`; an empty name means the current one. Without a
/// reader, a kubeconfig that names files is refused: they are on its author's machine. Refused are
/// also programs and plug-ins for credentials, passwords, impersonation, proxies, another TLS
/// server name, credentials over `http://`, YAML's anchors and tags, and members that stand there
/// twice. Errors: `validation_failed` with what is wrong and where, never a value.
caf::expected<kubeconfig_context> read_kubeconfig(std::string_view yaml, std::string_view context,
                                                  const kubeconfig_file_reader& read_file);

/// The same for a file; what it names is looked up in its own folder. Blocks on the disk.
caf::expected<kubeconfig_context> read_kubeconfig_file(const std::filesystem::path& path,
                                                       std::string_view context);

} // namespace kubesage::k8s
