#include "actors/event_streams.hpp"
#include "messages/error.hpp"
#include "tests/actors/session_fixture.hpp"

#include <string>
#include <vector>

namespace kubesage {
namespace {

using namespace std::chrono_literals;

/// A session whose log is what its journal was given.
class session_record_test : public test::session_fixture {
public:
  session_record_test() {
    auto services = std::make_shared<session_services>(*services_);
    auto& record = services->record;
    record.read = [this](const tenant&, const event_query& what) {
      asked_.push_back(what);
      if (is_store_broken_)
        return caf::expected<event_page>{caf::make_error(errc::storage_unavailable)};
      event_page page;
      for (const auto& entry : journal_.entries)
        for (const auto& event : entry.events)
          if (event.sequence > what.after)
            page.events.push_back(event);
      return caf::expected<event_page>{std::move(page)};
    };
    record.check = [this](chain_check&, std::size_t limit) {
      EXPECT_GT(limit, 0U);
      return caf::expected<bool>{++checks_ > 2};
    };
    record.checkpoint = [](const tenant&) {
      return caf::expected<std::optional<user_checkpoint>>{std::optional<user_checkpoint>{}};
    };
    record.streams = streams_ = std::make_shared<event_streams>(
        event_streams::configuration{record.read, services->run_blocking});
    services_ = services;
  }

  std::shared_ptr<event_streams> streams_;
  std::vector<event_query> asked_;
  bool is_store_broken_ = false;
  int checks_ = 0;
};

TEST_F(session_record_test, events_are_answered_as_they_were_published) {
  start();
  send(onboarding("prod"));
  const auto box = send(list_events{});
  ASSERT_TRUE(box->answer && box->answer->body);
  const auto& event = journal_.entries.at(0).events.at(0);
  EXPECT_EQ(*box->answer->body, "{\"items\":[" + event.payload
                                    + "],\"metadata\":{\"continue\":null,\"last_sequence\":1}}");
}

TEST_F(session_record_test, the_audit_says_who_did_what_and_how_it_ended) {
  start();
  send(onboarding("prod"));
  send(record_denial{"/some-route", "needs role admin"});
  const auto body = *send(list_audit{})->answer->body;
  EXPECT_NE(body.find(R"("username":"ada","action":"cluster_onboarded","outcome":"success")"),
            std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("action":"access_denied","outcome":"denied","cluster_id":null)"),
            std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("details":{"route":"/some-route","reason":"needs role admin"})"),
            std::string::npos)
      << body;
  EXPECT_EQ(body.find("planted-token"), std::string::npos);
}

TEST_F(session_record_test, a_store_that_fails_is_no_empty_page) {
  start();
  is_store_broken_ = true;
  EXPECT_EQ(send(list_events{})->answer->code, errc::storage_unavailable);
  EXPECT_EQ(send(list_audit{})->answer->code, errc::storage_unavailable);
}

TEST_F(session_record_test, a_long_check_takes_its_turns_and_then_answers) {
  start();
  const auto box = send(verify_audit{});
  ASSERT_TRUE(box->answer && box->answer->body);
  EXPECT_EQ(checks_, 3);
  EXPECT_NE(box->answer->body->find(R"("verified":true)"), std::string::npos);
}

TEST_F(session_record_test, a_stream_gets_what_is_durable_and_nothing_before) {
  start();
  journal_.is_held = true;
  const auto box = send(stream_events{}, 30s, role_set::all(), true);
  EXPECT_EQ(streams_->count(), 1U);
  box->take();
  send(onboarding("prod"));
  EXPECT_EQ(box->text.find("id: 1\n"), std::string::npos) << "it is not on the disk";
  journal_.release(errc::none);
  drain();
  EXPECT_NE(box->text.find("id: 1\nevent: cluster_onboarded\ndata: {"), std::string::npos);
}

TEST_F(session_record_test, a_stream_outlives_its_session) {
  start();
  const auto box = send(stream_events{}, 30s, role_set::all(), true);
  box->take();
  self_->send(session_, caf::close_atom_v);
  drain();
  EXPECT_FALSE(box->answer) << "the session is gone, the stream is not";
  start();
  send(onboarding("prod"));
  EXPECT_NE(box->text.find("id: 1\n"), std::string::npos);
}

TEST_F(session_record_test, a_place_ahead_of_the_log_is_refused) {
  start();
  const auto box = send(stream_events{5}, 30s, role_set::all(), true);
  ASSERT_TRUE(box->answer);
  EXPECT_EQ(box->answer->code, errc::validation_failed);
  EXPECT_EQ(streams_->count(), 0U);
}

TEST_F(session_record_test, credentials_stay_where_the_access_cannot_be_recorded) {
  start();
  send(onboarding("prod"));
  journal_.outcome = errc::storage_unavailable;
  const auto box = send(get_credentials{"prod"});
  ASSERT_TRUE(box->answer);
  EXPECT_EQ(box->answer->code, errc::storage_unavailable);
  EXPECT_EQ(box->answer->body, nullptr);
}

} // namespace
} // namespace kubesage
