#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage::solutions {

/// The words of one problem that stay here, and what stands for them in a prompt: `pod-4f09c1`. A
/// stand-in is made from the user's key, the category and the word's place among those of its
/// category, never from the word itself. So it tells nothing about the word, not even to somebody
/// who can guess it, and problems that differ in their names alone have the same prompt.
/// Thread: one at a time.
class pseudonyms {
public:
  /// `key`: the user's own, any bytes.
  explicit pseudonyms(std::string key) : key_(std::move(key)) {}

  /// What stands for `original` from now on; the category (lower-case letters) of its first use
  /// stays.
  const std::string& stand_in(std::string_view category, std::string_view original);

  /// `text` with the originals back in. Nothing: it holds something that looks like a stand-in and
  /// is none.
  [[nodiscard]] std::optional<std::string> put_back(std::string_view text) const;

  /// Whether `word` has a stand-in.
  [[nodiscard]] bool has(std::string_view word) const {
    return by_original_.contains(word);
  }
  [[nodiscard]] bool is_stand_in(std::string_view word) const {
    return by_stand_in_.contains(word);
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return by_original_.size();
  }

private:
  [[nodiscard]] std::string make(std::string_view category) const;

  std::string key_;
  std::map<std::string, std::string, std::less<>> by_original_;
  std::map<std::string, std::string, std::less<>> by_stand_in_;
  std::map<std::string, std::size_t, std::less<>> used_; // Words of each category.
};

/// Whether `word` has the form of a stand-in: letters, a hyphen and six hexadecimal digits of which
/// one at least is a digit.
bool looks_like_stand_in(std::string_view word);

} // namespace kubesage::solutions
