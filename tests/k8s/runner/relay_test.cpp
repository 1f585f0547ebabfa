#include "k8s/runner/relay.hpp"
#include "messages/error.hpp"
#include "tests/k8s/runner/runner_fixture.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace kubesage::k8s {

namespace {

using boost::asio::ip::tcp;

/// One relay on the fixture's thread.
class relay_test : public runner_fixture {
protected:
  std::uint16_t open(const test::api_server& server, const std::string& authority) {
    relay_config config;
    config.authority = authority;
    config.addresses = {{boost::asio::ip::address_v4::loopback(), server.port()}};
    return open(std::move(config));
  }

  std::uint16_t open(relay_config config) {
    config.until = std::chrono::steady_clock::now() + 30s;
    relay_ = std::make_shared<relay>(threads_.context(0), std::move(config));
    return on_thread([this] {
      const auto port = relay_->listen();
      EXPECT_TRUE(port);
      EXPECT_FALSE(relay_->start());
      return *port;
    });
  }

  template <class F>
  auto on_thread(F work) -> decltype(work()) {
    std::packaged_task<decltype(work())()> task{std::move(work)};
    auto result = task.get_future();
    boost::asio::post(threads_.context(0), [&task] { task(); });
    return result.get();
  }

  ~relay_test() override {
    if (relay_)
      on_thread([this] {
        relay_->stop();
        return 0;
      });
  }

  /// Sends `text` and returns what comes until the end, or `size` bytes.
  static std::string talk(std::uint16_t port, const std::string& text, std::size_t size = 65'536) {
    boost::asio::io_context context;
    tcp::socket socket{context};
    boost::system::error_code failure;
    socket.connect({boost::asio::ip::address_v4::loopback(), port}, failure);
    boost::asio::write(socket, boost::asio::buffer(text), failure);
    std::string result(size, '\0');
    result.resize(boost::asio::read(socket, boost::asio::buffer(result), failure));
    return result;
  }

  std::shared_ptr<relay> relay_;
};

void echo(test::api_server::session& talk) {
  for (auto head = talk.read_request(); !head.empty(); head = talk.read_request())
    talk.write(head);
}

TEST_F(relay_test, connect_to_the_pinned_authority_becomes_a_tunnel) {
  const test::api_server server{echo};
  const auto port = open(server, "api.test:6443");
  const std::string established = "HTTP/1.1 200 Connection established\r\n\r\n";
  boost::asio::io_context context;
  tcp::socket socket{context};
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  boost::asio::write(socket, boost::asio::buffer(std::string{
                                 "CONNECT api.test:6443 HTTP/1.1\r\nHost: api.test:6443\r\n\r\n"}));
  std::string answer(established.size(), '\0');
  boost::asio::read(socket, boost::asio::buffer(answer));
  EXPECT_EQ(answer, established);
  const std::string line = "hello\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    boost::asio::write(socket, boost::asio::buffer(line));
    std::string back(line.size(), '\0');
    boost::asio::read(socket, boost::asio::buffer(back));
    EXPECT_EQ(back, line);
  }
}

TEST_F(relay_test, everything_else_gets_403_and_reaches_nobody) {
  const test::api_server server{echo};
  const auto port = open(server, "api.test:6443");
  const std::vector<std::string> others{
      "CONNECT api.test:6444 HTTP/1.1\r\n\r\n",
      "CONNECT evil.test:6443 HTTP/1.1\r\n\r\n",
      "CONNECT API.test:6443 HTTP/1.1\r\n\r\n",
      "CONNECT api.test:6443@evil HTTP/1.1\r\n\r\n",
      "CONNECT 127.0.0.1:" + std::to_string(server.port()) + " HTTP/1.1\r\n\r\n",
      "connect api.test:6443 HTTP/1.1\r\n\r\n",
      "CONNECT  api.test:6443 HTTP/1.1\r\n\r\n",
      "CONNECT api.test:6443\r\n\r\n",
      "CONNECT \r\n\r\n",
      "GET http://api.test:6443/ HTTP/1.1\r\nHost: api.test:6443\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: api.test:6443\r\n\r\n"};
  for (const auto& each : others)
    EXPECT_EQ(talk(port, each).rfind("HTTP/1.1 403 only the cluster's own address", 0), 0U) << each;
  EXPECT_EQ(server.connections(), 0);
  EXPECT_EQ(on_thread([this] { return relay_->refused(); }), others.size());
}

