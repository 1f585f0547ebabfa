// Durable commits a second of the store with 1, 8, 64 and 512 outstanding, each a sealed cluster
// with its event, chain and witness, beside a bare group-commit writer of the same bytes: one
// thread, one synced RocksDB batch of what waits, no witness. They take turns in each round. Prints
// one JSON object. With --fill it fills a data directory instead, for the start of a large store.
//
// commits_bench FOLDER ROUNDS SECONDS | commits_bench --fill FOLDER KEYFILE CLUSTERS

#include "actors/event_builder.hpp"
#include "http/wire/json.hpp"
#include "messages/error.hpp"
#include "persistence/crypto/key_wrapper.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/crypto/root_key.hpp"
#include "persistence/crypto/sealer.hpp"
#include "persistence/local_journal.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <rocksdb/db.h>

namespace {

using namespace kubesage;
namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

constexpr std::size_t users = 1024;
constexpr std::size_t max_group = 256;

/// Numbers that one thread puts in and another takes out.
class mailbox {
public:
  void put(std::size_t x) {
    {
      const std::lock_guard lock{mutex_};
      waiting_.push_back(x);
    }
    ready_.notify_one();
  }
  std::size_t take() {
    std::unique_lock lock{mutex_};
    ready_.wait(lock, [this] { return !waiting_.empty(); });
    const auto x = waiting_.front();
    waiting_.pop_front();
    return x;
  }

private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::size_t> waiting_;
};

/// One thread that writes whatever waits as one synced batch.
class bare_writer {
public:
  explicit bare_writer(const fs::path& folder) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    if (!rocksdb::DB::Open(options, folder.string(), &db).ok())
      throw std::runtime_error("cannot open " + folder.string());
    db_.reset(db);
    thread_ = std::thread{[this] { work(); }};
  }
  ~bare_writer() {
    {
      const std::lock_guard lock{mutex_};
      is_stopping_ = true;
    }
    ready_.notify_one();
    thread_.join();
  }
  void write(std::string bytes, std::function<void()> done) {
    {
      const std::lock_guard lock{mutex_};
      waiting_.emplace_back(std::move(bytes), std::move(done));
    }
    ready_.notify_one();
  }

private:
  void work() {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    std::vector<std::pair<std::string, std::function<void()>>> group;
    for (;;) {
      {
        std::unique_lock lock{mutex_};
        ready_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
        if (waiting_.empty())
          return;
        while (!waiting_.empty() && group.size() < max_group) {
          group.push_back(std::move(waiting_.front()));
          waiting_.pop_front();
        }
      }
      rocksdb::WriteBatch batch;
      for (const auto& [bytes, done] : group)
        batch.Put(std::to_string(++next_), bytes);
      if (!db_->Write(synced, &batch).ok())
        std::abort();
      for (const auto& [bytes, done] : group)
        done();
      group.clear();
    }
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::pair<std::string, std::function<void()>>> waiting_;
  std::uint64_t next_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;
};

/// Makes the changes that onboarding makes.
class onboardings {
public:
  onboardings(database& db, const secret& root) {
    auto root_wrapper = make_local_wrapper(root);
    if (!root_wrapper)
      throw std::runtime_error(detail_of(root_wrapper.error()));
    auto opened = keyring::open(db, std::move(*root_wrapper));
    if (!opened)
      throw std::runtime_error(detail_of(opened.error()));
    keys_ = std::move(*opened);
    for (std::size_t i = 0; i < users; ++i) {
      const auto owner = tenant_issuer::issue(user_id{static_cast<std::int64_t>(i) + 1});
      auto seed = keys_->make_seed(owner);
      if (!seed)
        throw std::runtime_error(detail_of(seed.error()));
      owners_.push_back({owner, std::move(seed->seed), {seed->wrapped, 0, {}, std::nullopt}});
    }
  }

  /// The rows that the users themselves need.
  [[nodiscard]] std::vector<row> user_rows() const {
    std::vector<row> rows;
    for (const auto& x : owners_)
      rows.push_back(put_user(x.owner, x.record));
    return rows;
  }

