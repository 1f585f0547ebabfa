#pragma once

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Certificates for tests, made in the process; nothing is written to disk.
namespace kubesage::test {

struct key_pair {
  std::string cert_pem;
  std::string key_pem;
};

/// What a certificate says.
struct certificate_request {
  std::string common_name = "test";
  std::string alt_names = {}; ///< As OpenSSL spells them: `DNS:a.test,IP:127.0.0.1`; may be empty.
  std::string extended_use = "serverAuth"; ///< Or `clientAuth`.
  long begins_in = -3600;                  ///< Seconds from now.
  long ends_in = 3600;
};

namespace detail {

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

inline void require(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error(std::string{"test certificate: "} + what);
}

inline key_ptr make_key() {
  key_ptr key{EVP_EC_gen("P-256")};
  require(key != nullptr, "key");
  return key;
}

inline void extend(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> extension{
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
  require(extension != nullptr && X509_add_ext(cert, extension.get(), -1) == 1, "extension");
}

inline x509_ptr make_certificate(const certificate_request& wanted, EVP_PKEY* key, X509* issuer,
                                 EVP_PKEY* issuer_key) {
  static long serial = 1'000;
  x509_ptr cert{X509_new()};
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), wanted.begins_in);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), wanted.ends_in);
  X509_set_pubkey(cert.get(), key);
  auto* name = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>( // NOLINT: the type of OpenSSL's interface
          wanted.common_name.c_str()),
      -1, -1, 0);
  const bool is_root = issuer == nullptr;
  X509_set_issuer_name(cert.get(), is_root ? name : X509_get_subject_name(issuer));
  auto* signer = is_root ? cert.get() : issuer;
  extend(cert.get(), signer, NID_basic_constraints, is_root ? "critical,CA:TRUE" : "CA:FALSE");
  extend(cert.get(), signer, NID_key_usage,
         is_root ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (!is_root)
    extend(cert.get(), signer, NID_ext_key_usage, wanted.extended_use);
  if (!wanted.alt_names.empty())
    extend(cert.get(), signer, NID_subject_alt_name, wanted.alt_names);
  require(X509_sign(cert.get(), issuer_key, EVP_sha256()) != 0, "signature");
  return cert;
}

inline std::string text_of(BIO* out) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out, &data);
  return {data, static_cast<std::size_t>(size)};
}

inline std::string to_pem(X509* cert) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(out.get(), cert);
  return text_of(out.get());
}

inline std::string to_pem(EVP_PKEY* key, const char* password = nullptr) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  const auto* cipher = password == nullptr ? nullptr : EVP_aes_128_cbc();
  PEM_write_bio_PKCS8PrivateKey(out.get(), key, cipher, password,
                                password == nullptr ? 0 : static_cast<int>(std::strlen(password)),
                                nullptr, nullptr);
  return text_of(out.get());
}

} // namespace detail

/// A root that issues certificates.
class certificate_authority {
public:
  explicit certificate_authority(const std::string& name = "test root")
      : key_(detail::make_key()),
        cert_(detail::make_certificate({.common_name = name}, key_.get(), nullptr, key_.get())) {}

  [[nodiscard]] std::string pem() const {
    return detail::to_pem(cert_.get());
  }

  [[nodiscard]] key_pair issue(const certificate_request& wanted) const {
    const auto key = detail::make_key();
    const auto cert = detail::make_certificate(wanted, key.get(), cert_.get(), key_.get());
    return {detail::to_pem(cert.get()), detail::to_pem(key.get())};
  }

private:
  detail::key_ptr key_;
  detail::x509_ptr cert_;
};

/// A fresh private key under a password.
inline std::string encrypted_key_pem() {
  return detail::to_pem(detail::make_key().get(), "secret");
}

} // namespace kubesage::test
