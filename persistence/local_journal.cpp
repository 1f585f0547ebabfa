#include "persistence/local_journal.hpp"

#include "persistence/codec.hpp"
#include "persistence/database_impl.hpp"
#include "persistence/event_chain.hpp"
#include "persistence/keys.hpp"
#include "persistence/outbox.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace kubesage {
namespace {

/// A batch is written when it has grown to this, whatever still waits: it stands in memory twice.
constexpr std::size_t max_batch_bytes = 4U << 20U;

struct pending {
  journal_entry entry;
  journal::done on_done;
};

std::pair<shard_id, user_id> place_of(const tenant& owner) {
  return {owner.shard(), owner.user()};
}

/// The highest node sequence that was ever handed out: the queue's last row, or, when everything
/// was published and dropped, the published cursor.
caf::expected<std::uint64_t> last_node_sequence(const database& db, rocksdb::Iterator& queue) {
  auto last = published_through(db);
  if (!last)
    return last;
  queue.SeekToLast();
  if (queue.Valid())
    last = std::max(*last, node_sequence_of(view_of(queue.key())));
  else if (!queue.status().ok())
    return storage_error("reading the queue", queue.status());
  return last;
}

} // namespace

struct local_journal::impl {
  database& store;
  local_journal_options options;

  mutable std::mutex mutex;
  std::condition_variable has_work;
  std::deque<pending> waiting;
  bool is_idle = false; ///< The writer sleeps; only then a notification is worth its system call.
  bool is_stopping = false;
  bool is_failed = false;

  std::atomic<bool> is_full{false};
  std::atomic<std::uint64_t> entries{0};
  std::atomic<std::uint64_t> groups{0};

  // The writer's own.
  std::uint64_t node_sequence = 0;
  rocksdb::WriteBatch batch{0, 0, batch_protection, 0};
  std::string key;
  std::string value;
  std::string linked; ///< Keys and chain values of the batch's events.
  std::thread writer;

  impl(database& db, local_journal_options opts) : store(db), options(std::move(opts)) {
    const std::unique_ptr<rocksdb::Iterator> queue{
        db.impl_->db->NewIterator(rocksdb::ReadOptions{}, db.impl_->at(family::queue))};
    if (const auto last = last_node_sequence(db, *queue))
      node_sequence = *last;
    else
      is_failed = true;
    writer = std::thread{[this] { run(); }};
  }

  void run() {
    std::vector<pending> group;
    group.reserve(options.max_group);
    for (;;) {
      bool refuse = false;
      {
        std::unique_lock lock{mutex};
        is_idle = true;
        has_work.wait(lock, [this] { return !waiting.empty() || is_stopping; });
        is_idle = false;
        if (waiting.empty())
          return;
        const auto count = std::min(waiting.size(), std::max<std::size_t>(options.max_group, 1));
        const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
        std::move(waiting.begin(), end, std::back_inserter(group));
        waiting.erase(waiting.begin(), end);
        refuse = is_failed;
      }
      if (refuse)
        for (auto& x : group)
          x.on_done(errc::storage_unavailable);
      else
        write(group);
      group.clear();
    }
  }

