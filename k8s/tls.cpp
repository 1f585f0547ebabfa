#include "k8s/tls.hpp"

#include "messages/error.hpp"

#include <array>
#include <string>
#include <string_view>

#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace kubesage::k8s {

namespace ssl = boost::asio::ssl;

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

constexpr int security_level = 2; // RSA and DH from 2048 bits, no SHA-1 signatures.

caf::error refuse(std::string_view why) {
  ERR_clear_error();
  return caf::make_error(errc::cluster_tls_failed, std::string{why});
}

bio_ptr reader(std::string_view text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

/// Without it OpenSSL asks for a password on the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

x509_ptr next_certificate(BIO* in) {
  return x509_ptr{PEM_read_bio_X509(in, nullptr, no_password, nullptr)};
}

caf::error load_roots(SSL_CTX* context, const std::string& ca_pem) {
  if (ca_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1)
      return refuse("the system's root certificates cannot be loaded");
    return {};
  }
  auto* store = SSL_CTX_get_cert_store(context);
  // As other Kubernetes clients do: whatever stands in ca_data is trusted, an intermediate too.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  const auto in = reader(ca_pem);
  int count = 0;
  while (const auto certificate = next_certificate(in.get())) {
    if (X509_STORE_add_cert(store, certificate.get()) != 1)
      return refuse("ca_data cannot be loaded");
    ++count;
  }
  ERR_clear_error(); // The end of the text counts as one.
  return count == 0 ? refuse("ca_data holds no certificate") : caf::error{};
}

caf::error load_client_certificate(SSL_CTX* context, const endpoint& target) {
  if (target.cert_pem.empty())
    return {};
  if (target.key_pem == nullptr)
    return refuse("the client certificate has no private key");
  const auto cert_in = reader(target.cert_pem);
  const auto leaf = next_certificate(cert_in.get());
  if (leaf == nullptr || SSL_CTX_use_certificate(context, leaf.get()) != 1)
    return refuse("the client certificate cannot be loaded");
  while (const auto issuer = next_certificate(cert_in.get()))
    if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1)
      return refuse("the client certificate's chain cannot be loaded");
  ERR_clear_error();
  const auto key_in = reader(target.key_pem->expose());
  const key_ptr key{PEM_read_bio_PrivateKey(key_in.get(), nullptr, no_password, nullptr)};
  if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return refuse("the client certificate's private key cannot be loaded");
  return {};
}

std::string_view phrase_for_verification(long result, bool has_own_ca) {
  switch (result) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return "the certificate has expired";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return "the certificate is not valid yet";
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return "the certificate is not valid for this host";
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return has_own_ca ? "the certificate is not signed by ca_data"
                      : "the certificate is not signed by a root that this system trusts; give "
                        "the cluster's CA as ca_data";
  case X509_V_ERR_INVALID_PURPOSE:
    return "the certificate is not meant for servers";
  case X509_V_ERR_EE_KEY_TOO_SMALL:
  case X509_V_ERR_CA_KEY_TOO_SMALL:
  case X509_V_ERR_CA_MD_TOO_WEAK:
    return "the certificate uses a key or a digest that is too weak";
  default:
    return "the certificate was not accepted";
  }
}

std::string_view phrase_for_reason(int reason) {
  switch (reason) {
  case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    return "the cluster asks for a client certificate";
  case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
  case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
  case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    return "the cluster refused the client certificate";
  case SSL_R_WRONG_VERSION_NUMBER:
  case SSL_R_HTTP_REQUEST:
    return "the port of server_url does not speak TLS";
  case SSL_R_UNSUPPORTED_PROTOCOL:
  case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    return "the cluster does not speak TLS 1.2 or newer";
  case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    return "the cluster ended the TLS handshake; it may ask for a client certificate or another "
           "cipher";
  default:
    return "the TLS connection failed";
  }
}

} // namespace

caf::expected<tls_context> make_tls_context(const endpoint& target) {
  tls_context result;
  try {
    result = std::make_shared<ssl::context>(ssl::context::tls_client);
  } catch (const boost::system::system_error&) {
    return refuse("TLS is not available");
  }
  auto* context = result->native_handle();
  constexpr std::array<unsigned char, 9> alpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1
      || SSL_CTX_set_alpn_protos(context, alpn.data(), alpn.size()) != 0)
    return refuse("TLS cannot be configured");
  SSL_CTX_set_default_passwd_cb(context, no_password);
  if (target.tls == tls_mode::verified) {
    SSL_CTX_set_security_level(context, security_level);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (auto failure = load_roots(context, target.ca_pem))
      return failure;
  } else {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  }
  if (auto failure = load_client_certificate(context, target))
    return failure;
  return result;
}

caf::error prepare_handshake(SSL* session, const server_url& url, tls_mode mode) {
  if (!url.literal && SSL_set_tlsext_host_name(session, url.host.c_str()) != 1)
    return refuse("TLS cannot be configured for this host");
  if (mode != tls_mode::verified)
    return {};
  auto* checks = SSL_get0_param(session);
  X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
                                              | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const auto is_set = url.literal
                          ? X509_VERIFY_PARAM_set1_ip_asc(checks, url.host.c_str())
                          : X509_VERIFY_PARAM_set1_host(checks, url.host.data(), url.host.size());
  if (is_set != 1 || X509_VERIFY_PARAM_set_purpose(checks, X509_PURPOSE_SSL_SERVER) != 1)
    return refuse("TLS cannot be configured for this host");
  return {};
}

caf::error tls_failure(SSL* session, const boost::system::error_code& failure, bool has_own_ca) {
  if (SSL_get_verify_mode(session) != SSL_VERIFY_NONE)
    if (const auto result = SSL_get_verify_result(session); result != X509_V_OK)
      return refuse(phrase_for_verification(result, has_own_ca));
  if (failure.category() == boost::asio::error::get_ssl_category())
    return refuse(phrase_for_reason(ERR_GET_REASON(static_cast<unsigned long>(failure.value()))));
  return refuse("the cluster closed the connection during the TLS handshake");
}

bool has_unread(SSL* session) {
  return SSL_has_pending(session) == 1 || BIO_ctrl_pending(SSL_get_rbio(session)) > 0;
}

} // namespace kubesage::k8s
