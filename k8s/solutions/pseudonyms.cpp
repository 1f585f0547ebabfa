#include "k8s/solutions/pseudonyms.hpp"

#include <algorithm>
#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace kubesage::solutions {

namespace {

constexpr std::size_t suffix_digits = 6;

bool is_digit(char x) {
  return x >= '0' && x <= '9';
}

bool is_letter(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
}

bool is_hex(char x) {
  return is_digit(x) || (x >= 'a' && x <= 'f');
}

bool is_word_part(char x) {
  return is_digit(x) || is_letter(x) || x == '-';
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& x : result)
    if (x >= 'A' && x <= 'Z')
      x = static_cast<char>(x - 'A' + 'a');
  return result;
}

std::string suffix(std::string_view key, std::string_view input) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(input.data()), input.size(), mac.data(), &size);
  std::string text;
  for (std::size_t i = 0; text.size() < suffix_digits; ++i) {
    text += digits[mac[i] >> 4U];
    text += digits[mac[i] & 0xFU];
  }
  return text;
}

} // namespace

bool looks_like_stand_in(std::string_view word) {
  const auto dash = word.rfind('-');
  if (dash == std::string_view::npos || dash == 0)
    return false;
  const auto digits = word.substr(dash + 1);
  return digits.size() == suffix_digits && std::all_of(digits.begin(), digits.end(), is_hex)
         && std::any_of(digits.begin(), digits.end(), is_digit);
}

std::string pseudonyms::make(std::string_view category) const {
  const auto at = used_.find(category);
  const auto place = std::to_string(at == used_.end() ? 0 : at->second);
  // Six digits may meet by chance, and must not be letters alone.
  for (int attempt = 0;; ++attempt) {
    auto made = std::string{category} + '-'
                + suffix(key_, std::string{category} + '/' + place + '/' + std::to_string(attempt));
    if (looks_like_stand_in(made) && !by_stand_in_.contains(made) && !by_original_.contains(made))
      return made;
  }
}

const std::string& pseudonyms::stand_in(std::string_view category, std::string_view original) {
  if (const auto known = by_original_.find(original); known != by_original_.end())
    return known->second;
  auto made = make(category);
  ++used_[std::string{category}];
  by_stand_in_.emplace(made, original);
  return by_original_.emplace(original, std::move(made)).first->second;
}

std::optional<std::string> pseudonyms::put_back(std::string_view text) const {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size() && is_word_part(text[end]))
      ++end;
    if (end == at) {
      result += text[at++];
      continue;
    }
    const auto word = text.substr(at, end - at);
    // Models begin sentences with capitals.
    const auto small = lower(word);
    if (const auto known = by_stand_in_.find(small); known != by_stand_in_.end())
      result += known->second;
    else if (looks_like_stand_in(small))
      return std::nullopt;
    else
      result += word;
    at = end;
  }
  return result;
}

} // namespace kubesage::solutions
