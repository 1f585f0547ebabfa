#include "k8s/demo_certificate.hpp"

#include "messages/error.hpp"

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace kubesage {
namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

key_ptr make_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  const auto added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

/// An unsigned certificate of `key`; `issuer` null makes it self-issued.
certificate_ptr make_certificate(EVP_PKEY* key, const char* common_name, X509* issuer) {
  certificate_ptr result{X509_new(), &X509_free};
  std::uint64_t serial = 0;
  if (!result || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1)
    return {nullptr, &X509_free};
  auto* certificate = result.get();
  auto* name = X509_get_subject_name(certificate);
  constexpr long day = 24L * 60 * 60;
  const auto is_made =
      X509_set_version(certificate, X509_VERSION_3) == 1
      && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1
      // A clock that is a little behind still accepts it.
      && X509_gmtime_adj(X509_getm_notBefore(certificate), -day) != nullptr
      && X509_gmtime_adj(X509_getm_notAfter(certificate), 365 * day) != nullptr
      && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0)
             == 1
      && X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : name) == 1
      && X509_set_pubkey(certificate, key) == 1;
  return is_made ? std::move(result) : certificate_ptr{nullptr, &X509_free};
}

caf::error failed() {
  return caf::make_error(errc::internal,
                         std::string{"OpenSSL could not make the demo's certificate"});
}

} // namespace

caf::expected<std::string> issue_demo_certificate(boost::asio::ssl::context& server) {
  const auto authority_key = make_key();
  const auto server_key = make_key();
  if (!authority_key || !server_key)
    return failed();
  const auto authority = make_certificate(authority_key.get(), "KubeSage demo authority", nullptr);
  if (!authority
      || !add_extension(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE")
      || !add_extension(authority.get(), authority.get(), NID_key_usage,
                        "critical,keyCertSign,cRLSign")
      || !add_extension(authority.get(), authority.get(), NID_subject_key_identifier, "hash")
      || X509_sign(authority.get(), authority_key.get(), EVP_sha256()) == 0)
    return failed();
  const auto leaf = make_certificate(server_key.get(), "kubesage-demo", authority.get());
  if (!leaf
      || !add_extension(leaf.get(), authority.get(), NID_basic_constraints, "critical,CA:FALSE")
      || !add_extension(leaf.get(), authority.get(), NID_key_usage, "critical,digitalSignature")
      || !add_extension(leaf.get(), authority.get(), NID_ext_key_usage, "serverAuth")
      || !add_extension(leaf.get(), authority.get(), NID_subject_alt_name,
                        "IP:127.0.0.1,IP:::1,DNS:localhost")
      || X509_sign(leaf.get(), authority_key.get(), EVP_sha256()) == 0)
    return failed();
  if (SSL_CTX_use_certificate(server.native_handle(), leaf.get()) != 1
      || SSL_CTX_use_PrivateKey(server.native_handle(), server_key.get()) != 1)
    return failed();

  const std::unique_ptr<BIO, decltype(&BIO_free_all)> text{BIO_new(BIO_s_mem()), &BIO_free_all};
  char* bytes = nullptr;
  if (!text || PEM_write_bio_X509(text.get(), authority.get()) != 1)
    return failed();
  const auto size = BIO_get_mem_data(text.get(), &bytes);
  return std::string{bytes, static_cast<std::size_t>(size)};
}

} // namespace kubesage
