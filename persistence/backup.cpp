#include "persistence/backup.hpp"

#include "messages/error.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/digest.hpp"
#include "persistence/durable_files.hpp"
#include "persistence/keys.hpp"
#include "persistence/store_check.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

namespace kubesage {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t backup_version = 1;
constexpr std::string_view facts_name = "BACKUP";
constexpr std::string_view digests_name = "SHA256SUMS";
constexpr std::string_view data_name = "data";

caf::error failed(const fs::path& where, const std::string& why) {
  return caf::make_error(errc::storage_unavailable, where.string() + " " + why);
}

caf::error damaged(const fs::path& where, const std::string& why) {
  return caf::make_error(errc::store_damaged, where.string() + " " + why);
}

std::string head_text(const commit_mark& mark) {
  return to_hex({reinterpret_cast<const char*>(mark.head.data()), mark.head.size()});
}

std::string render(const backup_facts& facts) {
  std::ostringstream text;
  text << "kubesage-backup " << backup_version << "\nformat " << facts.format << "\nstore "
       << facts.store << "\nbatch " << facts.mark.number << "\nhead " << head_text(facts.mark)
       << "\nmade_at " << to_rfc3339(facts.made_at) << "\n";
  return text.str();
}

/// The lines of BACKUP.
caf::expected<std::map<std::string, std::string>> read_lines(const fs::path& from) {
  std::ifstream file{from / facts_name};
  if (!file)
    return failed(from, "is no backup: it has no file BACKUP");
  std::map<std::string, std::string> lines;
  std::string key;
  std::string value;
  while (file >> key >> value)
    lines[key] = value;
  if (lines["kubesage-backup"] != std::to_string(backup_version))
    return failed(from, "is a backup of version '" + lines["kubesage-backup"]
                            + "', this program knows " + std::to_string(backup_version));
  return lines;
}

/// Every regular file below `root` but the digests, by its path relative to it.
caf::expected<std::map<std::string, std::uint64_t>> files_below(const fs::path& root) {
  std::error_code failure;
  std::map<std::string, std::uint64_t> files;
  for (auto at = fs::recursive_directory_iterator{root, failure};
       !failure && at != fs::recursive_directory_iterator{}; at.increment(failure))
    if (at->is_regular_file(failure)) {
      const auto name = fs::relative(at->path(), root, failure).generic_string();
      if (name != digests_name)
        files[name] = at->file_size(failure);
    }
  if (failure)
    return failed(root, "cannot be read: " + failure.message());
  return files;
}

caf::error write_digests(const fs::path& root) {
  const auto files = files_below(root);
  if (!files)
    return files.error();
  std::string text;
  for (const auto& [name, size] : *files) {
    const auto digest = sha256_of_file(root / name);
    if (!digest)
      return digest.error();
    text.append(*digest).append("  ").append(name).append("\n");
  }
  return write_durably(root / digests_name, text);
}

/// Compares every file with its digest; none may be missing or more.
caf::expected<std::map<std::string, std::uint64_t>> check_digests(const fs::path& root) {
  auto files = files_below(root);
  if (!files)
    return files;
  std::ifstream list{root / digests_name};
  if (!list)
    return damaged(root, "has no file SHA256SUMS");
  auto unlisted = *files;
  std::string wanted;
  std::string name;
  while (list >> wanted >> name) {
    if (unlisted.erase(name) == 0)
      return damaged(root / name, "is missing");
    const auto digest = sha256_of_file(root / name);
    if (!digest)
      return digest.error();
    if (*digest != wanted)
      return damaged(root / name, "is not what was backed up: its digest differs");
  }
  if (!unlisted.empty())
    return damaged(root / unlisted.begin()->first, "does not belong to the backup");
  return files;
}

/// Makes a folder beside `final_place`, for a rename into it at the end.
caf::expected<fs::path> make_unfinished(const fs::path& final_place) {
  std::error_code failure;
  if (fs::exists(final_place, failure) && !fs::is_empty(final_place, failure))
    return failed(final_place, "exists and is not empty: name a new folder");
  auto unfinished = fs::absolute(final_place, failure);
  if (!unfinished.has_filename())
    unfinished = unfinished.parent_path();
  unfinished += ".unfinished";
  fs::remove_all(unfinished, failure);
  fs::create_directories(unfinished, failure);
  if (!failure)
    fs::permissions(unfinished, fs::perms::owner_all, failure);
  if (failure)
    return failed(unfinished, "cannot be made: " + failure.message());
  return unfinished;
}

caf::error finish(const fs::path& unfinished, const fs::path& final_place) {
  std::error_code failure;
  fs::remove(final_place, failure); // An empty folder at most.
  fs::rename(unfinished, final_place, failure);
  if (failure)
    return failed(final_place, "cannot be made: " + failure.message());
  return sync_folder(fs::absolute(final_place).parent_path());
}

} // namespace

