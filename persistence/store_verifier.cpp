#include "persistence/store_verifier.hpp"

#include "messages/error.hpp"
#include "persistence/audit_verifier.hpp"
#include "persistence/bytes.hpp"
#include "persistence/checkpoint_file.hpp"
#include "persistence/checkpoints.hpp"
#include "persistence/codec.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace kubesage {
namespace {

const std::string behind_all(32, '\xff');
constexpr std::size_t user_key_size = 10;

/// What others say about a user's events.
struct expectation {
  std::optional<user_head> latest; ///< Of checkpoints.
  std::uint64_t at_least = 0;      ///< The last sequence that a row outside of the log names.
};

class verification {
public:
  verification(const database& db, const store_verifier_options& options)
      : db_(db), options_(options), key_(options.public_key) {}

  caf::expected<store_verdict> run() {
    if (auto err = find_key())
      return err;
    if (auto err = check_checkpoints())
      return err;
    if (options_.second_sink)
      if (auto err = check_second_sink())
        return err;
    if (auto err = read_queue_rows())
      return err;
    if (auto err = read_user_rows())
      return err;
    if (auto err = find_users())
      return err;
    for (const auto& [place, expected] : expected_)
      if (auto err = check_user(place, expected))
        return err;
    // What is wrong in the log comes first: it is what the rest bears witness of.
    verdict_.faults.insert(verdict_.faults.end(), checkpoint_faults_.begin(),
                           checkpoint_faults_.end());
    return std::move(verdict_);
  }

private:
  caf::error find_key() {
    if (!key_.empty())
      return {};
    const auto stored = read_audit_key(db_);
    if (!stored)
      return stored.error();
    key_ = stored->value_or("");
    return {};
  }

  [[nodiscard]] bool wants(const tenant& owner) const {
    return !options_.only || *options_.only == owner.user();
  }

  void accuse(std::uint64_t number, const std::string& what) {
    checkpoint_faults_.push_back("checkpoint " + std::to_string(number) + " " + what);
  }

  /// Takes what a checkpoint says; what is not signed says nothing.
  std::optional<std::string> take(std::uint64_t number, std::string_view line) {
    const auto found = parse_checkpoint(line);
    if (!found)
      return "is unreadable";
    if (found->number != number)
      return "is moved: it is number " + std::to_string(found->number);
    if (!is_signed_by(line, key_))
      return "is not signed by the audit key";
    for (const auto& head : found->users) {
      const auto owner = tenant_issuer::issue(user_id{head.user});
      if (!wants(owner))
        continue;
      auto& known = expected_[user_key(owner)].latest;
      if (!known || known->sequence <= head.sequence)
        known = head;
    }
    return std::nullopt;
  }

  caf::error check_checkpoints() {
    std::uint64_t next = 1;
    std::string before;
    const std::string lines(1, '\0');
    return db_.scan(family::checkpoints, lines, end_of_prefix(lines),
                    [&](std::string_view key, std::string_view line) {
                      if (key != checkpoint_key(next)) {
                        accuse(next, "is missing");
                        return false;
                      }
                      if (const auto fault = take(next, line)) {
                        accuse(next, *fault);
                        return false;
                      }
                      if (parse_checkpoint(line)->previous != before) {
                        accuse(next, "does not follow the one before it");
                        return false;
                      }
                      before = hash_of_line(line);
                      ++verdict_.checkpoints;
                      ++next;
                      return true;
                    });
  }

  caf::error check_second_sink() {
    std::uint64_t next = 1;
    caf::error failure;
    auto err = read_checkpoint_lines(*options_.second_sink, [&](std::string_view line) {
      const auto stored = read_checkpoint(db_, next);
      if (!stored) {
        failure = stored.error();
        return false;
      }
      if (const auto fault = take(next, line)) {
        accuse(next, *fault + " (in the file)");
        return false;
      }
      if (!*stored)
        accuse(next, "is missing in the store, but stands in the file");
      else if (**stored != line)
        accuse(next, "of the store is not the one in the file");
      ++next;
      return *stored && **stored == line;
    });
    return err ? err : failure;
  }

