#include "http/edge/validate_fields.hpp"

namespace kubesage {

namespace dom = simdjson::dom;

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text)
    count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80 ? 1 : 0;
  return count;
}

bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f)
      return true;
    // U+0080 to U+009F.
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

void field_reader::refuse(std::string_view name, std::string code, std::string detail) {
  faults_.push_back({'/' + std::string{name}, std::move(code), std::move(detail)});
}

std::optional<std::string> field_reader::text(std::string_view name, presence needed) {
  dom::element element;
  if (members_[name].get(element) != simdjson::SUCCESS) {
    if (needed == presence::required)
      refuse(name, "REQUIRED", "is required");
    return std::nullopt;
  }
  if (element.is_null() && needed == presence::optional)
    return std::nullopt;
  std::string_view value;
  if (element.get(value) != simdjson::SUCCESS) {
    if (element.is_null())
      refuse(name, "REQUIRED", "must not be null");
    else
      refuse(name, "WRONG_TYPE", "must be a string");
    return std::nullopt;
  }
  if (value.find('\0') != std::string_view::npos) {
    refuse(name, "INVALID", "must not hold a NUL");
    return std::nullopt;
  }
  return std::string{value};
}

bool field_reader::boolean(std::string_view name, bool fallback) {
  dom::element element;
  if (members_[name].get(element) != simdjson::SUCCESS)
    return fallback;
  bool value = fallback;
  if (element.get(value) != simdjson::SUCCESS)
    refuse(name, "WRONG_TYPE", "must be a boolean");
  return value;
}

std::optional<std::string> field_reader::text_or_list(std::string_view name) {
  dom::element element;
  if (members_[name].get(element) != simdjson::SUCCESS)
    return std::nullopt;
  if (!element.is_array()) {
    if (element.is_string() || element.is_null())
      return text(name, presence::optional);
    refuse(name, "WRONG_TYPE", "must be a string or a list of strings");
    return std::nullopt;
  }
  std::string joined;
  for (const auto item : dom::array(element)) {
    std::string_view value;
    if (item.get(value) != simdjson::SUCCESS) {
      refuse(name, "WRONG_TYPE", "must be a string or a list of strings");
      return std::nullopt;
    }
    if (value.find(',') != std::string_view::npos) {
      refuse(name, "INVALID", "an item of the list must not hold a comma");
      return std::nullopt;
    }
    if (!joined.empty())
      joined += ',';
    joined += value;
  }
  return joined;
}

bool field_reader::has_text(std::string_view name) const {
  std::string_view value;
  return members_[name].get(value) == simdjson::SUCCESS && !value.empty();
}

} // namespace kubesage
