#include "actors/departure_message.hpp"

#include "http/wire/request_json.hpp"

#include <charconv>
#include <string>

namespace kubesage {
namespace {

namespace dom = simdjson::dom;

std::optional<user_id> id_in(const dom::element& object) {
  dom::element found;
  if (object.get_object().error() != simdjson::SUCCESS
      || object["user_id"].get(found) != simdjson::SUCCESS)
    return std::nullopt;
  std::int64_t number = 0;
  std::string_view text;
  if (found.get(text) == simdjson::SUCCESS) {
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end)
      return std::nullopt;
  } else if (found.get(number) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return number > 0 ? std::optional{user_id{number}} : std::nullopt;
}

} // namespace

std::optional<user_id> departed_user(std::string_view payload) {
  if (payload.size() > longest_departure_message)
    return std::nullopt;
  const auto document = json_document::parse(std::string{payload});
  if (!document)
    return std::nullopt;
  const auto root = document->root();
  if (auto id = id_in(root))
    return id;
  dom::element data;
  if (!root.is_object() || root["data"].get(data) != simdjson::SUCCESS)
    return std::nullopt;
  return id_in(data);
}

} // namespace kubesage
