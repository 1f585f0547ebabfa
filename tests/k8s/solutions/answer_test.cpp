#include "k8s/solutions/answer.hpp"

#include <gtest/gtest.h>

namespace kubesage::solutions {
namespace {

class answer_test : public ::testing::Test {
protected:
  answer_test() {
    pod_ = hidden_.stand_in("pod", "web-7d9f-x");
  }

  [[nodiscard]] std::string answer(const std::string& detail = "It ends too soon.",
                                   const std::string& more = {}) const {
    return R"({"solution_summary":"Look at )" + pod_ + R"(","detailed_solution":")" + detail
           + R"(","remediation_steps":[{"action_type":"MANUAL_CHECK","description":"Check it.",)"
           + R"("command":"","expected_outcome":"It runs."}],"confidence_score":0.5,)"
           + R"("estimated_time_mins":10)" + more + "}";
  }

  std::string why_not(const std::string& content) const {
    std::string why;
    EXPECT_FALSE(parse_answer(content, hidden_, &why)) << content;
    return why;
  }

  pseudonyms hidden_{"key"};
  std::string pod_;
};

TEST_F(answer_test, takes_what_was_asked_for) {
  std::string why;
  const auto made = parse_answer(answer("First line.\\nSecond\\tline."), hidden_, &why);
  ASSERT_TRUE(made) << why;
  EXPECT_EQ(made->detail, "First line. Second line.");
  EXPECT_EQ(made->source, analysis::solution_source::llm);
  EXPECT_EQ(made->steps.at(0).step_id, 1);
  EXPECT_EQ(put_back(*made, hidden_)->summary, "Look at web-7d9f-x");
  EXPECT_TRUE(parse_answer(answer("x", R"(,"additional_notes":"None.")"), hidden_));
}

TEST_F(answer_test, refuses_what_is_not_the_object_that_was_asked_for) {
  for (const auto& content : {
           std::string{},
           std::string{"null"},
           std::string{"[]"},
           std::string{"{}"},
           std::string{"Sure! Here it is: {}"},
           "```json\n" + answer() + "\n```",
           answer() + answer(),
           answer("x", R"(,"confidence_score":0.6)"),
           answer("x", R"(,"extra":1)"),
           std::string{"\xff\xfe"},
           std::string(100, '[') + std::string(100, ']'),
           answer(std::string(4'000, 'x')),
           std::string(200'000, ' '),
       })
    EXPECT_FALSE(why_not(content).empty());
}

TEST_F(answer_test, refuses_fields_beyond_their_bounds) {
  const auto replaced = [this](const std::string& from, const std::string& to) {
    auto content = answer();
    content.replace(content.find(from), from.size(), to);
    return content;
  };
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"0.5", "1.5"},
           {"0.5", "-1"},
           {"0.5", "\"high\""},
           {"0.5", "null"},
           {":10", ":-1"},
           {":10", ":1e9"},
           {":10", ":99999999"},
           {"MANUAL_CHECK", "RUN_SHELL"},
           {"\"It runs.\"", "null"},
           {"\"It runs.\"", "[]"},
           {"\"Check it.\"", "\"  \""},
           {"[{", "[1,{"},
           {"\"command\":\"\"", "\"command\":\"" + std::string(600, 'k') + "\""},
       })
    why_not(replaced(from, to));
  const auto content = answer();
  const auto step = content.substr(content.find("[{") + 1, content.find("}]") - content.find("[{"));
  std::string many = step;
  for (int i = 0; i < 10; ++i)
    many += "," + step;
  why_not(replaced(step, many));
  why_not(replaced(step, ""));
}

TEST_F(answer_test, refuses_prose_with_markup_links_or_commands) {
  for (const auto* text : {"See https://evil.example/x",
                           "see www.evil.example",
                           "see evil.example/x",
                           "mail a@b.cd",
                           "**bold**",
                           "`code`",
                           "<b>x</b>",
                           "<script>",
                           "[text](x)",
                           "Run kubectl delete ns now",
                           "KUBECTL get",
                           "curl it",
                           "use rm -rf /",
                           "a && b",
                           "x | sh",
                           "# Title",
                           "zero\xE2\x80\x8Bwidth",
                           "right\xE2\x80\xAEleft",
                           "c\xD0\xB0t",
                           "bell \\u0007",
                           "&lt;b"})
    why_not(answer(text));
}

TEST_F(answer_test, refuses_names_that_are_in_no_evidence) {
  for (const std::string text :
       {"Restart deployment/frontend", "Delete web-7d9f-q", "Look at pod-12ab34",
        "the 'frontend' deployment", "the \\\"billing\\\" service", "namespace prod-2",
        "frontend.prod.svc", "the billing-api", "the pod frontend", "a service called billing"})
    why_not(answer(text));
  for (const std::string& text :
       {std::string{"The pod's container isn't ready (exit code 137), i.e. it ran out of memory"},
        std::string{"Set resources.limits.memory to 512Mi and spec.replicas to 3"},
        std::string{"Wait 5-10 minutes"}, std::string{"the 'Ready' condition"},
        std::string{"A read-only, 30-second check; and/or more"},
        "deployment/" + std::string{pod_}})
    EXPECT_TRUE(parse_answer(answer(text), hidden_)) << text;
}

TEST_F(answer_test, an_original_brings_no_markup_back) {
  for (const auto* original : {"http://evil.example/x", "<script>", "`x`", "a\x1b[0m"}) {
    pseudonyms hidden{"key"};
    const auto word = hidden.stand_in("value", original);
    analysis::solution masked;
    masked.summary = "Look at " + word;
    EXPECT_FALSE(put_back(masked, hidden)) << original;
  }
}

} // namespace
} // namespace kubesage::solutions
