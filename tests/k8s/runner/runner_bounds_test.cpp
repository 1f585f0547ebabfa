#include "tests/k8s/runner/runner_fixture.hpp"
#include "tests/support/attacker.hpp"

#include <atomic>
#include <fstream>

namespace kubesage::k8s {

namespace {

/// Runs what misbehaves in kubectl's place; no server is needed.
class runner_bounds_test : public runner_fixture {
protected:
  std::unique_ptr<kubectl_runner> make_runner() {
    return make(attacker_.binary(), test::sandboxes().front().box);
  }

  static run_request words(std::vector<std::string> all, std::chrono::milliseconds time = 30s) {
    endpoint nowhere;
    nowhere.server_url = "https://127.0.0.1:6443";
    nowhere.token = share(secret{token});
    return request(std::move(all), std::move(nowhere), time);
  }

  /// Starts a run that hangs and waits until its process does.
  std::future<run_result> start_hanging(kubectl_runner& runner, run_id* id = nullptr,
                                        std::chrono::milliseconds time = 60s) {
    auto hanging = words({"hang"}, time);
    auto ready = std::make_shared<std::promise<void>>();
    auto is_ready = ready->get_future();
    hanging.on_output = [ready](output_stream which, std::string_view) {
      if (which == output_stream::output)
        ready->set_value();
    };
    auto result = start(runner, std::move(hanging), id);
    EXPECT_EQ(is_ready.wait_for(30s), std::future_status::ready);
    return result;
  }

