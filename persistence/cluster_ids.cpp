#include "persistence/cluster_ids.hpp"

#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace kubesage {
namespace {

constexpr std::uint64_t counter_limit = std::uint64_t{1} << 44U;

} // namespace

cluster_ids::cluster_ids(database& db, std::uint64_t block)
    : db_(db), block_(std::max<std::uint64_t>(block, 1)) {}

caf::expected<cluster_id> cluster_ids::next(shard_id shard) {
  for (;;) {
    {
      const std::lock_guard lock{mutex_};
      if (next_ < end_)
        return cluster_id{static_cast<std::int64_t>((next_++ << 8U) | (shard & 0xffU))};
    }
    if (auto err = reserve_ahead())
      return err;
  }
}

bool cluster_ids::wants_reserve() const {
  const std::lock_guard lock{mutex_};
  return end_ - next_ <= block_ / 2;
}

caf::error cluster_ids::reserve_ahead() {
  const std::lock_guard reserving{reserving_};
  if (!wants_reserve())
    return {};
  std::uint64_t from = 0;
  {
    const std::lock_guard lock{mutex_};
    from = end_;
  }
  const bool is_first = from == 0;
  if (is_first) {
    const auto stored = db_.get(family::meta, meta_name::cluster_ids);
    if (!stored)
      return stored.error();
    from = 1;
    if (*stored) {
      const auto value = decode_counter(**stored);
      if (!value)
        return value.error();
      from = *value;
    }
  }
  const auto to = from + block_;
  if (from == 0 || to > counter_limit)
    return caf::make_error(errc::storage_unavailable, std::string{"no cluster id is left"});
  if (auto err = db_.write_synced(
          {{family::meta, std::string{meta_name::cluster_ids}, encode_counter(to)}}))
    return err;
  const std::lock_guard lock{mutex_};
  if (is_first)
    next_ = from;
  end_ = to;
  return {};
}

} // namespace kubesage
