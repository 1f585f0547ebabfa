#include "persistence/database.hpp"
#include "persistence/database_impl.hpp"

#include <algorithm>
#include <memory>

#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/utilities/checkpoint.h>

namespace kubesage {

caf::error database::checkpoint(const std::filesystem::path& to) const {
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(impl_->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> owned{made};
  if (status.ok())
    status = made->CreateCheckpoint(std::filesystem::absolute(to).string());
  if (!status.ok())
    return storage_error("making a checkpoint", status);
  return {};
}

std::vector<database::table> database::tables() const {
  std::vector<rocksdb::LiveFileMetaData> files;
  impl_->db->GetLiveFilesMetaData(&files);
  std::vector<table> found;
  found.reserve(files.size());
  for (const auto& file : files)
    found.push_back({file.db_path + file.name, file.size});
  return found;
}

caf::error database::check_table(const table& which) const {
  rocksdb::SstFileReader reader{impl_->db->GetOptions(impl_->default_family)};
  auto status = reader.Open(which.path.string());
  if (status.ok())
    status = reader.VerifyChecksum(rocksdb::ReadOptions{});
  if (status.ok())
    return {};
  const auto now = tables();
  const bool is_live =
      std::any_of(now.begin(), now.end(), [&](const table& x) { return x.path == which.path; });
  if (!is_live)
    return {};
  return caf::make_error(errc::store_damaged,
                         which.path.filename().string() + " is damaged: " + status.ToString());
}

} // namespace kubesage
