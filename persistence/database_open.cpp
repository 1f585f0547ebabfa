#include "persistence/codec.hpp"
#include "persistence/database_impl.hpp"
#include "persistence/keys.hpp"
#include "persistence/migrations.hpp"
#include "persistence/store_check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kubesage {
namespace {

caf::error refuse(const std::filesystem::path& directory, const std::string& why) {
  return caf::make_error(errc::storage_unavailable,
                         "data directory " + directory.string() + " " + why);
}

/// Makes the directory for us alone, or closes one of ours to others.
caf::error prepare(const std::filesystem::path& directory) {
  std::error_code failure;
  const auto parent = std::filesystem::absolute(directory, failure).parent_path();
  if (!failure && !parent.empty())
    std::filesystem::create_directories(parent, failure);
  if (failure)
    return refuse(directory, "cannot be made: " + failure.message());
  const auto why = [&](const char* what) {
    return refuse(directory, what + std::generic_category().message(errno));
  };
  if (::mkdir(directory.c_str(), 0700) == 0) {
    // The name itself must survive a power cut too.
    const int fd = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
      ::fsync(fd);
      ::close(fd);
    }
    return {};
  }
  if (errno != EEXIST)
    return why("cannot be made: ");
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0)
    return why("cannot be read: ");
  if (!S_ISDIR(info.st_mode))
    return refuse(directory, "is not a directory");
  if ((info.st_mode & 077U) != 0 && ::chmod(directory.c_str(), 0700) != 0)
    return why("is open to other users and cannot be closed to them (chmod 0700): ");
  return {};
}

/// Goes on with the store's witness and brings the store to this version's format.
caf::error settle(database& store, database::impl& state, const database_options& options,
                  const store_state& found) {
  const auto change = migration_of(found);
  if (!change)
    return change.error();
  state.applied = found.applied;
  auto& files = *state.db->GetFileSystem();
  const auto path = witness_path(options.directory);
  const commit_witness::content now{change->store, found.applied};
  // A new one stands before the store says that it has one: a crash in between is no loss.
  auto witness = found.format < 2 ? commit_witness::make(files, path, now)
                                  : commit_witness::resume(files, path, now);
  if (!witness)
    return std::move(witness.error());
  state.witness = std::move(*witness);
  return change->rows.empty() ? caf::error{} : store.write_synced(change->rows);
}

} // namespace

caf::expected<std::unique_ptr<database>> database::open(const database_options& options) {
  if (auto err = prepare(options.directory))
    return err;
  const auto found = check_store(options);
  if (!found)
    return found.error();
  auto state = std::make_unique<impl>();
  const auto all = engine_options(options, state->listener);
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  wanted.emplace_back(rocksdb::kDefaultColumnFamilyName, all);
  for (const char* name : family_names)
    wanted.emplace_back(name, all);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(all, options.directory.string(), wanted, &handles, &opened);
  if (!status.ok())
    return explain_open(options.directory, status);
  state->db.reset(opened);
  state->default_family = handles.front();
  std::copy(handles.begin() + 1, handles.end(), state->families.begin());
  if (options.reserve_bytes > 0)
    state->space =
        std::make_unique<free_space>(free_space::of(options.directory), options.reserve_bytes);
  auto& opened_state = *state;
  std::unique_ptr<database> store{new database(std::move(state))};
  if (auto err = settle(*store, opened_state, options, *found))
    return err;
  return {std::move(store)};
}

} // namespace kubesage
