#include "k8s/policy/tokenizer.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/filter_words.hpp"
#include "k8s/policy/refuse.hpp"
#include "k8s/policy/utf8.hpp"

#include <array>
#include <optional>
#include <utility>

namespace kubesage::policy {

namespace {

constexpr std::string_view shell_characters = ";|&<>(){}$*?~!#\\`";
constexpr std::string_view forbidden_in_double_quotes = "$`\\";
/// What a path such as `{.items[*].metadata.name}` may hold without quotes.
constexpr std::string_view path_characters = "{}()*?$";

constexpr std::array<std::string_view, 3> path_flags{"--output", "--sort-by", "--for"};

/// Whether the value of `flag`, a whole word, may hold a path: `-o`, `-Ao`, `--output`.
bool takes_path(std::string_view flag) {
  for (const auto each : path_flags)
    if (flag == each)
      return true;
  return flag.size() >= 2 && flag.size() <= 4 && flag[0] == '-' && flag[1] != '-'
         && flag.back() == 'o' && consists_of(flag.substr(1), "");
}

/// Whether the beginning of a word is that of a flag with its value, `--output=` or `-ojson`.
bool is_in_path(std::string_view word) {
  for (const auto each : path_flags)
    if (word.size() > each.size() && word.starts_with(each) && word[each.size()] == '=')
      return true;
  return word.starts_with("-o") && word.size() > 2;
}

refusal shell_character(char x) {
  return unparsable({&x, 1},
                    std::string{"There is no shell here: put '"} + x
                        + "' between single quotes, or leave it out.",
                    "syntax:shell");
}

class tokenizer {
public:
  explicit tokenizer(std::string_view line) : line_(line) {}

  /// Cuts the segments between unquoted `|`; the first is the command.
  std::optional<refusal> run(std::vector<std::vector<std::string>>& segments) {
    segments.emplace_back();
    std::optional<std::string> word; // none: between words
    for (std::size_t i = 0; i < line_.size(); ++i) {
      const char x = line_[i];
      if (x == ' ' || x == '|') {
        if (word)
          segments.back().push_back(std::move(*word));
        word.reset();
        if (x == '|')
          segments.emplace_back();
        continue;
      }
      if (!word)
        word.emplace();
      if (x == '\'' || x == '"') {
        if (auto fault = take_quoted(i, *word))
          return fault;
      } else if (shell_characters.find(x) == std::string_view::npos
                 || is_part_of_path(segments.back(), *word, i)) {
        *word += x;
      } else {
        return shell_character(x);
      }
    }
    if (word)
      segments.back().push_back(std::move(*word));
    return std::nullopt;
  }

private:
  /// Takes what stands between the quote at `i` and its end, where it leaves `i`.
  std::optional<refusal> take_quoted(std::size_t& i, std::string& word) const {
    const char quote = line_[i];
    const auto end = line_.find(quote, i + 1);
    if (end == std::string_view::npos)
      return unparsable("", std::string{"A quote "} + quote + " is not closed.", "syntax:quote");
    const auto inside = line_.substr(i + 1, end - i - 1);
    if (quote == '"') {
      const auto bad = inside.find_first_of(forbidden_in_double_quotes);
      if (bad != std::string_view::npos)
        return shell_character(inside[bad]);
    }
    word += inside;
    i = end;
    return std::nullopt;
  }

  /// Paths are written without quotes more often than not. `$(` and `${` stay refused.
  [[nodiscard]] bool is_part_of_path(const std::vector<std::string>& before, std::string_view word,
                                     std::size_t i) const {
    if (path_characters.find(line_[i]) == std::string_view::npos)
      return false;
    if (line_[i] == '$' && i + 1 < line_.size() && (line_[i + 1] == '(' || line_[i + 1] == '{'))
      return false;
    return is_in_path(word) || (!before.empty() && takes_path(before.back()));
  }

  std::string_view line_;
};

std::optional<refusal> check_characters(std::string_view text) {
  if (!is_plain_utf8(text))
    return unparsable("", "The command holds control characters or is not UTF-8.",
                      "syntax:characters");
  return std::nullopt;
}

/// Takes `kubectl` off, and counts.
std::variant<token_list, refusal> finish(token_list list) {
  if (!list.words.empty() && list.words.front() == "kubectl")
    list.words.erase(list.words.begin());
  if (list.words.empty())
    return unparsable("", "There is no command.", "syntax:empty");
  if (list.words.size() > max_words)
    return unparsable("", "The command has more than 128 words.", "syntax:words");
  return list;
}

refusal too_long() {
  return unparsable("", "The command is longer than 4096 bytes.", "syntax:length");
}

} // namespace

std::variant<token_list, refusal> tokenize(std::string_view line) {
  if (line.size() > max_command_bytes)
    return too_long();
  if (auto fault = check_characters(line))
    return std::move(*fault);
  std::vector<std::vector<std::string>> segments;
  if (auto fault = tokenizer{line}.run(segments))
    return std::move(*fault);
  if (segments.size() - 1 > max_filters)
    return unparsable("|", "At most 4 filters may follow a command.", "filter:count");
  token_list list;
  list.words = std::move(segments.front());
  for (std::size_t i = 1; i < segments.size(); ++i) {
    auto filter = read_filter(segments[i]);
    if (auto* fault = std::get_if<refusal>(&filter))
      return std::move(*fault);
    list.filters.push_back(std::get<output_filter>(std::move(filter)));
  }
  return finish(std::move(list));
}

std::variant<token_list, refusal> take_words(std::span<const std::string> words) {
  std::size_t bytes = 0;
  for (const auto& word : words) {
    bytes += word.size() + 1;
    if (bytes > max_command_bytes + 1)
      return too_long();
    if (auto fault = check_characters(word))
      return std::move(*fault);
  }
  token_list list;
  list.words.assign(words.begin(), words.end());
  return finish(std::move(list));
}

} // namespace kubesage::policy
