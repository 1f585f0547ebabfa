#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <caf/expected.hpp>
#include <simdjson.h>

namespace kubesage {

/// Deepest nesting that a request may have; the outermost object counts as 1.
inline constexpr int json_max_depth = 16;

/// A strictly checked JSON document from outside. It owns the text, and wipes that and its decoded
/// strings when it goes, because both may hold secrets. Elements are valid while the document
/// lives.
class json_document {
public:
  /// Takes `text` over. Errors: `malformed_json` (not JSON, not UTF-8, deeper than
  /// `json_max_depth`, duplicate keys in any object); the detail quotes nothing of the text.
  static caf::expected<json_document> parse(std::string text);

  json_document(json_document&&) noexcept = default;
  json_document& operator=(json_document&&) = delete; // Would drop the old text unwiped.
  json_document(const json_document&) = delete;
  json_document& operator=(const json_document&) = delete;
  ~json_document();

  [[nodiscard]] simdjson::dom::element root() const {
    return parser_->doc.root();
  }

private:
  json_document();
  std::unique_ptr<simdjson::dom::parser> parser_;
  std::unique_ptr<std::string> text_; // Moves without copying short strings.
};

} // namespace kubesage
