#include "k8s/policy/simulate.hpp"

#include <utility>

namespace kubesage::policy {

std::vector<simulated_command> simulate(std::span<const rule> in_force, std::span<const rule> draft,
                                        std::span<const recorded_command> recorded,
                                        kubectl_version version,
                                        const k8s::kind_catalog* discovered) {
  std::vector<simulated_command> result;
  result.reserve(recorded.size());
  for (const auto& command : recorded) {
    command_request request;
    request.command = std::string_view{command.text};
    request.roles = command.roles;
    request.version = version;
    request.discovered = discovered;
    simulated_command outcome;
    request.rules = in_force;
    const auto before = decide(request);
    if (const auto* refused = std::get_if<refusal>(&before))
      outcome.rule_before = refused->rule;
    request.rules = draft;
    auto after = decide(request);
    if (auto* refused = std::get_if<refusal>(&after)) {
      outcome.rule_after = std::move(refused->rule);
      outcome.reason_after = std::move(refused->reason);
    }
    result.push_back(std::move(outcome));
  }
  return result;
}

} // namespace kubesage::policy
