#include "k8s/analyzers/certificates.hpp"

#include "http/wire/pem.hpp"
#include "messages/secret.hpp"

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace kubesage::analysis {

namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const noexcept {
    Free(x);
  }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

/// PEM that is wiped when it goes: it may be a key.
class decoded_pem {
public:
  explicit decoded_pem(std::string_view base64) {
    if (auto decoded = to_pem(base64))
      text_ = std::move(*decoded);
  }
  decoded_pem(const decoded_pem&) = delete;
  decoded_pem& operator=(const decoded_pem&) = delete;
  decoded_pem(decoded_pem&&) = delete;
  decoded_pem& operator=(decoded_pem&&) = delete;
  ~decoded_pem() {
    wipe(text_);
  }

  [[nodiscard]] bio_ptr reader() const {
    return bio_ptr{BIO_new_mem_buf(text_.data(), static_cast<int>(text_.size()))};
  }

private:
  std::string text_;
};

// Without it OpenSSL asks for the password on the terminal.
int refuse_password(char*, int, int, void*) {
  return -1;
}

x509_ptr next_certificate(BIO* in) {
  return x509_ptr{PEM_read_bio_X509(in, nullptr, refuse_password, nullptr)};
}

moment end_of(const X509* certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1)
    return no_moment;
  return moment{std::chrono::seconds{timegm(&parts)}};
}

} // namespace

certificate_facts read_certificate(std::string_view base64) {
  certificate_facts facts;
  facts.is_given = !base64.empty();
  const decoded_pem pem{base64};
  if (const auto first = next_certificate(pem.reader().get())) {
    facts.not_after = end_of(first.get());
    facts.parses = facts.not_after != no_moment;
  }
  ERR_clear_error();
  return facts;
}

certificate_facts read_bundle(std::string_view base64) {
  certificate_facts facts;
  facts.is_given = !base64.empty();
  const decoded_pem pem{base64};
  const auto in = pem.reader();
  while (const auto next = next_certificate(in.get())) {
    facts.not_after = std::max(facts.not_after, end_of(next.get()));
    facts.parses = facts.not_after != no_moment;
  }
  ERR_clear_error();
  return facts;
}

bool is_key_of(std::string_view certificate_base64, std::string_view key_base64) {
  const decoded_pem certificate_pem{certificate_base64};
  const decoded_pem key_pem{key_base64};
  const auto certificate = next_certificate(certificate_pem.reader().get());
  const key_ptr key{
      PEM_read_bio_PrivateKey(key_pem.reader().get(), nullptr, refuse_password, nullptr)};
  const bool matches = certificate != nullptr && key != nullptr
                       && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return matches;
}

} // namespace kubesage::analysis
