#include "k8s/solutions/vocabulary.hpp"

#include "k8s/solutions/common_words.hpp"

#include <cstddef>
#include <string>
#include <unordered_set>

namespace kubesage::solutions {

namespace {

// The classifications of <cctype> depend on the locale.
bool is_upper(char x) {
  return x >= 'A' && x <= 'Z';
}

bool is_lower(char x) {
  return x >= 'a' && x <= 'z';
}

std::unordered_set<std::string_view> read_words() {
  std::unordered_set<std::string_view> words;
  for (std::size_t at = 0; at < common_words.size();) {
    const auto end = std::min(common_words.find_first_of(" \n", at), common_words.size());
    if (end > at)
      words.insert(common_words.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// The end of the word in camel case that begins at `begin`: `OOM` and `Killed` in `OOMKilled`.
std::size_t end_of_word(std::string_view term, std::size_t begin) {
  auto end = begin;
  while (end < term.size() && is_upper(term[end]))
    ++end;
  if (end > begin + 1 && end < term.size() && is_lower(term[end]))
    return end - 1;
  while (end < term.size() && is_lower(term[end]))
    ++end;
  return end;
}

} // namespace

bool is_common_word(std::string_view word) {
  static const auto words = read_words();
  std::string lower{word};
  for (char& x : lower)
    if (is_upper(x))
      x = static_cast<char>(x - 'A' + 'a');
  return words.contains(lower);
}

bool is_common_term(std::string_view term) {
  if (is_common_word(term))
    return true;
  for (std::size_t at = 0; at < term.size();) {
    const auto end = end_of_word(term, at);
    if (end == at || !is_common_word(term.substr(at, end - at)))
      return false;
    at = end;
  }
  return !term.empty();
}

} // namespace kubesage::solutions
