#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kubesage {

/// Overwrites `text`, its spare capacity included, so that the allocator gets nothing back.
inline void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

/// A token, a private key or key material. Move-only, wiped when it goes; it has no stream
/// operator, no formatter, no `inspect` and no conversion to a string, so it cannot be logged or
/// serialised. The bytes live in one heap block that is never reallocated, so moving leaves no copy
/// behind.
class secret {
public:
  secret() = default;

  /// Takes a copy of `text`; the caller wipes its own.
  explicit secret(std::string_view text) : size_(text.size()), data_(new char[size_ + 1]) {
    text.copy(data_.get(), size_); // takes an empty view without data, which memcpy must not get
    data_[size_] = '\0';
  }

  secret(secret&& other) noexcept
      : size_(std::exchange(other.size_, 0)), data_(std::move(other.data_)) {}

  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      clear();
      size_ = std::exchange(other.size_, 0);
      data_ = std::move(other.data_);
    }
    return *this;
  }

  secret(const secret&) = delete;
  secret& operator=(const secret&) = delete;

  ~secret() {
    clear();
  }

  /// Names the one place where the bytes leave the type, so that a reader can search for it.
  [[nodiscard]] std::string_view expose() const noexcept {
    return {data_.get(), size_};
  }

  [[nodiscard]] bool empty() const noexcept {
    return size_ == 0;
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return size_;
  }

private:
  void clear() noexcept {
    if (data_)
      explicit_bzero(data_.get(), size_);
    data_.reset();
    size_ = 0;
  }

  std::size_t size_ = 0;
  std::unique_ptr<char[]> data_; // NOLINT(modernize-avoid-c-arrays): one block that never grows
};

/// A secret that several owners read. Copying the handle copies no bytes.
using shared_secret = std::shared_ptr<const secret>;

inline shared_secret share(secret&& value) {
  return value.empty() ? nullptr : std::make_shared<const secret>(std::move(value));
}

} // namespace kubesage
