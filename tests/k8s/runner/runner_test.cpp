#include "tests/k8s/runner/runner_fixture.hpp"
#include "tests/support/attacker.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace kubesage::k8s {

namespace {

using runner_test = runner_fixture;

TEST_F(runner_test, every_kubectl_lists_pods_in_every_form_of_the_sandbox) {
  ASSERT_FALSE(test::kubectls().empty());
  for (const auto& form : test::sandboxes())
    for (const auto& binary : test::kubectls()) {
      SCOPED_TRACE(form.name + ", " + binary.version().git_version);
      test::kubernetes_answers answers;
      const test::api_server server{answers.script(), tls()};
      const auto runner = make(binary, form.box);
      const auto result = run(*runner, request({"get", "pods"}, target(server)));
      ASSERT_TRUE(result) << detail_of(result.error());
      EXPECT_EQ(result->exit_code, 0) << result->error;
      EXPECT_EQ(result->output, "NAME    STATUS\nweb-0   Running\n");
      EXPECT_EQ(result->error, "");
      EXPECT_TRUE(answers.saw("Authorization: Bearer " + token));
      std::cout << form.name << ", kubectl " << binary.version().git_version << ": "
                << result->duration.count() << " ms\n";
    }
}

/// A server that sends everybody to `to`.
test::api_server::script redirect_to(const std::string& to) {
  return [to](test::api_server::session& talk) {
    while (!talk.read_request().empty())
      talk.answer("", "302 Found", "Location: " + to + "/api\r\n");
  };
}

TEST_F(runner_test, a_redirect_reaches_nobody_in_any_form) {
  test::kubernetes_answers caught;
  const test::api_server plain_sink{caught.script()};
  const test::api_server tls_sink{caught.script(), tls()};
  for (const auto& form : test::sandboxes())
    for (const auto* sink : {&plain_sink, &tls_sink}) {
      SCOPED_TRACE(form.name + " to " + sink->url());
      const test::api_server server{redirect_to(sink->url()), tls()};
      const auto runner = make(test::newest_kubectl(), form.box);
      const auto result = run(*runner, request({"get", "pods"}, target(server)));
      ASSERT_TRUE(result) << detail_of(result.error());
      EXPECT_NE(result->exit_code, 0);
      EXPECT_GT(result->refused_connections, 0U);
      EXPECT_EQ(result->error.find(token), std::string::npos);
    }
  EXPECT_EQ(plain_sink.connections(), 0);
  EXPECT_EQ(tls_sink.connections(), 0);
}

TEST_F(runner_test, the_token_shows_in_no_process_and_the_child_holds_four_descriptors) {
  const test::api_server silent{[](auto& talk) { talk.wait_for_close(); }, tls()};
  for (const auto& form : test::sandboxes()) {
    SCOPED_TRACE(form.name);
    const auto runner = make(test::newest_kubectl(), form.box);
    const auto seen = silent.connections();
    run_id id = 0;
    auto result = start(*runner, request({"get", "pods"}, target(silent)), &id);
    while (silent.connections() == seen)
      std::this_thread::yield();
    const auto pids = test::children();
    ASSERT_EQ(pids.size(), 1U);
    const std::filesystem::path process = "/proc/" + std::to_string(pids.front());
    for (const auto* name : {"cmdline", "environ"}) {
      std::ifstream file{process / name};
      const std::string text{std::istreambuf_iterator<char>{file}, {}};
      EXPECT_NE(text, "") << name;
      EXPECT_EQ(text.find(token), std::string::npos) << name;
      EXPECT_EQ(text.find("127.0.0.1"), std::string::npos) << name;
    }
    std::set<std::string> files;
    for (const auto& each : std::filesystem::directory_iterator{process / "fd"}) {
      const auto what = std::filesystem::read_symlink(each).string();
      if (what.rfind("socket:", 0) != 0 && what.rfind("anon_inode:[event", 0) != 0)
        files.insert(each.path().filename().string());
    }
    EXPECT_EQ(files, (std::set<std::string>{"0", "1", "2", "9"}));
    runner->cancel(id);
    EXPECT_TRUE(finish(std::move(result)));
  }
}

TEST_F(runner_test, a_server_that_is_silent_costs_its_deadline) {
  const test::api_server silent{[](auto& talk) { talk.wait_for_close(); }, tls()};
  for (const auto& form : test::sandboxes()) {
    const auto runner = make(test::newest_kubectl(), form.box);
    const auto result = run(*runner, request({"get", "pods"}, target(silent), 1'500ms));
    ASSERT_TRUE(result) << detail_of(result.error());
    EXPECT_TRUE(result->is_timed_out);
    EXPECT_EQ(result->exit_code, -1);
    EXPECT_LT(result->duration, 4s);
  }
  EXPECT_TRUE(test::children().empty());
}

TEST_F(runner_test, a_dead_server_is_told_without_paths_of_this_machine) {
  endpoint dead;
  {
    const test::api_server server{[](auto&) {}, tls()};
    dead = target(server);
  }
  const auto runner = make(test::newest_kubectl(), test::sandboxes().front().box);
  const auto result = run(*runner, request({"get", "pods"}, dead));
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_EQ(result->exit_code, 1);
  EXPECT_NE(result->error.find("the cluster's address takes no connection"), std::string::npos)
      << result->error;
  for (const auto* word : {"/proc", "/nonexistent", ".go:", "goroutine"})
    EXPECT_EQ(result->error.find(word), std::string::npos) << result->error;
}

TEST_F(runner_test, an_address_that_the_policy_forbids_starts_nothing) {
  const test::api_server server{[](auto&) {}, tls()};
  config_.policy.allow.clear();
  const auto runner = make(test::newest_kubectl(), test::sandboxes().front().box);
  const auto result = run(*runner, request({"get", "pods"}, target(server)));
  ASSERT_FALSE(result);
  EXPECT_EQ(code_of(result.error()), errc::cluster_unreachable);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(runner_test, a_name_is_looked_up_once_and_reached_by_name) {
  test::kubernetes_answers answers;
  const test::api_server server{answers.script(), test::api_server::tls_options{authority_.issue(
                                                      {.alt_names = "DNS:a.test"})}};
  std::atomic<int> lookups{0};
  config_.look = [&lookups](const std::string& name) {
    ++lookups;
    EXPECT_EQ(name, "a.test");
    return std::vector<boost::asio::ip::address>{boost::asio::ip::address_v4::loopback()};
  };
  auto where = target(server);
  where.server_url = server.url("a.test");
  for (const auto& form : test::sandboxes()) {
    const auto runner = make(test::newest_kubectl(), form.box);
    const auto result = run(*runner, request({"get", "pods"}, where));
    ASSERT_TRUE(result) << detail_of(result.error());
    EXPECT_EQ(result->exit_code, 0) << result->error;
  }
  EXPECT_EQ(lookups, static_cast<int>(test::sandboxes().size()));
}

TEST_F(runner_test, a_client_certificate_goes_along) {
  std::string name;
  auto options = tls();
  options.client_ca_pem = authority_.pem();
  const test::api_server server{[&name](test::api_server::session& talk) {
                                  name = talk.client_name();
                                  test::kubernetes_answers{}.script()(talk);
                                },
                                options};
  auto where = target(server);
  const auto client = authority_.issue({.common_name = "anna", .extended_use = "clientAuth"});
  where.token = nullptr;
  where.cert_pem = client.cert_pem;
  where.key_pem = share(secret{client.key_pem});
  where.tls = tls_mode::insecure;
  const auto runner = make(test::newest_kubectl(), test::sandboxes().front().box);
  const auto result = run(*runner, request({"get", "pods"}, where));
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_EQ(result->exit_code, 0) << result->error;
  EXPECT_EQ(name, "anna");
}

TEST_F(runner_test, a_server_that_echoes_the_token_does_not_show_it) {
  const test::api_server server{[](test::api_server::session& talk) {
                                  while (!talk.read_request().empty())
                                    talk.answer("you sent " + token + "!");
                                },
                                tls()};
  const auto runner = make(test::newest_kubectl(), test::sandboxes().front().box);
  std::string streamed;
  auto wanted = request({"get", "--raw", "/api"}, target(server));
  wanted.on_output = [&streamed](output_stream, std::string_view text) { streamed += text; };
  const auto result = run(*runner, std::move(wanted));
  ASSERT_TRUE(result) << detail_of(result.error());
  EXPECT_EQ(result->output, "you sent [redacted]!");
  EXPECT_EQ(streamed, result->output + result->error);
}

} // namespace

} // namespace kubesage::k8s
