#pragma once

#include "http/wire/address_policy.hpp"
#include "http/wire/runtime.hpp"
#include "messages/clock.hpp"
#include "messages/cluster.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::k8s {

/// Bounds for every call to a cluster.
struct client_config {
  std::chrono::milliseconds resolve_timeout{3'000};
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds tls_timeout{3'000};
  std::chrono::milliseconds first_byte_timeout{5'000};
  std::chrono::milliseconds total_timeout{
      10'000}; ///< Of one call, all pages; the deadline may be nearer.
  std::size_t max_header_bytes = 64U << 10U;
  std::size_t max_body_bytes = 8U << 20U; ///< Of one page.
  std::size_t page_limit = 500;
  std::size_t max_pages = 200;
  std::size_t max_idle_connections = 4;
  std::chrono::milliseconds idle_timeout{30'000};
  address_policy policy;
};

/// Where a cluster is and how to authenticate; one credential generation of one user's cluster.
struct endpoint {
  std::string server_url;
  tls_mode tls = tls_mode::insecure;
  std::string ca_pem;   ///< Empty: the system's roots.
  std::string cert_pem; ///< Empty: no client certificate.
  shared_secret key_pem;
  shared_secret token; ///< Null: no bearer token.
};

/// What an API server answered to one GET, whatever its status.
struct http_answer {
  unsigned status = 0;
  std::string content_type;
  std::vector<std::string> warnings;               ///< Values of `Warning` headers, in their order.
  std::optional<std::chrono::sys_seconds> date;    ///< The server's clock, from its `Date` header.
  std::optional<std::chrono::seconds> retry_after; ///< From its `Retry-After` header.
  std::string body;
  bool is_too_large = false; ///< The body was larger than asked for; then it is empty.
};

/// What a connection test found.
struct server_version {
  std::string git_version; ///< As `/version` gives it.
};

/// Speaks HTTPS to one API server over pooled keep-alive connections. Resolves names itself, checks
/// every answer against the address policy and connects to a checked address only; follows no
/// redirect, reads no proxy variable. Each call ends by its deadline. Errors carry one of the
/// `cluster_*` codes and a detail that says what to check and holds nothing that the server sent.
/// Thread: any; results arrive on an I/O thread, exactly once.
class client : public std::enable_shared_from_this<client> {
public:
  template <class T>
  using callback = std::function<void(caf::expected<T>)>;

  /// Errors: `cluster_tls_failed` when the certificates do not load.
  static caf::expected<std::shared_ptr<client>> make(runtime& threads, const client_config& config,
                                                     endpoint target);

  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client();

  /// Lists the names of all namespaces, all pages, in the API server's order.
  void list_namespaces(deadline until, callback<std::vector<std::string>> on_done);

  /// Asks for the version with the credentials, then whether they are accepted (a GET that needs
  /// authentication: a namespaces list of one; 403 counts as accepted).
  void test_connection(deadline until, callback<server_version> on_done);

  /// GETs `path_and_query` (encoded already). Any status but a redirect is an answer, not an error:
  /// what the server said stands in it and may be shown to the user who owns the cluster alone.
  /// `max_body_bytes` bounds the body of a 200; other bodies are bounded by 256 KiB.
  void get(deadline until, std::string path_and_query, std::string accept,
           std::size_t max_body_bytes, callback<http_answer> on_done);

  /// Ends every call in flight with `cancelled` and closes the connections. Thread: any.
  void cancel();

private:
  struct impl;
  explicit client(std::shared_ptr<impl> state);
  std::shared_ptr<impl> impl_;
};

} // namespace kubesage::k8s
