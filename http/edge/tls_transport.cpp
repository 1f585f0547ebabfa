#include "http/edge/transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

namespace kubesage {

namespace {

namespace net = boost::asio;

class tls_connection final : public connection {
public:
  tls_connection(std::shared_ptr<shard> home, std::shared_ptr<edge_context> shared, listener where,
                 edge_socket socket, net::ssl::context& tls)
      : connection(std::move(home), std::move(shared), where), stream_(std::move(socket), tls) {}

  void start() override {
    begin_handshake();
    stream_.async_handshake(net::ssl::stream_base::server,
                            [self = shared_from_this(), this](const error_code& code) {
                              if (code)
                                close();
                              else
                                begin();
                            });
  }

private:
  void read_some(char* data, std::size_t size) override {
    stream_.async_read_some(
        net::buffer(data, size),
        [self = shared_from_this(), this](const error_code& code, std::size_t count) {
          on_read(code, count);
        });
  }

  void write(std::string& head, const std::string* body) override {
    // One record instead of two: OpenSSL takes one buffer at a time.
    if (body != nullptr) {
      out_.reserve(head.size() + body->size());
      out_ = head;
      out_ += *body;
    } else {
      out_ = head;
    }
    net::async_write(stream_, net::buffer(out_),
                     [self = shared_from_this(), this](const error_code& code, std::size_t) {
                       wipe(out_); // It may hold credentials.
                       on_written(code);
                     });
  }

  bool end_output(bool is_reading) override {
    // A shutdown reads too, and two readers are one too many.
    if (is_reading) {
      close();
      return false;
    }
    stream_.async_shutdown([self = shared_from_this(), this](const error_code&) { close(); });
    return false;
  }

  void close_socket() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

  net::ssl::stream<edge_socket> stream_;
  std::string out_;
};

} // namespace

std::shared_ptr<connection> make_tls_connection(std::shared_ptr<shard> home,
                                                std::shared_ptr<edge_context> shared,
                                                listener where, edge_socket socket,
                                                net::ssl::context& tls) {
  return std::make_shared<tls_connection>(std::move(home), std::move(shared), where,
                                          std::move(socket), tls);
}

caf::expected<std::shared_ptr<net::ssl::context>> load_tls(const std::string& certificate_file,
                                                           const std::string& key_file) {
  auto context = std::make_shared<net::ssl::context>(net::ssl::context::tls_server);
  boost::system::error_code code;
  context->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_tlsv1
                       | net::ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION
                       | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  // OpenSSL would ask the terminal for the passphrase of a key, and the start would hang.
  context->set_password_callback(
      [](std::size_t, net::ssl::context_base::password_purpose) { return std::string{}; }, code);
  context->use_certificate_chain_file(certificate_file, code);
  if (code)
    return caf::make_error(errc::internal,
                           "the TLS certificate cannot be read: " + certificate_file);
  context->use_private_key_file(key_file, net::ssl::context::pem, code);
  // A key of another kind than the certificate's is taken without a word, and no handshake works.
  if (code || SSL_CTX_check_private_key(context->native_handle()) != 1)
    return caf::make_error(errc::internal,
                           "the TLS key cannot be read or does not match: " + key_file);
  return context;
}

} // namespace kubesage
