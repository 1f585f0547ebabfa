#pragma once

#include "tests/support/certificates.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>

// A server on loopback that does what a script says, one blocking thread a connection.
namespace kubesage::test {

class api_server {
public:
  struct tls_options {
    key_pair identity;
    std::string client_ca_pem = {}; ///< Asks for client certificates of this root and requires one.
  };

  /// One accepted connection, after its handshake.
  class session {
  public:
    session(boost::asio::ip::tcp::socket& socket, boost::asio::ssl::context* tls)
        : socket_(socket) {
      if (tls != nullptr)
        tls_.emplace(socket_, *tls);
    }

    bool shake_hands() {
      boost::system::error_code failure;
      if (tls_)
        tls_->handshake(boost::asio::ssl::stream_base::server, failure);
      return !failure;
    }

    /// The head of the next request; empty when the client is gone.
    std::string read_request() {
      boost::system::error_code failure;
      const auto size = tls_ ? boost::asio::read_until(*tls_, boost::asio::dynamic_buffer(input_),
                                                       "\r\n\r\n", failure)
                             : boost::asio::read_until(socket_, boost::asio::dynamic_buffer(input_),
                                                       "\r\n\r\n", failure);
      if (failure)
        return {};
      auto head = input_.substr(0, size);
      input_.erase(0, size);
      return head;
    }

    /// `size` bytes of what follows the head; fewer when the client is gone.
    std::string read_body(std::size_t size) {
      boost::system::error_code failure;
      while (input_.size() < size && !failure) {
        char block[4096];
        const auto count = tls_ ? tls_->read_some(boost::asio::buffer(block), failure)
                                : socket_.read_some(boost::asio::buffer(block), failure);
        input_.append(block, count);
      }
      auto body = input_.substr(0, size);
      input_.erase(0, size);
      return body;
    }

    bool write(const std::string& text) {
      boost::system::error_code failure;
      if (tls_)
        boost::asio::write(*tls_, boost::asio::buffer(text), failure);
      else
        boost::asio::write(socket_, boost::asio::buffer(text), failure);
      return !failure;
    }

    void answer(const std::string& body, const std::string& status = "200 OK",
                const std::string& headers = {}) {
      write("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: "
            + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    }

    void hang_up() {
      ::shutdown(socket_.native_handle(), SHUT_RDWR);
    }

    /// Waits until the client closes, or the server's end.
    void wait_for_close() {
      char sink[256];
      boost::system::error_code failure;
      while (!failure)
        socket_.read_some(boost::asio::buffer(sink), failure);
    }

    [[nodiscard]] std::string client_name() {
      const std::unique_ptr<X509, detail::freed_by<X509_free>> cert{
          SSL_get1_peer_certificate(tls_->native_handle())};
      if (cert == nullptr)
        return {};
      char text[128]{};
      X509_NAME_get_text_by_NID(X509_get_subject_name(cert.get()), NID_commonName, text,
                                sizeof text);
      return text;
    }

    [[nodiscard]] std::string server_name() {
      const auto* name = SSL_get_servername(tls_->native_handle(), TLSEXT_NAMETYPE_host_name);
      return name == nullptr ? "" : name;
    }

  private:
    boost::asio::ip::tcp::socket& socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    std::string input_;
  };

  using script = std::function<void(session&)>;

  explicit api_server(script play, std::optional<tls_options> tls = std::nullopt)
      : play_(std::move(play)), acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
    if (tls)
      load(*tls);
    thread_ = std::thread{[this] { accept(); }};
  }

  api_server(const api_server&) = delete;
  api_server& operator=(const api_server&) = delete;

  ~api_server() {
    is_stopping_ = true;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
    {
      const std::lock_guard guard{mutex_};
      for (auto& each : peers_)
        ::shutdown(each.socket.native_handle(), SHUT_RDWR);
    }
    for (auto& each : peers_)
      each.thread.join();
  }

  [[nodiscard]] unsigned short port() const {
    return acceptor_.local_endpoint().port();
  }

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port());
  }

  [[nodiscard]] int connections() const {
    return connections_;
  }

private:
  struct peer {
    explicit peer(boost::asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    boost::asio::ip::tcp::socket socket;
    std::thread thread;
  };

  void load(const tls_options& options) {
    tls_ = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
    tls_->use_certificate_chain(boost::asio::buffer(options.identity.cert_pem));
    tls_->use_private_key(boost::asio::buffer(options.identity.key_pem),
                          boost::asio::ssl::context::pem);
    if (options.client_ca_pem.empty())
      return;
    tls_->add_certificate_authority(boost::asio::buffer(options.client_ca_pem));
    tls_->set_verify_mode(boost::asio::ssl::verify_peer
                          | boost::asio::ssl::verify_fail_if_no_peer_cert);
  }

  void accept() {
    for (;;) {
      boost::system::error_code failure;
      auto socket = acceptor_.accept(failure);
      if (failure || is_stopping_)
        return;
      ++connections_;
      const std::lock_guard guard{mutex_};
      auto& added = peers_.emplace_back(std::move(socket));
      added.thread = std::thread{[this, &added] {
        session talk{added.socket, tls_.get()};
        if (talk.shake_hands())
          play_(talk);
        ::shutdown(added.socket.native_handle(), SHUT_RDWR);
      }};
    }
  }

  script play_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<peer> peers_;
  std::thread thread_;
};

/// A loopback port whose queue of connections is full, so that a further one waits for ever.
class full_port {
public:
  full_port() : acceptor_(context_) {
    const boost::asio::ip::tcp::endpoint any{boost::asio::ip::address_v4::loopback(), 0};
    acceptor_.open(any.protocol());
    acceptor_.bind(any);
    acceptor_.listen(0);
    for (int i = 0; i < 4; ++i) {
      fillers_.emplace_back(context_);
      fillers_.back().open(any.protocol());
      // asio's own connect would wait for the one that does not fit.
      fillers_.back().native_non_blocking(true);
      const auto target = acceptor_.local_endpoint();
      ::connect(fillers_.back().native_handle(), target.data(),
                static_cast<socklen_t>(target.size()));
    }
  }

  [[nodiscard]] unsigned short port() const {
    return acceptor_.local_endpoint().port();
  }

private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<boost::asio::ip::tcp::socket> fillers_;
};

} // namespace kubesage::test
