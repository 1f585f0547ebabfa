#include "http/edge/transport.hpp"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace kubesage {

namespace {

namespace net = boost::asio;

class plain_connection final : public connection {
public:
  plain_connection(std::shared_ptr<shard> home, std::shared_ptr<edge_context> shared,
                   listener where, edge_socket socket)
      : connection(std::move(home), std::move(shared), where), socket_(std::move(socket)) {}

  void start() override {
    begin();
  }

private:
  void read_some(char* data, std::size_t size) override {
    socket_.async_read_some(
        net::buffer(data, size),
        [self = shared_from_this(), this](const error_code& code, std::size_t count) {
          on_read(code, count);
        });
  }

  void write(std::string& head, const std::string* body) override {
    const std::array<net::const_buffer, 2> parts{
        net::buffer(head), body != nullptr ? net::buffer(*body) : net::const_buffer{}};
    net::async_write(socket_, parts,
                     [self = shared_from_this(), this](const error_code& code, std::size_t) {
                       on_written(code);
                     });
  }

  bool end_output(bool /*is_reading*/) override {
    error_code ignored;
    socket_.shutdown(net::ip::tcp::socket::shutdown_send, ignored);
    return true;
  }

  void close_socket() override {
    error_code ignored;
    socket_.close(ignored);
  }

  edge_socket socket_;
};

} // namespace

std::shared_ptr<connection> make_plain_connection(std::shared_ptr<shard> home,
                                                  std::shared_ptr<edge_context> shared,
                                                  listener where, edge_socket socket) {
  return std::make_shared<plain_connection>(std::move(home), std::move(shared), where,
                                            std::move(socket));
}

} // namespace kubesage
