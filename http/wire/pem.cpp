#include "http/wire/pem.hpp"

#include "messages/error.hpp"

#include <climits>
#include <cstring>
#include <ctime>
#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace kubesage {

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

constexpr std::size_t max_pem_bytes = 1U << 20U;

caf::error refuse(const char* why) {
  ERR_clear_error();
  return caf::make_error(errc::validation_failed, std::string{why});
}

/// The bytes stay with the caller.
bio_ptr reader(std::string_view text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

/// Without it OpenSSL asks for the password on the terminal.
int note_password_request(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

x509_ptr next_certificate(BIO* in) {
  bool was_asked = false;
  return x509_ptr{PEM_read_bio_X509(in, nullptr, note_password_request, &was_asked)};
}

bool is_pem(std::string_view text) {
  return text.find("-----BEGIN ") != std::string_view::npos;
}

} // namespace

caf::expected<std::string> to_pem(std::string_view text) {
  if (text.size() > max_pem_bytes)
    return refuse("longer than 1 MiB");
  if (is_pem(text))
    return std::string{text};
  // Both strings may hold a key, and neither grows, so that wiping them leaves nothing behind.
  std::string packed;
  packed.reserve(text.size());
  for (const char x : text)
    if (std::strchr(" \t\r\n", x) == nullptr || x == '\0')
      packed.push_back(x);
  std::string decoded(packed.size() / 4 * 3 + 1, '\0');
  int size = -1;
  if (!packed.empty() && packed.size() % 4 == 0)
    size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                           reinterpret_cast<const unsigned char*>(packed.data()),
                           static_cast<int>(packed.size()));
  if (size > 0 && packed.back() == '=') // EVP_DecodeBlock counts padding as bytes.
    size -= packed[packed.size() - 2] == '=' ? 2 : 1;
  wipe(packed);
  if (size <= 0 || !is_pem(std::string_view{decoded}.substr(0, static_cast<std::size_t>(size)))) {
    wipe(decoded);
    return refuse("not PEM and not base64 of PEM");
  }
  decoded.resize(static_cast<std::size_t>(size));
  return decoded;
}

caf::error check_certificates(std::string_view pem, wall_time now) {
  if (pem.size() > max_pem_bytes)
    return refuse("longer than 1 MiB");
  // Certificates are stored and shown as they are; a key among them would be, too.
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos)
    return refuse("holds a private key; only certificates belong here");
  ERR_clear_error();
  const auto in = reader(pem);
  const auto first = next_certificate(in.get());
  if (first == nullptr)
    return refuse("holds no readable X.509 certificate in PEM form");
  while (next_certificate(in.get()) != nullptr) {
    // nop
  }
  if (const auto last = ERR_peek_last_error();
      ERR_GET_LIB(last) != ERR_LIB_PEM || ERR_GET_REASON(last) != PEM_R_NO_START_LINE)
    return refuse("holds a certificate that cannot be read");
  ERR_clear_error();
  auto seconds = std::chrono::system_clock::to_time_t(now);
  if (X509_cmp_time(X509_get0_notAfter(first.get()), &seconds) <= 0)
    return refuse("the certificate has expired");
  return {};
}

caf::error check_key_pair(std::string_view cert_pem, const secret& key_pem) {
  if (cert_pem.size() > max_pem_bytes || key_pem.size() > max_pem_bytes)
    return refuse("longer than 1 MiB");
  const auto cert_in = reader(cert_pem);
  const auto certificate = next_certificate(cert_in.get());
  if (certificate == nullptr)
    return refuse("the client certificate cannot be read");
  bool is_encrypted = false;
  const auto key_in = reader(key_pem.expose());
  const key_ptr key{
      PEM_read_bio_PrivateKey(key_in.get(), nullptr, note_password_request, &is_encrypted)};
  if (is_encrypted)
    return refuse("the private key is encrypted; give it without a passphrase");
  if (key == nullptr)
    return refuse("not a private key in PEM form");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return refuse("the private key does not belong to the certificate");
  ERR_clear_error();
  return {};
}

} // namespace kubesage
