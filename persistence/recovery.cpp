#include "persistence/recovery.hpp"

#include "messages/error.hpp"
#include "persistence/durable_files.hpp"

#include <system_error>

#include <rocksdb/file_system.h>

namespace kubesage {

caf::expected<store_state> accept_loss(const database_options& options) {
  auto found = look_at_store(options);
  if (!found)
    return found;
  const auto path = witness_path(options.directory);
  const auto witness = commit_witness::read(*rocksdb::FileSystem::Default(), path);
  if (witness && *witness)
    found->witnessed = (*witness)->mark;
  std::error_code failure;
  if (std::filesystem::exists(path, failure))
    std::filesystem::rename(path, path + ".lost-" + std::to_string(found->witnessed.number),
                            failure);
  if (failure)
    return caf::make_error(errc::storage_unavailable,
                           path + " cannot be kept under another name: " + failure.message());
  // A store that lost even its format starts as a new one, which makes its own witness.
  if (found->format >= 2)
    if (auto err = witness_anew(options.directory, {found->store, found->applied}))
      return err;
  if (auto err = sync_folder(options.directory))
    return err;
  return found;
}

} // namespace kubesage
