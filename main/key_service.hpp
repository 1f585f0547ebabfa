#pragma once

#include "actors/rewrapper.hpp"
#include "config/settings.hpp"
#include "http/edge/administration.hpp"
#include "http/wire/metrics.hpp"
#include "http/wire/runtime.hpp"
#include "main/vault_wrapper.hpp"
#include "persistence/crypto/keyring.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kubesage {

/// The keys of this process and what the operator does to them. A root key that is out of reach at
/// the start is asked for again and again, on a thread of its own; meanwhile the ring is sealed.
/// Source: docs/keys.md. Thread: any, but for construction and destruction.
class key_service {
public:
  using roots = std::vector<std::shared_ptr<key_wrapper>>;

  key_service(runtime& threads, database& store, const settings& options);
  key_service(const key_service&) = delete;
  key_service& operator=(const key_service&) = delete;
  ~key_service();

  /// Unseals the ring with one of `candidates`, or goes on trying where that may help. Blocks.
  /// Errors: those of `keyring::unseal` that waiting does not mend.
  caf::error start(roots candidates);

  [[nodiscard]] std::shared_ptr<const keyring> keys() const {
    return keys_;
  }

  /// For NODE; `dispatch` is left to it.
  [[nodiscard]] rewrapper_config rewrapping();

  /// `wake` tells REWRAPPER that there is a new key; call once it runs.
  void set_waker(std::function<void()> wake);

  /// Does what the operator asks for on the blocking pool.
  void administer(administration request, std::shared_ptr<reply_sink> sink);

  /// For `/readyz`: empty when there are keys.
  [[nodiscard]] std::string problem() const;

  void register_metrics(metrics& registry) const;

private:
  void keep_trying(roots candidates);
  void wake();
  caf::error perform(const administration& request);
  caf::error change_root(const administration& request);
  caf::error destroy(const administration& request);
  caf::expected<std::string> status() const;

  runtime& threads_;
  database& store_;
  const std::chrono::milliseconds settle_time_;
  const std::chrono::hours backup_horizon_;
  const std::uint32_t rewrap_rate_;
  const vault_config vault_;
  const std::shared_ptr<keyring> keys_;
  const std::shared_ptr<rewrap_gauges> gauges_ = std::make_shared<rewrap_gauges>();
  mutable std::mutex mutex_; // Guards what follows.
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  std::string problem_;
  std::function<void()> wake_;
  std::thread asker_;
};

} // namespace kubesage
