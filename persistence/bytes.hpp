#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

/// Appends `value` with its highest byte first, so that byte order is number order.
template <class Unsigned>
void put_big_endian(std::string& out, Unsigned value) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((value >> shift) & 0xffU));
}

/// Appends the length of `text` (u32, big-endian) and its bytes. No two tuples of texts give the
/// same bytes, which plain concatenation cannot promise.
inline void put_prefixed(std::string& out, std::string_view text) {
  put_big_endian(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

/// Reads what the functions above wrote. Once a read goes past the end, `is_ok` stays false and
/// every further read gives a zero or an empty view. Borrows the bytes.
class byte_reader {
public:
  explicit byte_reader(std::string_view bytes) noexcept : rest_(bytes) {}

  template <class Unsigned>
  Unsigned take() noexcept {
    const auto bytes = take_bytes(sizeof(Unsigned));
    Unsigned value = 0;
    for (const char c : bytes)
      value = static_cast<Unsigned>((static_cast<std::uint64_t>(value) << 8U)
                                    | static_cast<unsigned char>(c));
    return value;
  }

  std::string_view take_bytes(std::size_t count) noexcept {
    if (!is_ok_ || count > rest_.size()) {
      is_ok_ = false;
      return {};
    }
    const auto bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view take_prefixed() noexcept {
    return take_bytes(take<std::uint32_t>());
  }

  /// For a value that the caller found to be impossible.
  void fail() noexcept {
    is_ok_ = false;
  }

  [[nodiscard]] bool is_ok() const noexcept {
    return is_ok_;
  }

  /// Whether everything was read and nothing is left over.
  [[nodiscard]] bool is_finished() const noexcept {
    return is_ok_ && rest_.empty();
  }

private:
  std::string_view rest_;
  bool is_ok_ = true;
};

} // namespace kubesage
