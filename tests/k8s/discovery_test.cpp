#include "k8s/discovery.hpp"
#include "tests/k8s/client_fixture.hpp"

#include <atomic>
#include <map>

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr const char* groups =
    R"({"kind":"APIGroupList","groups":[{"name":"apps","versions":[{"version":"v1beta1"},)"
    R"({"version":"v1"}],"preferredVersion":{"version":"v1"}}]})";

std::string resources(const std::string& name, const std::string& kind) {
  return R"({"kind":"APIResourceList","resources":[{"name":")" + name
         + R"(","singularName":"","namespaced":true,"kind":")" + kind
         + R"(","verbs":["get","list"],"shortNames":["x"],"categories":["all"]},{"name":")" + name
         + R"(/status","kind":"X","namespaced":true,"verbs":["get"]}]})";
}

class discovery_test : public client_fixture {
protected:
  discovery_test() {
    answers_ = {{"/api", R"({"kind":"APIVersions","versions":["v1"]})"},
                {"/apis", groups},
                {"/api/v1", resources("pods", "Pod")},
                {"/apis/apps/v1", resources("deployments", "Deployment")},
                {"/apis/apps/v1beta1", resources("deployments", "Deployment")}};
  }

  void serve(session& peer) {
    for (auto head = peer.read_request(); !head.empty(); head = peer.read_request()) {
      ++requests_;
      const auto path = head.substr(4, head.find(" HTTP") - 4);
      const auto found = answers_.find(path);
      if (found == answers_.end())
        peer.answer("{}", "503 Service Unavailable");
      else
        peer.answer(found->second);
    }
  }

  static caf::expected<discovered> get(discovery& from, bool wants_fresh = false) {
    auto done = std::make_shared<std::promise<caf::expected<discovered>>>();
    auto result = done->get_future();
    from.get(in(20s), wants_fresh,
             [done](caf::expected<discovered> x) { done->set_value(std::move(x)); });
    return result.get();
  }

  static names types(const kind_catalog& catalog) {
    names all;
    for (const auto& each : catalog.all())
      all.push_back(each.group_version() + "/" + each.name);
    return all;
  }

  std::map<std::string, std::string> answers_;
  std::atomic<int> requests_{0};
};

TEST_F(discovery_test, lists_the_types_with_the_preferred_version_first) {
  const api_server server{[this](session& peer) { serve(peer); }};
  const auto found = get(*discovery::make(connect(server.url()), {}));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_complete);
  EXPECT_THAT(types(*found->catalog),
              ElementsAre("v1/pods", "apps/v1/deployments", "apps/v1beta1/deployments"));
  EXPECT_THAT(found->catalog->all()[0].short_names, ElementsAre("x"));
}

TEST_F(discovery_test, remembers_what_it_found) {
  const api_server server{[this](session& peer) { serve(peer); }};
  const auto types = discovery::make(connect(server.url()), {});
  const auto first = get(*types);
  const auto second = get(*types, true); // Too young to be asked for anew.
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->catalog, second->catalog);
  EXPECT_EQ(requests_, 5);
}

TEST_F(discovery_test, asks_anew_for_an_unknown_type) {
  const api_server server{[this](session& peer) { serve(peer); }};
  discovery::config settings;
  settings.min_age = 0ms;
  const auto types = discovery::make(connect(server.url()), settings);
  ASSERT_TRUE(get(*types));
  ASSERT_TRUE(get(*types, true));
  EXPECT_EQ(requests_, 10);
}

TEST_F(discovery_test, says_that_a_group_is_missing) {
  answers_.erase("/apis/apps/v1");
  const api_server server{[this](session& peer) { serve(peer); }};
  const auto found = get(*discovery::make(connect(server.url()), {}));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->is_complete);
  EXPECT_THAT(types(*found->catalog), ElementsAre("v1/pods", "apps/v1beta1/deployments"));
}

TEST_F(discovery_test, a_failure_is_not_remembered) {
  const auto list = std::exchange(answers_["/apis"], "no json");
  std::atomic<bool> is_well{false};
  const api_server server{[&](session& peer) {
    for (auto head = peer.read_request(); !head.empty(); head = peer.read_request()) {
      const auto path = head.substr(4, head.find(" HTTP") - 4);
      peer.answer(is_well && path == "/apis" ? list : answers_.at(path));
    }
  }};
  const auto types = discovery::make(connect(server.url()), {});
  const auto failed = get(*types);
  ASSERT_FALSE(failed);
  EXPECT_EQ(code_of(failed.error()), errc::cluster_bad_response);
  is_well = true;
  EXPECT_TRUE(get(*types));
}

TEST_F(discovery_test, callers_share_one_round) {
  const api_server server{[this](session& peer) { serve(peer); }};
  const auto types = discovery::make(connect(server.url()), {});
  std::vector<std::future<caf::expected<discovered>>> results;
  for (int i = 0; i < 8; ++i) {
    auto done = std::make_shared<std::promise<caf::expected<discovered>>>();
    results.push_back(done->get_future());
    types->get(in(20s), false,
               [done](caf::expected<discovered> x) { done->set_value(std::move(x)); });
  }
  for (auto& each : results)
    EXPECT_TRUE(each.get());
  EXPECT_EQ(requests_, 5);
}

TEST(discovery_answers_test, refuses_words_that_would_leave_the_path) {
  EXPECT_FALSE(parse_resources({"", "v1"}, resources("po?ds", "Pod")));
  EXPECT_FALSE(parse_resources({"", "v1"}, resources("..", "Pod")));
  EXPECT_FALSE(parse_groups(R"({"kind":"APIGroupList","groups":[{"name":"a b","versions":[]}]})"));
  EXPECT_FALSE(parse_groups("[]"));
  EXPECT_FALSE(parse_core_versions(R"({"kind":"Status"})"));
}

} // namespace

} // namespace kubesage::k8s
