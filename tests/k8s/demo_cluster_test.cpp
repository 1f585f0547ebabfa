#include "k8s/demo_cluster.hpp"
#include "messages/registration.hpp"

#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>

namespace kubesage {
namespace {

namespace net = boost::asio;

class demo_cluster_test : public testing::Test {
protected:
  demo_cluster_test() : threads_(1) {
    register_messages(config_);
    threads_.install(config_);
    system_ = std::make_unique<caf::actor_system>(config_);
    threads_.run(*system_);
    cluster_ = std::move(*demo_cluster::start(threads_));
  }

  ~demo_cluster_test() override {
    cluster_.reset();
    system_.reset();
    threads_.stop();
  }

  /// Sends one request with `Connection: close` and returns all that comes back. Throws what TLS
  /// throws.
  std::string ask(const std::string& path, std::string_view token, const std::string& ca) {
    net::io_context io;
    net::ssl::context tls{net::ssl::context::tls_client};
    tls.set_verify_mode(net::ssl::verify_peer);
    tls.add_certificate_authority(net::buffer(ca));
    net::ssl::stream<net::ip::tcp::socket> stream{io, tls};
    stream.set_verify_callback(net::ssl::host_name_verification("127.0.0.1"));
    stream.lowest_layer().connect({net::ip::address_v4::loopback(), cluster_->port()});
    stream.handshake(net::ssl::stream_base::client);
    const auto request = "GET " + path
                         + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                         + std::string{token} + "\r\n\r\n";
    net::write(stream, net::buffer(request));
    std::string answer;
    boost::system::error_code ended;
    net::read(stream, net::dynamic_buffer(answer), ended);
    return answer;
  }

  runtime threads_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<demo_cluster> cluster_;
};

TEST_F(demo_cluster_test, answers_over_a_verified_connection) {
  const auto answer =
      ask("/api/v1/namespaces?limit=3", cluster_->token().expose(), cluster_->ca_pem());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("\"remainingItemCount\":8"), std::string::npos) << answer;
}

TEST_F(demo_cluster_test, refuses_another_token) {
  const auto answer = ask("/api/v1/namespaces", "wrong", cluster_->ca_pem());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n")) << answer;
}

TEST_F(demo_cluster_test, has_an_authority_of_its_own) {
  const auto other = std::move(*demo_cluster::start(threads_));
  EXPECT_THROW(ask("/version", cluster_->token().expose(), other->ca_pem()),
               boost::system::system_error);
}

TEST_F(demo_cluster_test, stops_with_connections_open) {
  net::io_context io;
  net::ip::tcp::socket idle{io};
  idle.connect({net::ip::address_v4::loopback(), cluster_->port()});
  cluster_->stop();
  std::string nothing;
  boost::system::error_code ended;
  net::read(idle, net::dynamic_buffer(nothing), ended);
  EXPECT_TRUE(ended);
}

} // namespace
} // namespace kubesage
