#include "k8s/solutions/patch_check.hpp"

#include "http/wire/request_json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kubesage::solutions {

namespace dom = simdjson::dom;

namespace {

constexpr std::int64_t max_replicas = 100;

/// Members that lead to others.
constexpr std::array containers{
    std::string_view{"spec"},           std::string_view{"template"},
    std::string_view{"jobTemplate"},    std::string_view{"containers"},
    std::string_view{"initContainers"}, std::string_view{"resources"},
    std::string_view{"limits"},         std::string_view{"requests"},
    std::string_view{"livenessProbe"},  std::string_view{"readinessProbe"},
    std::string_view{"startupProbe"},   std::string_view{"strategy"},
    std::string_view{"rollingUpdate"},
};

/// Members with a number, a switch or a quantity.
constexpr std::array measures{
    std::string_view{"cpu"},
    std::string_view{"memory"},
    std::string_view{"ephemeral-storage"},
    std::string_view{"storage"},
    std::string_view{"minReplicas"},
    std::string_view{"maxReplicas"},
    std::string_view{"paused"},
    std::string_view{"suspend"},
    std::string_view{"backoffLimit"},
    std::string_view{"activeDeadlineSeconds"},
    std::string_view{"startingDeadlineSeconds"},
    std::string_view{"progressDeadlineSeconds"},
    std::string_view{"terminationGracePeriodSeconds"},
    std::string_view{"initialDelaySeconds"},
    std::string_view{"periodSeconds"},
    std::string_view{"timeoutSeconds"},
    std::string_view{"failureThreshold"},
    std::string_view{"successThreshold"},
    std::string_view{"maxSurge"},
    std::string_view{"maxUnavailable"},
    std::string_view{"minAvailable"},
};

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_measure(dom::element value) {
  constexpr std::size_t most_bytes = 16;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS)
    return value.is_bool() || value.is_int64() || value.is_double();
  return !text.empty() && text.size() <= most_bytes && text.front() >= '0' && text.front() <= '9'
         && std::all_of(text.begin(), text.end(), [](char x) {
              return (x >= '0' && x <= '9')
                     || std::string_view{".mkMGTis%"}.find(x) != std::string_view::npos;
            });
}

bool is_modest(dom::element from, const pseudonyms& hidden) {
  if (dom::array list; from.get(list) == simdjson::SUCCESS)
    return std::all_of(list.begin(), list.end(),
                       [&](dom::element each) { return is_modest(each, hidden); });
  dom::object members;
  if (from.get(members) != simdjson::SUCCESS)
    return false;
  return std::all_of(members.begin(), members.end(), [&](const dom::key_value_pair& each) {
    // The name of a container says which one is meant; others would be new.
    if (std::string_view text; each.key == "name" && each.value.get(text) == simdjson::SUCCESS)
      return hidden.has(text);
    // To scale to nothing mends nothing.
    if (std::int64_t count = 0; each.key == "replicas")
      return each.value.get(count) == simdjson::SUCCESS && count >= 1 && count <= max_replicas;
    return contains(measures, each.key)
               ? is_measure(each.value)
               : contains(containers, each.key) && is_modest(each.value, hidden);
  });
}

} // namespace

bool is_modest_patch(std::string_view body, const pseudonyms& hidden) {
  const auto document = json_document::parse(std::string{body});
  return document && document->root().is_object() && is_modest(document->root(), hidden);
}

} // namespace kubesage::solutions
