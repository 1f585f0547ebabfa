#include "actors/event_builder.hpp"
#include "http/wire/json.hpp"
#include "persistence/event_chain.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

namespace kubesage {
namespace {

namespace dom = simdjson::dom;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::array every_kind{event_kind::cluster_onboarded,
                                event_kind::cluster_activated,
                                event_kind::cluster_deleted,
                                event_kind::cluster_credentials_accessed,
                                event_kind::namespaces_retrieved_by_cluster_id,
                                event_kind::namespaces_retrieval_failed_by_cluster_id,
                                event_kind::cluster_selected_and_namespaces_retrieved,
                                event_kind::access_denied};

class event_builder_test : public ::testing::Test {
protected:
  event_builder_test() {
    cluster_.id = cluster_id{7};
    cluster_.name = "prod \"eu\"";
    cluster_.server_url = "https://10.0.0.1:6443";
    cluster_.ca_data = "planted-authority";
    cluster_.tls_cert = "planted-certificate";
  }

  stored_event make(const event_facts& facts) {
    return make_event(record_, owner_, "/kubesage/node-1", now_, facts);
  }

  event_facts about_cluster(event_kind kind) {
    return {kind, &cluster_, "ada", "req-1", {}};
  }

  dom::object parse(const stored_event& event) {
    return dom::object(parser_.parse(event.payload));
  }

  static std::vector<std::string> keys_of(const dom::object& object) {
    std::vector<std::string> keys;
    for (const auto field : object)
      keys.emplace_back(field.key);
    return keys;
  }

  user_record record_;
  tenant owner_ = tenant_issuer::issue(user_id{42});
  wall_time now_{1'700'000'000'123ms};
  cluster_facts cluster_;
  dom::parser parser_;
};

TEST_F(event_builder_test, writes_the_members_of_the_envelope_in_order) {
  const auto event = make(about_cluster(event_kind::cluster_deleted));
  const auto root = parse(event);
  EXPECT_THAT(keys_of(root),
              ElementsAre("specversion", "id", "source", "type", "subject", "time",
                          "datacontenttype", "data", "requestid", "sequence", "chain"));
  EXPECT_EQ(std::string_view(root["specversion"]), "1.0");
  EXPECT_EQ(std::string_view(root["id"]), event.id);
  EXPECT_EQ(std::string_view(root["source"]), "/kubesage/node-1");
  EXPECT_EQ(std::string_view(root["type"]), "kubesage.cluster_deleted");
  EXPECT_EQ(std::string_view(root["subject"]), "clusters/7");
  EXPECT_EQ(std::string_view(root["time"]), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(std::string_view(root["datacontenttype"]), "application/json");
  EXPECT_EQ(std::string_view(root["requestid"]), "req-1");
  EXPECT_EQ(std::uint64_t(root["sequence"]), 1U);
}

TEST_F(event_builder_test, writes_the_common_data_of_every_kind_in_order) {
  for (const auto kind : every_kind) {
    const auto event = make(about_cluster(kind));
    const auto data = dom::object(parse(event)["data"]);
    EXPECT_THAT(keys_of(data), ElementsAre("event_type", "cluster_id", "user_id", "username",
                                           "cluster_name", "timestamp"));
    EXPECT_EQ(std::string_view(data["event_type"]), name_of(kind));
    EXPECT_EQ(std::int64_t(data["cluster_id"]), 7);
    EXPECT_EQ(std::int64_t(data["user_id"]), 42);
    EXPECT_EQ(std::string_view(data["username"]), "ada");
    EXPECT_EQ(std::string_view(data["cluster_name"]), "prod \"eu\"");
    EXPECT_EQ(std::string_view(data["timestamp"]), "2023-11-14T22:13:20.123Z");
    EXPECT_EQ(event.subject, "kubesage.v1.u42.c7." + std::string{name_of(kind)});
  }
}

TEST_F(event_builder_test, puts_what_a_kind_adds_behind_the_common_data) {
  auto facts = about_cluster(event_kind::namespaces_retrieved_by_cluster_id);
  facts.extra = [](json_writer& data) { data.field("namespace_count", 4).field("method", "m"); };
  const auto data = dom::object(parse(make(facts))["data"]);
  EXPECT_THAT(keys_of(data), ElementsAre("event_type", "cluster_id", "user_id", "username",
                                         "cluster_name", "timestamp", "namespace_count", "method"));
}

TEST_F(event_builder_test, says_null_and_none_where_there_is_no_cluster) {
  const auto event = make({event_kind::access_denied, nullptr, "", "req-2", {}});
  const auto root = parse(event);
  EXPECT_EQ(event.subject, "kubesage.v1.u42.none.access_denied");
  EXPECT_EQ(std::string_view(root["subject"]), "users/42");
  EXPECT_TRUE(root["data"]["cluster_id"].is_null());
  EXPECT_TRUE(root["data"]["cluster_name"].is_null());
  EXPECT_EQ(std::string_view(root["data"]["username"]), "");
}

TEST_F(event_builder_test, numbers_the_events_of_a_user_without_gaps) {
  record_.last_sequence = 41;
  std::set<std::string> ids;
  for (std::uint64_t expected = 42; expected < 52; ++expected) {
    const auto event = make(about_cluster(event_kind::cluster_activated));
    EXPECT_EQ(event.sequence, expected);
    EXPECT_EQ(record_.last_sequence, expected);
    EXPECT_EQ(std::uint64_t(parse(event)["sequence"]), expected);
    ids.insert(event.id);
  }
  EXPECT_EQ(ids.size(), 10U);
}

TEST_F(event_builder_test, chains_events_so_that_a_reader_can_check_it) {
  std::optional<chain_value> head;
  for (const auto kind : every_kind) {
    const auto event = make(about_cluster(kind));
    // As docs/events.md tells a reader to do it.
    constexpr std::size_t tail = std::string_view{",\"chain\":\"\"}"}.size() + 64;
    ASSERT_GT(event.payload.size(), tail);
    const auto at = event.payload.size() - tail;
    ASSERT_EQ(event.payload.substr(at, 10), ",\"chain\":\"");
    head = chain_value::next(head, event.payload.substr(0, at) + "}");
    EXPECT_EQ(event.payload.substr(at + 10, 64), head->to_text());
    EXPECT_EQ(record_.chain_head, head);
  }
}

TEST_F(event_builder_test, another_past_gives_another_chain) {
  const auto first = make(about_cluster(event_kind::cluster_activated));
  const auto chain = record_.chain_head;
  record_.last_sequence = 0;
  make(about_cluster(event_kind::cluster_activated));
  EXPECT_NE(record_.chain_head, chain);
}

TEST_F(event_builder_test, tells_of_a_cluster_its_number_and_name_only) {
  for (const auto kind : every_kind) {
    const auto payload = make(about_cluster(kind)).payload;
    EXPECT_EQ(payload.find("planted"), std::string::npos) << payload;
    EXPECT_EQ(payload.find("10.0.0.1"), std::string::npos) << payload;
  }
}

} // namespace
} // namespace kubesage
