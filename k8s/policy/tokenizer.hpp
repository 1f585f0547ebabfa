#pragma once

#include "k8s/policy/plan.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kubesage::policy {

inline constexpr std::size_t max_command_bytes = 4096;
inline constexpr std::size_t max_words = 128;
inline constexpr std::size_t max_filters = 4;

/// A command cut into words. Quotes are gone, and `kubectl` in front too.
struct token_list {
  std::vector<std::string> words;
  std::vector<output_filter> filters;
};

/// Cuts a line as a shell would that has no variables, no globs and no commands: every unquoted
/// character that a shell reads in another way is refused, and so are controls and bad UTF-8.
std::variant<token_list, refusal> tokenize(std::string_view line);

/// The same checks for words that came apart; each is taken as it is, and none is a filter.
std::variant<token_list, refusal> take_words(std::span<const std::string> words);

} // namespace kubesage::policy
