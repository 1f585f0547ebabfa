#pragma once

#include "actors/session.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/database.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/session_neighbours.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kubesage::test {

using namespace std::chrono_literals;

/// One session with a journal in memory and a cluster that answers what the test says.
class session_fixture : public actor_fixture {
protected:
  session_fixture() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-session-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    auto opened = database::open({folder_});
    EXPECT_TRUE(opened);
    db_ = std::move(*opened);
    auto ring = keyring::open(*db_, *make_local_wrapper(secret{std::string(32, 'k')}));
    EXPECT_TRUE(ring);
    auto services = std::make_shared<session_services>();
    services->store = &journal_;
    ring_ = *ring;
    services->keys = ring_;
    services->load = [this](const tenant&) { return stored_; };
    services->next_id = [this](shard_id) {
      return caf::expected<cluster_id>{cluster_id{++last_id_}};
    };
    services->run_blocking = [this](std::function<void()> job) {
      job();
      return !is_pool_full_;
    };
    services->make_link =
        [this](k8s::endpoint target) -> caf::expected<std::shared_ptr<cluster_link>> {
      seen_token_ = target.token ? std::string{target.token->expose()} : std::string{};
      return std::shared_ptr<cluster_link>{link_};
    };
    services->now = [] { return wall_time{1'700'000'000'000ms}; };
    services->max_waiting = 4;
    services->commands.facts = [this] { return kubectl_; };
    services->commands.on_facts = [this](std::function<void()> then) {
      waiting_for_kubectl_.push_back(std::move(then));
    };
    services->executions.list = [this](const tenant&, cluster_id, std::int64_t, std::size_t) {
      return caf::expected<std::vector<execution_record>>{history_};
    };
    services->executions.get = [this](const tenant&, cluster_id, execution_id id) {
      std::optional<execution_record> found;
      for (const auto& record : history_)
        if (record.id == id)
          found = record;
      return caf::expected<std::optional<execution_record>>{std::move(found)};
    };
    services->executions.trim = [](const tenant&, cluster_id, std::size_t) {
      return caf::expected<std::optional<row>>{std::optional<row>{}};
    };
    auto& analyses = services->analyses;
    analyses.max_running = 2;
    analyses.read.list = [this](const tenant&, cluster_id, std::int64_t, std::size_t) {
      return caf::expected<std::vector<analysis_record>>{runs_};
    };
    analyses.read.get = [this](const tenant&, cluster_id cluster, analysis_id id) {
      std::optional<analysis_record> found;
      for (const auto& record : runs_)
        if (record.id == id && record.cluster == cluster)
          found = record;
      return caf::expected<std::optional<analysis_record>>{std::move(found)};
    };
    analyses.read.findings = [this](const tenant&, cluster_id) {
      return caf::expected<std::vector<open_finding>>{open_findings_};
    };
    analyses.read.trim = [](const tenant&, cluster_id, std::size_t) {
      return caf::expected<std::optional<row>>{std::optional<row>{}};
    };
    if (has_llm_)
      analyses.explain = [this](solutions::explanation_request wanted, auto on_done) {
        ++explained_;
        for (auto& problem : wanted.problems)
          problem.how.source = analysis::solution_source::llm;
        auto handle = std::make_unique<explanation>(cancelled_explanations_);
        if (!is_llm_slow_)
          on_done(std::move(wanted.problems));
        return handle;
      };
    services_ = services;
  }

  ~session_fixture() override {
    std::error_code ec;
    std::filesystem::remove_all(folder_, ec);
  }

  void start() {
    session_ = launch(session, owner_, services_);
  }

  std::shared_ptr<answer_box> send(call_request request, std::chrono::seconds left = 30s,
                                   role_set roles = role_set::all(), bool streams = false) {
    auto box = std::make_shared<answer_box>();
    auto message = std::make_shared<call>(
        call{principal{owner_, "ada", roles}, "req-1", "/some-route",
             std::chrono::steady_clock::now() + left, std::move(request), box, streams});
    self_->send(session_, std::move(message));
    drain();
    return box;
  }

  static onboard_cluster onboarding(std::string name,
                                    onboard_cluster::mode how = onboard_cluster::mode::store) {
    onboard_cluster request;
    request.facts.name = std::move(name);
    request.facts.server_url = "https://10.0.0.1:6443";
    request.secrets.token = share(secret{"planted-token"});
    request.how = how;
    return request;
  }

  std::string types() const {
    std::string text;
    for (const auto& entry : journal_.entries)
      for (const auto& event : entry.events)
        text += event.subject.substr(event.subject.rfind('.') + 1) + " ";
    return text;
  }

  std::filesystem::path folder_;
  std::unique_ptr<database> db_;
  std::shared_ptr<keyring> ring_;
  memory_journal journal_;
  std::shared_ptr<fake_link> link_ = std::make_shared<fake_link>();
  caf::expected<loaded_user> stored_{loaded_user{}};
  std::shared_ptr<const session_services> services_;
  tenant owner_ = tenant_issuer::issue(user_id{42});
  session_actor session_;
  std::string seen_token_;
  std::int64_t last_id_ = 0;
  bool is_pool_full_ = false;
  std::shared_ptr<const kubectl_facts> kubectl_ = known_kubectl();
  std::vector<std::function<void()>> waiting_for_kubectl_;
  std::vector<execution_record> history_;
  std::vector<analysis_record> runs_;
  std::vector<open_finding> open_findings_;
  bool has_llm_ = true;
  bool is_llm_slow_ = false; ///< It never answers.
  int explained_ = 0;
  int cancelled_explanations_ = 0;

  class explanation final : public solutions::explainer::explanation {
  public:
    explicit explanation(int& cancelled) : cancelled_(cancelled) {}
    void cancel() override {
      ++cancelled_;
    }

  private:
    int& cancelled_;
  };

  static std::shared_ptr<const kubectl_facts> known_kubectl() {
    return std::make_shared<const kubectl_facts>(kubectl_facts{{1, 33}, {}});
  }
};

} // namespace kubesage::test
