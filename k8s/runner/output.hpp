#pragma once

#include "messages/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kubesage::k8s {

/// Replaces a secret in a stream of text, also where it lies across the borders of chunks. It holds
/// back what may be the secret's beginning. Secrets of fewer than four bytes are left alone.
class secret_mask {
public:
  explicit secret_mask(shared_secret hidden);
  secret_mask(secret_mask&&) = default;
  secret_mask& operator=(secret_mask&&) = default;
  secret_mask(const secret_mask&) = delete;
  secret_mask& operator=(const secret_mask&) = delete;
  ~secret_mask();

  /// Returns what of `chunk` and of what was held back may be shown.
  std::string add(std::string_view chunk);
  /// Returns what is still held back, which is no secret.
  std::string finish();

private:
  shared_secret hidden_;
  std::string held_;
};

/// Makes valid UTF-8 of a stream of bytes: every byte that belongs to no character becomes U+FFFD.
class utf8_repair {
public:
  std::string add(std::string_view chunk);
  std::string finish(); ///< A character that never ended becomes U+FFFD.

private:
  std::string held_; // At most three bytes of one character.
};

/// Collects one stream of a child up to a bound: masked, repaired, counted.
class output_collector {
public:
  output_collector(std::size_t limit, shared_secret hidden);

  /// Takes what was read; returns what of it is new to the collected text.
  std::string add(std::string_view chunk);
  /// Takes the end; returns the rest.
  std::string finish();

  [[nodiscard]] const std::string& text() const noexcept {
    return text_;
  }
  std::string take() noexcept {
    return std::move(text_);
  }
  [[nodiscard]] bool is_truncated() const noexcept {
    return is_truncated_;
  }
  /// All bytes that were read, those that were dropped too.
  [[nodiscard]] std::uint64_t seen() const noexcept {
    return seen_;
  }

private:
  std::string keep(std::string piece);

  std::size_t limit_;
  secret_mask mask_;
  utf8_repair repair_;
  std::string text_;
  std::uint64_t seen_ = 0;
  bool is_truncated_ = false;
};

/// Makes kubectl's error text fit for its user: a crash of Go becomes one sentence, klog's prefixes
/// and repetitions go, and so do the paths of the sandbox.
std::string clean_error_text(std::string_view text);

} // namespace kubesage::k8s
