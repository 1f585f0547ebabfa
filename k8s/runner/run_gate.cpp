#include "k8s/runner/run_gate.hpp"

#include <algorithm>

namespace kubesage::k8s {

bool run_gate::is_tenant_full(user_id tenant) const {
  const auto found = running_by_tenant_.find(tenant);
  return found != running_by_tenant_.end() && found->second >= limits_.running_per_tenant;
}

bool run_gate::has_room(user_id tenant) const {
  return running_ < limits_.running && !is_tenant_full(tenant);
}

void run_gate::start(user_id tenant) {
  ++running_;
  ++running_by_tenant_[tenant];
}

run_gate::verdict run_gate::enter(run_id run, user_id tenant) {
  if (has_room(tenant)) { // nobody who waits could use it: they were asked when it became free
    start(tenant);
    return verdict::runs;
  }
  const auto own = std::count_if(queue_.begin(), queue_.end(),
                                 [tenant](const entry& each) { return each.tenant == tenant; });
  if (static_cast<std::size_t>(own) >= limits_.waiting_per_tenant)
    return verdict::tenant_full;
  if (queue_.size() >= limits_.waiting)
    return verdict::full;
  queue_.push_back({run, tenant});
  return verdict::waits;
}

bool run_gate::give_up(run_id run) {
  const auto found = std::find_if(queue_.begin(), queue_.end(),
                                  [run](const entry& each) { return each.run == run; });
  if (found == queue_.end())
    return false;
  queue_.erase(found);
  return true;
}

std::vector<run_id> run_gate::leave(user_id tenant) {
  --running_;
  if (const auto found = running_by_tenant_.find(tenant); --found->second == 0)
    running_by_tenant_.erase(found);
  std::vector<run_id> result;
  for (auto each = queue_.begin(); each != queue_.end();) {
    if (!has_room(each->tenant)) {
      ++each;
      continue;
    }
    start(each->tenant);
    result.push_back(each->run);
    each = queue_.erase(each);
  }
  return result;
}

} // namespace kubesage::k8s
