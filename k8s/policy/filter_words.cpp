#include "k8s/policy/filter_words.hpp"

#include "k8s/policy/basic_regex.hpp"
#include "k8s/policy/characters.hpp"
#include "k8s/policy/refuse.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_lines = 100'000;
constexpr std::size_t max_pattern_bytes = 256;

refusal not_a_filter(std::string_view word) {
  return unparsable(word,
                    "Behind | only head -N, tail -N, grep [-i] [-v] PATTERN and wc -l are known.",
                    "filter:unknown");
}

std::optional<std::size_t> read_lines(std::string_view text) {
  std::size_t lines = 0;
  if (!is_number(text) || text.size() > 6)
    return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), lines);
  return lines <= max_lines ? std::optional{lines} : std::nullopt;
}

/// `-5`, `-n5`, `-n 5`, or nothing for ten.
std::variant<output_filter, refusal> read_head(output_filter::kind what,
                                               std::span<const std::string> words) {
  output_filter filter;
  filter.what = what;
  if (words.empty())
    return filter;
  std::string_view text = words[0];
  if (words.size() == 2 && text == "-n")
    text = words[1];
  else if (words.size() == 1 && text.starts_with("-n"))
    text.remove_prefix(2);
  else if (words.size() == 1 && text.starts_with('-'))
    text.remove_prefix(1);
  else
    return not_a_filter(words[0]);
  const auto lines = read_lines(text);
  if (!lines)
    return unparsable(words[0], "A count of lines is a number up to 100000.", "filter:lines");
  filter.lines = *lines;
  return filter;
}

/// Reads `-i`, `-v`, `-e` and bundles of them; false: something else.
bool read_grep_flags(std::string_view word, output_filter& filter, bool& takes_pattern) {
  for (const char x : word.substr(1)) {
    if (takes_pattern) // `-eP`: the pattern is glued on, which nobody needs
      return false;
    if (x == 'i')
      filter.ignores_case = true;
    else if (x == 'v')
      filter.is_inverted = true;
    else if (x == 'e')
      takes_pattern = true;
    else
      return false;
  }
  return true;
}

std::variant<output_filter, refusal> read_grep(std::span<const std::string> words) {
  output_filter filter;
  filter.what = output_filter::kind::grep;
  std::optional<std::string> pattern;
  bool takes_pattern = false;
  for (const auto& word : words) {
    if (takes_pattern || word.size() < 2 || word.front() != '-') {
      if (pattern)
        return not_a_filter(word);
      pattern = word;
      takes_pattern = false;
    } else if (!read_grep_flags(word, filter, takes_pattern)) {
      return not_a_filter(word);
    }
  }
  if (!pattern || takes_pattern)
    return unparsable("grep", "grep needs one pattern.", "filter:pattern");
  if (pattern->size() > max_pattern_bytes || !is_basic_regex(*pattern))
    return unparsable("grep", "The pattern is no basic regular expression of at most 256 bytes.",
                      "filter:pattern");
  filter.pattern = std::move(*pattern);
  return filter;
}

} // namespace

std::variant<output_filter, refusal> read_filter(std::span<const std::string> words) {
  if (words.empty())
    return unparsable("|", "A filter is missing behind |.", "filter:missing");
  const std::string_view program = words.front();
  const auto rest = words.subspan(1);
  if (program == "head")
    return read_head(output_filter::kind::head, rest);
  if (program == "tail")
    return read_head(output_filter::kind::tail, rest);
  if (program == "grep")
    return read_grep(rest);
  if (program == "wc" && rest.size() == 1 && rest[0] == "-l") {
    output_filter filter;
    filter.what = output_filter::kind::count_lines;
    return filter;
  }
  return not_a_filter(program);
}

} // namespace kubesage::policy
