#include "actors/cluster_link.hpp"

#include "actors/link_analysis.hpp"
#include "actors/link_command.hpp"

#include <utility>

namespace kubesage {
namespace {

class client_link final : public cluster_link {
public:
  client_link(runtime& threads, const k8s::client_config& config,
              std::shared_ptr<k8s::client> client, k8s::endpoint target,
              std::function<command_tools()> tools, k8s::parse_pool& pool)
      : where_{&threads, client, k8s::discovery::make(client, {}), std::move(target)},
        config_(config), tools_(std::move(tools)), pool_(pool), client_(std::move(client)) {}
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

  void discover(deadline until, bool wants_fresh, kinds_callback on_done) override {
    where_.kinds->get(until, wants_fresh,
                      [on_done = std::move(on_done)](caf::expected<k8s::discovered> found) {
                        if (found)
                          on_done(std::move(found->catalog));
                        else
                          on_done(std::move(found.error()));
                      });
  }

  std::function<void()> execute(command_run run) override {
    auto command = std::make_shared<link_command>(where_, tools_(), std::move(run));
    command->start();
    return [command = std::weak_ptr{command}] {
      if (const auto running = command.lock())
        running->cancel();
    };
  }

  std::function<void()> analyze(analysis_run run) override {
    return start_link_analysis({*where_.threads, config_, pool_, where_.kinds, where_.target},
                               std::move(run));
  }

  void cancel() override {
    client_->cancel();
  }

private:
  const link_command::cluster where_;
  const k8s::client_config config_;
  const std::function<command_tools()> tools_;
  k8s::parse_pool& pool_;
  std::shared_ptr<k8s::client> client_;
};

} // namespace

link_maker client_links(runtime& threads, k8s::client_config config,
                        std::function<command_tools()> tools, k8s::parse_pool& pool) {
  return [&threads, &pool, config = std::move(config), tools = std::move(tools)](
             k8s::endpoint target) -> caf::expected<std::shared_ptr<cluster_link>> {
    auto client = k8s::client::make(threads, config, target);
    if (!client)
      return std::move(client.error());
    return std::shared_ptr<cluster_link>{std::make_shared<client_link>(
        threads, config, std::move(*client), std::move(target), tools, pool)};
  };
}

} // namespace kubesage
