#include "k8s/analyzers/rules_document.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace kubesage::analysis {
namespace {

TEST(rules_document_test, equals_the_file_in_docs) {
  const auto path =
      std::filesystem::path{KUBESAGE_TESTS_FOLDER}.parent_path() / "docs" / "analysis-rules.md";
  if (std::getenv("KUBESAGE_TEST_WRITE") != nullptr) // NOLINT(concurrency-mt-unsafe)
    std::ofstream{path} << rules_document();
  std::ifstream in{path};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_EQ(text, rules_document()) << "write it anew: KUBESAGE_TEST_WRITE=1 and run this test";
}

} // namespace
} // namespace kubesage::analysis
