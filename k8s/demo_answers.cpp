#include "k8s/demo_answers.hpp"

#include "http/wire/json.hpp"
#include "k8s/demo_data.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <simdjson.h>

namespace kubesage {
namespace {

/// Returns the value of `name` in a query; no value of ours needs decoding.
std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
  }
  return {};
}

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

constexpr std::string_view meta_version = "meta.k8s.io/v1";

std::string partial(simdjson::simdjson_result<simdjson::dom::element> metadata) {
  std::string text;
  json_writer json{text};
  json.open_object().field("kind", "PartialObjectMetadata").field("apiVersion", meta_version);
  json.key("metadata");
  simdjson::dom::element found;
  if (metadata.get(found) == simdjson::SUCCESS)
    json.raw(simdjson::minify(found));
  else
    json.open_object().close_object();
  json.close_object();
  return text;
}

/// Where a page starts, as an opaque word. A real server's token names the last key; ours the
/// position in a list that never changes.
constexpr std::string_view token_prefix = "kubesage-demo-";

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_object_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  });
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

} // namespace

caf::expected<demo_answers> demo_answers::load() {
  demo_answers result;
  simdjson::dom::parser parser;
  for (const auto& file : demo_files()) {
    auto name = std::string{file.name.substr(0, file.name.rfind('.'))};
    simdjson::dom::element root;
    if (parser.parse(file.content.data(), file.content.size()).get(root) != simdjson::SUCCESS)
      return caf::make_error(errc::internal, "the demo's " + name + " is not JSON");
    if (!name.starts_with("status_")) {
      std::replace(name.begin(), name.end(), '_', '/');
      name.insert(0, 1, '/');
    }
    simdjson::dom::array items;
    if (root["items"].get(items) != simdjson::SUCCESS) {
      result.documents_.emplace(std::move(name), simdjson::minify(root));
      continue;
    }
    const auto text = [](simdjson::simdjson_result<simdjson::dom::element> field) {
      std::string_view value;
      return field.get(value) == simdjson::SUCCESS ? std::string{value} : std::string{};
    };
    list entry{text(root["kind"]),
               text(root["apiVersion"]),
               text(root.at_pointer("/metadata/resourceVersion")),
               {}};
    for (auto item : items)
      entry.items.push_back({text(item.at_pointer("/metadata/name")),
                             text(item.at_pointer("/metadata/namespace")), text(item["type"]),
                             simdjson::minify(item), partial(item["metadata"])});
    result.lists_.emplace(std::move(name), std::move(entry));
  }
  return result;
}

recorded_answer demo_answers::refusal(std::string_view name) const {
  recorded_answer result{500, {}};
  // The status is in the name: status_404_object.
  if (const auto code = number(name.substr(7, 3)))
    result.status = static_cast<unsigned>(*code);
  if (const auto found = documents_.find(name); found != documents_.end())
    result.body = found->second;
  return result;
}

recorded_answer demo_answers::method_not_allowed() const {
  return {405, R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
               R"("message":"the server does not allow this method on the requested resource",)"
               R"("reason":"MethodNotAllowed","details":{},"code":405})"};
}

recorded_answer demo_answers::page(const list& from, std::string_view scope, std::string_view query,
                                   bool is_partial) const {
  // What the analysis selects events by; other selectors choose everything.
  constexpr std::string_view by_type = "type%3D";
  auto type = parameter(query, "fieldSelector");
  type.remove_prefix(type.starts_with(by_type) ? by_type.size() : type.size());
  std::vector<const object*> chosen;
  for (const auto& item : from.items)
    if ((scope.empty() || item.scope == scope) && (type.empty() || item.type == type))
      chosen.push_back(&item);
  std::size_t first = 0;
  if (const auto token = parameter(query, "continue"); !token.empty()) {
    const auto at =
        token.starts_with(token_prefix) ? number(token.substr(token_prefix.size())) : std::nullopt;
    if (!at || *at > chosen.size())
      return refusal("status_400_continue");
    first = *at;
  }
  const auto limit = number(parameter(query, "limit")).value_or(0);
  const auto left = chosen.size() - first;
  const auto count = limit == 0 ? left : std::min(limit, left);

  recorded_answer result;
  json_writer json{result.body};
  json.open_object();
  json.field("kind", is_partial ? "PartialObjectMetadataList" : std::string_view{from.kind});
  json.field("apiVersion", is_partial ? meta_version : std::string_view{from.version});
  json.key("metadata").open_object();
  json.field("resourceVersion", std::string_view{from.resource_version});
  if (count < left) {
    json.field("continue",
               std::string_view{std::string{token_prefix} + std::to_string(first + count)});
    json.field("remainingItemCount", static_cast<std::uint64_t>(left - count));
  }
  json.close_object().key("items").open_array();
  for (std::size_t i = first; i < first + count; ++i)
    json.raw(is_partial ? chosen[i]->metadata : chosen[i]->json);
  json.close_array().close_object();
  return result;
}

recorded_answer demo_answers::find(const list& from, std::string_view resource,
                                   std::string_view scope, std::string_view name) const {
  for (const auto& item : from.items)
    if (item.name == name && item.scope == scope) {
      recorded_answer result;
      // Items of a list carry neither kind nor apiVersion; a single object does.
      json_writer json{result.body};
      json.open_object().field("kind", std::string_view{from.kind}.substr(0, from.kind.size() - 4));
      json.field("apiVersion", std::string_view{from.version});
      result.body += ',';
      result.body.append(item.json, 1);
      return result;
    }
  auto result = refusal("status_404_object");
  replace_all(result.body, "absent-object", name);
  replace_all(result.body, "namespaces", resource);
  return result;
}

recorded_answer demo_answers::get(std::string_view target, demo_caller caller,
                                  std::string_view accept) const {
  const auto is_partial = accept.find("as=PartialObjectMetadataList") != std::string_view::npos;
  const auto mark = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, mark);
  const auto query = target.substr(std::min(mark + 1, target.size()));
  const auto is_open =
      path == "/version" || path == "/readyz" || path == "/livez" || path == "/healthz";
  if (caller == demo_caller::unknown || (caller == demo_caller::anonymous && !is_open))
    return refusal("status_401");
  if (is_open && path != "/version")
    return {200, "ok"};
  if (const auto found = documents_.find(path); found != documents_.end() && path.starts_with('/'))
    return {200, found->second};
  if (const auto found = lists_.find(path); found != lists_.end())
    return page(found->second, {}, query, is_partial);

  // /api/v1/<resource>/<name>, /apis/<group>/<version>/<resource>/<name>, and the same below
  // namespaces/<namespace>.
  auto parts = split(path);
  const std::size_t group = !parts.empty() && parts[0] == "api" ? 2 : 3;
  if (parts.size() < group + 2 || !std::all_of(parts.begin() + 2, parts.end(), is_object_name))
    return refusal("status_404");
  std::string prefix;
  for (std::size_t i = 0; i < group; ++i)
    prefix.append("/").append(parts[i]);
  parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(group));
  std::string_view scope;
  if (parts.size() > 2 && parts[0] == "namespaces") {
    scope = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  const auto found = lists_.find(prefix + "/" + std::string{parts[0]});
  if (found == lists_.end() || parts.size() > 2)
    return refusal("status_404");
  if (parts.size() == 1)
    return page(found->second, scope, query, is_partial);
  return find(found->second, parts[0], scope, parts[1]);
}

} // namespace kubesage
