#include "persistence/store_check.hpp"

#include "persistence/codec.hpp"
#include "persistence/database_impl.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace kubesage {
namespace {

const rocksdb::IOOptions io_options;

constexpr std::string_view runbook =
    "; nothing was changed. Keep a copy of the directory, then restore the last backup with "
    "`kubesage restore`, or go on without what is missing with `kubesage recover --accept-loss`";

caf::error refuse(errc code, const std::filesystem::path& directory, const std::string& why) {
  return caf::make_error(code, "data directory " + directory.string() + " " + why);
}

caf::error damaged(const std::filesystem::path& directory, const std::string& why) {
  return refuse(errc::store_damaged, directory, why + std::string{runbook});
}

/// Holds RocksDB's own lock, so that no other process writes while we look.
class directory_lock {
public:
  directory_lock(rocksdb::FileSystem& files, const std::string& path) : files_(files) {
    status_ = files.LockFile(path, io_options, &lock_, nullptr);
  }
  directory_lock(const directory_lock&) = delete;
  directory_lock& operator=(const directory_lock&) = delete;
  ~directory_lock() {
    if (status_.ok())
      files_.UnlockFile(lock_, io_options, nullptr).PermitUncheckedError();
  }
  [[nodiscard]] const rocksdb::IOStatus& status() const noexcept {
    return status_;
  }

private:
  rocksdb::FileSystem& files_;
  rocksdb::FileLock* lock_ = nullptr;
  rocksdb::IOStatus status_;
};

/// Whether a directory without CURRENT held a store once. A crash while a store is made leaves a
/// manifest at most.
caf::expected<bool> has_remains(rocksdb::FileSystem& files, const std::string& directory) {
  std::vector<std::string> names;
  if (const auto status = files.GetChildren(directory, io_options, &names, nullptr); !status.ok())
    return storage_error("reading the data directory", status);
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.ends_with(".sst") || name.ends_with(".log") || name == witness_path({});
  });
}

} // namespace

caf::expected<std::unique_ptr<database::impl>> open_to_look(const database_options& options) {
  const auto state_options = engine_options(options, nullptr);
  std::vector<std::string> names;
  auto status = rocksdb::DB::ListColumnFamilies(state_options, options.directory.string(), &names);
  if (!status.ok())
    return explain_open(options.directory, status);
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  wanted.reserve(names.size());
  for (const auto& name : names)
    wanted.emplace_back(name, state_options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  status = rocksdb::DB::OpenForReadOnly(state_options, options.directory.string(), wanted, &handles,
                                        &opened);
  if (!status.ok())
    return explain_open(options.directory, status);
  auto state = std::make_unique<database::impl>();
  state->db.reset(opened);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto* const known = std::find(family_names.begin(), family_names.end(), names[i]);
    if (known != family_names.end())
      state->families[static_cast<std::size_t>(known - family_names.begin())] = handles[i];
    else if (names[i] == rocksdb::kDefaultColumnFamilyName)
      state->default_family = handles[i];
    else {
      for (auto* handle : handles)
        state->db->DestroyColumnFamilyHandle(handle);
      state->families = {};
      state->default_family = nullptr;
      return refuse(errc::storage_unavailable, options.directory,
                    "was written by a newer version: run that version (family " + names[i] + ")");
    }
  }
  return {std::move(state)};
}

