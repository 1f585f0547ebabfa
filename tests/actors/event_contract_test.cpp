#include "actors/session.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/database.hpp"
#include "persistence/event_chain.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/session_neighbours.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <simdjson.h>

namespace kubesage {
namespace {

namespace dom = simdjson::dom;
using namespace std::chrono_literals;
using testing::ElementsAre;
using words = std::vector<std::string>;

/// What docs/events.md promises for the events that a session makes.
class event_contract_test : public test::actor_fixture {
protected:
  event_contract_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-events-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    auto opened = database::open({folder_ / "data"});
    EXPECT_TRUE(opened);
    db_ = std::move(*opened);
    auto services = std::make_shared<session_services>();
    services->store = &journal_;
    services->keys = *keyring::open(*db_, *make_local_wrapper(secret{std::string(32, 'k')}));
    services->load = [](const tenant&) { return caf::expected<loaded_user>{loaded_user{}}; };
    services->next_id = [this](shard_id) {
      return caf::expected<cluster_id>{cluster_id{++last_id_}};
    };
    services->run_blocking = [](const std::function<void()>& job) {
      job();
      return true;
    };
    services->make_link = [this](const k8s::endpoint&) {
      return caf::expected<std::shared_ptr<cluster_link>>{std::shared_ptr<cluster_link>{link_}};
    };
    services->event_source = "/kubesage/node-1";
    session_ = launch(session, owner_, std::shared_ptr<const session_services>{services});
  }

  ~event_contract_test() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void send(call_request request) {
    self_->send(session_, std::make_shared<call>(
                              call{principal{owner_, "ada", role_set::all()}, "req-1",
                                   "/planted-route/{x}", std::chrono::steady_clock::now() + 30s,
                                   std::move(request), std::make_shared<test::answer_box>()}));
    drain();
  }

  void onboard(const std::string& name) {
    onboard_cluster request;
    request.facts.name = name;
    request.facts.server_url = "https://10.0.0.1:6443";
    request.facts.tls = tls_mode::verified;
    request.facts.ca_data = "planted-authority";
    request.secrets.token = share(secret{"planted-token"});
    request.secrets.tls_key = share(secret{"planted-key"});
    send(std::move(request));
  }

  [[nodiscard]] std::vector<stored_event> events() const {
    std::vector<stored_event> all;
    for (const auto& entry : journal_.entries)
      all.insert(all.end(), entry.events.begin(), entry.events.end());
    return all;
  }

  /// The keys that the last event adds to the common ones, and its event_type first.
  words last_event() {
    const auto all = events();
    if (all.empty())
      return {};
    const dom::object data = parser_.parse(all.back().payload)["data"];
    words keys;
    for (const auto field : data)
      keys.emplace_back(field.key);
    EXPECT_GE(keys.size(), 6U);
    EXPECT_EQ(
        words(keys.begin(), keys.begin() + 6),
        (words{"event_type", "cluster_id", "user_id", "username", "cluster_name", "timestamp"}));
    keys.erase(keys.begin(), keys.begin() + 6);
    keys.insert(keys.begin(), std::string{std::string_view(data["event_type"])});
    return keys;
  }

