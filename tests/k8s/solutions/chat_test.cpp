#include "k8s/solutions/chat_client.hpp"
#include "k8s/solutions/chat_endpoint.hpp"
#include "k8s/solutions/chat_message.hpp"
#include "messages/error.hpp"

#include <gmock/gmock.h>

namespace kubesage::solutions {
namespace {

TEST(chat_endpoint_test, reads_base_urls_as_other_clients_do) {
  for (const auto& [url, target] : std::vector<std::pair<std::string, std::string>>{
           {"https://api.openai.com/v1", "/v1/chat/completions"},
           {"https://api.openai.com/v1/", "/v1/chat/completions"},
           {"https://api.openai.com", "/v1/chat/completions"},
           {"https://api.openai.com/", "/v1/chat/completions"},
           {"https://gate.example/llm/openai/v1", "/llm/openai/v1/chat/completions"},
           {"https://gate.example/v1/chat/completions", "/v1/chat/completions"},
           {"http://localhost:11434/v1", "/v1/chat/completions"},
           {"http://127.0.0.1:8000", "/v1/chat/completions"},
           {"http://[::1]:8000/v1", "/v1/chat/completions"},
       }) {
    const auto made = parse_chat_endpoint(url, false);
    ASSERT_TRUE(made) << url << ": " << detail_of(made.error());
    EXPECT_EQ(made->target, target) << url;
    EXPECT_TRUE(made->url.base_path.empty()) << url;
  }
}

TEST(chat_endpoint_test, http_is_for_this_machine_unless_it_is_allowed) {
  for (const auto* url :
       {"http://10.0.0.1/v1", "http://model.example/v1", "http://127.example/v1"}) {
    EXPECT_FALSE(parse_chat_endpoint(url, false)) << url;
    EXPECT_TRUE(parse_chat_endpoint(url, true)) << url;
  }
  EXPECT_TRUE(parse_chat_endpoint("http://localhost/v1", false)->loopback_only);
  EXPECT_FALSE(parse_chat_endpoint("https://localhost/v1", false)->loopback_only);
}

TEST(chat_endpoint_test, refuses_what_is_no_base_url) {
  for (const auto* url : {"", "api.openai.com", "ftp://x/v1", "https://user:pw@x/v1",
                          "https://x/v1?a=b", "https://x/v1#a", "https://x/a/../b"})
    EXPECT_FALSE(parse_chat_endpoint(url, true)) << url;
}

TEST(chat_message_test, reads_content_and_tokens) {
  const auto made = read_answer(R"({"choices":[{"message":{"content":"x"}}],)"
                                R"("usage":{"prompt_tokens":3,"completion_tokens":4}})");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->content, "x");
  EXPECT_EQ(made->tokens, 7U);
}

TEST(chat_message_test, a_count_that_cannot_be_is_none) {
  for (const std::string usage : {"{}", "null", R"({"prompt_tokens":-3,"completion_tokens":4})",
                                  R"({"prompt_tokens":0,"completion_tokens":0})",
                                  R"({"prompt_tokens":99999999999,"completion_tokens":4})",
                                  R"({"prompt_tokens":1.5,"completion_tokens":4})"}) {
    const auto made =
        read_answer(R"({"choices":[{"message":{"content":"x"}}],"usage":)" + usage + "}");
    ASSERT_TRUE(made) << usage;
    EXPECT_FALSE(made->tokens) << usage;
  }
}

TEST(chat_client_test, a_key_that_would_break_the_header_is_refused) {
  runtime threads{1};
  chat_client_config config;
  config.where = *parse_chat_endpoint("https://api.openai.com/v1", false);
  config.api_key = share(secret{"a\r\nX: y"});
  EXPECT_FALSE(chat_client::make(threads, threads.context(0), config));
}

} // namespace
} // namespace kubesage::solutions
