#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kubesage::policy {

/// A basic regular expression as grep reads it, in linear time and bounded memory. Thread: any.
class basic_regex {
public:
  /// Null: no such expression, or one that this engine cannot match (back-references).
  static std::unique_ptr<basic_regex> make(std::string_view pattern, bool ignores_case);

  virtual ~basic_regex() = default;
  /// Whether it matches anywhere in `line`, which holds no line feed.
  [[nodiscard]] virtual bool matches(std::string_view line) const = 0;
};

bool is_basic_regex(std::string_view pattern);

} // namespace kubesage::policy
