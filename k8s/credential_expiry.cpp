#include "k8s/credential_expiry.hpp"

#include "http/wire/base64.hpp"
#include "messages/secret.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <simdjson.h>

namespace kubesage::k8s {

namespace {

constexpr std::size_t max_depth = 16;
constexpr std::int64_t last_second = 253'402'300'799; // of the year 9999

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const noexcept {
    Free(x);
  }
};

int no_password(char*, int, int, void*) {
  return -1;
}

std::optional<wall_time> end_of_certificate(std::string_view pem) {
  const std::unique_ptr<BIO, freed_by<BIO_free_all>> in{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const std::unique_ptr<X509, freed_by<X509_free>> leaf{
      PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr)};
  ERR_clear_error();
  std::tm parts{};
  if (leaf == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(leaf.get()), &parts) != 1)
    return std::nullopt;
  return wall_time{std::chrono::seconds{timegm(&parts)}};
}

std::optional<wall_time> end_of_token(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos)
    return std::nullopt;
  auto claims = decode_base64url(token.substr(first + 1, second - first - 1));
  if (!claims)
    return std::nullopt;
  simdjson::dom::parser parser;
  std::int64_t seconds = 0;
  const bool has_end =
      parser.allocate(claims->size(), max_depth) == simdjson::SUCCESS
      && parser.parse(claims->data(), claims->size())["exp"].get(seconds) == simdjson::SUCCESS;
  wipe(*claims);
  if (!has_end || seconds < 0 || seconds > last_second)
    return std::nullopt;
  return wall_time{std::chrono::seconds{seconds}};
}

} // namespace

std::optional<wall_time> credential_expiry(const endpoint& target) {
  auto result = target.cert_pem.empty() ? std::nullopt : end_of_certificate(target.cert_pem);
  if (target.token != nullptr)
    if (const auto end = end_of_token(target.token->expose()))
      result = result ? std::min(*result, *end) : *end;
  return result;
}

} // namespace kubesage::k8s
