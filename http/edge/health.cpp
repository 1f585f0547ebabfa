#include "http/edge/health.hpp"

namespace kubesage {

namespace {

void add(health_state& state, std::string_view name, std::string_view problem, bool is_required) {
  if (problem.empty()) {
    state.listing += "[+]" + std::string{name} + " ok\n";
    return;
  }
  state.listing += "[-]" + std::string{name} + (is_required ? " failed: " : " degraded: ")
                   + std::string{problem} + '\n';
  if (!is_required)
    return;
  state.is_good = false;
  if (!state.summary.empty())
    state.summary += "; ";
  state.summary += std::string{name} + ": " + std::string{problem};
}

} // namespace

health_state check_health(const edge_context& shared, bool is_liveness) {
  health_state state;
  if (is_liveness) {
    add(state, "process", {}, true);
  } else {
    const bool is_draining = shared.is_draining.load(std::memory_order_relaxed);
    add(state, "shutdown", is_draining ? "the server is stopping" : "", true);
    for (const auto& check : shared.checks)
      add(state, check.name, check.problem(), check.is_required);
  }
  state.listing += is_liveness ? "livez check " : "readyz check ";
  state.listing += state.is_good ? "passed\n" : "failed\n";
  return state;
}

} // namespace kubesage