TEST_F(relay_test, what_is_no_request_is_hung_up_on) {
  const test::api_server server{echo};
  const auto port = open(server, "api.test:6443");
  EXPECT_EQ(talk(port, std::string(10'000, 'x')), "");
  EXPECT_EQ(talk(port, "CONNECT api.test:6443 HTTP/1.1\r\n\r\nearly"), "");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(relay_test, a_client_without_http2_may_keep_two_pools_of_connections) {
  constexpr std::size_t pool = 25; // What client-go keeps idle of one host.
  const test::api_server server{echo};
  const auto port = open(server, "api.test:6443");
  const std::string request = "CONNECT api.test:6443 HTTP/1.1\r\n\r\n";
  const std::string established = "HTTP/1.1 200 Connection established\r\n\r\n";
  boost::asio::io_context context;
  std::vector<tcp::socket> kept;
  for (std::size_t i = 0; i < 2 * pool; ++i) {
    auto& socket = kept.emplace_back(context);
    socket.connect({boost::asio::ip::address_v4::loopback(), port});
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string answer(established.size(), '\0');
    boost::asio::read(socket, boost::asio::buffer(answer));
    ASSERT_EQ(answer, established);
  }
}

TEST_F(relay_test, a_dead_cluster_is_502) {
  std::uint16_t dead = 0;
  {
    const test::api_server server{echo};
    dead = server.port();
  }
  relay_config config;
  config.authority = "api.test:6443";
  config.addresses = {{boost::asio::ip::address_v6::loopback(), dead},
                      {boost::asio::ip::address_v4::loopback(), dead}};
  const auto port = open(std::move(config));
  EXPECT_EQ(
      talk(port, "CONNECT api.test:6443 HTTP/1.1\r\n\r\n").rfind("HTTP/1.1 502 the cluster", 0),
      0U);
}

TEST_F(relay_test, the_second_address_is_tried_when_the_first_is_dead) {
  const test::api_server server{[](auto& talk) { talk.write("hello"); }};
  relay_config config;
  config.authority = "api.test:6443";
  config.addresses = {{boost::asio::ip::address_v6::loopback(), server.port()},
                      {boost::asio::ip::address_v4::loopback(), server.port()}};
  const auto port = open(std::move(config));
  EXPECT_EQ(talk(port, "CONNECT api.test:6443 HTTP/1.1\r\n\r\n"),
            "HTTP/1.1 200 Connection established\r\n\r\nhello");
}

TEST_F(relay_test, bytes_and_waiting_are_bounded) {
  const test::api_server server{[](auto& talk) {
    while (talk.write(std::string(65'536, 'x')))
      continue;
  }};
  relay_config config;
  config.authority = "api.test:6443";
  config.addresses = {{boost::asio::ip::address_v4::loopback(), server.port()}};
  config.max_bytes = 200'000;
  config.request_timeout = 50ms;
  const auto port = open(std::move(config));
  EXPECT_LT(talk(port, "CONNECT api.test:6443 HTTP/1.1\r\n\r\n", 2'000'000).size(), 250'000U);
  EXPECT_TRUE(on_thread([this] { return relay_->is_exhausted(); }));
  EXPECT_EQ(talk(port, "CONNECT api"), ""); // a request that never ends
}

TEST_F(relay_test, a_stop_closes_the_tunnels) {
  const test::api_server server{[](auto& talk) { talk.wait_for_close(); }};
  const auto port = open(server, "api.test:6443");
  auto answer = std::async(std::launch::async,
                           [port] { return talk(port, "CONNECT api.test:6443 HTTP/1.1\r\n\r\n"); });
  while (server.connections() == 0)
    std::this_thread::yield();
  on_thread([this] {
    relay_->stop();
    return 0;
  });
  ASSERT_EQ(answer.wait_for(20s), std::future_status::ready);
}

} // namespace

} // namespace kubesage::k8s
