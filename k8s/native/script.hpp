#pragma once

#include "k8s/client.hpp"
#include "k8s/kinds.hpp"
#include "k8s/policy/plan.hpp"
#include "k8s/policy/version.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kubesage::k8s::native {

/// What a command prints.
struct printed {
  int exit_code = 0;
  std::string output;
  std::string error;
  bool is_truncated = false;
};

/// One request to the API server.
struct request {
  std::string target; ///< Path and query.
  std::string accept;
};

/// A command that is answered: what it asks for, one request after the other, and what it prints in
/// the end. One thread at a time.
class script {
public:
  virtual ~script() = default;

  /// The next request; nothing: all has been asked for.
  [[nodiscard]] virtual std::optional<request> next() const = 0;

  /// Takes the answer to it. False: it is unusual, kubectl itself must run.
  virtual bool take(http_answer answer) = 0;

  /// The last answer was too large: asks for less at once from here on. False: it cannot.
  virtual bool shrink() {
    return false;
  }

  /// Whether what was taken so far prints as the beginning of what all would print as.
  [[nodiscard]] virtual bool is_prefix() const {
    return false;
  }

  /// At most `limit` bytes of output. Nothing: some answer is unusual. May be called again.
  virtual std::optional<printed> print(std::size_t limit) = 0;
};

/// The flags that kubectl gets, the policy's own among them.
std::vector<policy::flag_use> flags_of(const policy::plan& wanted);

/// Whether `text` can be part of a path as it is.
bool is_plain_name(std::string_view text);

std::unique_ptr<script> make_get_script(const policy::plan& wanted, const kind_catalog& catalog,
                                        policy::kubectl_version version);
std::unique_ptr<script> make_logs_script(const policy::plan& wanted,
                                         policy::kubectl_version version);
std::unique_ptr<script> make_api_resources_script(const policy::plan& wanted,
                                                  std::shared_ptr<const kind_catalog> catalog,
                                                  policy::kubectl_version version);

} // namespace kubesage::k8s::native
