#include "k8s/analyzers/problem.hpp"

#include <algorithm>
#include <tuple>

namespace kubesage::analysis {

namespace {

auto object_of(const finding* of) {
  return std::tie(of->kind, of->kube_namespace, of->name);
}

void append_details(std::string& details, const finding& of) {
  for (const auto& each : of.proof) {
    if (!details.empty())
      details += "; ";
    details.append(each.path).append(": ").append(each.value);
  }
}

problem_with_solution make_entry(std::span<const finding* const> about) {
  const finding& worst = *about.front();
  problem_with_solution made;
  made.worst = worst;
  made.how = built_in_solution(worst);
  auto& what = made.what;
  what.kind = worst.kind;
  what.name = worst.name;
  what.kube_namespace = worst.kube_namespace;
  what.parent_object = worst.parent_object;
  what.level = worst.level;
  what.finding_id = worst.id;
  for (const auto* each : about) {
    what.errors.push_back({each->text, each->doc, each->sensitive});
    append_details(what.details, *each);
    if (std::find(what.rule_ids.begin(), what.rule_ids.end(), each->rule_id) == what.rule_ids.end())
      what.rule_ids.push_back(each->rule_id);
  }
  return made;
}

} // namespace

std::vector<problem_with_solution> group_by_object(std::span<const finding> findings) {
  std::vector<const finding*> sorted;
  sorted.reserve(findings.size());
  for (const auto& each : findings)
    sorted.push_back(&each);
  std::sort(sorted.begin(), sorted.end(), [](const finding* left, const finding* right) {
    if (object_of(left) != object_of(right))
      return object_of(left) < object_of(right);
    return comes_before(*left, *right);
  });
  std::vector<problem_with_solution> made;
  const std::span<const finding* const> all{sorted};
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && object_of(all[end]) == object_of(all[begin]))
      ++end;
    made.push_back(make_entry(all.subspan(begin, end - begin)));
  }
  std::stable_sort(made.begin(), made.end(),
                   [](const problem_with_solution& left, const problem_with_solution& right) {
                     return left.what.level < right.what.level;
                   });
  return made;
}

} // namespace kubesage::analysis
