#include "k8s/reader/list_request.hpp"

#include "k8s/namespace_list.hpp"

#include <algorithm>

namespace kubesage::k8s {

namespace {

constexpr std::size_t max_head_bytes = 32U << 10U;
constexpr std::size_t max_label_bytes = 63;

bool serves(const kind_catalog& catalog, const analysis::list_source& source) {
  const auto all = catalog.all();
  return std::any_of(all.begin(), all.end(), [&source](const api_resource& each) {
    return each.name == source.plural && each.group == source.group
           && each.version == source.version
           && std::find(each.verbs.begin(), each.verbs.end(), "list") != each.verbs.end();
  });
}

bool is_alphanumeric(char x) {
  return (x >= 'a' && x <= 'z') || (x >= '0' && x <= '9');
}

} // namespace

std::string_view accept_for(analysis::content wants) {
  return wants == analysis::content::full
             ? "application/json"
             : "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
}

std::string list_path(const analysis::list_source& source, bool is_namespaced,
                      std::string_view kube_namespace) {
  std::string path = source.group.empty() ? "/api/" : "/apis/";
  if (!source.group.empty())
    path.append(source.group).append("/");
  path.append(source.version).append("/");
  if (is_namespaced && !kube_namespace.empty())
    path.append("namespaces/").append(percent_encode(kube_namespace)).append("/");
  return path.append(source.plural);
}

std::string page_query(std::size_t limit, std::string_view field_selector,
                       std::string_view continue_token) {
  auto query = "?limit=" + std::to_string(limit);
  if (!field_selector.empty())
    query.append("&fieldSelector=").append(percent_encode(field_selector));
  if (!continue_token.empty())
    query.append("&continue=").append(percent_encode(continue_token));
  return query;
}

std::vector<analysis::list_source> sources_of(const analysis::kind_row& row,
                                              const kind_catalog* catalog, bool is_complete) {
  if (catalog != nullptr)
    for (const auto& source : row.sources)
      if (serves(*catalog, source))
        return {source};
  if (catalog != nullptr && is_complete)
    return {};
  return {row.sources.begin(), row.sources.end()};
}

std::string_view peek_continue_token(std::string_view body) {
  constexpr std::string_view key = R"("continue":")";
  const auto head = body.substr(0, std::min(body.size(), max_head_bytes));
  const auto items = head.find(R"("items":)");
  const auto found = head.find(key);
  if (items == std::string_view::npos || found >= items)
    return {};
  const auto begin = found + key.size();
  const auto end = head.find('"', begin);
  if (end == std::string_view::npos || end >= items)
    return {};
  const auto token = head.substr(begin, end - begin);
  return token.find('\\') == std::string_view::npos ? token : std::string_view{};
}

bool is_namespace_name(std::string_view name) {
  return !name.empty() && name.size() <= max_label_bytes && is_alphanumeric(name.front())
         && is_alphanumeric(name.back()) && std::all_of(name.begin(), name.end(), [](char x) {
              return is_alphanumeric(x) || x == '-';
            });
}

} // namespace kubesage::k8s
