#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::policy {

/// JSON, or YAML that says the same, as a tree. Duplicate members are kept: whoever reads it must
/// look at all of them.
struct document {
  enum class kind : std::uint8_t { null, text, other, object, array };
  kind what = kind::null;
  std::string text;               ///< Of `text`.
  std::vector<std::string> names; ///< Of `object`: of the item at the same place.
  std::vector<document> items;    ///< Of `object` and `array`.
};

/// Reads text as kubectl does: JSON when it begins with `{` or `[`, YAML otherwise. Nothing when
/// it is neither, is deeper than 64 levels, or uses YAML's anchors, tags or several documents.
std::optional<document> read_document(std::string_view text);

/// Reads YAML, which JSON is too, and says what is wrong with it: also more than `max_items`
/// values. Scalars of all types are `text`. Errors: `validation_failed` with the line, never a
/// value.
caf::expected<document> read_yaml_document(std::string_view text, std::size_t max_items);

} // namespace kubesage::policy