  std::filesystem::path folder_;
  std::unique_ptr<database> db_;
  test::memory_journal journal_;
  std::shared_ptr<test::fake_link> link_ = std::make_shared<test::fake_link>();
  tenant owner_ = tenant_issuer::issue(user_id{42});
  session_actor session_;
  std::int64_t last_id_ = 0;
  dom::parser parser_;
};

TEST_F(event_contract_test, every_kind_has_the_keys_of_the_contract) {
  onboard("prod");
  EXPECT_THAT(last_event(),
              ElementsAre("cluster_onboarded", "server_url", "provider_name", "use_secure_tls"));
  send(get_credentials{"prod"});
  EXPECT_THAT(last_event(), ElementsAre("cluster_credentials_accessed", "server_url", "route"));
  send(get_namespaces{cluster_id{1}});
  EXPECT_THAT(last_event(),
              ElementsAre("namespaces_retrieved_by_cluster_id", "namespace_count", "method"));
  send(select_cluster{cluster_id{1}});
  EXPECT_THAT(last_event(),
              ElementsAre("cluster_selected_and_namespaces_retrieved", "namespace_count"));
  link_->names = caf::make_error(errc::cluster_timeout, std::string{"planted-detail"});
  send(get_namespaces{cluster_id{1}});
  EXPECT_THAT(last_event(),
              ElementsAre("namespaces_retrieval_failed_by_cluster_id", "error", "method"));
  send(record_denial{"/clusters", "needs role viewer"});
  EXPECT_THAT(last_event(), ElementsAre("access_denied", "route", "reason"));
  onboard("second");
  journal_.is_held = true; // The activation is written before the cluster is asked.
  send(select_cluster{cluster_id{2}});
  EXPECT_THAT(last_event(), ElementsAre("cluster_activated"));
  journal_.is_held = false;
  journal_.release(errc::none);
  drain();
  send(remove_cluster{cluster_id{1}});
  EXPECT_THAT(last_event(), ElementsAre("cluster_deleted"));
}

TEST_F(event_contract_test, a_first_selection_gives_the_activation_and_then_the_outcome) {
  onboard("prod");
  send(select_cluster{cluster_id{1}});
  words kinds;
  for (const auto& event : events())
    kinds.push_back(event.subject.substr(event.subject.rfind('.') + 1));
  EXPECT_THAT(kinds, ElementsAre("cluster_onboarded", "cluster_activated",
                                 "cluster_selected_and_namespaces_retrieved"));
}

TEST_F(event_contract_test, values_are_those_of_the_request) {
  onboard("prod");
  const auto event = events().back();
  const dom::element root = parser_.parse(event.payload);
  EXPECT_EQ(std::string_view(root["source"]), "/kubesage/node-1");
  EXPECT_EQ(std::string_view(root["requestid"]), "req-1");
  EXPECT_EQ(std::string_view(root["data"]["server_url"]), "https://10.0.0.1:6443");
  EXPECT_EQ(std::string_view(root["data"]["provider_name"]), "Standard");
  EXPECT_TRUE(bool(root["data"]["use_secure_tls"]));
  send(get_namespaces{cluster_id{1}});
  const auto retrieved = events().back();
  const dom::element data = parser_.parse(retrieved.payload)["data"];
  EXPECT_EQ(std::int64_t(data["namespace_count"]), 2);
  EXPECT_EQ(std::string_view(data["method"]), "kubernetes_api");
}

TEST_F(event_contract_test, a_failure_is_told_by_its_code_alone) {
  onboard("prod");
  link_->names = caf::make_error(errc::cluster_unauthorized, std::string{"planted-detail"});
  send(get_namespaces{cluster_id{1}});
  const auto payload = events().back().payload;
  EXPECT_EQ(std::string_view(parser_.parse(payload)["data"]["error"]), "CLUSTER_UNAUTHORIZED");
  EXPECT_EQ(payload.find("planted-detail"), std::string::npos);
}

TEST_F(event_contract_test, no_event_holds_a_secret_or_what_a_cluster_sent) {
  onboard("prod");
  link_->names = std::vector<std::string>{"planted-namespace"};
  send(get_namespaces{cluster_id{1}});
  send(select_cluster{cluster_id{1}});
  send(get_credentials{"prod"});
  send(remove_cluster{cluster_id{1}});
  const auto all = events();
  EXPECT_EQ(all.size(), 6U);
  for (const auto& event : all)
    for (const auto* word :
         {"planted-token", "planted-key", "planted-authority", "planted-namespace"})
      EXPECT_EQ(event.payload.find(word), std::string::npos) << event.payload;
}

TEST_F(event_contract_test, the_whole_chain_can_be_checked_from_the_payloads) {
  onboard("prod");
  send(select_cluster{cluster_id{1}});
  send(get_credentials{"prod"});
  send(remove_cluster{cluster_id{1}});
  std::optional<chain_value> head;
  std::uint64_t sequence = 0;
  for (const auto& event : events()) {
    EXPECT_EQ(event.sequence, ++sequence);
    const auto cut = event.payload.rfind(",\"chain\":\"");
    ASSERT_NE(cut, std::string::npos);
    head = chain_value::next(head, event.payload.substr(0, cut) + "}");
    EXPECT_EQ(event.payload.substr(cut + 10), head->to_text() + "\"}");
  }
  EXPECT_EQ(sequence, 5U);
}

} // namespace
} // namespace kubesage
