#include "k8s/solutions/chat_message.hpp"

#include "http/wire/json.hpp"
#include "http/wire/request_json.hpp"

#include <utility>

namespace kubesage::solutions {

namespace dom = simdjson::dom;

namespace {

std::optional<std::uint64_t> read_usage(dom::element root) {
  // Nobody's answer has more: such a number is a mistake, or meant to spend the budget.
  constexpr std::uint64_t most = 10'000'000;
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  dom::element usage;
  if (root["usage"].get(usage) != simdjson::SUCCESS
      || usage["prompt_tokens"].get(asked) != simdjson::SUCCESS
      || usage["completion_tokens"].get(answered) != simdjson::SUCCESS || asked > most
      || answered > most || asked + answered == 0)
    return std::nullopt;
  return asked + answered;
}

} // namespace

std::string write_question(const chat_question& asked) {
  std::string body;
  json_writer json{body};
  json.open_object().field("model", asked.model);
  json.key("messages").open_array();
  json.open_object().field("role", "system").field("content", asked.instructions).close_object();
  json.open_object().field("role", "user").field("content", asked.text).close_object();
  json.close_array();
  json.key("response_format").open_object().field("type", "json_object").close_object();
  if (!asked.has_new_names)
    json.field("temperature", 0);
  json.field(asked.has_new_names ? "max_completion_tokens" : "max_tokens",
             std::uint64_t{asked.max_tokens});
  json.field("stream", false).close_object();
  return body;
}

std::optional<chat_answer> read_answer(std::string body) {
  const auto document = json_document::parse(std::move(body));
  if (!document)
    return std::nullopt;
  dom::array choices;
  std::string_view content;
  if (document->root()["choices"].get(choices) != simdjson::SUCCESS || choices.size() == 0
      || choices.at(0)["message"]["content"].get(content) != simdjson::SUCCESS)
    return std::nullopt;
  return chat_answer{std::string{content}, read_usage(document->root())};
}

std::uint64_t most_tokens(const chat_question& question) {
  constexpr std::uint64_t bytes_per_token = 3;
  constexpr std::uint64_t frame = 64;
  return (question.instructions.size() + question.text.size()) / bytes_per_token + frame
         + question.max_tokens;
}

} // namespace kubesage::solutions
