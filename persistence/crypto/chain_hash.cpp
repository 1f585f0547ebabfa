#include "persistence/crypto/chain_hash.hpp"

#include <stdexcept>

#include <openssl/evp.h>

namespace kubesage {

struct chain_hash::impl {
  impl() : digest(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context(EVP_MD_CTX_new()) {
    check(digest != nullptr && context != nullptr
          && EVP_DigestInit_ex2(context, digest, nullptr) == 1);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(digest);
  }

  static void check(bool is_good) {
    if (!is_good)
      throw std::runtime_error{"SHA-256 is not available"};
  }

  EVP_MD* digest;
  EVP_MD_CTX* context;
};

chain_hash::chain_hash() : impl_(std::make_unique<impl>()) {}
chain_hash::chain_hash(chain_hash&&) noexcept = default;
chain_hash& chain_hash::operator=(chain_hash&&) noexcept = default;
chain_hash::~chain_hash() = default;

void chain_hash::add(std::string_view piece) {
  impl::check(EVP_DigestUpdate(impl_->context, piece.data(), piece.size()) == 1);
}

std::array<unsigned char, 32> chain_hash::finish() {
  std::array<unsigned char, 32> value{};
  impl::check(EVP_DigestFinal_ex(impl_->context, value.data(), nullptr) == 1
              // A null digest begins anew with the one before.
              && EVP_DigestInit_ex2(impl_->context, nullptr, nullptr) == 1);
  return value;
}

} // namespace kubesage
