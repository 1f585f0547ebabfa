#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage::solutions {

/// One question to a chat model.
struct chat_question {
  std::string_view model;
  std::string_view instructions; ///< The system's message.
  std::string_view text;         ///< The user's.
  std::uint32_t max_tokens = 0;  ///< Of the answer.
  /// The names that newer models of OpenAI insist on; they take no temperature either.
  bool has_new_names = false;
};

/// The body of `POST …/chat/completions` that asks for a JSON object.
std::string write_question(const chat_question& asked);

/// What a server answered.
struct chat_answer {
  std::string content;                 ///< Of the first choice.
  std::optional<std::uint64_t> tokens; ///< Of prompt and answer, as `usage` says.
};

/// Nothing: it is not a chat completion.
std::optional<chat_answer> read_answer(std::string body);

/// Tokens that `question` and its answer need at most, by their bytes: three bytes of English or
/// JSON are more than a token.
std::uint64_t most_tokens(const chat_question& question);

} // namespace kubesage::solutions
