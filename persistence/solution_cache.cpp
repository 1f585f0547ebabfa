#include "persistence/solution_cache.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kubesage {
namespace {

constexpr std::uint8_t schema = 1;
constexpr std::size_t puts_between_trims = 32;
constexpr std::size_t many_users = 10'000;

/// An answer and when it came: schema u8 | milliseconds u64 | answer.
std::string encode_answer(wall_time when, std::string_view answer) {
  std::string out;
  out.reserve(9 + answer.size());
  put_big_endian(out, schema);
  put_big_endian(out, static_cast<std::uint64_t>(when.time_since_epoch().count()));
  return out.append(answer);
}

std::optional<std::pair<wall_time, std::string_view>> decode_answer(std::string_view bytes) {
  byte_reader in{bytes};
  const auto version = in.take<std::uint8_t>();
  const auto when = static_cast<std::int64_t>(in.take<std::uint64_t>());
  if (!in.is_ok() || version != schema)
    return std::nullopt;
  return std::pair{wall_time{std::chrono::milliseconds{when}}, bytes.substr(9)};
}

caf::error damaged() {
  return caf::make_error(errc::storage_unavailable,
                         std::string{"the record of spent tokens is damaged"});
}

} // namespace

solution_cache::solution_cache(database& db, solution_cache_options options)
    : db_(db), options_(std::move(options)) {}

caf::expected<std::optional<std::string>> solution_cache::get(const tenant& owner,
                                                              std::string_view fingerprint) const {
  const auto stored = db_.get(family::solutions, solution_key(owner, fingerprint));
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<std::string>{};
  const auto found = decode_answer(**stored);
  if (!found || found->first + options_.max_age < options_.now())
    return std::optional<std::string>{};
  return std::optional{std::string{found->second}};
}

caf::error solution_cache::put(const tenant& owner, std::string_view fingerprint,
                               std::string_view answer) {
  if (answer.size() > options_.max_answer_bytes)
    return {};
  auto err = db_.delete_range(family::solutions, {}, {},
                              {{family::solutions, solution_key(owner, fingerprint),
                                encode_answer(options_.now(), answer)}});
  if (err || !is_trim_due(owner))
    return err;
  return trim(owner);
}

bool solution_cache::is_trim_due(const tenant& owner) {
  const std::lock_guard lock{mutex_};
  if (puts_.size() >= many_users)
    puts_.clear();
  // The first one, too: nobody knows what the last process left.
  return puts_[owner.user()]++ % puts_between_trims == 0;
}

caf::error solution_cache::trim(const tenant& owner) {
  const auto from = solution_key(owner, {});
  std::vector<std::pair<wall_time, std::string>> kept; // When it came, and its key.
  std::vector<row> gone;
  const auto oldest = options_.now() - options_.max_age;
  auto err = db_.scan(family::solutions, from, end_of_prefix(from),
                      [&](std::string_view key, std::string_view value) {
                        const auto found = decode_answer(value);
                        if (!found || found->first < oldest)
                          gone.push_back({family::solutions, std::string{key}, std::nullopt});
                        else
                          kept.emplace_back(found->first, key);
                        return true;
                      });
  if (err)
    return err;
  if (kept.size() > options_.max_entries) {
    const auto excess = kept.size() - options_.max_entries;
    std::nth_element(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(excess), kept.end());
    for (std::size_t i = 0; i < excess; ++i)
      gone.push_back({family::solutions, std::move(kept[i].second), std::nullopt});
  }
  if (gone.empty())
    return {};
  return db_.delete_range(family::solutions, {}, {}, gone);
}

caf::expected<std::uint64_t> solution_cache::spent(const tenant& owner,
                                                   std::chrono::sys_days day) const {
  const auto stored = db_.get(family::solutions, spending_key(owner));
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::uint64_t{0};
  byte_reader in{**stored};
  const auto version = in.take<std::uint8_t>();
  const auto of = static_cast<std::int32_t>(in.take<std::uint32_t>());
  const auto tokens = in.take<std::uint64_t>();
  if (!in.is_finished() || version != schema)
    return damaged();
  return of == day.time_since_epoch().count() ? tokens : std::uint64_t{0};
}

caf::error solution_cache::set_spent(const tenant& owner, std::chrono::sys_days day,
                                     std::uint64_t tokens) {
  // schema u8 | days since 1970 u32 | tokens u64
  std::string value;
  put_big_endian(value, schema);
  put_big_endian(value, static_cast<std::uint32_t>(day.time_since_epoch().count()));
  put_big_endian(value, tokens);
  return db_.delete_range(family::solutions, {}, {},
                          {{family::solutions, spending_key(owner), std::move(value)}});
}

} // namespace kubesage
