#include "tests/k8s/reader/reader_fixture.hpp"
#include "tests/support/endless_pods.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

namespace kubesage::k8s {

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t pods = 5'000; // Their memory is not judged.
#else
constexpr std::size_t pods = 50'000;
#endif
constexpr std::size_t max_growth_kib = 150U << 10U;

std::size_t status_kib(const std::string& key) {
  std::ifstream file{"/proc/self/status"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":"))
      return std::stoul(line.substr(key.size() + 1));
  return 0;
}

class cluster_reader_memory_test : public reader_fixture {};

TEST_F(cluster_reader_memory_test, fifty_thousand_pods_need_little_memory) {
  config_.first_byte_timeout = std::chrono::seconds{20};
  std::size_t sent = 0;
  answer_ = [&sent](const asked& x) {
    if (x.path != "/api/v1/pods")
      return said{list_body(0, 1)};
    const auto at = x.query.find("continue");
    said answer{test::pod_page(at == x.query.end() ? 0 : std::stoul(at->second),
                               std::stoul(x.query.at("limit")), pods)};
    sent += answer.body.size();
    return answer;
  };
  ASSERT_TRUE(read({object_kind::services}));
  std::ofstream{"/proc/self/clear_refs"} << "5"; // Makes the peak begin anew.
  const auto before = status_kib("VmRSS");
  const auto result = read({object_kind::pods});
  const auto growth = status_kib("VmHWM") - before;
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_EQ((*result)->coverage[0].status, read_status::ok) << (*result)->coverage[0].reason;
  EXPECT_EQ((*result)->objects.all<analysis::pod>().size(), pods);
  std::cout << pods << " pods, " << (sent >> 20U) << " MiB of JSON, growth " << (growth >> 10U)
            << " MiB, kept " << ((*result)->objects.bytes() >> 20U) << " MiB\n";
#if defined(__SANITIZE_ADDRESS__)
  std::cout << "growth is not judged: it is AddressSanitizer's own memory\n";
#else
  EXPECT_LT(growth, max_growth_kib);
#endif
}

} // namespace

} // namespace kubesage::k8s
