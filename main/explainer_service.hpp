#pragma once

#include "actors/session.hpp"
#include "config/settings.hpp"
#include "http/wire/metrics.hpp"
#include "http/wire/runtime.hpp"
#include "k8s/policy/version.hpp"
#include "k8s/solutions/explainer.hpp"
#include "persistence/solution_cache.hpp"

#include <functional>
#include <memory>
#include <string>

#include <caf/expected.hpp>

namespace kubesage {

/// The language model of this process: the explainer as the settings have it, its answers and
/// accounts in the store, its figures in the metrics. Thread: main's; it goes before the runtime's
/// threads end, and after everybody who has the function.
class explainer_service {
public:
  /// Returns null when the settings turn it off. `kubectl` says for which kubectl commands are
  /// proposed. Errors: `validation_failed` naming the setting.
  static caf::expected<std::unique_ptr<explainer_service>>
  make(runtime& threads, const settings& options, database& store, metrics& registry,
       std::function<policy::kubectl_version()> kubectl);

  explainer_service(const explainer_service&) = delete;
  explainer_service& operator=(const explainer_service&) = delete;
  ~explainer_service(); ///< Cancels what is under way.

  [[nodiscard]] explain_function function() const;

  /// For `/readyz?verbose`: empty while the model answers.
  [[nodiscard]] std::string problem() const;

private:
  explainer_service(database& store, metrics& registry);
  void register_metrics();

  std::shared_ptr<solution_cache> cache_;
  metrics& registry_;
  std::unique_ptr<solutions::explainer> explainer_;
};

} // namespace kubesage
