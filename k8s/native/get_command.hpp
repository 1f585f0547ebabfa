#pragma once

#include "k8s/client.hpp"
#include "k8s/kinds.hpp"
#include "k8s/native/script.hpp"
#include "k8s/policy/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// `kubectl get`: what to ask the API server, and what to print about its answers. Pure functions.
namespace kubesage::k8s::native {

/// One object or one list to ask for.
struct get_target {
  api_resource kind;
  std::string name; ///< Empty: a list.
};

struct get_command {
  enum class format : std::uint8_t { table, wide, json, yaml, name };

  std::vector<get_target> targets;
  format output = format::table;
  std::string kube_namespace;
  std::string selector;
  std::string field_selector;
  std::string chunk_size = "500"; ///< `0`: no chunks.
  std::vector<std::string> label_columns;
  bool is_all_namespaces = false;
  bool has_headers = true;
  bool shows_labels = false;
  bool shows_kind = false;
  bool ignores_not_found = false;
};

/// One answer and what it was asked for.
struct get_answer {
  std::size_t target = 0;
  http_answer answer;
};

/// Reads a plan. Nothing: it has what this does not print exactly as that kubectl does.
std::optional<get_command> read_get(const policy::plan& wanted);

/// Puts the cluster's own types, at the version that kubectl chooses for a type's full name, in the
/// place of the plan's. False: the cluster does not have them.
bool resolve_kinds(get_command& command, const kind_catalog& catalog);

/// The `Accept` header that kubectl sends.
std::string accept_of(const get_command& command);

/// Path and query of a target's page.
std::string request_of(const get_command& command, const get_target& target,
                       const std::string& continue_token);

/// Whether an answer has another page behind it; nothing where the answer cannot be read.
std::optional<std::string> next_page(const http_answer& answer);

/// Prints the answers, which are in the order of the requests. At most `limit` bytes of output.
/// Nothing: some answer is unusual, kubectl itself must run.
std::optional<printed> print_get(const get_command& command, const std::vector<get_answer>& answers,
                                 policy::kubectl_version version, std::size_t limit);

} // namespace kubesage::k8s::native