  journal_entry next(std::size_t user, std::size_t token_bytes) {
    auto& x = owners_[user % users];
    stored_cluster cluster;
    auto& facts = cluster.facts;
    facts.id = cluster_id{static_cast<std::int64_t>((++last_id_ << 8U) | x.owner.shard())};
    facts.name = "cluster-" + std::to_string(last_id_);
    facts.server_url = "https://10.20.30.40:6443";
    facts.provider_name = "Standard";
    facts.tags = "bench";
    facts.created_at = facts.updated_at = system_now();
    cluster_secrets secrets;
    secrets.token = share(secret{std::string(token_bytes, 't')});
    auto sealed = seal_secrets(x.seed, x.owner, facts, secrets);
    if (!sealed)
      throw std::runtime_error(detail_of(sealed.error()));
    cluster.sealed = std::move(*sealed);
    journal_entry entry{x.owner, {put_cluster(x.owner, cluster)}, {}};
    entry.events.push_back(make_event(
        x.record, x.owner, "/kubesage/bench", facts.created_at,
        {event_kind::cluster_onboarded, &facts, "user", "request", [&](json_writer& data) {
           data.field("server_url", facts.server_url)
               .field("provider_name", facts.provider_name)
               .field("use_secure_tls", false);
         }}));
    return entry;
  }

private:
  struct one {
    tenant owner;
    secret seed;
    user_record record;
  };
  std::shared_ptr<const keyring> keys_;
  std::vector<one> owners_;
  std::uint64_t last_id_ = 0;
};

std::size_t bytes_of(const journal_entry& entry) {
  constexpr std::size_t queue_row = 27;
  std::size_t bytes = queue_row;
  for (const auto& x : entry.rows)
    bytes += x.key.size() + x.value->size();
  for (const auto& x : entry.events)
    bytes += x.id.size() + x.subject.size() + x.payload.size() + 39;
  return bytes;
}

/// Keeps `outstanding` commits under way for `time`; returns how many a second were answered.
double rate(std::size_t outstanding, std::chrono::duration<double> time,
            const std::function<void(std::size_t, std::function<void()>)>& start) {
  mailbox answered;
  for (std::size_t i = 0; i < outstanding; ++i)
    answered.put(i);
  const auto begin = steady::now();
  std::size_t done = 0;
  std::size_t in_flight = 0;
  while (steady::now() - begin < time) {
    const auto slot = answered.take();
    if (in_flight == outstanding)
      ++done;
    else
      ++in_flight;
    start(slot, [&answered, slot] { answered.put(slot); });
  }
  const std::chrono::duration<double> took = steady::now() - begin;
  for (; in_flight > 0; --in_flight)
    answered.take();
  return static_cast<double>(done) / took.count();
}

int measure(const fs::path& folder, int rounds, double seconds) {
  const std::chrono::duration<double> time{seconds};
  auto db = database::open({folder / "store"});
  if (!db)
    throw std::runtime_error(detail_of(db.error()));
  onboardings changes{**db, secret{std::string(32, 'k')}};
  local_journal writer{**db, {}};
  bare_writer bare{folder / "bare"};
  const std::string bytes(bytes_of(changes.next(0, 900)), 'b');
  std::printf("{\"bytes\":%zu", bytes.size());
  for (const std::size_t outstanding : {1, 8, 64, 512}) {
    std::string ours = "[";
    std::string theirs = "[";
    for (int round = 0; round < rounds; ++round) {
      const auto a = rate(outstanding, time, [&](std::size_t slot, std::function<void()> done) {
        writer.append(changes.next(slot, 900), [done = std::move(done)](errc code) {
          if (code != errc::none)
            std::abort();
          done();
        });
      });
      const auto b = rate(outstanding, time, [&](std::size_t, std::function<void()> done) {
        bare.write(bytes, std::move(done));
      });
      ours += (round != 0 ? "," : "") + std::to_string(a);
      theirs += (round != 0 ? "," : "") + std::to_string(b);
    }
    std::printf(",\"%zu\":{\"store\":%s],\"bare\":%s]}", outstanding, ours.c_str(), theirs.c_str());
  }
  std::printf("}\n");
  return 0;
}

int fill(const fs::path& folder, const fs::path& key_file, std::size_t clusters) {
  const auto root = read_root_key_file(key_file);
  if (!root)
    throw std::runtime_error(detail_of(root.error()));
  auto db = database::open({folder});
  if (!db)
    throw std::runtime_error(detail_of(db.error()));
  onboardings changes{**db, *root};
  if (const auto err = (*db)->write_synced(changes.user_rows()))
    throw std::runtime_error(detail_of(err));
  local_journal writer{**db, {}};
  mailbox answered;
  for (std::size_t i = 0; i < 4096; ++i)
    answered.put(0);
  for (std::size_t i = 0; i < clusters; ++i) {
    answered.take();
    writer.append(changes.next(i, 100), [&answered](errc code) {
      if (code != errc::none)
        std::abort();
      answered.put(0);
    });
  }
  for (std::size_t i = 0; i < 4096; ++i)
    answered.take();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 5 && std::strcmp(argv[1], "--fill") == 0)
      return fill(argv[2], argv[3], std::strtoul(argv[4], nullptr, 10));
    if (argc == 4)
      return measure(argv[1], std::atoi(argv[2]), std::atof(argv[3]));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  std::fprintf(stderr, "usage: commits_bench FOLDER ROUNDS SECONDS\n"
                       "       commits_bench --fill FOLDER KEYFILE CLUSTERS\n");
  return 64;
}
