#include "tests/k8s/reader/reader_fixture.hpp"

#include <atomic>
#include <barrier>

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr const char* pods = "/api/v1/pods";

class cluster_reader_test : public reader_fixture {};

TEST_F(cluster_reader_test, reads_every_page_of_every_kind) {
  answer_ = [](const asked& x) {
    if (x.path != pods)
      return said{list_body(0, 3)};
    const auto at = x.query.find("continue");
    if (at == x.query.end())
      return said{list_body(0, 2, "a/b+1==")};
    return at->second == "a%2Fb%2B1%3D%3D" ? said{list_body(2, 2, "c2")} : said{list_body(4, 1)};
  };
  const auto result = read({object_kind::pods, object_kind::services, object_kind::nodes});
  ASSERT_TRUE(result) << detail_of(result.error());
  const auto& rows = (*result)->coverage;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].kind, object_kind::pods);
  EXPECT_EQ(rows[0].objects, 5U);
  EXPECT_EQ(rows[1].kind, object_kind::services);
  EXPECT_EQ(rows[2].kind, object_kind::nodes);
  for (const auto& each : rows)
    EXPECT_EQ(each.status, read_status::ok) << each.reason;
  EXPECT_EQ((*result)->objects.all<analysis::pod>().size(), 5U);
  EXPECT_NE((*result)->objects.find<analysis::pod>("shop", "x4"), nullptr);
  EXPECT_EQ((*result)->server_version, "v1.30.1");
  EXPECT_EQ(requests(pods).size(), 3U);
  EXPECT_EQ(requests(pods)[0].query["limit"], "500");
}

TEST_F(cluster_reader_test, tells_how_far_it_is) {
  ASSERT_TRUE(read({object_kind::pods, object_kind::services, object_kind::nodes}));
  ASSERT_FALSE(progress_.empty());
  for (std::size_t i = 1; i < progress_.size(); ++i) {
    EXPECT_GE(progress_[i].kinds_read, progress_[i - 1].kinds_read);
    EXPECT_GE(progress_[i].objects, progress_[i - 1].objects);
  }
  EXPECT_EQ(progress_.back().kinds_read, 3U);
  EXPECT_EQ(progress_.back().kinds_total, 3U);
  EXPECT_EQ(progress_.back().objects, 6U);
}

TEST_F(cluster_reader_test, asks_for_one_namespace_where_the_kind_has_one) {
  const auto result = read({object_kind::pods, object_kind::nodes}, "shop");
  ASSERT_TRUE(result);
  EXPECT_EQ(requests("/api/v1/namespaces/shop/pods").size(), 1U);
  EXPECT_EQ(requests("/api/v1/nodes").size(), 1U);
  EXPECT_EQ(requests(pods).size(), 0U);
}

TEST_F(cluster_reader_test, a_namespace_that_is_not_there_does_not_look_healthy) {
  fixed_["/api/v1/namespaces/shop"] = {"{}", "404 Not Found"};
  const auto result = read({object_kind::pods}, "shop");
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->coverage[0].status, read_status::failed);
  EXPECT_THAT((*result)->coverage[0].reason, HasSubstr("no such namespace"));
}

TEST_F(cluster_reader_test, a_name_that_no_namespace_can_have_never_leaves) {
  for (const auto* name : {"../secrets", "a?b", "A", "-a", "a%2fb", " "}) {
    const auto result = read({object_kind::pods}, name);
    ASSERT_FALSE(result);
    EXPECT_EQ(code_of(result.error()), errc::validation_failed);
  }
  EXPECT_TRUE(requests_.empty());
}

TEST_F(cluster_reader_test, asks_for_metadata_alone_where_that_is_enough) {
  reading_request wanted;
  wanted.kinds = {{object_kind::secrets, content::metadata}, {object_kind::pods, content::full}};
  const auto result = read(std::move(wanted));
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->coverage[0].read, content::metadata);
  EXPECT_THAT(requests("/api/v1/secrets")[0].accept,
              HasSubstr("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"));
  EXPECT_EQ(requests(pods)[0].accept, "application/json");
}

