#include "k8s/resolver.hpp"
#include "messages/error.hpp"

#include <cstddef>
#include <future>
#include <latch>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace kubesage::k8s {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

using addresses = std::vector<asio::ip::address>;

addresses of(std::initializer_list<const char*> texts) {
  addresses result;
  for (const auto* text : texts)
    result.push_back(asio::ip::make_address(text));
  return result;
}

lookup answering(addresses found) {
  return [found](const std::string&) { return caf::expected<addresses>{found}; };
}

asio::awaitable<void> store(asio::awaitable<caf::expected<address_list>> work,
                            std::optional<caf::expected<address_list>>* out) {
  auto result = co_await std::move(work);
  out->emplace(std::move(result));
}

class resolver_test : public ::testing::Test {
protected:
  ~resolver_test() override {
    threads_.stop();
  }

  caf::expected<address_list> run(lookup look, const std::string& url,
                                  std::chrono::milliseconds budget = 20s) {
    auto wait = std::make_shared<asio::steady_timer>(context_);
    std::optional<caf::expected<address_list>> result;
    context_.restart();
    asio::co_spawn(context_,
                   store(resolve(&threads_, std::move(look), *parse_server_url(url, true), policy_,
                                 wait, std::chrono::steady_clock::now() + budget),
                         &result),
                   asio::detached);
    context_.run();
    return std::move(*result);
  }

  asio::io_context context_; // outlives lookups that end late, as the process's contexts do
  static constexpr std::size_t blocking_threads = 4;
  runtime threads_{1, blocking_threads};
  address_policy policy_;
};

TEST_F(resolver_test, gives_the_addresses_with_the_port) {
  const auto found = run(answering(of({"10.0.0.1", "fd00::1"})), "https://a.test:6443");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->front().address().to_string(), "10.0.0.1");
  EXPECT_EQ(found->back().port(), 6443);
}

TEST_F(resolver_test, refuses_all_when_one_address_is_not_allowed) {
  for (const auto* bad : {"127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "0.0.0.0"}) {
    const auto found = run(answering(of({"10.0.0.1", bad})), "https://a.test");
    ASSERT_FALSE(found) << bad;
    EXPECT_EQ(code_of(found.error()), errc::cluster_unreachable);
  }
}

TEST_F(resolver_test, checks_addresses_beyond_the_eighth_and_uses_eight) {
  auto many = addresses(12, asio::ip::make_address("10.0.0.1"));
  EXPECT_EQ(run(answering(many), "https://a.test")->size(), 8U);
  many.push_back(asio::ip::make_address("127.0.0.1"));
  EXPECT_FALSE(run(answering(many), "https://a.test"));
}

TEST_F(resolver_test, checks_each_lookup_anew) {
  int asked = 0;
  const lookup rebinding = [&asked](const std::string&) -> caf::expected<addresses> {
    return asked++ == 0 ? of({"10.0.0.1"}) : of({"127.0.0.1"});
  };
  EXPECT_TRUE(run(rebinding, "https://a.test"));
  EXPECT_FALSE(run(rebinding, "https://a.test"));
}

TEST_F(resolver_test, asks_nobody_about_a_literal) {
  const lookup never = [](const std::string&) -> caf::expected<addresses> {
    ADD_FAILURE() << "asked";
    return addresses{};
  };
  EXPECT_TRUE(run(never, "https://10.0.0.1"));
  EXPECT_FALSE(run(never, "https://127.0.0.1"));
  EXPECT_FALSE(run(never, "https://[::ffff:127.0.0.1]"));
}

TEST_F(resolver_test, ends_in_time_when_the_name_service_hangs) {
  std::promise<void> release;
  const auto released = release.get_future().share();
  const lookup hanging = [released](const std::string&) -> caf::expected<addresses> {
    released.wait();
    return addresses{};
  };
  // The lookup's thread keeps the io_context only through what it posts at its end.
  const auto found = run(hanging, "https://a.test", 50ms);
  EXPECT_EQ(code_of(found.error()), errc::cluster_timeout);
  release.set_value();
}

TEST_F(resolver_test, says_when_too_many_lookups_wait) {
  std::promise<void> release;
  const auto released = release.get_future().share();
  // Every thread of the pool has to be busy before the queue is filled, or it takes one more out.
  std::latch busy{static_cast<std::ptrdiff_t>(blocking_threads)};
  for (std::size_t i = 0; i < blocking_threads; ++i)
    ASSERT_TRUE(threads_.run_blocking([&busy, released] {
      busy.count_down();
      released.wait();
    }));
  busy.wait();
  while (threads_.run_blocking([released] { released.wait(); })) {
    // nop
  }
  EXPECT_EQ(code_of(run(answering(of({"10.0.0.1"})), "https://a.test").error()), errc::overloaded);
  release.set_value();
}

TEST_F(resolver_test, reports_an_unknown_name) {
  EXPECT_EQ(code_of(look_up("no-such-host.invalid").error()), errc::cluster_unreachable);
}

} // namespace

} // namespace kubesage::k8s
