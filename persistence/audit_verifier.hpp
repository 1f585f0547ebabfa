#pragma once

#include "messages/auth.hpp"
#include "persistence/crypto/chain_hash.hpp"
#include "persistence/event_chain.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

class database;

/// What is wrong with an event in the log.
enum class chain_fault_kind : std::uint8_t {
  unreadable,    ///< Its row is no event.
  moved,         ///< It is another event, of this user or of another one, than its key says.
  missing,       ///< There is none, although there are later ones or there was one.
  not_canonical, ///< It does not end with its chain value, as every event does.
  changed,       ///< Its bytes, or the chain before it, are not those that were hashed.
  rewritten,     ///< Its chain fits, but is not the one that a checkpoint recorded.
};

std::string_view name_of(chain_fault_kind kind) noexcept;

struct chain_fault {
  std::uint64_t sequence = 0; ///< The first that is wrong.
  chain_fault_kind kind = chain_fault_kind::changed;

  bool operator==(const chain_fault&) const = default;
};

/// Computes the chain of a user's events again, page by page, up to the first fault. Thread: one.
class chain_check {
public:
  /// Chain values by sequence that somebody else has recorded: the log must reach these, with
  /// these.
  using witnessed_heads = std::map<std::uint64_t, chain_value>;

  /// Looks at no event behind `through`, where it is given; there must be all up to `at_least`.
  explicit chain_check(const tenant& owner, witnessed_heads witnessed = {},
                       std::uint64_t at_least = 0, std::optional<std::uint64_t> through = {});

  /// Looks at up to `limit` more events. Returns whether it has come to the end, or to a fault.
  /// Errors: `storage_unavailable`. Reads the disk; takes about a microsecond an event.
  caf::expected<bool> run(const database& db,
                          std::size_t limit = std::numeric_limits<std::size_t>::max());

  [[nodiscard]] const std::optional<chain_fault>& fault() const noexcept {
    return fault_;
  }
  /// Those that are as they should be: 1 to this one.
  [[nodiscard]] std::uint64_t good_events() const noexcept {
    return sequence_;
  }
  /// The chain value of the last good event.
  [[nodiscard]] const std::optional<chain_value>& head() const noexcept {
    return head_;
  }

private:
  std::optional<chain_fault_kind> look_at(std::string_view key, std::string_view row);

  tenant owner_;
  std::string user_part_; ///< `kubesage.v1.u<user>.`, as every subject begins.
  std::string key_;       ///< Of the next event; its last eight bytes are counted up.
  witnessed_heads witnessed_;
  std::uint64_t at_least_;
  std::optional<std::uint64_t> through_;
  chain_hash hash_;
  std::uint64_t sequence_ = 0;
  std::optional<chain_value> head_;
  std::array<char, 64> head_text_{}; ///< The head in hexadecimal.
  std::optional<chain_fault> fault_;
};

} // namespace kubesage
