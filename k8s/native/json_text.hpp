#pragma once

#include "k8s/native/go_text.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

// Kubernetes objects as kubectl prints them with `-o json`.
namespace kubesage::k8s::native {

/// What an API server's answer may be at most; deeper is for kubectl itself.
inline constexpr std::size_t max_depth = 64;

/// Parses `body`. False: not JSON, too deep, or not an object.
bool parse_object(simdjson::dom::parser& parser, std::string_view body,
                  simdjson::dom::object& root);

/// The text at `key`; empty where there is none or something else.
std::string_view text_at(const simdjson::dom::object& object, std::string_view key);

/// What is added to an object or left out when it is printed.
struct object_view {
  std::string_view kind;        ///< Set where the object has none.
  std::string_view api_version; ///< The same.
  bool hides_managed_fields = true;
};

/// Writes JSON with sorted keys and four blanks for each level. Stops early once `limit` bytes are
/// written.
class json_writer {
public:
  json_writer(std::string& out, kubectl_version version, std::size_t limit);

  /// Appends one object that stands `indent` levels deep. False: the object has what cannot be
  /// printed as kubectl does (twice the same key, a number of unknown form).
  bool write(const simdjson::dom::object& object, const object_view& view, std::size_t indent);

  [[nodiscard]] bool is_full() const noexcept {
    return out_.size() >= limit_;
  }

private:
  bool write_value(const simdjson::dom::element& value, std::size_t indent);
  bool write_members(const simdjson::dom::object& object, const object_view* view,
                     std::size_t indent);
  bool write_array(const simdjson::dom::array& array, std::size_t indent);
  bool write_member(std::string_view key, std::size_t indent, bool is_first);
  void new_line(std::size_t indent);

  std::string& out_;
  std::size_t limit_;
  bool has_short_forms_;
};

} // namespace kubesage::k8s::native
