#include "config/document.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

using testing::HasSubstr;
using testing::Not;

std::filesystem::path document_path() {
  return std::filesystem::path{KUBESAGE_SOURCE_DIR} / "docs" / "configuration.md";
}

TEST(document_test, equals_the_file_in_docs) {
  if (std::getenv("KUBESAGE_TEST_WRITE") != nullptr) // NOLINT(concurrency-mt-unsafe)
    std::ofstream{document_path()} << configuration_document();
  std::ifstream in{document_path()};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_EQ(text, configuration_document())
      << "write it anew: KUBESAGE_TEST_WRITE=1 and run this test";
}

TEST(document_test, has_a_help_sentence_for_every_row_and_no_row_twice) {
  std::set<std::string> seen;
  for (const auto& row : option_table()) {
    EXPECT_TRUE(seen.insert(environment_name(row.key)).second) << row.key;
    EXPECT_TRUE(row.help.ends_with('.')) << row.key;
    EXPECT_LE(row.least, row.most) << row.key;
  }
}

TEST(document_test, prints_values_with_sources_and_hides_secrets) {
  const std::string planted = "planted-secret-of-more-than-32-bytes!";
  auto loaded = load_with_sources({{{"http.port", "81"}, {"k8s.allow", "10.0.0.0/8,::1/128"}},
                                   {{"JWT_SECRET_KEY", planted},
                                    {"KUBESAGE_HTTP_TLS_KEY", "a \"b\""},
                                    {"KUBESAGE_HTTP_TLS_CERTIFICATE", "c"}},
                                   {}});
  ASSERT_TRUE(loaded);
  const auto text = print_settings(*loaded);
  EXPECT_THAT(text, HasSubstr("http.port: 81  # flag --http.port\n"));
  EXPECT_THAT(text, HasSubstr("auth.jwt-secret: \"***\"  # environment JWT_SECRET_KEY\n"));
  EXPECT_THAT(text, HasSubstr("k8s.allow: [10.0.0.0/8, \"::1/128\"]"));
  EXPECT_THAT(text, HasSubstr(R"(http.tls-key: "a \"b\"")"));
  EXPECT_THAT(text, Not(HasSubstr("planted")));
}

} // namespace
} // namespace kubesage
