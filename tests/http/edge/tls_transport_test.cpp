#include "edge_fixture.hpp"
#include "http/edge/transport.hpp"
#include "tests/support/certificates.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <gmock/gmock.h>
#include <unistd.h>

namespace kubesage {

namespace {

namespace net = boost::asio;
using testing::HasSubstr;
using testing::Not;

/// What a client of the tests may speak.
struct client_options {
  int least = TLS1_2_VERSION;
  int most = TLS1_3_VERSION;
  std::string ciphers{}; ///< For TLS 1.2; empty: OpenSSL's choice.
};

/// A client that trusts the tests' root.
class tls_client {
public:
  tls_client(std::uint16_t port, const std::string& root, const client_options& options = {})
      : context_(make_context(root, options)), stream_(io_, context_) {
    stream_.next_layer().connect({net::ip::address_v4::loopback(), port});
    const timeval patience{10, 0};
    ::setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience,
                 sizeof patience);
  }

  bool shake_hands() {
    return failure_of_handshake().empty();
  }

  /// What went wrong, in OpenSSL's words.
  std::string failure_of_handshake() {
    boost::system::error_code failure;
    stream_.handshake(net::ssl::stream_base::client, failure);
    return failure ? failure.message() : "";
  }

  std::string ask(const std::string& bytes, const std::string& end) {
    boost::system::error_code failure;
    net::write(stream_, net::buffer(bytes), failure);
    std::string in;
    char block[4096];
    while (!failure && in.find(end) == std::string::npos) {
      const auto count = stream_.read_some(net::buffer(block), failure);
      in.append(block, count);
    }
    return in;
  }

  /// How the server ended the connection, after everything was read.
  boost::system::error_code end_of_stream() {
    boost::system::error_code failure;
    char block[4096];
    while (!failure)
      stream_.read_some(net::buffer(block), failure);
    return failure;
  }

  [[nodiscard]] std::string version() {
    return SSL_get_version(stream_.native_handle());
  }

private:
  static net::ssl::context make_context(const std::string& root, const client_options& options) {
    net::ssl::context made{net::ssl::context::tls_client};
    auto* handle = made.native_handle();
    if (options.most < TLS1_2_VERSION) // OpenSSL itself would not offer it.
      SSL_CTX_set_security_level(handle, 0);
    SSL_CTX_set_min_proto_version(handle, options.least);
    SSL_CTX_set_max_proto_version(handle, options.most);
    if (!options.ciphers.empty())
      SSL_CTX_set_cipher_list(handle, options.ciphers.c_str());
    made.add_certificate_authority(net::buffer(root));
    made.set_verify_mode(net::ssl::verify_peer);
    return made;
  }

  net::io_context io_;
  net::ssl::context context_;
  net::ssl::stream<net::ip::tcp::socket> stream_;
};

/// A certificate and its key in files, and the root that has issued it.
class certificate_files {
public:
  certificate_files() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    const auto pair = root.issue({.alt_names = "IP:127.0.0.1"});
    certificate = write("cert.pem", pair.cert_pem);
    key = write("key.pem", pair.key_pem);
  }
  certificate_files(const certificate_files&) = delete;
  certificate_files& operator=(const certificate_files&) = delete;

  ~certificate_files() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream{folder_ / name} << text;
    return (folder_ / name).string();
  }

  test::certificate_authority root;
  std::string certificate;
  std::string key;

private:
  std::filesystem::path folder_;
};

class tls_transport_test : public edge_fixture {
protected:
  tls_transport_test() {
    settings.tls_certificate_file = files_.certificate;
    settings.tls_key_file = files_.key;
  }

  [[nodiscard]] tls_client connect_tls(const client_options& options = {}) const {
    return {edge->port(), files_.root.pem(), options};
  }

  certificate_files files_;
};

/// The same key under the passphrase "secret".
std::string lock(const std::string& key_pem) {
  const test::detail::bio_ptr in{BIO_new_mem_buf(key_pem.data(), -1)};
  const test::detail::key_ptr key{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
  return test::detail::to_pem(key.get(), "secret");
}

class load_tls_test : public ::testing::Test {
protected:
  /// What is said about a key beside the good certificate; empty where it is taken.
  std::string refusal_of_key(const std::string& pem) {
    const auto loaded = load_tls(files_.certificate, files_.write("other.pem", pem));
    return loaded ? "" : detail_of(loaded.error());
  }

  certificate_files files_;
};

TEST_F(tls_transport_test, answers_over_tls_and_keeps_the_connection) {
  serve();
  auto client = connect_tls();
  ASSERT_TRUE(client.shake_hands());
  EXPECT_EQ(client.version(), "TLSv1.3");
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(get("/clusters"), "[]}");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  }
  EXPECT_EQ(sessions.count(), 3U);
}

