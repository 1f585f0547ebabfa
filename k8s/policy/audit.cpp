#include "k8s/policy/characters.hpp"
#include "k8s/policy/refuse.hpp"
#include "k8s/policy/write_argv.hpp"

#include <algorithm>
#include <array>

namespace kubesage::policy {

namespace {

constexpr std::string_view mask = "***";

std::string quoted(std::string_view word) {
  if (!word.empty() && consists_of(word, "-./_=:,@%+"))
    return std::string{word};
  std::string result{'\''};
  for (const char x : word) {
    if (x == '\'')
      result += "'\"'\"'"; // ends the quotes, one quote between double quotes, begins anew
    else
      result += x;
  }
  return result + '\'';
}

/// `KEY=***`.
std::string behind_equals(std::string_view word) {
  const auto mark = word.find('=');
  if (mark == std::string_view::npos)
    return std::string{word};
  return std::string{word.substr(0, mark + 1)} + std::string{mask};
}

std::string masked_value(std::string_view flag, std::string_view value) {
  constexpr std::array<std::string_view, 3> pairs{"from-literal", "env", "annotation"};
  if (flag == "patch" || looks_secret(value))
    return std::string{mask};
  if (std::find(pairs.begin(), pairs.end(), flag) != pairs.end())
    return behind_equals(value);
  return std::string{value};
}

std::string filter_words(const output_filter& filter) {
  switch (filter.what) {
  case output_filter::kind::head:
    return " | head -n " + std::to_string(filter.lines);
  case output_filter::kind::tail:
    return " | tail -n " + std::to_string(filter.lines);
  case output_filter::kind::count_lines:
    return " | wc -l";
  case output_filter::kind::grep:
    break;
  }
  std::string flags{"-"};
  if (filter.ignores_case)
    flags += 'i';
  if (filter.is_inverted)
    flags += 'v';
  flags += "e ";
  return " | grep " + flags
         + (looks_secret(filter.pattern) ? std::string{mask} : quoted(filter.pattern));
}

} // namespace

std::string quoted_line(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    if (!line.empty())
      line += ' ';
    line += quoted(word);
  }
  return line;
}

std::string masked_line(const policy_table& table, const plan& made) {
  auto flags = made.flags;
  for (auto& flag : flags)
    flag.value = masked_value(flag.name, flag.value);
  const bool has_values = made.verb == "set env" || made.verb == "annotate";
  auto arguments = made.arguments;
  for (auto& argument : arguments)
    argument = looks_secret(argument) ? std::string{mask}
               : has_values           ? behind_equals(argument)
                                      : argument;
  std::string line = "kubectl " + quoted_line(canonical_words(table, made, flags, arguments));
  for (const auto& filter : made.filters)
    line += filter_words(filter);
  return line;
}

} // namespace kubesage::policy
