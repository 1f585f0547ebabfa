#include "tests/k8s/reader/reader_fixture.hpp"

#include <atomic>

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* pods = "/api/v1/pods";

class cluster_reader_failure_test : public reader_fixture {
protected:
  cluster_reader_failure_test() {
    reading_.first_pause = 1ms;
  }

  /// Pods are answered so, everything else well.
  void pods_are(said answer) {
    answer_ = [answer](const asked& x) { return x.path == pods ? answer : said{list_body(0, 2)}; };
  }

  /// The row of the pods in a reading of pods and nodes, whose nodes must be read well.
  kind_coverage pods_row(std::chrono::milliseconds time = 30s) {
    reading_request wanted;
    wanted.kinds = {{object_kind::pods, content::full}, {object_kind::nodes, content::full}};
    const auto result = read(std::move(wanted), time);
    EXPECT_TRUE(result) << (result ? "" : detail_of(result.error()));
    if (!result)
      return {};
    EXPECT_EQ((*result)->coverage[1].status, read_status::ok);
    return (*result)->coverage[0];
  }

  errc reading_error(cluster_reader::result result) {
    EXPECT_FALSE(result);
    return result ? errc::none : code_of(result.error());
  }
};

// -- a list that has expired
// --------------------------------------------------------------------------------------

TEST_F(cluster_reader_failure_test, an_expired_list_begins_anew_once) {
  std::atomic<int> firsts{0};
  answer_ = [&](const asked& x) {
    if (!x.query.contains("continue"))
      return said{list_body(0, 2, ++firsts == 1 ? "old" : "new")};
    return x.query.at("continue") == "old" ? said{"{}", "410 Gone"} : said{list_body(2, 1)};
  };
  const auto found = row(object_kind::pods);
  EXPECT_EQ(found.status, read_status::ok);
  EXPECT_EQ(found.objects, 3U);
  EXPECT_EQ(firsts, 2);
}

TEST_F(cluster_reader_failure_test, a_list_that_expires_again_is_cut_off) {
  answer_ = [](const asked& x) {
    return x.query.contains("continue") ? said{"{}", "410 Gone"} : said{list_body(0, 2, "t")};
  };
  const auto found = row(object_kind::pods);
  EXPECT_EQ(found.status, read_status::truncated);
  EXPECT_EQ(found.objects, 2U);
  EXPECT_EQ(requests(pods).size(), 4U);
}

// -- one kind
// -----------------------------------------------------------------------------------------------

TEST_F(cluster_reader_failure_test, forbidden_is_no_failure_of_the_others) {
  pods_are({"{}", "403 Forbidden"});
  EXPECT_EQ(pods_row().status, read_status::forbidden);
  EXPECT_EQ(requests(pods).size(), 1U);
}

TEST_F(cluster_reader_failure_test, everything_forbidden_is_coverage_too) {
  answer_ = [](const asked&) { return said{"{}", "403 Forbidden"}; };
  EXPECT_EQ(row(object_kind::pods).status, read_status::forbidden);
}

TEST_F(cluster_reader_failure_test, a_kind_that_has_gone_is_not_served) {
  pods_are({"{}", "404 Not Found"});
  EXPECT_EQ(pods_row().status, read_status::not_served);
}

