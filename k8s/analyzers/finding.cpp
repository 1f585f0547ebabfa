#include "k8s/analyzers/finding.hpp"

#include "k8s/analyzers/sha256.hpp"
#include "k8s/analyzers/solution.hpp"

#include <tuple>

namespace kubesage::analysis {

namespace {

template <class Value, std::size_t Size>
std::optional<Value> find_name(const std::array<std::string_view, Size>& names,
                               std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text)
      return static_cast<Value>(i);
  return std::nullopt;
}

} // namespace

std::optional<severity> parse_severity(std::string_view text) {
  return find_name<severity>(severity_names, text);
}

std::optional<action_type> parse_action_type(std::string_view text) {
  return find_name<action_type>(action_names, text);
}

std::string finding_id(std::string_view rule, std::string_view kind,
                       std::string_view kube_namespace, std::string_view name,
                       std::string_view subject) {
  constexpr std::size_t bytes = 16;
  return hex_digest({rule, kind, kube_namespace, name, subject}, bytes);
}

bool comes_before(const finding& left, const finding& right) {
  const auto order = [](const finding& of) {
    return std::tie(of.level, of.kind, of.kube_namespace, of.name, of.rule_id, of.subject);
  };
  return order(left) < order(right);
}

} // namespace kubesage::analysis
