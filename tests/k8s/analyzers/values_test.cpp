#include "k8s/analyzers/cron.hpp"
#include "k8s/analyzers/object_reader.hpp"
#include "k8s/analyzers/paths.hpp"
#include "k8s/analyzers/quantity.hpp"
#include "k8s/analyzers/release.hpp"
#include "k8s/analyzers/words.hpp"

#include <string>

#include <gtest/gtest.h>

namespace kubesage::analysis {
namespace {

std::string next(std::string_view schedule, std::string_view from) {
  const auto parsed = cron_schedule::parse(schedule);
  if (!parsed)
    return "no schedule";
  const auto due = parsed->next_after(parse_time(from));
  return due ? to_text(*due) : "never";
}

TEST(cron_test, computes_the_next_time) {
  const auto* from = "2026-06-01T12:00:00Z"; // A Monday.
  EXPECT_EQ(next("*/5 * * * *", from), "2026-06-01T12:05:00Z");
  EXPECT_EQ(next("0 12 * * *", from), "2026-06-02T12:00:00Z");
  EXPECT_EQ(next("30 11-13 * * *", from), "2026-06-01T12:30:00Z");
  EXPECT_EQ(next("0 0 * * sun", from), "2026-06-07T00:00:00Z");
  EXPECT_EQ(next("0 0 31 * *", from), "2026-07-31T00:00:00Z");
  EXPECT_EQ(next("0 0 29 2 *", from), "2028-02-29T00:00:00Z");
  EXPECT_EQ(next("0 0 30 2 *", from), "never");
  EXPECT_EQ(next("@yearly", from), "2027-01-01T00:00:00Z");
  EXPECT_EQ(next("@every 90m", from), "2026-06-01T13:30:00Z");
  EXPECT_EQ(next("5/20 * * * *", from), "2026-06-01T12:05:00Z");
}

TEST(cron_test, of_day_of_month_and_day_of_week_one_is_enough) {
  EXPECT_EQ(next("0 0 13 * fri", "2026-06-01T12:00:00Z"), "2026-06-05T00:00:00Z");
  EXPECT_EQ(next("0 0 */1 * fri", "2026-06-01T12:00:00Z"), "2026-06-05T00:00:00Z");
}

TEST(quantity_test, reads_every_form) {
  EXPECT_DOUBLE_EQ(*parse_quantity("1500m"), 1.5);
  EXPECT_DOUBLE_EQ(*parse_quantity("2Gi"), 2147483648.0);
  EXPECT_DOUBLE_EQ(*parse_quantity("1e3"), 1000);
  EXPECT_DOUBLE_EQ(*parse_quantity("1E"), 1e18);
  EXPECT_DOUBLE_EQ(*parse_quantity("+.5k"), 500);
  EXPECT_DOUBLE_EQ(*parse_quantity("0"), 0);
  for (const auto* text : {"", "x", "1x", "1 Gi", "Gi", "--1"})
    EXPECT_FALSE(parse_quantity(text)) << text;
}

TEST(time_test, reads_what_the_api_server_writes) {
  EXPECT_EQ(to_text(parse_time("2026-02-28T23:59:59Z")), "2026-02-28T23:59:59Z");
  EXPECT_EQ(parse_time("2026-02-28T23:59:59.123456Z"), parse_time("2026-02-28T23:59:59Z"));
  for (const auto* text :
       {"", "2026-02-30T00:00:00Z", "2026-02-28 00:00:00Z", "2026-02-28T00:00:00",
        "2026-x2-28T00:00:00Z", "yesterday, that is long ago"})
    EXPECT_EQ(parse_time(text), no_moment) << text;
}

TEST(release_test, reads_versions_and_knows_their_end) {
  EXPECT_EQ(parse_release("v1.29.3-eks-adc7111")->minor, 29);
  EXPECT_EQ(parse_release("1.30+")->minor, 30);
  for (const auto* text : {"", "v", "v1", "v1.", "vx.1", "v1.x"})
    EXPECT_FALSE(parse_release(text)) << text;
  EXPECT_EQ(to_text(*end_of_support({1, 31})), "2025-11-12T00:00:00Z");
  EXPECT_EQ(*end_of_support({1, 20}), *end_of_support({1, 27}));
  EXPECT_FALSE(end_of_support({1, 99}));
}

TEST(words_test, remember_names_once_and_keep_quotes_on_one_line) {
  const words said{"Pod ", name("web"),  " and ", name("web"),
                   " of ", name("shop"), ": ",    quote("a\nb\x1B[31m")};
  EXPECT_EQ(said.text, "Pod web and web of shop: a b [31m");
  EXPECT_EQ(said.names, (std::vector<std::string>{"web", "shop"}));
  const std::string umlauts = [] {
    std::string text;
    for (int i = 0; i < 400; ++i)
      text += "ä";
    return text;
  }();
  const words cut{quote(umlauts)};
  EXPECT_TRUE(cut.text.ends_with("ä…"));
  EXPECT_LE(cut.text.size(), 303U);
}

TEST(label_selector_test, follows_the_api) {
  arena storage;
  const auto pair = [&](std::string_view key, std::string_view value) {
    return label{storage.copy(key), storage.copy(value)};
  };
  const std::vector<label> labels{pair("app", "web"), pair("tier", "")};
  const std::vector<text> values{storage.copy("api"), storage.copy("web")};
  const auto expression = [&](std::string_view key, requirement::operation how) {
    const std::vector<requirement> list{{storage.copy(key), values, how}};
    return label_selector{{}, list, true}.matches(labels);
  };
  using operation = requirement::operation;
  EXPECT_TRUE(label_selector{}.matches(labels));
  EXPECT_TRUE(expression("app", operation::in));
  EXPECT_FALSE(expression("app", operation::not_in));
  EXPECT_FALSE(expression("other", operation::in));
  EXPECT_TRUE(expression("other", operation::not_in));
  EXPECT_TRUE(expression("tier", operation::exists));
  EXPECT_TRUE(expression("other", operation::does_not_exist));
  EXPECT_FALSE(expression("app", operation::other));
}

} // namespace
} // namespace kubesage::analysis
