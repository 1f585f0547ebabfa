#include "actors/cluster_link.hpp"

#include <utility>

namespace kubesage {
namespace {

class client_link final : public cluster_link {
public:
  explicit client_link(std::shared_ptr<k8s::client> client) : client_(std::move(client)) {}
  ~client_link() override {
    client_->cancel();
  }
  client_link(const client_link&) = delete;
  client_link& operator=(const client_link&) = delete;

  void list_namespaces(deadline until, names_callback on_done) override {
    client_->list_namespaces(until, std::move(on_done));
  }

  void test_connection(deadline until, version_callback on_done) override {
    client_->test_connection(
        until, [on_done = std::move(on_done)](caf::expected<k8s::server_version> found) {
          if (found)
            on_done(std::move(found->git_version));
          else
            on_done(std::move(found.error()));
        });
  }

  void cancel() override {
    client_->cancel();
  }

private:
  std::shared_ptr<k8s::client> client_;
};

} // namespace

link_maker client_links(runtime& threads, k8s::client_config config) {
  return [&threads, config = std::move(config)](
             k8s::endpoint target) -> caf::expected<std::shared_ptr<cluster_link>> {
    auto client = k8s::client::make(threads, config, std::move(target));
    if (!client)
      return std::move(client.error());
    return std::shared_ptr<cluster_link>{std::make_shared<client_link>(std::move(*client))};
  };
}

} // namespace kubesage
