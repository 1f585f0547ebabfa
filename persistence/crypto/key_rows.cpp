#include "persistence/crypto/key_rows.hpp"

#include "messages/error.hpp"
#include "persistence/bytes.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <utility>

namespace kubesage {
namespace {

constexpr char bare_form = 1;
constexpr std::uint8_t form = 2;

std::string row_key(std::uint32_t id) {
  std::string key{meta_name::keys};
  put_big_endian(key, id);
  return key;
}

bool decode(std::string_view value, stored_key& key) {
  if (!value.empty() && value.front() == bare_form) {
    key.wrapped = value;
    return true;
  }
  byte_reader in{value};
  if (in.take<std::uint8_t>() != form)
    return false;
  key.created_at =
      wall_time{std::chrono::milliseconds{static_cast<std::int64_t>(in.take<std::uint64_t>())}};
  key.wrapped = in.take_prefixed();
  return in.is_finished();
}

} // namespace

caf::expected<std::map<std::uint32_t, stored_key>> read_keys(const database& db) {
  std::map<std::uint32_t, stored_key> keys;
  caf::error refusal;
  auto err = db.scan(family::meta, meta_name::keys, end_of_prefix(meta_name::keys),
                     [&](std::string_view at, std::string_view value) {
                       byte_reader in{at.substr(meta_name::keys.size())};
                       const auto id = in.take<std::uint32_t>();
                       stored_key key;
                       if (in.is_finished() && decode(value, key))
                         keys.emplace(id, std::move(key));
                       else
                         refusal = caf::make_error(
                             errc::not_ready,
                             std::string{"a key of the store has a form that this version does "
                                         "not know: run the version that wrote it"});
                       return !refusal;
                     });
  if (err)
    return err;
  if (refusal)
    return refusal;
  return {std::move(keys)};
}

row put_key(std::uint32_t id, const stored_key& key) {
  std::string value;
  put_big_endian(value, form);
  put_big_endian(value, static_cast<std::uint64_t>(key.created_at.time_since_epoch().count()));
  put_prefixed(value, key.wrapped);
  return {family::meta, row_key(id), std::move(value)};
}

row delete_key(std::uint32_t id) {
  return {family::meta, row_key(id), std::nullopt};
}

std::string purpose_of(std::string_view what, std::uint64_t owner, std::uint32_t key_id) {
  std::string purpose;
  put_prefixed(purpose, what);
  put_big_endian(purpose, owner);
  put_big_endian(purpose, key_id);
  return purpose;
}

std::string purpose_of_key(std::uint32_t id) {
  return purpose_of("kek", 0, id);
}

} // namespace kubesage
