#include "messages/call.hpp"
#include "messages/internal.hpp"
#include "messages/registration.hpp"
#include "messages/type_ids.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/message.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// An actor system that knows our messages and starts one thread.
class registration_test : public testing::Test {
protected:
  struct config : caf::actor_system_config {
    config() {
      register_messages(*this);
      set("scheduler.max-threads", 1);
    }
  };

  template <class T>
  T round_trip(T value) {
    std::vector<char> bytes;
    caf::binary_serializer out{system_, bytes};
    EXPECT_FALSE(out(value));
    T back{};
    caf::binary_deserializer in{system_, bytes};
    EXPECT_FALSE(in(back));
    return back;
  }

  config config_;
  caf::actor_system system_{config_};
};

template <std::size_t... Offsets>
std::vector<const std::type_info*> types_of_the_block(std::index_sequence<Offsets...>) {
  constexpr auto first = caf::id_block::kubesage_types::begin;
  return {&typeid(typename caf::type_by_id<static_cast<caf::type_id_t>(first + Offsets)>::type)...};
}

TEST_F(registration_test, knows_every_type_of_the_id_block) {
  using block = caf::id_block::kubesage_types;
  const auto types = types_of_the_block(std::make_index_sequence<block::end - block::begin>{});
  EXPECT_GE(types.size(), 6U);
  for (const auto* type : types)
    EXPECT_NE(system_.types().make_value(*type), nullptr) << type->name();
}

TEST_F(registration_test, carries_every_message_through_its_binary_form) {
  const auto commit = round_trip(commit_outcome{7, errc::storage_unavailable});
  EXPECT_EQ(commit.ticket, 7U);
  EXPECT_EQ(commit.code, errc::storage_unavailable);

  const auto cluster = round_trip(cluster_outcome{
      8, errc::cluster_timeout, "no answer", {"default", "kube-system"}, "v1.20.5"});
  EXPECT_EQ(cluster.ticket, 8U);
  EXPECT_EQ(cluster.code, errc::cluster_timeout);
  EXPECT_EQ(cluster.detail, "no answer");
  EXPECT_THAT(cluster.namespaces, ElementsAre("default", "kube-system"));
  EXPECT_EQ(cluster.server_version, "v1.20.5");

  const auto counts = round_trip(directory_statistics{3, 1});
  EXPECT_EQ(counts.sessions, 3U);
  EXPECT_EQ(counts.restarts, 1U);
  const auto published = round_trip(publish_outcome{99, true});
  EXPECT_EQ(published.acknowledged_through, 99U);
  EXPECT_TRUE(published.is_failed);
}

TEST_F(registration_test, prints_our_errors_by_their_code) {
  const auto text =
      system_.render(caf::make_error(errc::cluster_timeout, std::string{"no answer"}));
  EXPECT_THAT(text, HasSubstr("CLUSTER_TIMEOUT"));
  EXPECT_THAT(text, HasSubstr("no answer"));
}

struct recorder final : reply_sink {
  void deliver(call_reply reply) noexcept override {
    replies.push_back(std::move(reply));
  }
  std::vector<call_reply> replies;
};

call_ptr some_call(const std::shared_ptr<recorder>& sink) {
  return std::make_shared<call>(call{{tenant_issuer::issue(user_id{1}), "ann", role_set::all()},
                                     "r-1",
                                     "/clusters",
                                     deadline::max(),
                                     onboard_cluster{{}, {share(secret{"planted-token"}), nullptr}},
                                     sink});
}

TEST_F(registration_test, hands_a_call_over_as_the_same_object) {
  const auto sink = std::make_shared<recorder>();
  const auto request = some_call(sink);
  const auto message = caf::make_message(request);
  ASSERT_TRUE(message.match_elements<call_ptr>());
  EXPECT_EQ(message.get_as<call_ptr>(0), request);
}

TEST_F(registration_test, never_prints_a_call) {
  const auto message = caf::make_message(some_call(std::make_shared<recorder>()));
  EXPECT_EQ(caf::to_string(message).find("planted"), std::string::npos);
}

TEST(call_test, answers_and_fails_through_its_sink) {
  const auto sink = std::make_shared<recorder>();
  const auto request = some_call(sink);
  request->answer("{}", 201);
  request->fail(errc::cluster_not_found, "no cluster 7");
  ASSERT_EQ(sink->replies.size(), 2U);
  EXPECT_EQ(sink->replies[0].code, errc::none);
  EXPECT_EQ(*sink->replies[0].body, "{}");
  EXPECT_EQ(sink->replies[0].status, 201);
  EXPECT_EQ(sink->replies[1].code, errc::cluster_not_found);
  EXPECT_EQ(sink->replies[1].detail, "no cluster 7");
  EXPECT_EQ(sink->replies[1].body, nullptr);
}

} // namespace
} // namespace kubesage
