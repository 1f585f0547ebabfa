#include "persistence/database.hpp"

#include "persistence/database_impl.hpp"

#include <utility>

namespace kubesage {
database::database(std::unique_ptr<impl> state) : impl_(std::move(state)) {}

database::~database() = default;

caf::expected<std::optional<std::string>> database::get(family where, std::string_view key) const {
  std::string value;
  const auto status =
      impl_->db->Get(rocksdb::ReadOptions{}, impl_->at(where), slice_of(key), &value);
  if (status.IsNotFound())
    return {std::optional<std::string>{}};
  if (!status.ok())
    return storage_error("reading", status);
  return {std::optional<std::string>{std::move(value)}};
}

caf::error
database::scan(family where, std::string_view from, std::string_view to,
               const std::function<bool(std::string_view, std::string_view)>& visit) const {
  const auto end = slice_of(to);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> rows{impl_->db->NewIterator(options, impl_->at(where))};
  for (rows->Seek(slice_of(from)); rows->Valid(); rows->Next())
    if (!visit(view_of(rows->key()), view_of(rows->value())))
      break;
  if (!rows->status().ok())
    return storage_error("reading", rows->status());
  return {};
}

caf::error
database::scan_back(family where, std::string_view from, std::string_view to,
                    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  const auto begin = slice_of(from);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &begin;
  const std::unique_ptr<rocksdb::Iterator> rows{impl_->db->NewIterator(options, impl_->at(where))};
  rows->SeekForPrev(slice_of(to));
  if (rows->Valid() && view_of(rows->key()) == to)
    rows->Prev(); // `to` itself is not of the range
  for (; rows->Valid(); rows->Prev())
    if (!visit(view_of(rows->key()), view_of(rows->value())))
      break;
  if (!rows->status().ok())
    return storage_error("reading", rows->status());
  return {};
}

caf::error database::write_synced(const std::vector<row>& rows) {
  rocksdb::WriteBatch batch{0, 0, batch_protection, 0};
  for (const auto& x : rows)
    if (const auto status = add_to(batch, impl_->at(x.where), x); !status.ok())
      return storage_error("writing", status);
  rocksdb::WriteOptions options;
  options.sync = true;
  if (const auto status = impl_->db->Write(options, &batch); !status.ok())
    return storage_error("writing", status);
  return {};
}

caf::error database::delete_range(family where, std::string_view from, std::string_view to,
                                  const std::vector<row>& with) {
  rocksdb::WriteBatch batch{0, 0, batch_protection, 0};
  for (const auto& x : with)
    if (const auto status = add_to(batch, impl_->at(x.where), x); !status.ok())
      return storage_error("writing", status);
  if (from < to)
    if (const auto status = batch.DeleteRange(impl_->at(where), slice_of(from), slice_of(to));
        !status.ok())
      return storage_error("deleting", status);
  if (const auto status = impl_->db->Write(rocksdb::WriteOptions{}, &batch); !status.ok())
    return storage_error("deleting", status);
  return {};
}

} // namespace kubesage
