#include "persistence/stale_seeds.hpp"

#include "messages/error.hpp"
#include "persistence/codec.hpp"
#include "persistence/crypto/blob.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"

#include <utility>

namespace kubesage {
namespace {

const std::string behind_all(32, '\xff');

} // namespace

caf::expected<stale_page>
read_stale_seeds(const database& db, const std::string& from, std::size_t limit,
                 const std::function<bool(std::string_view)>& is_current) {
  stale_page page;
  std::size_t seen = 0;
  auto err =
      db.scan(family::users, from, behind_all, [&](std::string_view key, std::string_view value) {
        if (seen++ == limit) {
          page.next = key;
          return false;
        }
        // One that does not parse is its own user's trouble; the count shows it.
        const auto record = decode_user(value);
        const auto owner = owner_of(key);
        if (record && owner && !record->wrapped_seed.empty() && !is_current(record->wrapped_seed))
          page.owners.push_back(*owner);
        return true;
      });
  if (err)
    return err;
  return {std::move(page)};
}

caf::expected<std::map<std::uint32_t, std::uint64_t>> count_seeds(const database& db) {
  std::map<std::uint32_t, std::uint64_t> counts;
  caf::error damage;
  auto err = db.scan(family::users, std::string_view{}, behind_all,
                     [&](std::string_view, std::string_view value) {
                       const auto record = decode_user(value);
                       if (!record)
                         damage = record.error();
                       else if (!record->wrapped_seed.empty())
                         ++counts[key_id_of(record->wrapped_seed)];
                       return !damage;
                     });
  if (err)
    return err;
  // A row that cannot be read may name any key.
  if (damage)
    return damage;
  return {std::move(counts)};
}

} // namespace kubesage
