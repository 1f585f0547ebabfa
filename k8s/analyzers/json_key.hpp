#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include <simdjson.h>

namespace kubesage::analysis {

namespace od = simdjson::ondemand;

/// The name of a member as it stands in the text. Names that are asked for have no escapes.
class json_key {
public:
  explicit json_key(od::raw_json_string raw) : raw_(raw.raw()) {}

  template <std::size_t Size>
  bool operator==(const char (&name)[Size]) const noexcept {
    // May look beyond the end of the text, but not of its padding.
    static_assert(Size <= simdjson::SIMDJSON_PADDING);
    return std::memcmp(raw_, static_cast<const char*>(name), Size - 1) == 0
           && raw_[Size - 1] == '"';
  }

  /// Escapes stay as they are.
  [[nodiscard]] std::string_view text() const noexcept {
    std::size_t size = 0;
    while (raw_[size] != '"')
      size += raw_[size] == '\\' ? 2 : 1;
    return {raw_, size};
  }

private:
  const char* raw_;
};

} // namespace kubesage::analysis
