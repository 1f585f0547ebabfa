#include "main/checkpoint_service.hpp"

#include "http/wire/log.hpp"
#include "messages/error.hpp"
#include "persistence/checkpoint_file.hpp"
#include "persistence/checkpointer.hpp"

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace kubesage {
namespace {

constexpr logger log{"audit"};

constexpr std::chrono::seconds interval{1};

} // namespace

struct checkpoint_service::impl {
  explicit impl(configuration given) : config(std::move(given)) {
    if (!config.second_sink.empty())
      file.emplace(config.second_sink);
    worker = std::thread{[this] { run(); }};
  }

  void run() {
    for (bool is_last = false; !is_last;) {
      {
        std::unique_lock lock{mutex};
        is_last = stops.wait_for(lock, interval, [this] { return is_stopping; });
      }
      note(work());
    }
  }

  /// Makes what checkpoints are due.
  caf::error work() {
    if (!maker)
      if (auto err = start())
        return err;
    for (;;) {
      const auto more = maker->run_once();
      if (!more)
        return more.error();
      if (!*more)
        break;
      made.fetch_add(1, std::memory_order_relaxed);
    }
    return file ? file->catch_up(*config.store) : caf::error{};
  }

  /// The keys may come later than the server.
  caf::error start() {
    auto key = signer::open(*config.store, *config.keys);
    if (!key)
      return key.error();
    checkpointer::configuration how;
    how.store = config.store;
    how.key = std::move(*key);
    how.write = [this](std::vector<row> rows) { return write(std::move(rows)); };
    maker.emplace(std::move(how));
    return {};
  }

  caf::error write(std::vector<row> rows) {
    auto answered = std::make_shared<std::promise<errc>>();
    auto answer = answered->get_future();
    config.writer->append({tenant_issuer::issue(user_id{0}), std::move(rows), {}},
                          [answered](errc code) { answered->set_value(code); });
    const auto code = answer.get();
    return code == errc::none ? caf::error{} : caf::make_error(code, std::string{"not written"});
  }

  /// Says once what keeps checkpoints away, and once that it is over.
  void note(const caf::error& err) {
    const auto text = err ? detail_of(err) : std::string{};
    if (err)
      failures.fetch_add(1, std::memory_order_relaxed);
    if (text == trouble)
      return;
    if (err)
      log.warn("no checkpoint of the audit could be made", {{"cause", text}});
    else
      log.info("checkpoints of the audit are made again");
    trouble = text;
  }

  configuration config;
  std::optional<checkpointer> maker;
  std::optional<checkpoint_file> file;
  std::string trouble; ///< The worker's own.
  std::atomic<std::uint64_t> made{0};
  std::atomic<std::uint64_t> failures{0};
  std::mutex mutex;
  std::condition_variable stops;
  bool is_stopping = false;
  std::thread worker;
};

checkpoint_service::checkpoint_service(configuration config)
    : impl_(std::make_unique<impl>(std::move(config))) {}

checkpoint_service::~checkpoint_service() {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->is_stopping = true;
  }
  impl_->stops.notify_one();
  impl_->worker.join();
}

std::uint64_t checkpoint_service::made() const noexcept {
  return impl_->made.load(std::memory_order_relaxed);
}

std::uint64_t checkpoint_service::failures() const noexcept {
  return impl_->failures.load(std::memory_order_relaxed);
}

} // namespace kubesage
