#include "config/settings_file.hpp"
#include "messages/error.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(settings_file_test, joins_nested_keys_and_remembers_lines) {
  const auto entries = parse_settings_file("a:\n  b: 1\n  c:\n    d: x\ne.f: [1, 2]\n", "s");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].key, "a.b");
  EXPECT_EQ((*entries)[0].line, 2);
  EXPECT_EQ((*entries)[1].key, "a.c.d");
  EXPECT_THAT((*entries)[1].text.items, ElementsAre("x"));
  EXPECT_EQ((*entries)[2].key, "e.f");
  EXPECT_THAT((*entries)[2].text.items, ElementsAre("1", "2"));
  EXPECT_TRUE((*entries)[2].text.is_list);
}

TEST(settings_file_test, takes_an_empty_file_and_one_of_comments) {
  for (const auto* yaml : {"", "\n\n", "# nothing\n", "---\n", "{}\n"}) {
    const auto entries = parse_settings_file(yaml, "s");
    ASSERT_TRUE(entries) << yaml << ": " << detail_of(entries.error());
    EXPECT_THAT(*entries, IsEmpty());
  }
}

struct refusal {
  const char* yaml;
  const char* why;
};

class settings_file_refusal_test : public testing::TestWithParam<refusal> {};

TEST_P(settings_file_refusal_test, names_line_and_reason) {
  const auto entries = parse_settings_file(GetParam().yaml, "s.yaml");
  ASSERT_FALSE(entries);
  EXPECT_THAT(detail_of(entries.error()), HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    files, settings_file_refusal_test,
    testing::Values(refusal{"a: 1\na: 2\n", "s.yaml:2: 'a' stands there twice"},
                    refusal{"a:\n  b: 1\na.b: 2\n", "s.yaml:3: 'a.b' stands there twice"},
                    refusal{"a: &x 1\n", "anchors"}, refusal{"a: *x\n", "s.yaml:1"},
                    refusal{"a: 1\n---\nb: 2\n", "second document"},
                    refusal{"a:\n", "'a' has no value"}, refusal{"a: [1, [2]]\n", "a list where"},
                    refusal{"a: [{b: 1}]\n", "a map where"}, refusal{"- 1\n", "a list where"},
                    refusal{"text\n", "expected keys"}, refusal{"a: [~]\n", "no value"},
                    refusal{"~: 1\n", "without a name"}, refusal{"a: b: c\n", "not YAML"},
                    refusal{"{[a]: 1}\n", "a list where"}, refusal{"{{a: 1}: 1}\n", "a map where"},
                    refusal{"a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}\n", "too deep"}));

} // namespace
} // namespace kubesage