  test::attacker attacker_;
};

long resident_kibibytes() {
  std::ifstream file{"/proc/self/statm"};
  long total = 0;
  long resident = 0;
  file >> total >> resident;
  return resident * 4;
}

TEST_F(runner_bounds_test, an_exit_code_comes_back) {
  const auto runner = make_runner();
  const auto result = run(*runner, words({"exit", "42"}));
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_EQ(result->exit_code, 42);
  EXPECT_FALSE(result->is_truncated);
  EXPECT_EQ(result->output, "");
}

TEST_F(runner_bounds_test, a_kubeconfig_that_is_printed_shows_no_token) {
  const auto runner = make_runner();
  const auto result = run(*runner, words({"config"}));
  ASSERT_TRUE(result) << detail_of(result.error());
  for (const auto* text : {&result->output, &result->error}) {
    EXPECT_EQ(text->find(token), std::string::npos);
    EXPECT_NE(text->find(R"("token":"[redacted]")"), std::string::npos) << *text;
  }
}

TEST_F(runner_bounds_test, two_hundred_megabytes_stay_bounded_and_end_soon) {
  const auto runner = make_runner();
  const auto before = resident_kibibytes();
  const auto result = run(*runner, words({"spam", "200"}));
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_TRUE(result->is_truncated);
  EXPECT_EQ(result->exit_code, -1);
  EXPECT_EQ(result->output.size(), 4U << 20U);
  EXPECT_LT(result->duration, 10s);
  const auto grown = (resident_kibibytes() - before) / 1024;
  std::cout << "200 MB of output: " << result->duration.count() << " ms, " << grown << " MiB\n";
  EXPECT_LT(grown, 64);
}

TEST_F(runner_bounds_test, a_little_too_much_output_is_cut_and_the_command_ends_by_itself) {
  const auto runner = make_runner();
  const auto result = run(*runner, words({"spam", "5"}));
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_TRUE(result->is_truncated);
  EXPECT_EQ(result->exit_code, 0);
  EXPECT_EQ(result->output.size(), 4U << 20U);
}

TEST_F(runner_bounds_test, one_that_ignores_sigterm_is_killed_after_the_grace) {
  config_.term_grace = 300ms;
  const auto runner = make_runner();
  const auto result = finish(start_hanging(*runner, nullptr, 2s));
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_TRUE(result->is_timed_out);
  EXPECT_FALSE(result->is_cancelled);
  EXPECT_EQ(result->exit_code, -1);
  EXPECT_EQ(result->output, "hanging\n");
  EXPECT_TRUE(test::children().empty());
}

TEST_F(runner_bounds_test, a_cancel_ends_a_run_within_two_seconds) {
  const auto runner = make_runner();
  run_id id = 0;
  auto running = start_hanging(*runner, &id);
  const auto begin = std::chrono::steady_clock::now();
  runner->cancel(id);
  const auto result = finish(std::move(running));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_TRUE(result->is_cancelled);
  EXPECT_FALSE(result->is_timed_out);
  EXPECT_TRUE(test::children().empty());
  runner->cancel(id); // nothing happens
  runner->cancel(4711);
}

TEST_F(runner_bounds_test, the_end_of_the_runner_kills_and_reaps) {
  auto runner = make_runner();
  auto running = start_hanging(*runner);
  auto other = start_hanging(*runner);
  auto waiting = start(*runner, words({"exit", "0"})); // the tenant's third
  EXPECT_EQ(runner->running(), 2U);
  const auto begin = std::chrono::steady_clock::now();
  runner.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
  EXPECT_TRUE(test::children().empty());
  EXPECT_TRUE(finish(std::move(running))->is_cancelled);
  EXPECT_TRUE(finish(std::move(other))->is_cancelled);
  EXPECT_EQ(code_of(finish(std::move(waiting)).error()), errc::cancelled);
}

TEST_F(runner_bounds_test, a_tenant_waits_for_its_own_runs_and_then_hears_so) {
  config_.max_wait = 200ms;
  const auto runner = make_runner();
  run_id first = 0;
  auto a = start_hanging(*runner, &first);
  auto b = start_hanging(*runner);
  const auto third = run(*runner, words({"exit", "0"}));
  ASSERT_FALSE(third);
  EXPECT_EQ(code_of(third.error()), errc::too_many_requests);
  auto other = words({"exit", "7"});
  other.tenant = user_id{2};
  EXPECT_EQ(run(*runner, std::move(other))->exit_code, 7);
}

TEST_F(runner_bounds_test, who_waits_runs_when_a_place_is_free) {
  config_.max_wait = 30s;
  const auto runner = make_runner();
  run_id first = 0;
  auto a = start_hanging(*runner, &first);
  auto b = start_hanging(*runner);
  auto third = start(*runner, words({"exit", "3"}));
  runner->cancel(first);
  EXPECT_EQ(finish(std::move(third))->exit_code, 3);
}

TEST_F(runner_bounds_test, a_waiting_run_can_be_cancelled) {
  config_.max_wait = 30s;
  const auto runner = make_runner();
  auto a = start_hanging(*runner);
  auto b = start_hanging(*runner);
  run_id third = 0;
  auto waiting = start(*runner, words({"exit", "3"}), &third);
  runner->cancel(third);
  EXPECT_EQ(code_of(finish(std::move(waiting)).error()), errc::cancelled);
}

TEST_F(runner_bounds_test, a_flood_runs_within_the_bounds_and_the_rest_is_refused) {
  config_.max_wait = 100ms;
  config_.gate = {.running = 3, .running_per_tenant = 2, .waiting = 4, .waiting_per_tenant = 2};
  const auto runner = make_runner();
  std::vector<std::future<run_result>> all;
  for (int i = 0; i < 40; ++i) {
    auto wanted = words({"hang"}, 1s);
    wanted.tenant = user_id{1 + i % 5};
    all.push_back(start(*runner, std::move(wanted)));
    EXPECT_LE(runner->running(), 3U);
  }
  int ran = 0;
  int overloaded = 0;
  int own = 0;
  for (auto& each : all) {
    const auto result = finish(std::move(each));
    ran += result ? 1 : 0;
    overloaded += !result && code_of(result.error()) == errc::overloaded ? 1 : 0;
    own += !result && code_of(result.error()) == errc::too_many_requests ? 1 : 0;
  }
  EXPECT_EQ(ran, 3);
  EXPECT_GT(overloaded, 0);
  EXPECT_EQ(ran + overloaded + own, 40);
  EXPECT_TRUE(test::children().empty());
  EXPECT_EQ(runner->running(), 0U);
}

TEST_F(runner_bounds_test, many_runs_leave_no_descriptor_and_no_zombie) {
  const auto runner = make_runner();
  const auto count = [] {
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return std::distance(begin(all), end(all));
  };
  EXPECT_TRUE(run(*runner, words({"exit", "0"})));
  const auto before = count();
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(run(*runner, words({"exit", "0"})));
  EXPECT_LT(count(), before + 10); // those of the last run may be closing
  EXPECT_TRUE(test::children().empty());
}

TEST_F(runner_bounds_test, a_binary_that_was_changed_is_not_run) {
  const auto runner = make_runner();
  std::ofstream{attacker_.path(), std::ios::app} << 'x';
  const auto result = run(*runner, words({"exit", "0"}));
  ASSERT_FALSE(result);
  EXPECT_EQ(code_of(result.error()), errc::not_ready);
}

TEST_F(runner_bounds_test, a_plain_http_server_is_refused) {
  const auto runner = make_runner();
  auto wanted = words({"exit", "0"});
  wanted.target.server_url = "http://127.0.0.1:8080";
  const auto result = run(*runner, std::move(wanted));
  ASSERT_FALSE(result);
  EXPECT_EQ(code_of(result.error()), errc::validation_failed);
}

TEST_F(runner_bounds_test, a_deadline_that_has_passed_starts_nothing) {
  const auto runner = make_runner();
  const auto result = run(*runner, words({"exit", "0"}, -1s));
  ASSERT_FALSE(result);
  EXPECT_EQ(code_of(result.error()), errc::deadline_exceeded);
}

} // namespace

} // namespace kubesage::k8s
