#include "k8s/analyzers/reporter.hpp"

#include "k8s/analyzers/sha256.hpp"

#include <algorithm>

namespace kubesage::analysis {

namespace {

std::uint64_t hash_of_object(std::string_view kind, std::string_view kube_namespace,
                             std::string_view name) {
  constexpr std::uint64_t factor = 1'000'003;
  return (hash_of(kind) * factor + hash_of(kube_namespace)) * factor + hash_of(name);
}

std::string mask(std::string_view key, std::string_view word) {
  constexpr std::size_t bytes = 6;
  return "masked-" + hex_digest({"mask", key, word}, bytes);
}

} // namespace

void reporter::report(observation made) {
  finding found;
  found.rule_id = row_->id;
  found.level = row_->level;
  found.kind = made.kind.empty() ? row_->kind : made.kind;
  found.kube_namespace = made.about.kube_namespace.view();
  found.name = made.name.empty() ? made.about.name.view() : made.name;
  found.subject = made.subject;
  found.id = finding_id(found.rule_id, found.kind, found.kube_namespace, found.name, found.subject);
  found.text = std::move(made.text.text);
  if (!found.text.ends_with('.') && !found.text.ends_with("…"))
    found.text += '.';
  found.doc = row_->documentation;
  found.parent_object = all_.parent_of(made.about);
  for (auto& each : made.text.names)
    found.sensitive.push_back({each, mask(all_.asked.mask_key, each)});
  found.proof = std::move(made.proof);
  remember(found, made.about);
  result_.findings.push_back(std::move(found));
  if (result_.findings.size() >= all_.asked.max_findings * 2 + 1)
    prune();
}

// Lint explains nothing that happens.
void reporter::remember(const finding& found, const object_meta& about) {
  if (row_->is_lint || found.level > severity::medium)
    return;
  reported_.insert(hash_of_object(found.kind, found.kube_namespace, found.name));
  if (const auto slash = found.parent_object.find('/'); slash != std::string::npos)
    reported_.insert(hash_of_object(std::string_view{found.parent_object}.substr(0, slash),
                                    found.kube_namespace,
                                    std::string_view{found.parent_object}.substr(slash + 1)));
  if (!about.owner_kind.empty())
    reported_.insert(hash_of_object(about.owner_kind, found.kube_namespace, about.owner_name));
}

bool reporter::has_reported(std::string_view kind, std::string_view kube_namespace,
                            std::string_view name) const {
  return reported_.contains(hash_of_object(kind, kube_namespace, name));
}

void reporter::prune() {
  auto& findings = result_.findings;
  const auto kept = all_.asked.max_findings;
  if (findings.size() <= kept)
    return;
  std::nth_element(
      findings.begin(), findings.begin() + static_cast<std::ptrdiff_t>(kept), findings.end(),
      [](const finding& left, const finding& right) { return comes_before(left, right); });
  result_.left_out += findings.size() - kept;
  findings.resize(kept);
}

analysis_result reporter::finish() {
  prune();
  std::sort(result_.findings.begin(), result_.findings.end(),
            [](const finding& left, const finding& right) { return comes_before(left, right); });
  return std::move(result_);
}

} // namespace kubesage::analysis
