#include "tests/k8s/client_fixture.hpp"

#include <gmock/gmock.h>

namespace kubesage::k8s {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class client_tls_test : public client_fixture {
protected:
  client_tls_test() {
    config_.connect_timeout = config_.tls_timeout = config_.first_byte_timeout =
        std::chrono::seconds{10};
  }

  [[nodiscard]] static test::certificate_request for_host(std::string alt_names) {
    test::certificate_request wanted;
    wanted.alt_names = std::move(alt_names);
    return wanted;
  }

  static void serve(session& peer) {
    while (!peer.read_request().empty())
      peer.answer(page({"a"}));
  }

  [[nodiscard]] endpoint verified(const std::string& url) const {
    endpoint target;
    target.server_url = url;
    target.tls = tls_mode::verified;
    target.ca_pem = authority_.pem();
    return target;
  }

  test::certificate_authority authority_;
  test::key_pair good_ = authority_.issue(for_host("DNS:localhost,IP:127.0.0.1"));
};

TEST_F(client_tls_test, accepts_a_certificate_for_its_address_or_name) {
  const api_server server{serve, api_server::tls_options{good_}};
  EXPECT_THAT(*list(*connect(verified(server.url()))), ElementsAre("a"));
  EXPECT_THAT(*list(*connect(verified(server.url("localhost")))), ElementsAre("a"));
}

TEST_F(client_tls_test, uses_a_tls_connection_again) {
  const api_server server{serve, api_server::tls_options{good_}};
  const auto from = connect(verified(server.url()));
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(list(*from));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(client_tls_test, names_the_host_to_the_server_but_not_an_address) {
  std::promise<std::string> seen;
  const api_server server{[&seen](session& peer) {
                            seen.set_value(peer.server_name());
                            serve(peer);
                          },
                          api_server::tls_options{good_}};
  EXPECT_TRUE(list(*connect(verified(server.url("localhost")))));
  EXPECT_EQ(seen.get_future().get(), "localhost");
}

TEST_F(client_tls_test, refuses_a_certificate_of_another_root) {
  const test::certificate_authority other;
  const api_server server{
      serve, api_server::tls_options{other.issue(for_host("DNS:localhost,IP:127.0.0.1"))}};
  const auto result = failure(verified(server.url()));
  EXPECT_EQ(code_of(result), errc::cluster_tls_failed);
  EXPECT_EQ(detail_of(result), "the certificate is not signed by ca_data");
}

TEST_F(client_tls_test, trusts_the_roots_of_the_system_alone_without_ca_data) {
  const api_server server{serve, api_server::tls_options{good_}};
  auto target = verified(server.url());
  target.ca_pem.clear();
  const auto result = failure(std::move(target));
  EXPECT_EQ(code_of(result), errc::cluster_tls_failed);
  EXPECT_THAT(detail_of(result), HasSubstr("this system trusts"));
}

TEST_F(client_tls_test, refuses_a_certificate_for_another_host) {
  for (const auto* names_of :
       {"DNS:other.test", "IP:127.0.0.2", "DNS:local*", "DNS:127.0.0.1", "email:a@localhost"}) {
    const api_server server{serve, api_server::tls_options{authority_.issue(for_host(names_of))}};
    for (const auto* host : {"127.0.0.1", "localhost"}) {
      const auto result = failure(verified(server.url(host)));
      EXPECT_EQ(code_of(result), errc::cluster_tls_failed) << names_of << host;
      EXPECT_EQ(detail_of(result), "the certificate is not valid for this host");
    }
  }
}

TEST_F(client_tls_test, takes_no_host_from_the_common_name) {
  test::certificate_request wanted;
  wanted.common_name = "localhost";
  const api_server server{serve, api_server::tls_options{authority_.issue(wanted)}};
  EXPECT_EQ(detail_of(failure(verified(server.url("localhost")))),
            "the certificate is not valid for this host");
}

TEST_F(client_tls_test, refuses_an_expired_certificate) {
  auto wanted = for_host("IP:127.0.0.1");
  wanted.ends_in = -60;
  const api_server server{serve, api_server::tls_options{authority_.issue(wanted)}};
  EXPECT_EQ(detail_of(failure(verified(server.url()))), "the certificate has expired");
}

TEST_F(client_tls_test, refuses_a_certificate_of_the_future) {
  auto wanted = for_host("IP:127.0.0.1");
  wanted.begins_in = 1'800;
  const api_server server{serve, api_server::tls_options{authority_.issue(wanted)}};
  EXPECT_EQ(detail_of(failure(verified(server.url()))), "the certificate is not valid yet");
}

TEST_F(client_tls_test, refuses_a_client_certificate_as_the_server_s) {
  auto wanted = for_host("IP:127.0.0.1");
  wanted.extended_use = "clientAuth";
  const api_server server{serve, api_server::tls_options{authority_.issue(wanted)}};
  EXPECT_EQ(detail_of(failure(verified(server.url()))), "the certificate is not meant for servers");
}

TEST_F(client_tls_test, accepts_any_certificate_when_told_so) {
  const test::certificate_authority other;
  auto wanted = for_host("DNS:other.test");
  wanted.ends_in = -60;
  const api_server server{serve, api_server::tls_options{other.issue(wanted)}};
  auto target = verified(server.url());
  target.tls = tls_mode::insecure;
  EXPECT_THAT(*list(*connect(std::move(target))), ElementsAre("a"));
}

TEST_F(client_tls_test, presents_its_client_certificate) {
  std::promise<std::string> seen;
  const api_server server{[&seen](session& peer) {
                            seen.set_value(peer.client_name());
                            serve(peer);
                          },
                          api_server::tls_options{good_, authority_.pem()}};
  test::certificate_request wanted;
  wanted.common_name = "alice";
  wanted.extended_use = "clientAuth";
  const auto alice = authority_.issue(wanted);
  auto target = verified(server.url());
  target.cert_pem = alice.cert_pem;
  target.key_pem = share(secret{alice.key_pem});
  EXPECT_TRUE(list(*connect(std::move(target))));
  EXPECT_EQ(seen.get_future().get(), "alice");
}

TEST_F(client_tls_test, reports_a_missing_client_certificate) {
  const api_server server{serve, api_server::tls_options{good_, authority_.pem()}};
  EXPECT_EQ(code_of(failure(verified(server.url()))), errc::cluster_tls_failed);
}

TEST_F(client_tls_test, reports_a_client_certificate_of_another_root) {
  const api_server server{serve, api_server::tls_options{good_, authority_.pem()}};
  const test::certificate_authority other{"another root"};
  const auto stranger = other.issue({});
  auto target = verified(server.url());
  target.cert_pem = stranger.cert_pem;
  target.key_pem = share(secret{stranger.key_pem});
  EXPECT_EQ(code_of(failure(std::move(target))), errc::cluster_tls_failed);
}

TEST_F(client_tls_test, reports_a_port_that_does_not_speak_tls) {
  const api_server server{[](session& peer) {
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  }};
  const auto result = failure(verified("https://127.0.0.1:" + std::to_string(server.port())));
  EXPECT_EQ(code_of(result), errc::cluster_tls_failed);
  EXPECT_EQ(detail_of(result), "the port of server_url does not speak TLS");
}

TEST_F(client_tls_test, reports_a_server_that_closes_during_the_handshake) {
  const api_server server{[](session&) {}};
  EXPECT_EQ(code_of(failure(verified("https://127.0.0.1:" + std::to_string(server.port())))),
            errc::cluster_tls_failed);
}

TEST_F(client_tls_test, times_out_during_the_handshake) {
  config_.tls_timeout = std::chrono::milliseconds{200};
  const api_server server{[](session& peer) { peer.wait_for_close(); }};
  EXPECT_EQ(code_of(failure(verified("https://127.0.0.1:" + std::to_string(server.port())))),
            errc::cluster_timeout);
}

TEST_F(client_tls_test, refuses_credentials_that_do_not_load) {
  const auto code = [this](endpoint target) {
    target.server_url = "https://a.test";
    target.tls = tls_mode::verified;
    return code_of(client::make(threads_, config_, std::move(target)).error());
  };
  endpoint bad_ca;
  bad_ca.ca_pem = "nonsense";
  EXPECT_EQ(code(std::move(bad_ca)), errc::cluster_tls_failed);
  endpoint no_key;
  no_key.cert_pem = good_.cert_pem;
  EXPECT_EQ(code(std::move(no_key)), errc::cluster_tls_failed);
  endpoint wrong_key;
  wrong_key.cert_pem = good_.cert_pem;
  wrong_key.key_pem = share(secret{authority_.issue({}).key_pem});
  EXPECT_EQ(code(std::move(wrong_key)), errc::cluster_tls_failed);
  endpoint encrypted;
  encrypted.cert_pem = good_.cert_pem;
  encrypted.key_pem = share(secret{test::encrypted_key_pem()});
  EXPECT_EQ(code(std::move(encrypted)), errc::cluster_tls_failed);
}

TEST_F(client_tls_test, refuses_a_token_that_could_add_header_lines) {
  endpoint target;
  target.server_url = "https://a.test";
  target.token = share(secret{"x\r\nX-Evil: 1"});
  EXPECT_FALSE(client::make(threads_, config_, std::move(target)));
}

} // namespace

} // namespace kubesage::k8s
