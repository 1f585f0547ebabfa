#include "persistence/crypto/signer.hpp"

#include "messages/error.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/database.hpp"
#include "persistence/keys.hpp"
#include "persistence/users.hpp"

#include <utility>
#include <vector>

#include <openssl/evp.h>

namespace kubesage {
namespace {

struct free_key {
  void operator()(EVP_PKEY* key) const noexcept {
    EVP_PKEY_free(key);
  }
};
struct free_context {
  void operator()(EVP_MD_CTX* context) const noexcept {
    EVP_MD_CTX_free(context);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, free_key>;
using context_ptr = std::unique_ptr<EVP_MD_CTX, free_context>;

const unsigned char* data_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

caf::error failed(const char* what) {
  return caf::make_error(errc::storage_unavailable, std::string{what});
}

} // namespace

struct signer::impl {
  key_ptr key;
};

signer::signer(std::unique_ptr<impl> state) : impl_(std::move(state)) {}

signer::~signer() = default;

caf::expected<std::unique_ptr<const signer>> signer::of_seed(const secret& seed) {
  auto state = std::make_unique<impl>();
  const auto bytes = seed.expose();
  state->key.reset(
      EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, data_of(bytes), bytes.size()));
  if (!state->key)
    return failed("the audit key is not one of Ed25519");
  std::string shown(key_size, '\0');
  std::size_t size = shown.size();
  if (EVP_PKEY_get_raw_public_key(state->key.get(), reinterpret_cast<unsigned char*>(shown.data()),
                                  &size)
          != 1
      || size != key_size)
    return failed("the audit key has no public part");
  std::unique_ptr<signer> made{new signer{std::move(state)}};
  made->public_key_ = std::move(shown);
  return std::unique_ptr<const signer>{std::move(made)};
}

caf::expected<std::unique_ptr<const signer>> signer::open(database& db, const keyring& keys) {
  const auto node = tenant_issuer::issue(user_id{0});
  const auto stored = load_user(db, node);
  if (!stored)
    return stored.error();
  auto record = stored->record;
  if (!record.wrapped_seed.empty()) {
    const auto seed = keys.unwrap_seed(node, record.wrapped_seed);
    return seed ? of_seed(*seed) : seed.error();
  }
  auto fresh = keys.make_seed(node);
  if (!fresh)
    return fresh.error();
  auto made = of_seed(fresh->seed);
  if (!made)
    return made;
  record.wrapped_seed = std::move(fresh->wrapped);
  std::vector<row> rows;
  rows.push_back(put_user(node, record));
  rows.push_back({family::meta, std::string{meta_name::audit_key}, (*made)->public_key()});
  if (auto err = db.write_synced(rows))
    return err;
  return made;
}

caf::expected<std::string> signer::sign(std::string_view text) const {
  const context_ptr context{EVP_MD_CTX_new()};
  std::string signature(signature_size, '\0');
  std::size_t size = signature.size();
  if (!context
      || EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, impl_->key.get(),
                               nullptr)
             != 1
      || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                        data_of(text), text.size())
             != 1
      || size != signature_size)
    return failed("signing failed");
  return signature;
}

bool is_signature(std::string_view public_key, std::string_view text, std::string_view signature) {
  const key_ptr key{EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, data_of(public_key),
                                                   public_key.size())};
  const context_ptr context{EVP_MD_CTX_new()};
  return key && context
         && EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(),
                                    nullptr)
                == 1
         && EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(text),
                             text.size())
                == 1;
}

} // namespace kubesage
