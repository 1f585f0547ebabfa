#pragma once

#include "http/edge/connection.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace boost::asio::ssl {
class context;
}

namespace kubesage {

/// A TCP socket that knows its executor's type, which saves a virtual call per operation.
using edge_socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

std::shared_ptr<connection> make_plain_connection(std::shared_ptr<shard> home,
                                                  std::shared_ptr<edge_context> shared,
                                                  listener where, edge_socket socket);

std::shared_ptr<connection> make_tls_connection(std::shared_ptr<shard> home,
                                                std::shared_ptr<edge_context> shared,
                                                listener where, edge_socket socket,
                                                boost::asio::ssl::context& tls);

/// Reads a certificate chain and its key. TLS 1.2 with forward secrecy and AEAD, or 1.3.
/// Errors: `internal` naming the file.
caf::expected<std::shared_ptr<boost::asio::ssl::context>>
load_tls(const std::string& certificate_file, const std::string& key_file);

} // namespace kubesage
