// Processor time of sealing and opening a cluster's token as a session does it: with the seed
// unwrapped for the use. Beside it bare AES-256-GCM of the same bytes under a key that is ready.
// Prints microseconds as JSON; the fastest of the rounds counts.

#include "persistence/crypto/aead.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/crypto/sealer.hpp"
#include "persistence/database.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>

namespace {

using namespace kubesage;

constexpr int rounds = 9;
constexpr int repeats = 20'000;

double microseconds_of(const std::function<bool()>& work) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::clock();
    for (int i = 0; i < repeats; ++i)
      if (!work())
        std::abort();
    const auto took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    best = std::min(best, took * 1e6 / repeats);
  }
  return best;
}

} // namespace

int main() {
  auto pattern = (std::filesystem::temp_directory_path() / "kubesage-crypto-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  {
    const auto db = database::open({folder});
    if (!db)
      return 1;
    const auto keys =
        keyring::open(**db, *make_local_wrapper(secret{std::string(aead_key_size, 'r')}));
    if (!keys)
      return 1;
    const auto owner = tenant_issuer::issue(user_id{1});
    const auto fresh = (*keys)->make_seed(owner);
    cluster_facts facts;
    facts.id = cluster_id{1};
    facts.server_url = "https://10.0.0.1:6443";
    cluster_secrets secrets;
    secrets.token = share(secret{std::string(1'000, 't')}); // As long as a service account's.
    const auto sealed = seal_secrets(fresh->seed, owner, facts, secrets);
    const std::string key(aead_key_size, 'k');
    const std::string nonce(aead_nonce_size, 'n');
    const std::string text(1'010, 't');
    std::string out;
    const auto seal = microseconds_of([&] {
      const auto seed = (*keys)->unwrap_seed(owner, fresh->wrapped);
      return seed && seal_secrets(*seed, owner, facts, secrets);
    });
    const auto open = microseconds_of([&] {
      const auto seed = (*keys)->unwrap_seed(owner, fresh->wrapped);
      return seed && open_secrets(*seed, owner, facts, *sealed);
    });
    const auto unwrap = microseconds_of(
        [&] { return static_cast<bool>((*keys)->unwrap_seed(owner, fresh->wrapped)); });
    const auto bare = microseconds_of([&] {
      out.clear();
      return !aead_seal(key, nonce, {}, text, out);
    });
    std::printf("{\"seal_us\":%.2f,\"open_us\":%.2f,\"unwrap_us\":%.2f,\"bare_us\":%.2f}\n", seal,
                open, unwrap, bare);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return 0;
}
