#pragma once

#include "k8s/native/script.hpp"

#include <optional>
#include <string>
#include <variant>

// `kubectl logs POD`: pure functions.
namespace kubesage::k8s::native {

struct logs_command {
  std::string pod;
  std::string kube_namespace;
  std::string container; ///< Empty: kubectl chooses.
  std::string query;     ///< Of the request for the log, without the container.
};

/// What kubectl makes of a pod before it asks for the log.
struct container_choice {
  std::string container; ///< Empty: the request names none.
  std::string note;      ///< A line on the standard error.
};

/// Reads a plan. Nothing: it has what this does not print exactly as kubectl does.
std::optional<logs_command> read_logs(const policy::plan& wanted);

/// Chooses the container as that kubectl does. A text: what kubectl says before it ends with 1.
/// Nothing: the pod is unusual.
std::optional<std::variant<container_choice, std::string>>
choose_container(const logs_command& command, std::string_view pod_json,
                 policy::kubectl_version version);

} // namespace kubesage::k8s::native
