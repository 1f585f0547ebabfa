#include "persistence/departure.hpp"

#include "persistence/database_impl.hpp"
#include "persistence/keys.hpp"

#include <array>

namespace kubesage {
namespace {

constexpr std::array belongings{family::clusters, family::rules,    family::executions,
                                family::analyses, family::findings, family::solutions};

} // namespace

std::vector<row> delete_belongings(const tenant& owner) {
  std::vector<row> rows;
  rows.reserve(belongings.size());
  const auto from = user_key(owner);
  for (const auto where : belongings)
    rows.push_back({where, from, std::nullopt, end_of_prefix(from)});
  return rows;
}

caf::error database::erase_deleted(std::string_view from, std::string_view to) {
  auto& engine = *impl_->db;
  // A log file goes once every family that it wrote to has its rows in a table.
  std::vector<rocksdb::ColumnFamilyHandle*> all{impl_->families.begin(), impl_->families.end()};
  rocksdb::FlushOptions flush;
  flush.wait = true;
  if (const auto status = engine.Flush(flush, all); !status.ok())
    return storage_error("erasing", status);
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  const auto begin = slice_of(from);
  const auto end = slice_of(to);
  for (auto* where : all)
    if (where != impl_->at(family::events) && where != impl_->at(family::queue))
      if (const auto status = engine.CompactRange(how, where, &begin, &end); !status.ok())
        return storage_error("erasing", status);
  return {};
}

caf::error erase_deleted(database& db, const tenant& owner) {
  const auto from = user_key(owner);
  return db.erase_deleted(from, end_of_prefix(from));
}

} // namespace kubesage
