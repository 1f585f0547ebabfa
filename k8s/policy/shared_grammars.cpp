#include "k8s/policy/characters.hpp"
#include "k8s/policy/grammar.hpp"

namespace kubesage::policy {

namespace {

constexpr std::size_t max_name_bytes = 253;
constexpr std::size_t max_label_bytes = 63;
constexpr std::size_t max_image_bytes = 512;

bool is_lower_or_digit(char x) {
  return is_lower(x) || is_digit(x);
}

bool is_lower_text(std::string_view text, std::string_view marks, std::size_t limit) {
  if (text.empty() || text.size() > limit || !is_lower_or_digit(text.front())
      || !is_lower_or_digit(text.back()))
    return false;
  for (const char x : text)
    if (!is_lower_or_digit(x) && marks.find(x) == std::string_view::npos)
      return false;
  return true;
}

bool is_image_part(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back())
         && consists_of(text, "-._");
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= 128 && text.front() != '.' && text.front() != '-'
         && consists_of(text, "-._");
}

bool is_digest(std::string_view text) {
  constexpr std::string_view algorithm = "sha256:";
  if (!text.starts_with(algorithm) || text.size() != algorithm.size() + 64)
    return false;
  return text.find_first_not_of("0123456789abcdef", algorithm.size()) == std::string_view::npos;
}

} // namespace

bool is_name(std::string_view text) {
  return is_lower_text(text, "-.", max_name_bytes);
}

bool is_dns_label(std::string_view text) {
  return is_lower_text(text, "-", max_label_bytes);
}

bool is_label_value(std::string_view text) {
  return text.empty()
         || (text.size() <= max_label_bytes && is_alphanumeric(text.front())
             && is_alphanumeric(text.back()) && consists_of(text, "-._"));
}

bool is_label_key(std::string_view text) {
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (!is_name(text.substr(0, slash)))
      return false;
    text.remove_prefix(slash + 1);
  }
  return !text.empty() && is_label_value(text);
}

bool is_image(std::string_view text) {
  if (text.size() > max_image_bytes)
    return false;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    if (!is_digest(text.substr(at + 1)))
      return false;
    text = text.substr(0, at);
  }
  // A colon behind the last slash begins a tag; one in the first part before a slash, a port.
  const auto last = text.rfind('/');
  const auto tag = text.find(':', last == std::string_view::npos ? 0 : last);
  if (tag != std::string_view::npos) {
    if (!is_tag(text.substr(tag + 1)))
      return false;
    text = text.substr(0, tag);
  }
  bool is_first = true;
  return all_parts(text, '/', 16, [&](std::string_view part) {
    const auto port = is_first ? part.find(':') : std::string_view::npos;
    is_first = false;
    return is_image_part(part.substr(0, port))
           && (port == std::string_view::npos || is_number(part.substr(port + 1)));
  });
}

bool is_environment_name(std::string_view text) {
  return !text.empty() && text.size() <= max_name_bytes
         && (is_letter(text.front()) || text.front() == '_') && consists_of(text, "-._");
}

bool is_path(std::string_view text, std::size_t limit) {
  if (text.empty() || text.size() > limit || text.find("..") != std::string_view::npos)
    return false;
  for (const char x : text)
    if (x < 0x20 || x > 0x7e)
      return false;
  return true;
}

} // namespace kubesage::policy
