#include "persistence/database.hpp"

#include "persistence/crypto/aead.hpp"
#include "persistence/database_impl.hpp"
#include "persistence/keys.hpp"

#include <chrono>
#include <utility>

namespace kubesage {
namespace {

commit_mark mark_after(const commit_mark& last, std::string_view linked) {
  commit_mark next{last.number + 1, last.head};
  if (!linked.empty()) {
    std::string text{reinterpret_cast<const char*>(last.head.data()), last.head.size()};
    text.append(linked);
    next.head = sha256(text);
  }
  return next;
}

/// Whether RocksDB goes on by itself once there is room. Its own attempts may fail in ways that
/// only a new start mends.
bool passes(const rocksdb::Status& status) {
  return status.IsNoSpace() && status.severity() < rocksdb::Status::Severity::kFatalError;
}

} // namespace

database::impl::~impl() {
  if (!db)
    return;
  for (auto* handle : families)
    if (handle != nullptr)
      db->DestroyColumnFamilyHandle(handle);
  if (default_family != nullptr)
    db->DestroyColumnFamilyHandle(default_family);
  db->Close();
}

rocksdb::Status database::impl::commit(rocksdb::WriteBatch& batch, std::string_view linked) {
  const std::lock_guard lock{commit_mutex};
  if (is_failed)
    return rocksdb::Status::Aborted("an earlier write failed");
  const auto next = mark_after(applied, linked);
  auto status = batch.Put(at(family::meta), slice_of(meta_name::applied), encode(next));
  if (status.ok()) {
    rocksdb::WriteOptions options;
    options.sync = true;
    status = db->Write(options, &batch);
  }
  if (status.ok() && witness)
    if (const auto err = witness->record(next))
      status = rocksdb::Status::IOError(detail_of(err));
  if (status.ok())
    applied = next;
  else if (!passes(status))
    is_failed = true;
  return status;
}

database::database(std::unique_ptr<impl> state) : impl_(std::move(state)) {}

database::~database() = default;

caf::expected<std::optional<std::string>> database::get(family where, std::string_view key) const {
  if (impl_->at(where) == nullptr)
    return {std::optional<std::string>{}};
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
  if (impl_->at(where) == nullptr)
    return {};
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
  if (impl_->at(where) == nullptr)
    return {};
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
  if (const auto status = impl_->commit(batch, {}); !status.ok())
    return storage_error("writing", status);
  return {};
}

store_trouble database::trouble() const {
  using kind = store_trouble::kind;
  if (impl_->is_failed)
    return {kind::failed, "a write failed; restart after mending the disk"};
  auto trouble = impl_->listener->trouble();
  if (trouble.what == kind::none && impl_->space
      && impl_->space->is_low(std::chrono::steady_clock::now()))
    return {kind::disk_full, "the disk has less free room than is to be kept: make some"};
  return trouble;
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
