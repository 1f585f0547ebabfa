#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include <caf/meta/type_name.hpp>

namespace kubesage {

/// A number that cannot be mistaken for another kind of number. Positive and below 2^53 (JSON).
template <class Tag>
struct id {
  std::int64_t value = 0;

  auto operator<=>(const id&) const = default;
};

using user_id = id<struct user_id_tag>;
using cluster_id = id<struct cluster_id_tag>;
using execution_id = id<struct execution_id_tag>; ///< From the same numbers as clusters.
using analysis_id = id<struct analysis_id_tag>;   ///< The same.

/// The unit of ownership over nodes; fixed at install, so that a move needs no rehash.
using shard_id = std::uint16_t;
inline constexpr shard_id shard_count = 256;

/// Returns the shard of `user`: splitmix64's finalizer modulo `shard_count`. On disk: never change.
constexpr shard_id shard_of(user_id user) noexcept {
  auto x = static_cast<std::uint64_t>(user.value);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return static_cast<shard_id>(x % shard_count);
}

template <class Tag>
std::string to_string(id<Tag> x) {
  return std::to_string(x.value);
}

template <class Inspector, class Tag>
typename Inspector::result_type inspect(Inspector& f, id<Tag>& x) {
  return f(caf::meta::type_name("kubesage.id"), x.value);
}

} // namespace kubesage

template <class Tag>
struct std::hash<kubesage::id<Tag>> {
  std::size_t operator()(kubesage::id<Tag> x) const noexcept {
    return std::hash<std::int64_t>{}(x.value);
  }
};
