#include "persistence/checkpointer.hpp"

#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/database.hpp"
#include "persistence/event_view.hpp"
#include "persistence/keys.hpp"
#include "persistence/outbox.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace kubesage {
namespace {

const std::string behind_all(19, '\xff');

/// The head that a row of `events` states; none where it is damaged, which the verifier will say.
std::optional<user_head> head_of(std::string_view key, std::string_view row) {
  const auto owner = owner_of(key);
  const auto event = event_view::of(row);
  if (!owner || !event)
    return std::nullopt;
  const auto head = chain_value::of_payload(event->payload);
  return head ? std::optional{user_head{owner->user().value, event->sequence, *head}}
              : std::nullopt;
}

/// The highest node sequence that was handed out so far.
caf::expected<std::uint64_t> last_queued(const database& db) {
  auto last = published_through(db);
  if (!last)
    return last;
  auto err = db.scan_back(family::queue, "", behind_all, [&](std::string_view key, auto) {
    last = std::max(*last, node_sequence_of(key));
    return false;
  });
  if (err)
    return err;
  return last;
}

} // namespace

caf::expected<checkpointer::gathered> checkpointer::gather_new(std::uint64_t after) {
  gathered found;
  found.through = after;
  std::vector<std::string> keys;
  caf::error damage;
  auto err = config_.store->scan(family::queue, queue_key(after + 1), behind_all,
                                 [&](std::string_view key, std::string_view value) {
                                   if (keys.size() == config_.max_events) {
                                     found.is_full = true;
                                     return false;
                                   }
                                   // What was dropped unseen is found by going through all users.
                                   if (node_sequence_of(key) != found.through + 1)
                                     return false;
                                   auto entry = decode_queue_entry(value);
                                   if (!entry) {
                                     damage = entry.error();
                                     return false;
                                   }
                                   ++found.through;
                                   keys.push_back(std::move(*entry));
                                   return true;
                                 });
  if (err)
    return err;
  if (damage)
    return damage;
  for (const auto& key : keys) {
    const auto stored = config_.store->get(family::events, key);
    if (!stored)
      return stored.error();
    if (!*stored)
      continue; // Its user was removed, or somebody cut the log: the next checkpoint cannot tell.
    if (const auto head = head_of(key, **stored)) {
      auto& known = found.users[head->user];
      if (head->sequence >= known.sequence)
        known = *head;
    }
  }
  return found;
}

caf::expected<checkpointer::gathered> checkpointer::gather_all(std::uint64_t after) {
  gathered found;
  found.through = after; // Until all users have been seen.
  while (found.users.size() < config_.max_events) {
    std::string first;
    auto err =
        config_.store->scan(family::events, all_from_, behind_all, [&](std::string_view key, auto) {
          first = key.substr(0, 10);
          return false;
        });
    if (err)
      return err;
    if (first.empty()) {
      found.through = std::exchange(all_through_, 0);
      all_from_.clear();
      return found;
    }
    all_from_ = end_of_prefix(first);
    err = config_.store->scan_back(family::events, first, all_from_,
                                   [&](std::string_view key, std::string_view row) {
                                     if (const auto head = head_of(key, row))
                                       found.users[head->user] = *head;
                                     return false;
                                   });
    if (err)
      return err;
  }
  found.is_full = true;
  return found;
}

caf::error checkpointer::write(const gathered& what) {
  const auto last = last_checkpoint(*config_.store);
  if (!last)
    return last.error();
  checkpoint next;
  next.number = *last + 1;
  next.time = config_.now();
  next.through = what.through;
  next.key = to_hex(config_.key->public_key());
  if (*last > 0) {
    const auto before = read_checkpoint(*config_.store, *last);
    if (!before)
      return before.error();
    next.previous = hash_of_line(before->value_or(""));
  }
  std::vector<row> rows;
  rows.reserve(what.users.size() + 2);
  for (const auto& [user, head] : what.users) {
    next.users.push_back(head);
    rows.push_back({family::checkpoints, user_checkpoint_key(tenant_issuer::issue(user_id{user})),
                    encode(user_checkpoint{next.number, head.sequence, head.head})});
  }
  auto line = render_checkpoint(next, *config_.key);
  if (!line)
    return line.error();
  rows.push_back({family::checkpoints, checkpoint_key(next.number), std::move(*line)});
  rows.push_back(
      {family::meta, std::string{meta_name::checkpointed}, encode_counter(what.through)});
  return config_.write(std::move(rows));
}

caf::expected<bool> checkpointer::run_once() {
  const auto after = checkpointed_through(*config_.store);
  if (!after)
    return after.error();
  auto found = all_from_.empty() ? gather_new(*after) : gather_all(*after);
  if (!found)
    return found.error();
  if (found->through == *after && found->users.empty() && all_from_.empty()) {
    const auto last = last_queued(*config_.store);
    if (!last)
      return last.error();
    if (*last <= *after)
      return false;
    // Rows are gone that no checkpoint covers, as in a store that is older than checkpoints.
    all_through_ = *last;
    all_from_.assign(1, '\0');
    found = gather_all(*after);
    if (!found)
      return found.error();
  }
  if (auto err = write(*found)) {
    all_from_.clear(); // Begins anew.
    return err;
  }
  return found->is_full || found->through > *after;
}

} // namespace kubesage
