#include "main/store_keeper.hpp"

#include "http/wire/log.hpp"
#include "messages/error.hpp"
#include "persistence/backup.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace kubesage {
namespace {

constexpr logger log{"store"};
constexpr std::string_view backup_prefix = "kubesage-";

/// `kubesage-20261128T091530Z`, which sorts by time.
std::string name_of_backup(wall_time time) {
  std::string name{backup_prefix};
  for (const char c : to_rfc3339(time).substr(0, 19))
    if (c != '-' && c != ':')
      name += c;
  return name + 'Z';
}

void delete_oldest(const std::filesystem::path& directory, std::size_t keep) {
  std::error_code failure;
  std::vector<std::filesystem::path> backups;
  for (const auto& entry : std::filesystem::directory_iterator{directory, failure}) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(backup_prefix) && name.ends_with('Z'))
      backups.push_back(entry.path());
  }
  std::sort(backups.begin(), backups.end());
  for (std::size_t i = 0; i + keep < backups.size(); ++i) {
    std::filesystem::remove_all(backups[i], failure);
    if (failure)
      log.warn("an old backup cannot be deleted", {{"cause", failure.message()}});
  }
}

} // namespace

struct store_keeper::impl {
  const database& db;
  const store_keeper_options options;

  mutable std::mutex mutex;
  std::condition_variable wake;
  bool is_stopping = false;
  std::string damage;  ///< Of the last pass.
  std::string failure; ///< Of the last backup.

  std::atomic<std::uint64_t> scrubs{0};
  std::atomic<std::uint64_t> damaged_tables{0};
  std::atomic<std::uint64_t> backups{0};
  std::atomic<std::uint64_t> failed_backups{0};
  std::atomic<std::int64_t> last_backup{0}; ///< Seconds since 1970.
  std::thread thread;

  impl(const database& store, store_keeper_options how) : db(store), options(std::move(how)) {}

  /// Returns whether to go on.
  bool rest(std::chrono::steady_clock::duration time) {
    std::unique_lock lock{mutex};
    wake.wait_for(lock, time, [this] { return is_stopping; });
    return !is_stopping;
  }

  void scrub() {
    std::string found;
    std::uint64_t damaged = 0;
    for (const auto& table : db.tables()) {
      if (const auto err = db.check_table(table)) {
        ++damaged;
        found = detail_of(err);
        log.error("a file of the store is damaged: restore a backup", {{"cause", found}});
      }
      const auto pause = std::chrono::duration<double>(
          static_cast<double>(table.bytes)
          / static_cast<double>(std::max<std::uint64_t>(options.scrub_bytes_per_second, 1)));
      if (!rest(std::chrono::duration_cast<std::chrono::steady_clock::duration>(pause)))
        return;
    }
    const std::lock_guard lock{mutex};
    damage = found;
    damaged_tables = damaged;
    ++scrubs;
  }

  void back_up() {
    const auto now = options.now();
    const auto done = make_backup(db, options.backup_directory / name_of_backup(now), now);
    if (done) {
      ++backups;
      last_backup =
          std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
      log.info("made a backup", {{"batch", done->mark.number}, {"bytes", done->bytes}});
      delete_oldest(options.backup_directory, std::max<std::size_t>(options.backup_keep, 1));
    } else {
      ++failed_backups;
      log.error("no backup was made", {{"cause", detail_of(done.error())}});
    }
    const std::lock_guard lock{mutex};
    failure = done ? std::string{} : "the last backup failed: " + detail_of(done.error());
  }

  void run() {
    using clock = std::chrono::steady_clock;
    const bool scrubs_at_all = options.scrub_interval.count() > 0;
    const bool backs_up_at_all = !options.backup_directory.empty();
    auto next_scrub = clock::now() + options.scrub_interval;
    auto next_backup = clock::now() + options.backup_interval;
    for (;;) {
      auto next = clock::now() + std::chrono::hours{1};
      if (scrubs_at_all)
        next = std::min(next, next_scrub);
      if (backs_up_at_all)
        next = std::min(next, next_backup);
      if (!rest(next - clock::now()))
        return;
      if (backs_up_at_all && clock::now() >= next_backup) {
        back_up();
        next_backup = clock::now() + options.backup_interval;
      }
      if (scrubs_at_all && clock::now() >= next_scrub) {
        scrub();
        next_scrub = clock::now() + options.scrub_interval;
      }
    }
  }
};

store_keeper::store_keeper(const database& db, store_keeper_options options, metrics& registry)
    : impl_(std::make_shared<impl>(db, std::move(options))) {
  const auto number = [](const auto& x) { return static_cast<double>(x.load()); };
  registry.counter("kubesage_store_scrubs_total", "Passes over all files of the store.",
                   [state = impl_, number] { return number(state->scrubs); });
  registry.gauge("kubesage_store_damaged_files", "Files that the last pass found damaged.",
                 [state = impl_, number] { return number(state->damaged_tables); });
  registry.counter("kubesage_backups_total", "Backups made and verified.",
                   [state = impl_, number] { return number(state->backups); });
  registry.counter("kubesage_backup_failures_total", "Backups that failed.",
                   [state = impl_, number] { return number(state->failed_backups); });
  registry.gauge("kubesage_last_backup_timestamp_seconds",
                 "When the last backup was made; 0: none.",
                 [state = impl_, number] { return number(state->last_backup); });
  impl_->thread = std::thread{[state = impl_.get()] { state->run(); }};
}

store_keeper::~store_keeper() {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->is_stopping = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

std::string store_keeper::problem() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->damage.empty() ? impl_->failure : impl_->damage;
}

void store_keeper::scrub() {
  impl_->scrub();
}

void store_keeper::back_up() {
  impl_->back_up();
}

} // namespace kubesage
