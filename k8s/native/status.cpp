#include "k8s/native/status.hpp"

#include "k8s/native/json_text.hpp"

#include <algorithm>
#include <array>

namespace kubesage::k8s::native {

namespace {

struct known_refusal {
  unsigned status;
  std::string_view reason;
};

constexpr std::array known_refusals{
    known_refusal{400, "BadRequest"},
    known_refusal{403, "Forbidden"},
    known_refusal{404, "NotFound"},
};

} // namespace

std::optional<api_status> parse_status(unsigned http_status, std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (!parse_object(parser, body, root))
    return std::nullopt;
  api_status result{std::string{text_at(root, "reason")}, std::string{text_at(root, "message")}};
  const bool is_known =
      std::any_of(known_refusals.begin(), known_refusals.end(), [&](const known_refusal& each) {
        return each.status == http_status && each.reason == result.reason;
      });
  if (!is_known || result.message.empty() || text_at(root, "kind") != "Status"
      || text_at(root, "apiVersion") != "v1" || text_at(root, "status") != "Failure")
    return std::nullopt;
  return result;
}

std::string describe(const api_status& status) {
  return "Error from server (" + status.reason + "): " + status.message;
}

std::optional<std::string> describe_warning(std::string_view header) {
  constexpr std::string_view start = "299 - \"";
  if (!header.starts_with(start) || header.size() == start.size() || header.back() != '"')
    return std::nullopt;
  header = header.substr(start.size(), header.size() - start.size() - 1);
  std::string text = "Warning: ";
  for (const char x : header) {
    // Escapes and control characters follow rules of their own.
    if (x == '\\' || x == '"' || x < 0x20 || x > 0x7E)
      return std::nullopt;
    text += x;
  }
  return text;
}

} // namespace kubesage::k8s::native