  /// Events that wait for publication, or did lately, are named by rows outside of the log.
  caf::error read_queue_rows() {
    caf::error damage;
    auto err =
        db_.scan(family::queue, "", behind_all, [&](std::string_view, std::string_view value) {
          const auto entry = decode_queue_entry(value);
          if (!entry)
            damage = entry.error();
          else if (const auto owner = owner_of(*entry); owner && wants(*owner)) {
            byte_reader in{std::string_view{*entry}.substr(user_key_size)};
            auto& least = expected_[user_key(*owner)].at_least;
            least = std::max(least, in.take<std::uint64_t>());
          }
          return !damage;
        });
    return err ? err : damage;
  }

  caf::error read_user_rows() {
    caf::error damage;
    auto err =
        db_.scan(family::users, "", behind_all, [&](std::string_view key, std::string_view value) {
          const auto record = decode_user(value);
          const auto owner = owner_of(key);
          if (!record)
            damage = record.error();
          else if (owner && wants(*owner) && record->last_sequence > 0) {
            auto& least = expected_[user_key(*owner)].at_least;
            least = std::max(least, record->last_sequence);
          }
          return !damage;
        });
    return err ? err : damage;
  }

  /// Those who have events, whether or not anything else names them.
  caf::error find_users() {
    std::string from;
    for (;;) {
      std::string place;
      auto err = db_.scan(family::events, from, behind_all, [&](std::string_view key, auto) {
        place = key.substr(0, user_key_size);
        return false;
      });
      if (err || place.empty())
        return err;
      from = end_of_prefix(place);
      const auto owner = owner_of(place);
      if (!owner)
        verdict_.faults.push_back("an event stands under a key of nobody");
      else if (wants(*owner))
        expected_[place];
    }
  }

  caf::expected<chain_check> walk(const tenant& owner, chain_check::witnessed_heads heads,
                                  std::uint64_t at_least) {
    chain_check chain{owner, std::move(heads), at_least};
    const auto is_done = chain.run(db_);
    if (!is_done)
      return is_done.error();
    return chain;
  }

  caf::error check_user(std::string_view place, const expectation& expected) {
    const auto owner = *owner_of(place);
    chain_check::witnessed_heads heads;
    if (expected.latest)
      heads.emplace(expected.latest->sequence, expected.latest->head);
    auto chain = walk(owner, std::move(heads), expected.at_least);
    if (!chain)
      return chain.error();
    if (chain->fault() && chain->fault()->kind == chain_fault_kind::rewritten) {
      // An older checkpoint may tell more exactly from where on.
      auto all = heads_of(owner);
      if (!all)
        return all.error();
      chain = walk(owner, std::move(*all), expected.at_least);
      if (!chain)
        return chain.error();
    }
    ++verdict_.users;
    verdict_.events += chain->good_events();
    if (const auto& fault = chain->fault())
      verdict_.faults.push_back("user " + to_string(owner.user()) + " event "
                                + std::to_string(fault->sequence) + " is "
                                + std::string{name_of(fault->kind)});
    return {};
  }

  caf::expected<chain_check::witnessed_heads> heads_of(const tenant& owner) {
    chain_check::witnessed_heads heads;
    const std::string lines(1, '\0');
    auto err = db_.scan(family::checkpoints, lines, end_of_prefix(lines),
                        [&](std::string_view, std::string_view line) {
                          const auto found = parse_checkpoint(line);
                          if (!found || !is_signed_by(line, key_))
                            return false;
                          for (const auto& head : found->users)
                            if (head.user == owner.user().value)
                              heads.insert_or_assign(head.sequence, head.head);
                          return true;
                        });
    if (err)
      return err;
    if (const auto& latest = expected_[user_key(owner)].latest)
      heads.insert_or_assign(latest->sequence, latest->head);
    return heads;
  }

  const database& db_;
  const store_verifier_options& options_;
  std::string key_;
  std::map<std::string, expectation, std::less<>> expected_; ///< By `user_key`.
  std::vector<std::string> checkpoint_faults_;
  store_verdict verdict_;
};

} // namespace

caf::expected<store_verdict> verify_store(const database& db,
                                          const store_verifier_options& options) {
  return verification{db, options}.run();
}

} // namespace kubesage
