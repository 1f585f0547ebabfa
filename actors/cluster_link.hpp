#pragma once

#include "k8s/client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// What a session asks of one cluster: k8s::client in production, a fake in tests.
/// Results arrive exactly once, from any thread.
class cluster_link {
public:
  using names_callback = std::function<void(caf::expected<std::vector<std::string>>)>;
  using version_callback = std::function<void(caf::expected<std::string>)>;

  virtual ~cluster_link() = default;
  virtual void list_namespaces(deadline until, names_callback on_done) = 0;
  virtual void test_connection(deadline until, version_callback on_done) = 0;
  virtual void cancel() = 0;
};

/// Makes the link to one credential generation of one cluster.
/// Errors: `cluster_tls_failed` when the certificates do not load.
using link_maker =
    std::function<caf::expected<std::shared_ptr<cluster_link>>(k8s::endpoint target)>;

/// The link over k8s::client.
link_maker client_links(runtime& threads, k8s::client_config config);

} // namespace kubesage
