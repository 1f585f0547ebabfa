#include "k8s/policy/basic_regex.hpp"
#include "k8s/policy/decide.hpp"
#include "k8s/policy/output_filter.hpp"
#include "policy_fixture.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include <gtest/gtest.h>
#include <unistd.h>

namespace kubesage::policy {
namespace {

std::string in_quotes(std::string_view text) {
  std::string result{'\''};
  for (const char x : text) {
    if (x == '\'')
      result += "'\\''";
    else
      result += x;
  }
  return result + '\'';
}

/// Runs the machine's own programs over a file.
class output_filter_test : public testing::Test {
protected:
  output_filter_test()
      : path_(std::filesystem::temp_directory_path()
              / ("kubesage-filter-" + std::to_string(::getpid()))) {}
  ~output_filter_test() override {
    std::filesystem::remove(path_);
  }

  void write(std::string_view text) const {
    std::ofstream{path_, std::ios::binary} << text;
  }

  /// What `line` prints for the file, and grep's status of the first program.
  [[nodiscard]] std::pair<std::string, int> shell(const std::string& line) const {
    const auto command =
        "export LC_ALL=C.UTF-8; cat " + in_quotes(path_.string()) + " | { " + line + "; } 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r"); // NOLINT(cert-env33-c): a test's own words
    std::string out;
    std::array<char, 4096> buffer{};
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      out.append(buffer.data(), n);
    const int status = ::pclose(pipe);
    return {out, WEXITSTATUS(status)};
  }

  std::filesystem::path path_;
};

/// Feeds `text` in chunks of at most `size`.
std::string filtered(const std::vector<output_filter>& filters, std::string_view text,
                     std::size_t size) {
  filter_chain chain{filters};
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += size)
    chain.feed(text.substr(i, size), out);
  chain.finish(out);
  return out;
}

std::string random_text(std::mt19937& random) {
  constexpr std::array words{"a",  "b",       "ab", "A", "Running", "pod-1", " ", "\n",
                             "\n", "\n",      "x*", ".", "[",       "-",     "é", "^",
                             "$",  "foo_bar", "1",  "+", "?",       "\\"};
  std::string text;
  for (auto left = random() % 60; left > 0; --left)
    text += words[random() % words.size()];
  return text;
}

std::string random_pattern(std::mt19937& random) {
  constexpr std::array parts{
      "a",   "b",    "A",    "ab",    "x",         ".",       "*",           "^",
      "$",   "[ab]", "[^a]", "[a-c]", "[]x]",      "\\.",     "\\*",         "\\(",
      "\\)", "\\|",  "\\+",  "\\?",   "\\{1,2\\}", "\\{2\\}", "[[:digit:]]", "[[:space:]]",
      "foo", "\\w",  "\\W",  "\\s",   "é",         "(",       "+",           "?",
      "{",   "[*.]", "-",    "\\<f",  "o\\>",      "1"};
  std::string pattern;
  for (auto left = random() % 6; left > 0; --left)
    pattern += parts[random() % parts.size()];
  return pattern;
}

TEST_F(output_filter_test, filters_as_head_tail_and_wc_do) {
  std::mt19937 random{20261125};
  for (int i = 0; i < 25; ++i) {
    const auto text = random_text(random);
    write(text);
    for (const std::string line :
         {"head -n 3", "tail -n 2", "wc -l", "head -n 0", "tail -n 0", "head -n 5 | tail -n 2",
          "tail -n 4 | head -n 1", "grep -v a | wc -l", "head"}) {
      const auto said = decide_line("get pods | " + line);
      const auto& filters = std::get<plan>(said).filters;
      const auto expected = shell(line).first;
      for (const std::size_t size : {1UL, 7UL, 4096UL})
        EXPECT_EQ(filtered(filters, text, size), expected) << line << " over " << text;
    }
  }
}

TEST_F(output_filter_test, matches_as_grep_does) {
  const auto seed = 7U;
  std::mt19937 random{seed};
  int compared = 0;
  for (int i = 0; i < 250; ++i) {
    auto text = random_text(random) + random_text(random);
    output_filter filter;
    filter.what = output_filter::kind::grep;
    filter.pattern = random_pattern(random);
    // The edge of a word beside a letter beyond ASCII is the one known difference.
    if (filter.pattern.find_first_of("<>") != std::string::npos)
      std::erase_if(text, [](char x) { return static_cast<unsigned char>(x) > 0x7f; });
    write(text);
    filter.ignores_case = random() % 3 == 0;
    filter.is_inverted = random() % 3 == 0;
    std::string flags;
    flags += filter.ignores_case ? " -i" : "";
    flags += filter.is_inverted ? " -v" : "";
    const auto [expected, status] = shell("grep" + flags + " -e " + in_quotes(filter.pattern));
    if (!is_basic_regex(filter.pattern))
      continue; // refused; grep may know more
    ASSERT_LT(status, 2) << "grep refuses what we take: " << filter.pattern << ": " << expected;
    ++compared;
    EXPECT_EQ(filtered({filter}, text, 5), expected)
        << "seed " << seed << flags << " -e " << filter.pattern << " over\n"
        << text;
  }
  EXPECT_GT(compared, 150);
}

TEST_F(output_filter_test, a_line_without_its_end_gets_one_from_grep_alone) {
  const std::vector<output_filter> all{{output_filter::kind::grep, 10, "b", false, false}};
  EXPECT_EQ(filtered(all, "a\nb", 1), "b\n");
  EXPECT_EQ(filtered({}, "a\nb", 1), "a\nb");
}

TEST_F(output_filter_test, head_tells_when_it_has_had_enough) {
  const std::vector<output_filter> filters{
      {output_filter::kind::head, 1, "", false, false},
      {output_filter::kind::count_lines, 10, "", false, false}};
  filter_chain chain{filters};
  std::string out;
  chain.feed("a", out);
  EXPECT_TRUE(chain.wants_more());
  chain.feed("\nb\n", out);
  EXPECT_FALSE(chain.wants_more());
  chain.finish(out);
  EXPECT_EQ(out, "1\n");
}

TEST_F(output_filter_test, tail_and_grep_keep_a_bounded_part) {
  const std::vector<output_filter> tail{{output_filter::kind::tail, 100'000, "", false, false}};
  const std::vector<output_filter> grep{{output_filter::kind::grep, 10, "x", false, false}};
  const std::string line(1U << 20U, 'x');
  for (const auto& filters : {tail, grep}) {
    filter_chain chain{filters};
    std::string out;
    for (int i = 0; i < 8; ++i)
      chain.feed(line + (i % 2 == 1 && &filters == &tail ? "\n" : ""), out);
    chain.finish(out);
    EXPECT_TRUE(chain.is_truncated());
    EXPECT_LE(out.size(), filter_chain::max_kept_bytes + 1);
  }
}

TEST_F(output_filter_test, refuses_patterns_that_are_none_or_need_too_much) {
  for (const std::string pattern :
       {"\\(", "\\)", "[", "[a", "a\\{2", "\\{1\\}", "\\", "\\1", "\\(a\\)\\1", "[[:foo:]]",
        "[[.a.]]", "[b-a]", "a\\{2000\\}", "\\(\\(a\\{1000\\}\\)\\{1000\\}\\)\\{1000\\}"})
    EXPECT_FALSE(is_basic_regex(pattern)) << pattern;
  for (const std::string pattern : {"", "a**", "*a", "\\(*a\\)", "a\\|b", "^a$", "a^b$c", "[]]"})
    EXPECT_TRUE(is_basic_regex(pattern)) << pattern;
}

} // namespace
} // namespace kubesage::policy