TEST_F(tls_transport_test, answers_with_more_than_a_record_holds) {
  const std::string large(100'000, 'x');
  sessions.answer_by([&](const call_ptr& work) { work->answer("{\"x\":\"" + large + "\"}"); });
  serve();
  auto client = connect_tls();
  ASSERT_TRUE(client.shake_hands());
  const auto answer = client.ask(get("/clusters"), "\"}");
  EXPECT_THAT(answer, HasSubstr(large));
}

TEST_F(tls_transport_test, speaks_tls_1_2_with_forward_secrecy_only) {
  serve();
  auto client = connect_tls({.most = TLS1_2_VERSION});
  ASSERT_TRUE(client.shake_hands());
  EXPECT_EQ(client.version(), "TLSv1.2");
  EXPECT_FALSE(
      connect_tls({.most = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA256"}).shake_hands());
  for (const auto* ciphers : {"ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"}) {
    auto weak = connect_tls({.most = TLS1_2_VERSION, .ciphers = ciphers});
    EXPECT_THAT(weak.failure_of_handshake(), HasSubstr("handshake failure")) << ciphers;
  }
}

TEST_F(tls_transport_test, refuses_older_versions) {
  serve();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    auto old = connect_tls({version, version, "ALL:@SECLEVEL=0"});
    EXPECT_THAT(old.failure_of_handshake(), HasSubstr("protocol version"));
  }
  EXPECT_EQ(sessions.count(), 0U);
}

TEST_F(tls_transport_test, answers_no_plain_request) {
  serve();
  auto client = connect();
  client.send(get("/clusters"));
  EXPECT_EQ(client.receive().status, 0);
  EXPECT_EQ(sessions.count(), 0U);
}

TEST_F(tls_transport_test, gives_up_a_handshake_that_takes_too_long) {
  settings.handshake_timeout = std::chrono::milliseconds{50};
  serve();
  auto silent = connect();
  EXPECT_TRUE(silent.is_closed_by_server());
  auto client = connect_tls();
  EXPECT_TRUE(client.shake_hands());
}

TEST_F(tls_transport_test, tells_the_client_that_nothing_was_cut_off) {
  serve();
  auto client = connect_tls();
  ASSERT_TRUE(client.shake_hands());
  client.ask(get("/clusters", "viewer", "Connection: close\r\n"), "[]}");
  EXPECT_EQ(client.end_of_stream(), net::error::eof); // And not stream_truncated.
}

TEST_F(tls_transport_test, leaves_the_admin_listener_plain) {
  serve();
  EXPECT_EQ(raw_client{edge->admin_port()}.ask(get("/livez", "")).status, 200);
}

TEST_F(load_tls_test, takes_a_certificate_with_its_key) {
  EXPECT_TRUE(load_tls(files_.certificate, files_.key));
}

TEST_F(load_tls_test, names_the_file_that_cannot_be_used) {
  const auto absent = files_.certificate + ".absent";
  for (const auto& [certificate, key] :
       {std::pair{absent, files_.key}, std::pair{files_.certificate, absent}}) {
    const auto loaded = load_tls(certificate, key);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(detail_of(loaded.error()), HasSubstr(absent));
  }
}

TEST_F(load_tls_test, refuses_a_key_that_is_not_the_certificates) {
  const auto other = files_.root.issue({});
  for (const auto& pem : {other.key_pem, other.cert_pem, std::string{}}) {
    const auto refusal = refusal_of_key(pem);
    EXPECT_THAT(refusal, HasSubstr("other.pem"));
    EXPECT_THAT(refusal, Not(HasSubstr(other.key_pem.substr(40, 20))));
  }
}

TEST_F(load_tls_test, refuses_a_key_of_another_kind_than_the_certificates) {
  const test::detail::key_ptr key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  EXPECT_THAT(refusal_of_key(test::detail::to_pem(key.get())), HasSubstr("other.pem"));
}

/// Loads a key with a passphrase where the passphrase waits on the standard input.
[[noreturn]] void load_beside_the_passphrase(const std::string& certificate,
                                             const std::string& key) {
  int ends[2];
  const std::string_view passphrase = "secret\n";
  if (::setsid() < 0 || ::pipe(ends) != 0 || ::dup2(ends[0], STDIN_FILENO) < 0
      || ::write(ends[1], passphrase.data(), passphrase.size()) < 0 || ::close(ends[1]) != 0)
    std::_Exit(2);
  const bool is_refused = !load_tls(certificate, key);
  char first = 0;
  const bool is_unread = ::read(STDIN_FILENO, &first, 1) == 1 && first == 's';
  std::_Exit(is_refused && is_unread ? 0 : 1);
}

TEST_F(load_tls_test, refuses_a_key_with_a_passphrase_without_asking_for_it) {
  const auto pair = files_.root.issue({});
  const auto certificate = files_.write("cert.pem", pair.cert_pem);
  const auto key = files_.write("locked.pem", lock(pair.key_pem));
  EXPECT_EXIT(load_beside_the_passphrase(certificate, key), testing::ExitedWithCode(0), "");
}

} // namespace

} // namespace kubesage
