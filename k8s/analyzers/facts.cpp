#include "k8s/analyzers/facts.hpp"

#include <algorithm>
#include <tuple>

namespace kubesage::analysis {

facts::facts(const inventory& from, const scope& wanted, std::span<const kind_coverage> coverage)
    : objects(from), asked(wanted), now(std::chrono::floor<std::chrono::seconds>(wanted.now)),
      labels_(from) {
  for (const auto& each : coverage)
    states_[static_cast<std::size_t>(each.kind)] = {each.status, each.read};
  for (const event& each : objects.all<event>())
    if (each.is_warning && each.object_uid_hash != 0)
      events_.push_back(&each);
  std::sort(events_.begin(), events_.end(), [](const event* left, const event* right) {
    const auto order = [](const event* of) {
      return std::tuple{of->object_uid_hash, -of->last_seen.time_since_epoch().count(),
                        of->meta.name.view()};
    };
    return order(left) < order(right);
  });
}

bool facts::has_all(object_kind kind, std::string_view kube_namespace) const {
  // A kind that is not served has no objects.
  const auto status = state_of(kind).status;
  if (status != read_status::ok && status != read_status::not_served)
    return false;
  return !row_of(kind).is_namespaced || asked.kube_namespace.empty()
         || asked.kube_namespace == kube_namespace;
}

bool facts::has_some(object_kind kind, content wants) const {
  const auto& state = state_of(kind);
  if (!state.status)
    return false;
  return wants == content::metadata || state.read == content::full;
}

std::string facts::parent_of(const object_meta& of) const {
  constexpr int most = 4; // Owners that own each other end somewhere.
  std::string_view kind = of.owner_kind;
  std::string_view owner = of.owner_name;
  for (int i = 0; i < most && !kind.empty(); ++i) {
    const object_meta* next = nullptr;
    const auto look = [&]<class T>(const T* found) { next = found ? &found->meta : nullptr; };
    if (kind == "ReplicaSet")
      look(objects.find<replica_set>(of.kube_namespace, owner));
    else if (kind == "Job")
      look(objects.find<job>(of.kube_namespace, owner));
    if (next == nullptr || next->owner_kind.empty())
      break;
    kind = next->owner_kind;
    owner = next->owner_name;
  }
  return kind.empty() ? std::string{} : std::string{kind}.append("/").append(owner);
}

const event* facts::newest_event(const object_meta& of,
                                 std::initializer_list<std::string_view> reasons) const {
  auto at = std::lower_bound(
      events_.begin(), events_.end(), of.uid_hash,
      [](const event* each, std::uint64_t hash) { return each->object_uid_hash < hash; });
  for (; at != events_.end() && (*at)->object_uid_hash == of.uid_hash; ++at)
    if ((*at)->object_name == of.name
        && std::find(reasons.begin(), reasons.end(), (*at)->reason.view()) != reasons.end())
      return *at;
  return nullptr;
}

std::vector<const pod*> facts::selected(std::string_view kube_namespace,
                                        const label_selector& by) const {
  return labels_.selected(kube_namespace, by);
}

} // namespace kubesage::analysis
