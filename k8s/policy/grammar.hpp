#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::policy {

/// What a flag's value may look like; read once from the table's short form, such as `bool`,
/// `enum:json|yaml`, `int:1..500`, `duration:1s..25s` or the name of a grammar.
class value_grammar {
public:
  /// Nothing when there is no such grammar, so that a table with a misspelt one does not load.
  static std::optional<value_grammar> parse(std::string_view text);

  /// Whether the flag takes `value`. A list flag is asked once for each use.
  [[nodiscard]] bool takes(std::string_view value) const;

  /// Whether a value may begin with `-`, as kubectl takes negative numbers.
  [[nodiscard]] bool takes_negative() const noexcept {
    return low_ < 0;
  }

  [[nodiscard]] std::string_view name() const noexcept {
    return name_;
  }
  [[nodiscard]] std::string_view text() const noexcept {
    return text_;
  }

private:
  using check = bool (*)(std::string_view);

  [[nodiscard]] bool takes_one_of(std::string_view value) const;

  std::string text_;
  std::string name_;
  std::vector<std::string> words_; ///< Of `enum`.
  std::int64_t low_ = 0;           ///< Of `int`; of `duration` in seconds.
  std::int64_t high_ = 0;
  check check_ = nullptr; ///< Of every other grammar.
};

// The checks that operands share with flags. None of them takes an empty text.
bool is_name(std::string_view text);      ///< `[a-z0-9]([a-z0-9.-]*[a-z0-9])?`, at most 253.
bool is_dns_label(std::string_view text); ///< The same without dots, at most 63.
bool is_label_key(std::string_view text);
bool is_label_value(std::string_view text); ///< Takes an empty text.
bool is_image(std::string_view text);
bool is_environment_name(std::string_view text);
bool is_path(std::string_view text, std::size_t limit); ///< No `..`, nothing but printable ASCII.

} // namespace kubesage::policy
