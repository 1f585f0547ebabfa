#include "main/audit.hpp"

#include "messages/error.hpp"
#include "persistence/checkpoints.hpp"
#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/signer.hpp"
#include "persistence/database.hpp"
#include "persistence/store_verifier.hpp"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {
namespace {

constexpr int exit_bad = 1;

int complain(const std::string& what, int code) {
  std::fputs(("kubesage: " + what + "\n").c_str(), stderr);
  return code;
}

/// A store that lacks what was acknowledged is a finding, not an accident.
int complain(const caf::error& err) {
  return complain(detail_of(err),
                  code_of(err) == errc::store_damaged ? exit_bad : exit_unavailable);
}

/// The 32 bytes; none for anything but 64 hex digits.
std::optional<std::string> key_of(std::string_view hex) {
  std::string bytes;
  if (hex.size() != 2 * signer::key_size)
    return std::nullopt;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9')
      return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
  };
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto high = digit(hex[i]);
    const auto low = digit(hex[i + 1]);
    if (high > 15 || low > 15)
      return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

} // namespace

int run_audit_verify(const audit_flags& flags) {
  store_verifier_options options;
  if (flags.user > 0)
    options.only = user_id{flags.user};
  if (!flags.checkpoint_file.empty())
    options.second_sink = flags.checkpoint_file;
  if (!flags.public_key.empty()) {
    auto key = key_of(flags.public_key);
    if (!key)
      return complain("--key must be 64 hexadecimal digits, as `kubesage audit key` prints them",
                      exit_usage);
    options.public_key = std::move(*key);
  }
  const auto db = database::open_read_only({flags.data_directory});
  if (!db)
    return complain(db.error());
  const auto verdict = verify_store(**db, options);
  if (!verdict)
    return complain(verdict.error());
  for (const auto& fault : verdict->faults)
    std::printf("%s\n", fault.c_str());
  std::printf("%s: %llu events of %llu users, %llu checkpoints\n",
              verdict->faults.empty() ? "verified" : "NOT verified; good are",
              static_cast<unsigned long long>(verdict->events),
              static_cast<unsigned long long>(verdict->users),
              static_cast<unsigned long long>(verdict->checkpoints));
  return verdict->faults.empty() ? 0 : exit_bad;
}

int run_audit_key(const audit_flags& flags) {
  const auto db = database::open_read_only({flags.data_directory});
  if (!db)
    return complain(db.error());
  const auto key = read_audit_key(**db);
  if (!key)
    return complain(key.error());
  if (!*key)
    return complain("the store has no audit key yet: a server makes it at its start",
                    exit_unavailable);
  std::printf("%s\n", to_hex(**key).c_str());
  return 0;
}

} // namespace kubesage
