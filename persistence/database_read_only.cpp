#include "persistence/database_impl.hpp"
#include "persistence/store_check.hpp"

#include <filesystem>
#include <utility>

namespace kubesage {

caf::expected<std::unique_ptr<database>> database::open_read_only(const database_options& options) {
  const auto absent = [&] {
    return caf::make_error(errc::storage_unavailable,
                           "data directory " + options.directory.string() + " holds no store");
  };
  std::error_code failure;
  // Looking must not make a directory.
  if (!std::filesystem::is_directory(options.directory, failure))
    return absent();
  const auto found = check_store(options);
  if (!found)
    return found.error();
  if (found->is_new)
    return absent();
  auto state = open_to_look(options);
  if (!state)
    return state.error();
  return std::unique_ptr<database>{new database(std::move(*state))};
}

} // namespace kubesage
