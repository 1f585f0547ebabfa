#pragma once

#include "messages/auth.hpp"
#include "messages/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The ordered keys of the store. Integers are big-endian, so that the order of bytes is the order
/// of numbers; text stands last, raw, so that it needs no terminator.
///
///   family       bytes
///   users        shard u16 | user u64
///   clusters     shard u16 | user u64 | cluster u64
///   names        (rows of format 1 only)
///   events       shard u16 | user u64 | sequence u64
///   operations   shard u16 | user u64 | id u64            (what is running now)
///   executions   shard u16 | user u64 | cluster u64 | id u64
///   analyses     shard u16 | user u64 | cluster u64 | id u64
///   findings     shard u16 | user u64 | cluster u64 | finding id (text)
///   rules        shard u16 | user u64 | cluster u64       (0: the user's own)
///   solutions    shard u16 | user u64 | 1 u8 | fingerprint (hexadecimal)
///                shard u16 | user u64 | 0 u8              (tokens spent)
///   queue        node sequence u64
///   checkpoints  0 u8 | number u64                        (signed lines)
///                1 u8 | shard u16 | user u64              (the user's part of the latest)
///   meta         name (`meta_name`), for key-encryption keys followed by their id u32
///
/// The families that are not listed have no rows yet; those of a user begin with shard and user
/// too. A shard and a user are therefore ranges of keys, and a function that takes a `tenant`
/// cannot name a row of somebody else. On disk: never change.
namespace kubesage {

/// The first ten bytes of every key of `owner`; also the key of the `users` row.
std::string user_key(const tenant& owner);

std::string cluster_key(const tenant& owner, cluster_id cluster);
std::string event_key(const tenant& owner, std::uint64_t sequence);
std::string operation_key(const tenant& owner, execution_id id);
std::string operation_key(const tenant& owner, analysis_id id);
std::string analysis_key(const tenant& owner, cluster_id cluster, analysis_id id);
std::string finding_key(const tenant& owner, cluster_id cluster, std::string_view finding);
std::string execution_key(const tenant& owner, cluster_id cluster, execution_id id);
std::string solution_key(const tenant& owner, std::string_view fingerprint);
std::string spending_key(const tenant& owner);
std::string queue_key(std::uint64_t node_sequence);
std::string checkpoint_key(std::uint64_t number);
std::string user_checkpoint_key(const tenant& owner);

/// The owner of a key that begins as `user_key` writes, which may be user 0: the node itself; none
/// for anything else.
std::optional<tenant> owner_of(std::string_view key);

/// The node sequence of a `queue` key; 0, which is never assigned, for anything else.
std::uint64_t node_sequence_of(std::string_view key) noexcept;

/// The first key behind all keys that begin with `prefix`.
std::string end_of_prefix(std::string_view prefix);

namespace meta_name {
inline constexpr std::string_view format = "format";                   ///< u64, `store_format`.
inline constexpr std::string_view store = "store.id";                  ///< u64, random.
inline constexpr std::string_view applied = "journal.applied";         ///< `commit_mark`.
inline constexpr std::string_view published = "queue.published";       ///< u64, node sequence.
inline constexpr std::string_view reached = "queue.reached";           ///< u64, node sequence.
inline constexpr std::string_view stream = "queue.stream";             ///< `stream_mark`.
inline constexpr std::string_view trimmed = "queue.trimmed";           ///< u64, node sequence.
inline constexpr std::string_view checkpointed = "queue.checkpointed"; ///< u64, node sequence.
inline constexpr std::string_view audit_key = "audit.public"; ///< Ed25519 public key, 32 bytes.
inline constexpr std::string_view cluster_ids = "cluster_ids.next"; ///< u64, first free counter.
inline constexpr std::string_view keys = "keyring.kek.";            ///< + id u32: sealed key.
} // namespace meta_name

/// Version of families and keys; a store with a higher one is refused, one with a lower one is
/// migrated (persistence/migrations.hpp).
inline constexpr std::uint32_t store_format = 2;

} // namespace kubesage