caf::expected<backup_facts> make_backup(const database& db, const fs::path& to, wall_time now) {
  const auto unfinished = make_unfinished(to);
  if (!unfinished)
    return unfinished.error();
  const auto give_up = [&](caf::error err) {
    std::error_code ignored;
    fs::remove_all(*unfinished, ignored);
    return err;
  };
  const auto data = *unfinished / data_name;
  if (auto err = db.checkpoint(data))
    return give_up(std::move(err));
  const auto state = look_at_store({data});
  if (!state)
    return give_up(state.error());
  backup_facts facts{state->format, state->store, state->applied, now, 0, 0};
  if (auto err = write_durably(*unfinished / facts_name, render(facts)))
    return give_up(std::move(err));
  if (auto err = write_digests(*unfinished))
    return give_up(std::move(err));
  if (auto err = sync_folder(data))
    return give_up(std::move(err));
  if (auto err = sync_folder(*unfinished))
    return give_up(std::move(err));
  auto verified = verify_backup(*unfinished);
  if (!verified)
    return give_up(std::move(verified.error()));
  if (auto err = finish(*unfinished, to))
    return give_up(std::move(err));
  return verified;
}

caf::expected<backup_facts> verify_backup(const fs::path& from) {
  auto lines = read_lines(from);
  if (!lines)
    return std::move(lines.error());
  const auto files = check_digests(from);
  if (!files)
    return files.error();
  const auto state = look_at_store({from / data_name});
  if (!state)
    return state.error();
  backup_facts facts{state->format, state->store, state->applied, {}, files->size(), 0};
  for (const auto& [name, size] : *files)
    facts.bytes += size;
  const auto made_at = from_rfc3339((*lines)["made_at"]);
  if (!made_at || (*lines)["format"] != std::to_string(facts.format)
      || (*lines)["store"] != std::to_string(facts.store)
      || (*lines)["batch"] != std::to_string(facts.mark.number)
      || (*lines)["head"] != head_text(facts.mark))
    return damaged(from, "holds another store than it says");
  facts.made_at = *made_at;
  return facts;
}

caf::expected<backup_facts> restore_backup(const fs::path& from, const fs::path& directory) {
  auto facts = verify_backup(from);
  if (!facts)
    return facts;
  const auto unfinished = make_unfinished(directory);
  if (!unfinished)
    return unfinished.error();
  const auto give_up = [&](caf::error err) {
    std::error_code ignored;
    fs::remove_all(*unfinished, ignored);
    return err;
  };
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{from / data_name, failure})
    if (auto err = copy_durably(entry.path(), *unfinished / entry.path().filename()))
      return give_up(std::move(err));
  if (failure)
    return give_up(failed(from, "cannot be read: " + failure.message()));
  if (facts->format >= 2)
    if (auto err = witness_anew(*unfinished, {facts->store, facts->mark}))
      return give_up(std::move(err));
  if (auto err = sync_folder(*unfinished))
    return give_up(std::move(err));
  if (const auto state = check_store({*unfinished}); !state)
    return give_up(state.error());
  std::error_code ignored;
  fs::remove(*unfinished / "LOCK", ignored);
  if (auto err = finish(*unfinished, directory))
    return give_up(std::move(err));
  return facts;
}

} // namespace kubesage
