#include "actors/admission.hpp"

#include <variant>

namespace kubesage {
namespace {

/// Says of each kind of request whether it is not begun.
struct judge {
  outbox_level level;

  [[nodiscard]] bool refuses_change() const {
    return level >= outbox_level::full;
  }
  [[nodiscard]] bool refuses_recorded() const {
    return level >= outbox_level::exhausted;
  }

  bool operator()(const onboard_cluster& what) const {
    return what.how != onboard_cluster::mode::dry_run && refuses_change();
  }
  bool operator()(const select_cluster&) const {
    return refuses_change();
  }
  bool operator()(const execute_command&) const {
    return refuses_change();
  }
  bool operator()(const put_command_rules&) const {
    return refuses_change();
  }
  bool operator()(const analyze_cluster&) const {
    return refuses_change();
  }
  bool operator()(const get_credentials&) const {
    return refuses_recorded();
  }
  bool operator()(const get_namespaces&) const {
    return refuses_recorded();
  }
  bool operator()(const record_denial&) const {
    return refuses_recorded();
  }
  // Reads, deletions and what ends work.
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

} // namespace

std::string_view refusal_of(const call_request& request, outbox_level level) {
  if (level < outbox_level::full || !std::visit(judge{level}, request))
    return {};
  return "too many events wait for NATS: changes are refused until it has taken some";
}

} // namespace kubesage
