#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kubesage::analysis {

/// Text that stands in an arena: eight bytes, however long it is. Lives as long as the arena.
class text {
public:
  constexpr text() noexcept = default;

  [[nodiscard]] std::string_view view() const noexcept {
    if (at_ == nullptr)
      return {};
    std::uint32_t size = 0;
    std::memcpy(&size, at_, sizeof size);
    return {at_ + sizeof size, size};
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a text is used wherever a view is.
  operator std::string_view() const noexcept {
    return view();
  }
  [[nodiscard]] bool empty() const noexcept {
    return at_ == nullptr;
  }
  friend bool operator==(text left, text right) noexcept {
    return left.at_ == right.at_ || left.view() == right.view();
  }
  friend bool operator==(text left, std::string_view right) noexcept {
    return left.view() == right;
  }

private:
  friend class arena;
  explicit text(const char* at) noexcept : at_(at) {}
  const char* at_ = nullptr; // A 32-bit size and the bytes behind it; null: empty.
};

/// Memory that only grows and goes at once: what one page of objects is projected to.
/// Thread: one at a time.
class arena {
public:
  arena() = default;
  arena(arena&&) noexcept = default;
  arena& operator=(arena&&) noexcept = default;
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;
  ~arena() = default;

  /// A copy of `bytes`.
  text copy(std::string_view bytes);

  /// A copy of `values`.
  template <class T>
  std::span<const T> copy(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (values.empty())
      return {};
    char* at = allocate(values.size_bytes(), alignof(T));
    std::memcpy(at, values.data(), values.size_bytes());
    return {reinterpret_cast<const T*>(at), values.size()};
  }

  /// What the arena holds of the heap.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return bytes_;
  }

private:
  char* allocate(std::size_t size, std::size_t alignment);

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace kubesage::analysis
