#include "messages/error.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

bool is_upper_snake(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '_';
  });
}

TEST(error_test, gives_every_code_a_name_a_slug_and_a_title_of_its_own) {
  std::set<std::string_view> codes;
  std::set<std::string_view> slugs;
  for (const auto& row : error_table) {
    EXPECT_TRUE(is_upper_snake(row.code)) << row.code;
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_TRUE(slugs.insert(row.slug).second) << row.slug;
    EXPECT_FALSE(row.title.empty()) << row.code;
    EXPECT_FALSE(row.title.ends_with('.')) << row.code;
    // The slug is the code in lower case with dashes.
    std::string slug{row.code};
    for (char& c : slug)
      c = c == '_' ? '-' : static_cast<char>(c + 32);
    EXPECT_EQ(row.slug, slug);
  }
}

TEST(error_test, maps_to_the_documented_statuses) {
  using expectation = std::pair<errc, int>;
  for (const auto& [code, status] : {expectation{errc::malformed_json, 400},
                                     expectation{errc::idempotency_unsupported, 400},
                                     expectation{errc::unauthenticated, 401},
                                     expectation{errc::forbidden, 403},
                                     expectation{errc::route_not_found, 404},
                                     expectation{errc::cluster_not_found, 404},
                                     expectation{errc::method_not_allowed, 405},
                                     expectation{errc::cluster_name_taken, 409},
                                     expectation{errc::body_too_large, 413},
                                     expectation{errc::uri_too_long, 414},
                                     expectation{errc::headers_too_large, 431},
                                     expectation{errc::unsupported_media_type, 415},
                                     expectation{errc::validation_failed, 422},
                                     expectation{errc::too_many_requests, 429},
                                     expectation{errc::internal, 500},
                                     expectation{errc::cluster_unreachable, 502},
                                     expectation{errc::cluster_tls_failed, 502},
                                     expectation{errc::cluster_unauthorized, 502},
                                     expectation{errc::cluster_forbidden, 502},
                                     expectation{errc::cluster_bad_response, 502},
                                     expectation{errc::cluster_timeout, 504},
                                     expectation{errc::overloaded, 503},
                                     expectation{errc::storage_unavailable, 503},
                                     expectation{errc::not_ready, 503}})
    EXPECT_EQ(traits(code).http_status, status) << to_string(code);
}

TEST(error_test, keeps_the_values_that_records_hold) {
  // Append only: a change here means that old messages and records change their meaning.
  EXPECT_EQ(static_cast<int>(errc::none), 0);
  EXPECT_EQ(static_cast<int>(errc::cluster_not_found), 7);
  EXPECT_EQ(static_cast<int>(errc::cluster_unreachable), 17);
  EXPECT_EQ(static_cast<int>(errc::cluster_timeout), 23);
  EXPECT_EQ(static_cast<int>(errc::cancelled), 30);
  EXPECT_EQ(static_cast<int>(errc::command_denied), 31);
}

TEST(error_test, survives_the_way_through_a_caf_error) {
  const auto err = caf::make_error(errc::cluster_timeout, std::string{"no answer in 10 s"});
  EXPECT_EQ(code_of(err), errc::cluster_timeout);
  EXPECT_EQ(detail_of(err), "no answer in 10 s");
}

TEST(error_test, takes_foreign_errors_for_internal_and_shows_nothing_of_them) {
  EXPECT_EQ(code_of(caf::error{}), errc::none);
  EXPECT_EQ(detail_of(caf::error{}), "");
  const auto foreign = caf::make_error(caf::sec::request_timeout);
  EXPECT_EQ(code_of(foreign), errc::internal);
  EXPECT_EQ(detail_of(foreign), "");
  EXPECT_EQ(detail_of(caf::make_error(errc::internal)), "");
  EXPECT_EQ(detail_of(caf::make_error(errc::internal, 7)), "");
}

} // namespace
} // namespace kubesage
