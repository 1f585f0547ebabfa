#pragma once

#include "http/wire/runtime.hpp"
#include "k8s/analyzers/problem.hpp"
#include "k8s/policy/version.hpp"
#include "k8s/solutions/calls.hpp"
#include "k8s/solutions/chat_client.hpp"
#include "k8s/solutions/statistics.hpp"
#include "k8s/solutions/token_ledger.hpp"
#include "messages/auth.hpp"
#include "messages/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::solutions {

/// Where answers are kept, for each user apart; they hold stand-ins, no names. All may block on the
/// disk, and any may be empty.
struct answer_cache {
  std::function<std::optional<std::string>(const tenant& owner, const std::string& fingerprint)>
      get;
  std::function<void(const tenant& owner, const std::string& fingerprint,
                     const std::string& answer)>
      put;
};

struct explainer_config {
  chat_client_config client;
  calls_config asking;
  std::uint64_t tokens_per_day = 0; ///< Of each user; 0: no bound.
  std::size_t max_calls = 20;       ///< Different questions of one analysis.
  std::size_t max_problems = 200;   ///< Of one analysis, the first; the others stay built in.
  std::chrono::milliseconds timeout{20'000}; ///< For one analysis; its deadline may be nearer.
  answer_cache cache;
  spending_store spending;
  /// For which kubectl commands are proposed; asked inside `explain`. Empty: the newest known.
  std::function<policy::kubectl_version()> kubectl;
};

/// What a caller wants explained.
struct explanation_request {
  tenant owner;
  std::string user_key; ///< Any secret bytes of this user alone; makes the stand-ins.
  std::vector<analysis::problem_with_solution> problems; ///< With their built-in solutions.
  deadline until;
};

/// Words solutions by a language model. The findings stay as they are, and so does every built-in
/// solution for which no usable answer comes in time; its notes say why in general words.
/// Thread: any.
class explainer {
public:
  using problems = std::vector<analysis::problem_with_solution>;
  using callback = std::function<void(problems)>;

  /// One explanation under way. When it goes, the work ends.
  class explanation {
  public:
    virtual ~explanation() = default;

    /// The callback is not called any more, unless it runs already. Thread: any.
    virtual void cancel() = 0;
  };

  /// Errors: `validation_failed`: the key or the CA cannot be used.
  static caf::expected<std::unique_ptr<explainer>> make(runtime& threads, explainer_config config);

  explainer(const explainer&) = delete;
  explainer& operator=(const explainer&) = delete;
  ~explainer(); ///< Cancels everything.

  /// Gives `wanted.problems` back in the same order, once, on an I/O thread, at the latest a moment
  /// after the deadline, and never before it returns.
  std::unique_ptr<explanation> explain(explanation_request wanted, callback on_done);

  [[nodiscard]] const statistics& counts() const;

private:
  struct impl;
  class run;
  class handle;
  explicit explainer(std::shared_ptr<impl> state);
  std::shared_ptr<impl> impl_;
};

} // namespace kubesage::solutions
