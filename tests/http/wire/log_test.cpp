#include "http/wire/log.hpp"
#include "messages/secret.hpp"

#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

static_assert(!std::is_constructible_v<log_field, std::string_view, secret>);
static_assert(!std::is_constructible_v<log_field, std::string_view, const secret&>);
static_assert(!std::is_constructible_v<log_field, std::string_view, shared_secret>);
static_assert(!std::is_constructible_v<log_field, std::string_view, double>);

class log_test : public testing::Test {
protected:
  void TearDown() override {
    stop_log();
  }

  void start(log_format format = log_format::json, log_level level = log_level::info) {
    start_log({level, format, 1024, [this](std::string_view line) {
                 const std::lock_guard lock{mutex_};
                 lines_.emplace_back(line);
               }});
  }

  // Stopping writes everything that waits.
  std::vector<std::string> finish() {
    stop_log();
    const std::lock_guard lock{mutex_};
    return lines_;
  }

private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

TEST_F(log_test, writes_one_json_object_per_record_with_typed_fields_in_order) {
  start();
  logger{"edge"}.info("request", {{"route", "/clusters"}, {"status", 200}, {"is_new", true}});
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(
      lines[0],
      MatchesRegex(R"(\{"ts":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z","level":"info",)"
                   R"("msg":"request","logger":"edge","route":"/clusters","status":200,)"
                   R"("is_new":true\})"
                   "\n"));
}

TEST_F(log_test, escapes_what_would_break_a_line) {
  start();
  log_line(log_level::warn, "a\"b\\c\nd", {{"k\n", std::string{"\x01\r"}}});
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"("msg":"a\"b\\c\nd")"));
  EXPECT_EQ(lines[0].find('\n'), lines[0].size() - 1);
  EXPECT_EQ(lines[0].find('\r'), std::string::npos);
}

TEST_F(log_test, repairs_text_that_is_not_utf8) {
  start();
  log_line(log_level::info, "x\xff\xfey");
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("\xef\xbf\xbd"));
  EXPECT_EQ(lines[0].find('\xff'), std::string::npos);
}

TEST_F(log_test, keeps_large_numbers_exact) {
  start();
  log_line(log_level::info, "n", {{"low", std::numeric_limits<std::int64_t>::min()}});
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr(R"("low":-9223372036854775808)"));
}

TEST_F(log_test, drops_what_is_below_the_level_and_obeys_a_change) {
  start(log_format::json, log_level::warn);
  log_line(log_level::info, "one");
  set_log_level(log_level::debug);
  EXPECT_TRUE(is_logged(log_level::debug));
  log_line(log_level::debug, "two");
  set_log_level(log_level::off);
  log_line(log_level::error, "three");
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("two"));
}

TEST_F(log_test, writes_for_people_in_the_console_format) {
  start(log_format::console);
  logger{"store"}.error("cannot\nwrite", {{"path", "a b"}, {"left", 3}});
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], EndsWith(" error [store] cannot\\nwrite path=\"a b\" left=3\n"));
}

TEST_F(log_test, redacts_on_the_way_out) {
  start();
  log_line(log_level::error, "upstream said Authorization: Bearer abc.def",
           {{"pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n"}});
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], Not(HasSubstr("abc.def")));
  EXPECT_THAT(lines[0], Not(HasSubstr("MIIE")));
  EXPECT_THAT(lines[0], EndsWith("\"}\n"));
}

TEST_F(log_test, takes_lines_from_many_threads_without_mixing_them) {
  start();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      for (int i = 0; i < 100; ++i)
        logger{"many"}.info("line", {{"thread", t}, {"number", i}});
    });
  for (auto& thread : threads)
    thread.join();
  const auto lines = finish();
  ASSERT_EQ(lines.size(), 400U);
  for (const auto& line : lines)
    EXPECT_THAT(line, EndsWith("}\n"));
}

TEST_F(log_test, drops_the_oldest_lines_when_the_queue_is_full_and_counts_them) {
  std::mutex gate;
  std::condition_variable opened;
  bool is_entered = false;
  bool is_open = false;
  std::vector<std::string> lines;
  start_log({log_level::info, log_format::json, 4, [&](std::string_view line) {
               std::unique_lock lock{gate};
               is_entered = true;
               opened.notify_all();
               opened.wait(lock, [&] { return is_open; });
               lines.emplace_back(line);
             }});
  log_line(log_level::info, "first");
  {
    std::unique_lock lock{gate};
    opened.wait(lock, [&] { return is_entered; });
  }
  for (int i = 0; i < 10; ++i)
    log_line(log_level::info, "later", {{"number", i}});
  EXPECT_EQ(dropped_log_lines(), 6U);
  {
    const std::lock_guard lock{gate};
    is_open = true;
  }
  opened.notify_all();
  stop_log();
  ASSERT_GE(lines.size(), 2U);
  EXPECT_THAT(lines.front(), HasSubstr("first"));
  EXPECT_THAT(lines.back(), HasSubstr(R"("number":9)"));
}

TEST_F(log_test, reads_the_names_of_levels_and_formats) {
  EXPECT_EQ(log_level_from("warn"), log_level::warn);
  EXPECT_EQ(log_level_from("WARN"), std::nullopt);
  EXPECT_EQ(log_format_from("console"), log_format::console);
  EXPECT_EQ(log_format_from("xml"), std::nullopt);
}

struct redaction {
  const char* line;
  const char* clean;
};

class redact_test : public testing::TestWithParam<redaction> {};

TEST_P(redact_test, leaves_no_secret) {
  std::string line = GetParam().line;
  redact(line);
  EXPECT_EQ(line, GetParam().clean);
}

INSTANTIATE_TEST_SUITE_P(
    shapes, redact_test,
    testing::Values(
        redaction{"nothing here", "nothing here"}, redaction{"", ""},
        redaction{"Bearer x", "Bearer [redacted]"},
        redaction{R"({"h":"authorization: bearer s3cr3t-token","n":1})",
                  R"({"h":"authorization: bearer [redacted]","n":1})"},
        redaction{R"({"h":"Bearer a\"b\nnext"})", R"({"h":"Bearer [redacted]\nnext"})"},
        redaction{"A valid bearer token is required", "A valid bearer token is required"},
        redaction{"Bearer", "Bearer"}, redaction{"Bearer ", "Bearer "},
        redaction{"t=eyJhbGciOi.eyJzdWIi.c2ln-_x end", "t=[redacted] end"},
        redaction{"eyJhbGciOi.eyJzdWIi", "eyJhbGciOi.eyJzdWIi"}, redaction{"eyJ", "eyJ"},
        redaction{"two ksg_aB3 and ksg_C-d_4.", "two [redacted] and [redacted]."},
        redaction{"ksg_ alone", "ksg_ alone"},
        redaction{R"(k: -----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n.)",
                  R"(k: [redacted]\n.)"},
        redaction{R"({"k":"-----BEGIN EC PRIVATE KEY-----\nAA","n":1})",
                  R"({"k":"[redacted]","n":1})"},
        redaction{"-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----"}));

} // namespace
} // namespace kubesage