TEST_F(cluster_reader_failure_test, waits_as_long_as_it_is_asked_to) {
  std::atomic<int> tries{0};
  answer_ = [&](const asked&) {
    return ++tries == 1 ? said{"{}", "429 Too Many Requests", "Retry-After: 1\r\n"}
                        : said{list_body(0, 1)};
  };
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(row(object_kind::pods).status, read_status::ok);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(cluster_reader_failure_test, does_not_wait_beyond_the_deadline) {
  pods_are({"{}", "429 Too Many Requests", "Retry-After: 3600\r\n"});
  const auto found = pods_row();
  EXPECT_EQ(found.status, read_status::failed);
  EXPECT_THAT(found.reason, StartsWith("CLUSTER_RATE_LIMITED"));
  EXPECT_EQ(requests(pods).size(), 1U);
}

TEST_F(cluster_reader_failure_test, tries_again_what_may_pass) {
  std::atomic<int> tries{0};
  answer_ = [&](const asked&) {
    return ++tries < 4 ? said{"oh", "503 Service Unavailable"} : said{list_body(0, 1)};
  };
  EXPECT_EQ(row(object_kind::pods).status, read_status::ok);
}

TEST_F(cluster_reader_failure_test, an_error_that_stays_is_named) {
  pods_are({"boom", "500 Internal Server Error"});
  const auto found = pods_row();
  EXPECT_EQ(found.status, read_status::failed);
  EXPECT_EQ(found.reason, "CLUSTER_BAD_RESPONSE: the cluster answered 500");
  EXPECT_EQ(requests(pods).size(), 4U);
}

TEST_F(cluster_reader_failure_test, nonsense_is_a_failure_of_its_kind) {
  for (const auto* body : {"<html>", "", "{}", "[]", R"({"kind":"PodList","items":7})"}) {
    pods_are({body});
    const auto found = pods_row();
    EXPECT_EQ(found.status, read_status::failed) << body;
    EXPECT_THAT(found.reason, StartsWith("CLUSTER_BAD_RESPONSE")) << body;
  }
}

TEST_F(cluster_reader_failure_test, a_list_that_hangs_fails_alone) {
  pods_are({"", "hang"});
  const auto found = pods_row();
  EXPECT_EQ(found.status, read_status::failed);
  EXPECT_THAT(found.reason, StartsWith("CLUSTER_TIMEOUT"));
}

TEST_F(cluster_reader_failure_test, a_token_that_leads_nowhere_ends_the_list) {
  pods_are({list_body(0, 1, "again")});
  const auto found = pods_row();
  EXPECT_EQ(found.status, read_status::failed);
  EXPECT_THAT(found.reason, HasSubstr("continue token"));
}

// -- bounds
// -------------------------------------------------------------------------------------------------

TEST_F(cluster_reader_failure_test, the_deadline_cuts_a_list_off) {
  config_.first_byte_timeout = 60s;
  answer_ = [](const asked& x) {
    if (x.path != pods)
      return said{list_body(0, 2)};
    return x.query.contains("continue") ? said{"", "hang"} : said{list_body(0, 2, "t")};
  };
  const auto found = pods_row(500ms);
  EXPECT_EQ(found.status, read_status::truncated);
  EXPECT_EQ(found.objects, 2U);
}

TEST_F(cluster_reader_failure_test, endless_lists_end_at_the_bounds) {
  answer_ = [](const asked& x) {
    const auto at = x.query.find("continue");
    const auto number = at == x.query.end() ? 0UL : std::stoul(at->second);
    return said{list_body(number * 10, 10, std::to_string(number + 1))};
  };
  reading_.max_pages = 5;
  auto found = row(object_kind::pods);
  EXPECT_EQ(found.status, read_status::truncated);
  EXPECT_EQ(found.objects, 50U);
  reading_.max_pages = 1'000;
  reading_.max_objects = 100;
  found = row(object_kind::pods);
  EXPECT_EQ(found.status, read_status::truncated);
  EXPECT_GE(found.objects, 100U);
  EXPECT_LE(found.objects, 120U);
}

TEST_F(cluster_reader_failure_test, a_page_that_is_too_large_is_asked_for_in_parts) {
  reading_.max_body_bytes = 10'000;
  answer_ = [](const asked& x) {
    const auto at = x.query.find("continue");
    const auto first = at == x.query.end() ? 0UL : std::stoul(at->second);
    const auto count = std::min(std::stoul(x.query.at("limit")), 600 - first);
    const auto next = first + count;
    return said{list_body(first, count, next < 600 ? std::to_string(next) : "")};
  };
  const auto found = row(object_kind::pods);
  EXPECT_EQ(found.status, read_status::ok) << found.reason;
  EXPECT_EQ(found.objects, 600U);
  EXPECT_EQ(requests(pods)[0].query["limit"], "500");
  EXPECT_EQ(requests(pods)[1].query["limit"], "125");
}

TEST_F(cluster_reader_failure_test, an_object_that_is_larger_than_a_page_may_be_fails) {
  reading_.max_body_bytes = 10'000;
  pods_are({std::string(20'000, ' ')});
  const auto found = pods_row();
  EXPECT_EQ(found.status, read_status::failed);
  EXPECT_THAT(found.reason, HasSubstr("larger than a page"));
}

// -- the cluster as a whole
// ---------------------------------------------------------------------------------------

TEST_F(cluster_reader_failure_test, a_refused_token_ends_the_reading) {
  pods_are({"{}", "401 Unauthorized"});
  EXPECT_EQ(reading_error(read({object_kind::pods, object_kind::nodes})),
            errc::cluster_unauthorized);
  fixed_["/version"] = {"{}", "401 Unauthorized"};
  EXPECT_EQ(reading_error(read({object_kind::pods})), errc::cluster_unauthorized);
}

TEST_F(cluster_reader_failure_test, a_cluster_that_does_not_listen_ends_it) {
  auto where = target();
  server_.reset();
  reading_request wanted;
  wanted.kinds = {{object_kind::pods, content::full}};
  EXPECT_EQ(reading_error(finish(start(std::move(wanted), in(30s), std::move(where)))),
            errc::cluster_unreachable);
}

TEST_F(cluster_reader_failure_test, a_certificate_that_is_not_trusted_ends_it) {
  auto where = target();
  where.ca_pem = test::certificate_authority{"another"}.pem();
  reading_request wanted;
  wanted.kinds = {{object_kind::pods, content::full}};
  EXPECT_EQ(reading_error(finish(start(std::move(wanted), in(30s), std::move(where)))),
            errc::cluster_tls_failed);
}

TEST_F(cluster_reader_failure_test, a_cluster_that_never_answers_ends_it) {
  fixed_["/version"] = {"", "hang"};
  EXPECT_EQ(reading_error(read({object_kind::pods})), errc::cluster_timeout);
}

TEST_F(cluster_reader_failure_test, lists_that_all_hang_end_it) {
  answer_ = [](const asked&) { return said{"", "hang"}; };
  EXPECT_EQ(reading_error(read({object_kind::pods, object_kind::nodes})), errc::cluster_timeout);
}

TEST_F(cluster_reader_failure_test, what_is_no_api_server_ends_it) {
  for (const auto* path : {"/version", "/api", "/apis"})
    fixed_[path] = {"<html>"};
  answer_ = [](const asked&) { return said{"<html>"}; };
  EXPECT_EQ(reading_error(read({object_kind::pods, object_kind::nodes})),
            errc::cluster_bad_response);
  answer_ = [](const asked&) { return said{"", "404 Not Found"}; };
  EXPECT_EQ(reading_error(read({object_kind::pods, object_kind::nodes})),
            errc::cluster_bad_response);
}

} // namespace

} // namespace kubesage::k8s
