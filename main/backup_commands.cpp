#include "main/backup_commands.hpp"

#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "persistence/backup.hpp"
#include "persistence/recovery.hpp"

#include <cinttypes>
#include <cstdio>
#include <filesystem>

namespace kubesage {
namespace {

int refuse(const caf::error& err) {
  std::fputs(("kubesage: " + detail_of(err) + "\n").c_str(), stderr);
  return code_of(err) == errc::store_damaged ? exit_config : exit_unavailable;
}

void tell(const char* what, const std::string& where, const backup_facts& facts) {
  std::printf("%s %s\n  made at %s, up to batch %" PRIu64 ", format %" PRIu64
              ", %zu files, %" PRIu64 " bytes; every digest holds\n",
              what, where.c_str(), to_rfc3339(facts.made_at).c_str(), facts.mark.number,
              facts.format, facts.files, facts.bytes);
}

/// What is in a data directory that is to be there already: a command for a store must not make
/// one.
caf::expected<store_state> existing_store(const database_options& where) {
  store_state none;
  none.is_new = true;
  caf::expected<store_state> found{none};
  if (std::filesystem::exists(where.directory))
    found = check_store(where);
  if (found && found->is_new)
    return caf::make_error(errc::storage_unavailable,
                           "data directory " + where.directory.string()
                               + " holds no store: name the right one with --data.directory");
  return found;
}

} // namespace

int run_backup(const settings& options, const backup_flags& flags) {
  if (!flags.verify.empty()) {
    const auto facts = verify_backup(flags.verify);
    if (!facts)
      return refuse(facts.error());
    tell("verified the backup", flags.verify, *facts);
    return 0;
  }
  if (const auto found = existing_store({options.data_directory}); !found)
    return refuse(found.error());
  const auto db = database::open({options.data_directory});
  if (!db)
    return refuse(db.error());
  const auto facts = make_backup(**db, flags.to, system_now());
  if (!facts)
    return refuse(facts.error());
  tell("made the backup", flags.to, *facts);
  std::puts("  it holds no master key: keep that elsewhere, nothing opens without it");
  return 0;
}

int run_restore(const settings& options, const backup_flags& flags) {
  const auto facts = restore_backup(flags.from, options.data_directory);
  if (!facts)
    return refuse(facts.error());
  tell("restored the backup", flags.from, *facts);
  std::printf("  into %s: start the server with the master key of then\n"
              "  what came after it is missing here; the stream KUBESAGE_EVENTS may still tell\n",
              options.data_directory.c_str());
  return 0;
}

int run_recover(const settings& options, const backup_flags& flags) {
  const database_options where{options.data_directory};
  if (!flags.accept_loss) {
    const auto found = existing_store(where);
    if (!found)
      return refuse(found.error());
    std::printf("%s is whole, up to batch %" PRIu64 ": there is nothing to recover\n",
                options.data_directory.c_str(), found->applied.number);
    return 0;
  }
  if (const auto found = existing_store(where)) {
    std::printf("%s is whole, up to batch %" PRIu64 ": nothing was changed\n",
                options.data_directory.c_str(), found->applied.number);
    return 0;
  } else if (code_of(found.error()) != errc::store_damaged)
    return refuse(found.error());
  const auto found = accept_loss(where);
  if (!found)
    return refuse(found.error());
  const auto witnessed = found->witnessed.number;
  std::printf("%s goes on from batch %" PRIu64 "\n", options.data_directory.c_str(),
              found->applied.number);
  if (witnessed > found->applied.number)
    std::printf("  %" PRIu64 " acknowledged batches of changes are lost\n",
                witnessed - found->applied.number);
  return 0;
}

} // namespace kubesage