namespace {

caf::expected<std::uint64_t> counter_of(const database::impl& state, std::string_view name) {
  std::string value;
  const auto status = state.db->Get({}, state.at(family::meta), slice_of(name), &value);
  if (status.IsNotFound())
    return std::uint64_t{0};
  if (!status.ok())
    return storage_error("reading", status);
  return decode_counter(value);
}

/// Fills in what the store itself says.
caf::error read_marks(const database_options& options, const database::impl& state,
                      store_state& found) {
  if (state.at(family::meta) == nullptr)
    return {}; // A crash came between making the store and making its families.
  const auto format = counter_of(state, meta_name::format);
  if (!format)
    return format.error();
  found.format = *format;
  if (found.format > store_format)
    return refuse(errc::storage_unavailable, options.directory,
                  "has format " + std::to_string(found.format) + ", this version knows "
                      + std::to_string(store_format) + ": run the version that wrote it");
  const auto store = counter_of(state, meta_name::store);
  if (!store)
    return store.error();
  found.store = *store;
  std::string value;
  const auto status =
      state.db->Get({}, state.at(family::meta), slice_of(meta_name::applied), &value);
  if (status.IsNotFound())
    return {};
  if (!status.ok())
    return storage_error("reading", status);
  const auto mark = decode_commit_mark(value);
  if (!mark)
    return damaged(options.directory, "is damaged: " + detail_of(mark.error()));
  found.applied = *mark;
  return {};
}

caf::error compare(const std::filesystem::path& directory, const store_state& found) {
  const auto& [applied, witnessed] = std::pair{found.applied, found.witnessed};
  if (applied.number < witnessed.number)
    return damaged(directory, "lacks the last " + std::to_string(witnessed.number - applied.number)
                                  + " of " + std::to_string(witnessed.number)
                                  + " acknowledged batches of changes: its log is damaged");
  if (applied.number == witnessed.number && applied.head != witnessed.head)
    return damaged(directory, "holds other changes than those that were acknowledged: it was put "
                              "together from two stores");
  return {};
}

} // namespace

std::string witness_path(const std::filesystem::path& directory) {
  return (directory / "commit.witness").string();
}

caf::error explain_open(const std::filesystem::path& directory, const rocksdb::Status& status) {
  const auto text = status.ToString();
  const auto says = [&](const char* part) { return text.find(part) != std::string::npos; };
  if (status.IsIOError() && (says("lock file") || says("lock hold")))
    return refuse(errc::storage_unavailable, directory,
                  "is in use by another KubeSage process: stop that one, or choose another "
                  "directory");
  if (status.IsInvalidArgument() && says("Column families not opened"))
    return refuse(errc::storage_unavailable, directory,
                  "was written by a newer version: run that version (" + text + ")");
  if (status.IsCorruption() || status.IsPathNotFound() || says("No such file"))
    return damaged(directory, "is damaged (" + text + ")");
  return refuse(errc::storage_unavailable, directory, "cannot be opened: " + text);
}

caf::expected<store_state> look_at_store(const database_options& options) {
  const auto state = open_to_look(options);
  if (!state)
    return state.error();
  store_state found;
  if (auto err = read_marks(options, **state, found))
    return err;
  return found;
}

caf::error witness_anew(const std::filesystem::path& directory,
                        const commit_witness::content& now) {
  const auto made =
      commit_witness::make(*rocksdb::FileSystem::Default(), witness_path(directory), now);
  return made ? caf::error{} : made.error();
}

caf::expected<store_state> check_store(const database_options& options) {
  auto* env = options.env != nullptr ? options.env : rocksdb::Env::Default();
  auto& files = *env->GetFileSystem();
  const auto directory = options.directory.string();
  const directory_lock lock{files, directory + "/LOCK"};
  if (!lock.status().ok())
    return explain_open(options.directory, lock.status());
  store_state found;
  if (files.FileExists(directory + "/CURRENT", io_options, nullptr).IsNotFound()) {
    const auto remains = has_remains(files, directory);
    if (!remains)
      return remains.error();
    if (*remains)
      return damaged(options.directory, "is damaged: the file CURRENT is missing");
    found.is_new = true;
    return found;
  }
  const auto looked = look_at_store(options);
  if (!looked)
    return looked.error();
  found = *looked;
  const auto witness = commit_witness::read(files, witness_path(options.directory));
  if (!witness)
    return code_of(witness.error()) == errc::store_damaged
               ? damaged(options.directory, "is damaged: " + detail_of(witness.error()))
               : witness.error();
  if (found.format < 2 && (!*witness || (*witness)->mark.number == 0))
    return found; // It was made, or migrated, up to a point where nothing was acknowledged.
  if (!*witness)
    return damaged(options.directory,
                   "is damaged: the commit witness is missing, so that nobody can tell whether "
                   "acknowledged changes are, too");
  found.witnessed = (*witness)->mark;
  if (found.format >= 2 && (*witness)->store != found.store)
    return damaged(options.directory, "has the commit witness of another store");
  found.is_witness_half_damaged = (*witness)->is_half_damaged;
  if (auto err = compare(options.directory, found))
    return err;
  return found;
}

} // namespace kubesage
