#include "http/edge/request_metrics.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

const route& row_of(operation what) {
  return *std::find_if(route_table.begin(), route_table.end(),
                       [what](const route& row) { return row.run == what; });
}

/// The value of the one line that begins with `name` and holds every one of `labels`.
std::string value_of(const std::string& text, const std::string& name,
                     const std::vector<std::string>& labels) {
  std::string value;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(name + "{")
        || !std::all_of(labels.begin(), labels.end(), [&](const std::string& label) {
             return line.find(label) != std::string::npos;
           }))
      continue;
    EXPECT_EQ(value, "") << "more than one line: " << line;
    value = line.substr(line.rfind(' ') + 1);
  }
  return value;
}

class request_metrics_test : public ::testing::Test {
protected:
  [[nodiscard]] std::string count(std::string_view path, std::string_view status) const {
    return value_of(numbers_.text(), "http_server_request_duration_seconds_count",
                    {"http_route=\"" + std::string{path} + "\"",
                     "http_response_status_code=\"" + std::string{status} + "\""});
  }

  metrics numbers_;
  request_metrics series_{numbers_};
};

TEST_F(request_metrics_test, counts_by_template_and_status) {
  series_.observe(&row_of(operation::get_namespaces), 200, 0.02);
  series_.observe(&row_of(operation::get_namespaces), 200, 0.02);
  series_.observe(&row_of(operation::get_namespaces), 404, 0.02);
  series_.observe(&row_of(operation::list_clusters), 200, 0.02);
  EXPECT_EQ(count("/get-namespaces/{cluster_id}", "200"), "2");
  EXPECT_EQ(count("/get-namespaces/{cluster_id}", "404"), "1");
  EXPECT_EQ(count("/clusters", "200"), "1");
  EXPECT_EQ(count("/clusters", "404"), "");
}

TEST_F(request_metrics_test, sorts_durations_into_buckets_and_sums_them) {
  const auto& row = row_of(operation::list_clusters);
  for (const double seconds : {0.001, 0.03, 20.0})
    series_.observe(&row, 200, seconds);
  const auto text = numbers_.text();
  const std::string bucket = "http_server_request_duration_seconds_bucket";
  EXPECT_EQ(value_of(text, bucket, {"le=\"0.005\""}), "1");
  EXPECT_EQ(value_of(text, bucket, {"le=\"0.05\""}), "2");
  EXPECT_EQ(value_of(text, bucket, {"le=\"10\""}), "2");
  EXPECT_EQ(value_of(text, bucket, {"le=\"+Inf\""}), "3");
  EXPECT_NEAR(std::stod(value_of(text, "http_server_request_duration_seconds_sum", {"/clusters"})),
              20.031, 1e-9);
}

TEST_F(request_metrics_test, makes_no_series_from_what_a_client_invents) {
  for (int i = 0; i < 10; ++i)
    series_.observe(nullptr, 404, 0.01);
  EXPECT_EQ(count("unmatched", "404"), "10");
  EXPECT_NE(numbers_.text().find("http_request_method=\"_OTHER\""), std::string::npos);
}

TEST_F(request_metrics_test, knows_every_status_that_an_error_has) {
  const auto& row = row_of(operation::list_clusters);
  for (const auto& entry : error_table)
    series_.observe(&row, entry.http_status, 0.01);
  for (const auto& entry : error_table)
    EXPECT_NE(count("/clusters", std::to_string(entry.http_status)), "") << entry.code;
}

TEST_F(request_metrics_test, counts_no_status_that_it_does_not_know_as_another) {
  const auto& row = row_of(operation::list_clusters);
  series_.observe(&row, 418, 0.01);
  series_.observe(&row, 451, 0.01);
  EXPECT_EQ(count("/clusters", "418"), "");
  EXPECT_EQ(count("/clusters", "0"), "2");
}

TEST_F(request_metrics_test, loses_no_observation_over_threads) {
  const auto& row = row_of(operation::list_clusters);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        series_.observe(&row, 200 + i % 2, 0.01);
    });
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(count("/clusters", "200"), "1000");
  EXPECT_EQ(count("/clusters", "201"), "1000");
}

} // namespace

} // namespace kubesage
