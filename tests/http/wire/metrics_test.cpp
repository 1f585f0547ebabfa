#include "http/wire/metrics.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {

namespace {

using testing::HasSubstr;
using testing::Not;

TEST(metrics_test, names_the_build) {
  const metrics numbers;
  EXPECT_THAT(numbers.text(),
              HasSubstr("# TYPE kubesage_build_info gauge\n"
                        "kubesage_build_info{version=\"" KUBESAGE_VERSION "\"} 1\n"));
}

TEST(metrics_test, reads_values_when_asked) {
  metrics numbers;
  int asked = 0;
  numbers.gauge("kubesage_level", "How high", [&] { return ++asked; });
  numbers.counter("kubesage_things_total", "How many", [] { return 41; });
  EXPECT_EQ(asked, 0);
  EXPECT_THAT(numbers.text(), HasSubstr("# HELP kubesage_level How high\n"
                                        "# TYPE kubesage_level gauge\nkubesage_level 1\n"));
  const auto text = numbers.text();
  EXPECT_THAT(text, HasSubstr("\nkubesage_level 2\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE kubesage_things_total counter\nkubesage_things_total 41\n"));
}

TEST(metrics_test, forgets_what_it_was_told_to_forget) {
  metrics numbers;
  {
    int value = 7;
    numbers.gauge("kubesage_level", "How high", [&] { return value; });
    numbers.forget("kubesage_level");
  }
  numbers.forget("kubesage_never_there");
  EXPECT_THAT(numbers.text(), Not(HasSubstr("kubesage_level")));
}

TEST(metrics_test, replaces_a_value_of_the_same_name) {
  metrics numbers;
  numbers.gauge("kubesage_level", "How high", [] { return 1; });
  numbers.gauge("kubesage_level", "How high", [] { return 2; });
  const auto text = numbers.text();
  EXPECT_THAT(text, HasSubstr("\nkubesage_level 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nkubesage_level 1\n")));
}

TEST(metrics_test, gives_the_same_series_for_the_same_labels) {
  metrics numbers;
  auto& first = numbers.http_requests("GET", "/clusters", 200);
  EXPECT_EQ(&numbers.http_requests("GET", "/clusters", 200), &first);
  EXPECT_NE(&numbers.http_requests("GET", "/clusters", 404), &first);
  EXPECT_NE(&numbers.http_requests("POST", "/clusters", 200), &first);
  EXPECT_NE(&numbers.http_requests("GET", "/other", 200), &first);
}

TEST(metrics_test, labels_durations_as_the_conventions_of_http_do) {
  metrics numbers;
  numbers.http_requests("GET", "/clusters", 200).observe(0.02);
  const auto text = numbers.text();
  EXPECT_THAT(text, HasSubstr("# TYPE http_server_request_duration_seconds histogram\n"));
  for (const auto label : {R"(http_request_method="GET")", R"(http_route="/clusters")",
                           R"(http_response_status_code="200")"})
    EXPECT_THAT(text, HasSubstr(label));
}

TEST(metrics_test, takes_values_from_many_threads_while_it_is_read) {
  metrics numbers;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&numbers, t] {
      for (int i = 0; i < 200; ++i) {
        numbers.http_requests("GET", "/" + std::to_string(i % 5), 200).observe(0.001);
        numbers.gauge("kubesage_" + std::to_string(t), "x", [] { return 1; });
        numbers.forget("kubesage_" + std::to_string(t));
      }
    });
  for (int i = 0; i < 20; ++i)
    EXPECT_THAT(numbers.text(), HasSubstr("kubesage_build_info"));
  for (auto& each : threads)
    each.join();
  EXPECT_THAT(numbers.text(), HasSubstr("} 160\n")); // 4 threads × 200 observations on 5 routes
}

} // namespace

} // namespace kubesage
