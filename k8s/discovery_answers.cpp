#include "k8s/discovery.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <cstddef>

#include <simdjson.h>

namespace kubesage::k8s {

namespace {

constexpr std::size_t max_depth = 64;
constexpr std::size_t max_group_versions = 512;
constexpr std::size_t max_resources = 2'000; // Of one version of one group.
constexpr std::size_t max_word_bytes = 253;
constexpr std::size_t max_words = 64; // Short names, categories, verbs.

using names = std::vector<std::string>;

caf::error refuse(const char* why) {
  return caf::make_error(errc::cluster_bad_response, std::string{why});
}

bool parse_object(simdjson::dom::parser& parser, std::string_view body,
                  simdjson::dom::object& root) {
  return parser.allocate(body.size(), max_depth) == simdjson::SUCCESS
         && parser.parse(body.data(), body.size()).get_object().get(root) == simdjson::SUCCESS;
}

std::string_view text_at(const simdjson::dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

/// Groups, versions and resources become parts of paths, so that only plain ones are taken.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= max_word_bytes && text != "." && text != ".."
         && std::all_of(text.begin(), text.end(), [](char x) {
              return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9')
                     || x == '-' || x == '.';
            });
}

names words_at(const simdjson::dom::object& object, std::string_view key) {
  names result;
  simdjson::dom::array elements;
  if (object[key].get_array().get(elements) != simdjson::SUCCESS)
    return result;
  for (const auto each : elements) {
    std::string_view word;
    if (each.get_string().get(word) == simdjson::SUCCESS && is_word(word)
        && result.size() < max_words)
      result.emplace_back(word);
  }
  return result;
}

bool append_group(const simdjson::dom::object& group, std::vector<group_version>& result) {
  const auto name = text_at(group, "name");
  simdjson::dom::array versions;
  if (!is_word(name) || group["versions"].get_array().get(versions) != simdjson::SUCCESS)
    return false;
  std::string_view preferred;
  simdjson::dom::object preference;
  if (group["preferredVersion"].get_object().get(preference) == simdjson::SUCCESS)
    preferred = text_at(preference, "version");
  const auto first = result.size();
  for (const auto each : versions) {
    simdjson::dom::object version;
    if (each.get_object().get(version) != simdjson::SUCCESS || !is_word(text_at(version, "version"))
        || result.size() >= max_group_versions)
      return false;
    result.push_back({std::string{name}, std::string{text_at(version, "version")}});
  }
  const auto begin = result.begin() + static_cast<std::ptrdiff_t>(first);
  const auto found = std::find_if(
      begin, result.end(), [&](const group_version& each) { return each.version == preferred; });
  if (found != result.end())
    std::rotate(begin, found, found + 1);
  return true;
}

} // namespace

caf::expected<std::vector<group_version>> parse_core_versions(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (!parse_object(parser, body, root) || text_at(root, "kind") != "APIVersions")
    return refuse("the answer to /api is no APIVersions; is this an API server?");
  std::vector<group_version> result;
  for (auto& version : words_at(root, "versions"))
    result.push_back({{}, std::move(version)});
  return result;
}

caf::expected<std::vector<group_version>> parse_groups(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  simdjson::dom::array groups;
  if (!parse_object(parser, body, root) || text_at(root, "kind") != "APIGroupList"
      || root["groups"].get_array().get(groups) != simdjson::SUCCESS)
    return refuse("the answer to /apis is no APIGroupList; is this an API server?");
  std::vector<group_version> result;
  for (const auto each : groups) {
    simdjson::dom::object group;
    if (each.get_object().get(group) != simdjson::SUCCESS || !append_group(group, result))
      return refuse("the answer to /apis has a group that cannot be read");
  }
  return result;
}

caf::expected<std::vector<api_resource>> parse_resources(const group_version& from,
                                                         std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  simdjson::dom::array resources;
  if (!parse_object(parser, body, root) || text_at(root, "kind") != "APIResourceList"
      || root["resources"].get_array().get(resources) != simdjson::SUCCESS)
    return refuse("the cluster's list of resource types cannot be read");
  std::vector<api_resource> result;
  for (const auto each : resources) {
    simdjson::dom::object resource;
    if (each.get_object().get(resource) != simdjson::SUCCESS || result.size() >= max_resources)
      return refuse("the cluster's list of resource types cannot be read");
    const auto name = text_at(resource, "name");
    if (name.find('/') != std::string_view::npos) // A subresource.
      continue;
    api_resource made;
    made.group = from.group;
    made.version = from.version;
    made.name = name;
    made.singular = text_at(resource, "singularName");
    made.kind = text_at(resource, "kind");
    if (!is_word(name) || !is_word(made.kind) || (!made.singular.empty() && !is_word(made.singular))
        || resource["namespaced"].get_bool().get(made.is_namespaced) != simdjson::SUCCESS)
      return refuse("the cluster has a resource type that cannot be read");
    made.short_names = words_at(resource, "shortNames");
    made.categories = words_at(resource, "categories");
    made.verbs = words_at(resource, "verbs");
    result.push_back(std::move(made));
  }
  return result;
}

} // namespace kubesage::k8s
