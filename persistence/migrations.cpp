#include "persistence/migrations.hpp"

#include "persistence/bytes.hpp"
#include "persistence/codec.hpp"
#include "persistence/crypto/random.hpp"
#include "persistence/keys.hpp"

#include <array>
#include <utility>

namespace kubesage {
namespace {

/// 1 → 2: the store gets an id, which the commit witness carries too, and the family `names`, which
/// only repeated what `clusters` says, is emptied.
caf::error to_format_2(migration& whole) {
  std::array<unsigned char, 8> bytes{};
  if (auto err = public_random_bytes(bytes))
    return err;
  byte_reader in{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
  whole.store = in.take<std::uint64_t>();
  whole.rows.push_back({family::meta, std::string{meta_name::store}, encode_counter(whole.store)});
  whole.rows.push_back({family::names, std::string{}, std::nullopt, std::string(300, '\xff')});
  return {};
}

} // namespace

caf::expected<migration> migration_of(const store_state& from) {
  migration whole{from.store, {}};
  if (from.format >= store_format)
    return whole;
  if (from.format < 2)
    if (auto err = to_format_2(whole))
      return err;
  whole.rows.push_back(
      {family::meta, std::string{meta_name::format}, encode_counter(store_format)});
  return whole;
}

} // namespace kubesage