  /// Writes `group` in as few batches as its size allows; answers each part once it is durable.
  void write(std::vector<pending>& group) {
    // In the order of the keys, which makes each insertion begin where the one before it ended. A
    // user's own changes stay in their order.
    std::stable_sort(group.begin(), group.end(), [](const pending& x, const pending& y) {
      return place_of(x.entry.owner) < place_of(y.entry.owner);
    });
    std::size_t from = 0;
    while (from < group.size()) {
      std::size_t to = from;
      bool has_events = false;
      auto status = rocksdb::Status::OK();
      const auto first_node_sequence = node_sequence;
      batch.Clear();
      linked.clear();
      for (; status.ok() && to < group.size() && batch.GetDataSize() < max_batch_bytes; ++to) {
        status = add(group[to].entry);
        has_events = has_events || !group[to].entry.events.empty();
      }
      if (status.ok())
        status = has_room() ? store.impl_->commit(batch, linked) : rocksdb::Status::NoSpace();
      is_full = status.IsNoSpace() && !store.impl_->is_failed;
      if (is_full) {
        // Nothing of it was written, and there may be room again for the next group.
        node_sequence = first_node_sequence;
        return refuse_rest(group, from);
      }
      if (!status.ok()) {
        // Whether the bytes are on the disk is unknown from here on; only a new start can tell.
        fail();
        refuse_rest(group, from);
        if (options.on_failure)
          options.on_failure(status.ToString());
        return;
      }
      groups.fetch_add(1, std::memory_order_relaxed);
      entries.fetch_add(to - from, std::memory_order_relaxed);
      for (; from < to; ++from)
        group[from].on_done(errc::none);
      if (has_events && options.on_events)
        options.on_events();
    }
  }

  /// What is kept free is for the store's own needs, not for changes.
  [[nodiscard]] bool has_room() const {
    const auto& space = store.impl_->space;
    return !space || !space->is_low(std::chrono::steady_clock::now());
  }

  static void refuse_rest(std::vector<pending>& group, std::size_t from) {
    for (; from < group.size(); ++from)
      group[from].on_done(errc::storage_unavailable);
  }

  rocksdb::Status add(const journal_entry& entry) {
    auto& families = *store.impl_;
    rocksdb::Status status;
    for (const auto& x : entry.rows) {
      status = add_to(batch, families.at(x.where), x);
      if (!status.ok())
        return status;
    }
    for (const auto& event : entry.events) {
      key = event_key(entry.owner, event.sequence);
      value.clear();
      append_encoded(value, event);
      status = batch.Put(families.at(family::events), slice_of(key), slice_of(value));
      if (!status.ok())
        return status;
      linked.append(key);
      if (const auto chain = chain_value::of_payload(event.payload))
        linked.append(chain->bytes());
      value.clear();
      append_queue_entry(value, key);
      status = batch.Put(families.at(family::queue), slice_of(queue_key(++node_sequence)),
                         slice_of(value));
      if (!status.ok())
        return status;
    }
    return status;
  }

  /// Why nothing more is taken; `none` when it is. The caller holds `mutex`.
  [[nodiscard]] errc refusal() const {
    if (is_failed || is_stopping)
      return errc::storage_unavailable;
    return waiting.size() >= options.max_waiting ? errc::overloaded : errc::none;
  }

  void fail() {
    const std::lock_guard lock{mutex};
    is_failed = true;
  }
};

local_journal::local_journal(database& db, local_journal_options options)
    : impl_(std::make_unique<impl>(db, std::move(options))) {}

local_journal::~local_journal() {
  {
    const std::lock_guard lock{impl_->mutex};
    impl_->is_stopping = true;
  }
  impl_->has_work.notify_one();
  impl_->writer.join();
}

void local_journal::append(journal_entry entry, done on_done) {
  std::unique_lock lock{impl_->mutex};
  if (const auto code = impl_->refusal(); code != errc::none) {
    lock.unlock();
    on_done(code);
    return;
  }
  impl_->waiting.push_back({std::move(entry), std::move(on_done)});
  const bool must_wake = std::exchange(impl_->is_idle, false);
  lock.unlock();
  if (must_wake)
    impl_->has_work.notify_one();
}

journal_statistics local_journal::statistics() const {
  journal_statistics now;
  now.entries = impl_->entries.load(std::memory_order_relaxed);
  now.groups = impl_->groups.load(std::memory_order_relaxed);
  now.is_full = impl_->is_full.load(std::memory_order_relaxed);
  const std::lock_guard lock{impl_->mutex};
  now.waiting = impl_->waiting.size();
  now.is_failed = impl_->is_failed;
  return now;
}

} // namespace kubesage