TEST_F(cluster_reader_test, takes_the_version_that_the_cluster_serves) {
  unserved_ = {object_kind::cron_jobs, object_kind::endpoints};
  fixed_["/apis/batch/v1beta1"] = {
      R"({"kind":"APIResourceList","resources":[{"name":"cronjobs","namespaced":true,)"
      R"("kind":"CronJob","verbs":["list"]}]})"};
  fixed_["/api/v1"] = {
      R"({"kind":"APIResourceList","resources":[{"name":"endpoints","namespaced":true,)"
      R"("kind":"Endpoints","verbs":["list"]}]})"};
  fixed_["/apis"] = {R"({"kind":"APIGroupList","groups":[{"name":"batch","versions":)"
                     R"([{"version":"v1"},{"version":"v1beta1"}]}]})"};
  const auto result =
      read({object_kind::cron_jobs, object_kind::endpoints, object_kind::autoscalers});
  ASSERT_TRUE(result);
  EXPECT_EQ(requests("/apis/batch/v1beta1/cronjobs").size(), 1U);
  EXPECT_EQ(requests("/api/v1/endpoints").size(), 1U);
  EXPECT_EQ((*result)->coverage[2].status, read_status::not_served);
}

TEST_F(cluster_reader_test, without_the_types_the_lists_themselves_tell) {
  fixed_["/api"] = {"{}", "403 Forbidden"};
  answer_ = [](const asked& x) {
    return x.path == "/apis/batch/v1beta1/cronjobs" || x.path == pods
               ? said{list_body(0, 1)}
               : said{"404 page not found", "404 Not Found"};
  };
  const auto result = read({object_kind::cron_jobs, object_kind::pods, object_kind::nodes});
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->coverage[0].status, read_status::ok);
  EXPECT_EQ((*result)->coverage[1].status, read_status::ok);
  EXPECT_EQ((*result)->coverage[2].status, read_status::not_served);
}

TEST_F(cluster_reader_test, reads_a_few_lists_at_once_and_no_more) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  std::barrier meeting{3}; // Nobody is answered before three have asked.
  answer_ = [&](const asked&) {
    const int mine = ++now;
    for (int seen = most; mine > seen && !most.compare_exchange_weak(seen, mine);) {
    }
    meeting.arrive_and_wait();
    --now;
    return said{list_body(0, 1)};
  };
  reading_.max_lists = 3;
  std::vector<object_kind> kinds;
  for (std::size_t i = 0; i < 12; ++i)
    kinds.push_back(static_cast<object_kind>(i));
  ASSERT_TRUE(read(kinds));
  EXPECT_EQ(most, 3);
}

TEST_F(cluster_reader_test, measures_the_clocks_difference) {
  reading_.now = [] { return wall_time{std::chrono::seconds{784'111'777 + 100}}; };
  fixed_["/version"] = {R"({"gitVersion":"v1.30.1"})", "200 OK",
                        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"};
  auto result = read({object_kind::pods});
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->clock_skew, -100s);
  fixed_["/version"] = {"{}", "403 Forbidden"};
  result = read({object_kind::pods});
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->clock_skew, std::nullopt);
  EXPECT_EQ((*result)->server_version, "");
}

TEST_F(cluster_reader_test, cancel_ends_it) {
  config_.first_byte_timeout = 60s;
  std::promise<void> is_asked;
  answer_ = [&](const asked&) {
    is_asked.set_value();
    return said{"", "hang"};
  };
  reading_request wanted;
  wanted.kinds = {{object_kind::pods, content::full}};
  auto reading = start(std::move(wanted), in(60s), target());
  is_asked.get_future().wait();
  reading.reader->cancel();
  const auto result = finish(std::move(reading));
  ASSERT_FALSE(result);
  EXPECT_EQ(code_of(result.error()), errc::cancelled);
}

TEST_F(cluster_reader_test, nothing_to_read_is_read_at_once) {
  const auto result = read(reading_request{});
  ASSERT_TRUE(result);
  EXPECT_TRUE((*result)->coverage.empty());
}

} // namespace

} // namespace kubesage::k8s
