#include "http/edge/validate_record.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace kubesage {

namespace {

event_query read(std::string_view query, fault_list& faults) {
  return std::get<list_events>(read_record_request(operation::list_events, query, {}, faults)).what;
}

TEST(validate_record_test, without_parameters_the_oldest_hundred_are_asked_for) {
  fault_list faults;
  const auto what = read("", faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(what.after, 0U);
  EXPECT_EQ(what.limit, 100U);
  EXPECT_FALSE(what.newest_first);
  EXPECT_EQ(what.cluster.value, 0);
  EXPECT_FALSE(what.kind || what.from || what.to);
}

TEST(validate_record_test, takes_every_parameter) {
  fault_list faults;
  const auto what = read("limit=9999&after=7&cluster_id=12&type=kubesage.cluster_deleted"
                         "&from=2026-11-23T05%3A12%3A00.000Z&to=2026-11-23T06:00:00.000Z",
                         faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(what.limit, 500U);
  EXPECT_EQ(what.after, 7U);
  EXPECT_EQ(what.cluster.value, 12);
  EXPECT_EQ(what.kind, event_kind::cluster_deleted);
  EXPECT_EQ(*what.to - *what.from, std::chrono::minutes{48});
}

TEST(validate_record_test, a_page_goes_on_in_its_own_direction) {
  fault_list faults;
  EXPECT_EQ(read("continue=40&after=3", faults).after, 40U);
  const auto back = read("continue=40&order=desc&after=3", faults);
  EXPECT_EQ(back.before, 40U);
  EXPECT_EQ(back.after, 3U);
  EXPECT_TRUE(faults.empty());
}

TEST(validate_record_test, names_every_fault) {
  fault_list faults;
  read("limit=0&after=-1&order=up&continue=0&cluster_id=a&type=nothing&from=now&to=2026-11-23",
       faults);
  std::vector<std::string> pointers;
  for (const auto& fault : faults)
    pointers.push_back(fault.pointer);
  std::sort(pointers.begin(), pointers.end());
  EXPECT_EQ(pointers, (std::vector<std::string>{"/after", "/cluster_id", "/continue", "/from",
                                                "/limit", "/order", "/to", "/type"}));
  faults.clear();
  read("after=1&after=2", faults);
  EXPECT_EQ(faults.size(), 1U);
}

TEST(validate_record_test, every_route_about_the_record_has_its_request) {
  fault_list faults;
  for (const auto what : {operation::list_events, operation::stream_events, operation::list_audit,
                          operation::verify_audit})
    EXPECT_TRUE(is_about_record(what));
  EXPECT_FALSE(is_about_record(operation::list_clusters));
  EXPECT_TRUE(std::holds_alternative<verify_audit>(
      read_record_request(operation::verify_audit, "", {}, faults)));
  EXPECT_TRUE(std::holds_alternative<list_audit>(
      read_record_request(operation::list_audit, "", {}, faults)));
}

} // namespace

} // namespace kubesage
