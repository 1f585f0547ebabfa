// Processor time of checking the chain of a user's events in a store on the disk, against that of
// hashing the same bytes alone. Both take turns; the fastest round of each counts.

#include "actors/event_builder.hpp"
#include "http/wire/json.hpp"
#include "persistence/audit_verifier.hpp"
#include "persistence/codec.hpp"
#include "persistence/crypto/chain_hash.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace kubesage;

constexpr std::size_t events = 200'000;
constexpr int rounds = 7;

/// Of this thread: the store's own threads have other work.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Writes what a session would; returns the payloads.
std::vector<std::string> fill(database& db, const tenant& owner) {
  std::vector<std::string> payloads;
  user_record record;
  cluster_facts cluster;
  cluster.id = cluster_id{4711};
  cluster.name = "production-eu-central-1";
  std::vector<row> rows;
  for (std::size_t i = 0; i < events; ++i) {
    const auto event = make_event(record, owner, "/kubesage/node-1", system_now(),
                                  {event_kind::kubectl_command_executed, &cluster, "ada.lovelace",
                                   "0193b2c4-7d1e-7a53-9d5f-2f6b1c7a9e10", [](json_writer& data) {
                                     data.field("command", "kubectl get pods -n shop -o wide")
                                         .field("success", true)
                                         .field("return_code", 0)
                                         .field("duration_ms", 184);
                                   }});
    rows.push_back({family::events, event_key(owner, event.sequence), std::string{}});
    append_encoded(*rows.back().value, event);
    payloads.push_back(event.payload);
    if (rows.size() == 5000 || i + 1 == events) {
      if (db.write_synced(rows))
        std::exit(1);
      rows.clear();
    }
  }
  return payloads;
}

} // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : "audit-bench-data";
  auto db = database::open({folder});
  if (!db)
    return 1;
  const auto owner = tenant_issuer::issue(user_id{42});
  const auto payloads = fill(**db, owner);
  double checked = 1e9;
  double hashed = 1e9;
  std::size_t bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    auto begin = seconds();
    chain_check check{owner};
    const auto is_done = check.run(**db);
    checked = std::min(checked, seconds() - begin);
    if (!is_done || !*is_done || check.fault() || check.good_events() != events)
      return 1;
    begin = seconds();
    chain_hash hash;
    bytes = 0;
    for (const auto& payload : payloads) {
      hash.add(payload);
      bytes += payload.size();
      if (hash.finish().front() == 0 && bytes == 0)
        return 1;
    }
    hashed = std::min(hashed, seconds() - begin);
  }
  db->reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  std::printf("{\"events\":%zu,\"bytes_per_event\":%zu,\"checked_per_second\":%.0f,"
              "\"hashed_per_second\":%.0f}\n",
              events, bytes / events, events / checked, events / hashed);
}
