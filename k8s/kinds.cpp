#include "k8s/kinds.hpp"

#include "k8s/policy/policy_data.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <simdjson.h>

namespace kubesage::k8s {

namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& x : result)
    x = static_cast<char>(std::tolower(static_cast<unsigned char>(x)));
  return result;
}

bool is_same(std::string_view left, std::string_view lowered) {
  return left.size() == lowered.size()
         && std::equal(left.begin(), left.end(), lowered.begin(), [](char a, char b) {
              return std::tolower(static_cast<unsigned char>(a)) == b;
            });
}

bool is_named(const api_resource& resource, std::string_view lowered) {
  return is_same(resource.name, lowered) || is_same(resource.kind, lowered)
         || (!resource.singular.empty() && is_same(resource.singular, lowered));
}

bool is_short_for(const api_resource& resource, std::string_view lowered) {
  return std::any_of(resource.short_names.begin(), resource.short_names.end(),
                     [&](const auto& name) { return is_same(name, lowered); });
}

/// What stands behind the first dot of a word. `exact` decides whether a group may be shortened to
/// its beginning, as kubectl allows.
struct suffix {
  bool has_version = false;
  std::string_view version;
  bool has_group = false;
  std::string_view group;

  [[nodiscard]] bool matches(const api_resource& resource, bool exact) const {
    if (has_version && resource.version != version)
      return false;
    if (!has_group)
      return true;
    if (exact || has_version || group.empty())
      return resource.group == group;
    return resource.group.starts_with(group);
  }
};

const api_resource* first(std::span<const api_resource> all, std::string_view name,
                          const suffix& tail) {
  for (const bool exact : {true, false}) {
    for (const auto& resource : all)
      if (tail.matches(resource, exact) && is_named(resource, name))
        return &resource;
    for (const auto& resource : all)
      if (tail.matches(resource, exact) && is_short_for(resource, name))
        return &resource;
    if (!tail.has_group)
      break;
  }
  return nullptr;
}

std::vector<std::string> texts(const simdjson::dom::object& row, std::string_view key) {
  std::vector<std::string> result;
  simdjson::dom::array array;
  if (row[key].get_array().get(array) != simdjson::SUCCESS)
    return result;
  for (const auto element : array) {
    std::string_view text;
    if (element.get_string().get(text) == simdjson::SUCCESS)
      result.emplace_back(text);
  }
  return result;
}

std::vector<api_resource> read_built_in() {
  const auto text = policy_file("kinds.json");
  simdjson::dom::parser parser;
  simdjson::dom::array rows;
  std::vector<api_resource> result;
  if (parser.parse(text.data(), text.size()).get_array().get(rows) != simdjson::SUCCESS)
    return result;
  for (const auto row : rows) {
    simdjson::dom::object object;
    if (row.get_object().get(object) != simdjson::SUCCESS)
      continue;
    const auto string_at = [&](std::string_view key) {
      std::string_view value;
      return object[key].get_string().get(value) == simdjson::SUCCESS ? std::string{value}
                                                                      : std::string{};
    };
    api_resource resource;
    resource.group = string_at("group");
    resource.version = string_at("version");
    resource.name = string_at("name");
    resource.singular = string_at("singular");
    resource.kind = string_at("kind");
    if (object["namespaced"].get_bool().get(resource.is_namespaced) != simdjson::SUCCESS)
      continue;
    resource.short_names = texts(object, "shortNames");
    resource.categories = texts(object, "categories");
    resource.verbs = texts(object, "verbs");
    result.push_back(std::move(resource));
  }
  return result;
}

} // namespace

std::string api_resource::group_version() const {
  return group.empty() ? version : group + '/' + version;
}

std::string api_resource::qualified_name() const {
  return group.empty() ? name : name + '.' + group;
}

kind_catalog::kind_catalog(std::vector<api_resource> resources)
    : resources_(std::move(resources)) {}

const kind_catalog& kind_catalog::built_in() {
  static const kind_catalog catalog{read_built_in()};
  return catalog;
}

const api_resource* kind_catalog::find(std::string_view word) const {
  const auto lowered = lower(word);
  const std::string_view whole{lowered};
  const auto dot = whole.find('.');
  const auto name = whole.substr(0, dot);
  if (name.empty())
    return nullptr;
  if (dot == std::string_view::npos)
    return first(resources_, name, {});
  const auto rest = whole.substr(dot + 1);
  // `deployments.v1.apps` and `secrets.v1.`: kubectl tries the version first.
  if (const auto second = rest.find('.'); second != std::string_view::npos) {
    const suffix versioned{true, rest.substr(0, second), true, rest.substr(second + 1)};
    if (const auto* found = first(resources_, name, versioned))
      return found;
  }
  return first(resources_, name, {false, {}, true, rest});
}

std::vector<const api_resource*> kind_catalog::in_category(std::string_view category) const {
  const auto lowered = lower(category);
  std::vector<const api_resource*> result;
  for (const auto& resource : resources_)
    if (std::find(resource.categories.begin(), resource.categories.end(), lowered)
        != resource.categories.end())
      result.push_back(&resource);
  return result;
}

} // namespace kubesage::k8s
