#include "k8s/namespace_list.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <cstddef>

#include <simdjson.h>

namespace kubesage::k8s {

namespace {

constexpr std::size_t max_depth = 64;
constexpr std::size_t max_name_bytes = 253;
constexpr std::size_t max_version_bytes = 128;
constexpr std::size_t max_token_bytes = 16U << 10U;

caf::error refuse(const char* why) {
  return caf::make_error(errc::cluster_bad_response, std::string{why});
}

/// The text at `key`; empty where there is none or something else.
std::string_view text_at(const simdjson::dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

bool is_alphanumeric(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9');
}

bool consists_of(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(), [marks](char x) {
    return is_alphanumeric(x) || marks.find(x) != std::string_view::npos;
  });
}

bool parse_object(simdjson::dom::parser& parser, std::string_view body,
                  simdjson::dom::object& root) {
  return parser.allocate(body.size(), max_depth) == simdjson::SUCCESS
         && parser.parse(body.data(), body.size()).get_object().get(root) == simdjson::SUCCESS;
}

} // namespace

caf::expected<name_page> parse_name_page(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (!parse_object(parser, body, root))
    return refuse("the answer is not the JSON of a Kubernetes list; is this an API server?");
  const auto kind = text_at(root, "kind");
  if (kind != "NamespaceList" && kind != "PartialObjectMetadataList")
    return refuse("the answer is not a Kubernetes namespace list; is this an API server?");
  simdjson::dom::element items;
  if (root["items"].get(items) != simdjson::SUCCESS)
    return refuse("the namespace list has no items");
  name_page page;
  simdjson::dom::object metadata;
  if (root["metadata"].get_object().get(metadata) == simdjson::SUCCESS)
    page.continue_token = text_at(metadata, "continue");
  if (page.continue_token.size() > max_token_bytes)
    return refuse("the namespace list has an overlong continue token");
  if (items.is_null()) // How Go writes an empty list that was never filled.
    return page;
  simdjson::dom::array elements;
  if (items.get_array().get(elements) != simdjson::SUCCESS)
    return refuse("the namespace list has items that are no array");
  page.names.reserve(elements.size());
  for (const auto element : elements) {
    simdjson::dom::object item_metadata;
    if (element["metadata"].get_object().get(item_metadata) != simdjson::SUCCESS)
      return refuse("the namespace list has an item without metadata");
    const auto name = text_at(item_metadata, "name");
    if (name.empty() || name.size() > max_name_bytes || !consists_of(name, "-."))
      return refuse("the namespace list has an item without a valid name");
    page.names.emplace_back(name);
  }
  return page;
}

caf::expected<std::string> parse_git_version(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (!parse_object(parser, body, root))
    return refuse("the answer to /version is not JSON; is this an API server?");
  const auto version = text_at(root, "gitVersion");
  if (version.empty() || version.size() > max_version_bytes || !consists_of(version, ".-+_~"))
    return refuse("the answer to /version has no valid gitVersion; is this an API server?");
  return std::string{version};
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size() * 3);
  for (const char x : text) {
    if (consists_of({&x, 1}, "-._~")) {
      result += x;
      continue;
    }
    const auto byte = static_cast<unsigned char>(x);
    result += '%';
    result += digits[byte >> 4U];
    result += digits[byte & 0xFU];
  }
  return result;
}

} // namespace kubesage::k8s
