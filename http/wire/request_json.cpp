#include "http/wire/request_json.hpp"

#include "messages/error.hpp"
#include "messages/secret.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace kubesage {

namespace {

namespace dom = simdjson::dom;

caf::error refuse(std::string detail) {
  return caf::make_error(errc::malformed_json, std::move(detail));
}

/// Recursion is bounded: the parser has refused what is deeper than its own limit.
caf::error check(const dom::element& element, int depth) {
  const bool is_object = element.is_object();
  if (!is_object && !element.is_array())
    return caf::none;
  if (depth > json_max_depth)
    return refuse("nested deeper than " + std::to_string(json_max_depth) + " levels");
  if (!is_object) {
    for (const auto child : dom::array(element))
      if (auto err = check(child, depth + 1))
        return err;
    return caf::none;
  }
  std::vector<std::string_view> keys;
  for (const auto field : dom::object(element)) {
    keys.push_back(field.key);
    if (auto err = check(field.value, depth + 1))
      return err;
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end())
    return refuse("an object has the same key twice");
  return caf::none;
}

// A parser's buffers cost more to make than a request's body costs to read, so each thread keeps a
// few of them; large ones go, because they would keep their memory.
constexpr std::size_t min_capacity = 4U << 10U;
constexpr std::size_t max_kept_capacity = 64U << 10U;
constexpr std::size_t max_kept_parsers = 4;

std::vector<std::unique_ptr<dom::parser>>& kept_parsers() {
  static thread_local std::vector<std::unique_ptr<dom::parser>> kept;
  return kept;
}

std::unique_ptr<dom::parser> take_parser() {
  auto& kept = kept_parsers();
  if (kept.empty())
    return std::make_unique<dom::parser>();
  auto parser = std::move(kept.back());
  kept.pop_back();
  return parser;
}

void keep_parser(std::unique_ptr<dom::parser> parser) {
  auto& kept = kept_parsers();
  if (parser->capacity() <= max_kept_capacity && kept.size() < max_kept_parsers)
    kept.push_back(std::move(parser));
}

} // namespace

json_document::json_document() : parser_(take_parser()), text_(std::make_unique<std::string>()) {}

json_document::~json_document() {
  if (text_)
    wipe(*text_);
  if (!parser_)
    return;
  if (parser_->doc.string_buf) {
    // The size that dom::document::allocate gives its string buffer (simdjson 3.0).
    const auto capacity = parser_->doc.capacity();
    explicit_bzero(parser_->doc.string_buf.get(), capacity == 0 ? 0 : 5 * capacity / 3);
  }
  keep_parser(std::move(parser_));
}

caf::expected<json_document> json_document::parse(std::string text) {
  json_document result;
  // Room for the parser's over-read, in one block that is wiped: it must not make its own copy.
  if (text.capacity() >= text.size() + simdjson::SIMDJSON_PADDING) {
    *result.text_ = std::move(text);
  } else {
    result.text_->reserve(text.size() + simdjson::SIMDJSON_PADDING);
    result.text_->assign(text);
    wipe(text);
  }
  if (result.text_->empty())
    return refuse("the body is empty");
  if (result.parser_->capacity() < result.text_->size()
      && result.parser_->allocate(std::max(result.text_->size(), min_capacity), json_max_depth + 2)
             != simdjson::SUCCESS)
    return refuse("the body is too large");
  dom::element root;
  const auto code =
      result.parser_->parse(result.text_->data(), result.text_->size(), false).get(root);
  if (code == simdjson::DEPTH_ERROR)
    return refuse("nested deeper than " + std::to_string(json_max_depth) + " levels");
  if (code != simdjson::SUCCESS)
    return refuse("the body is not valid JSON");
  if (auto err = check(root, 1))
    return err;
  return result;
}

} // namespace kubesage
