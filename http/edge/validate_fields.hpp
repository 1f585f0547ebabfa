#pragma once

#include "http/wire/problem.hpp"
#include "http/wire/request_json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

enum class presence : bool { optional, required };

/// Number of code points in valid UTF-8.
std::size_t code_points(std::string_view text);

/// Whether `text` holds a C0 or C1 control character or DEL.
bool has_control(std::string_view text);

/// Takes typed members out of a request's object and collects what is wrong with them.
class field_reader {
public:
  field_reader(simdjson::dom::object members, fault_list& faults)
      : members_(members), faults_(faults) {}

  void refuse(std::string_view name, std::string code, std::string detail);

  /// The text of a member. Null counts as absent where it is optional. A wrong type, a NUL and an
  /// absent required member are faults, and give nothing.
  std::optional<std::string> text(std::string_view name, presence needed);

  /// `fallback` for an absent member and, with a fault, for one that is not a boolean.
  bool boolean(std::string_view name, bool fallback);

  /// A text, or a list of texts without commas, which is joined by commas.
  std::optional<std::string> text_or_list(std::string_view name);

  /// Whether the member is a text that is not empty.
  [[nodiscard]] bool has_text(std::string_view name) const;

private:
  simdjson::dom::object members_;
  fault_list& faults_;
};

} // namespace kubesage
