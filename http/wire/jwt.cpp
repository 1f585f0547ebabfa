#include "http/wire/jwt.hpp"

#include "http/wire/base64.hpp"
#include "http/wire/request_json.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <optional>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace kubesage {

namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t max_safe_integer = (std::int64_t{1} << 53) - 1;
constexpr std::size_t digest_size = 32;
using digest = std::array<unsigned char, digest_size>;

caf::error refuse(const char* reason) {
  return caf::make_error(errc::unauthenticated, std::string{reason});
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Returns false when OpenSSL fails; `out` must not be used then.
bool hmac_sha256(const secret& key, std::string_view data, digest& out) {
  std::size_t size = 0;
  const auto bytes = key.expose();
  return EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, bytes.data(), bytes.size(),
                   bytes_of(data), data.size(), out.data(), out.size(), &size)
             != nullptr
         && size == digest_size;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
         });
}

caf::error check_header(const dom::element& root) {
  dom::object header;
  if (root.get(header) != simdjson::SUCCESS)
    return refuse("the header is not an object");
  bool has_algorithm = false;
  for (const auto field : header) {
    std::string_view text;
    if (field.key == "alg") {
      // Fixed by the key, never chosen by the token.
      if (field.value.get(text) != simdjson::SUCCESS || text != "HS256")
        return refuse("the algorithm is not HS256");
      has_algorithm = true;
    } else if (field.key == "typ") {
      if (field.value.get(text) != simdjson::SUCCESS
          || !(equals_ignoring_case(text, "jwt") || equals_ignoring_case(text, "at+jwt")))
        return refuse("the type is not JWT");
    } else if (field.key == "kid") {
      if (field.value.get(text) != simdjson::SUCCESS || text.size() > 128)
        return refuse("the key id is not a short string");
    } else {
      for (const auto* name : {"crit", "jwk", "jku", "x5u", "x5c", "zip", "b64", "cty", "enc"})
        if (field.key == name)
          return refuse("a header member is not allowed");
    }
  }
  return has_algorithm ? caf::none : refuse("the header names no algorithm");
}

/// A canonical positive integer below 2^53, as a number or as text.
std::optional<std::int64_t> positive_id(const dom::element& element) {
  std::int64_t number = 0;
  std::string_view text;
  if (element.is_string() && element.get(text) == simdjson::SUCCESS) {
    if (text.empty() || text.front() < '1' || text.front() > '9')
      return std::nullopt;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || end != text.data() + text.size())
      return std::nullopt;
  } else if (!element.is_int64() || element.get(number) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  if (number < 1 || number > max_safe_integer)
    return std::nullopt;
  return number;
}

std::optional<std::int64_t> seconds(const dom::element& element) {
  std::int64_t number = 0;
  if (!element.is_int64() || element.get(number) != simdjson::SUCCESS || number < -max_safe_integer
      || number > max_safe_integer)
    return std::nullopt;
  return number;
}

void add_role(role_set& roles, std::string_view name) {
  while (!name.empty() && name.front() == ' ')
    name.remove_prefix(1);
  while (!name.empty() && name.back() == ' ')
    name.remove_suffix(1);
  for (const auto value : {role::viewer, role::operator_, role::admin, role::secret_reader})
    if (name == name_of(value))
      roles.add(value);
  if (name == "secret_reader")
    roles.add(role::secret_reader);
}

/// Unknown names give nothing: a role of another service must not open anything here.
bool read_roles(const dom::element& element, role_set& roles) {
  std::string_view text;
  if (element.is_string() && element.get(text) == simdjson::SUCCESS) {
    while (true) {
      const auto comma = text.find(',');
      add_role(roles, text.substr(0, comma));
      if (comma == std::string_view::npos)
        return true;
      text.remove_prefix(comma + 1);
    }
  }
  dom::array list;
  if (element.get(list) != simdjson::SUCCESS)
    return false;
  for (const auto item : list) {
    if (item.get(text) != simdjson::SUCCESS)
      return false;
    add_role(roles, text);
  }
  return true;
}

caf::expected<jwt_claims> read_claims(const dom::element& root, std::int64_t now) {
  dom::object members;
  if (root.get(members) != simdjson::SUCCESS)
    return refuse("the claims are not an object");
  jwt_claims claims;
  std::optional<std::int64_t> subject;
  std::optional<std::int64_t> user;
  bool has_user_claim = false;
  bool has_expiry = false;
  bool has_roles = false;
  for (const auto field : members) {
    if (field.key == "exp" || field.key == "nbf" || field.key == "iat") {
      const auto time = seconds(field.value);
      if (!time)
        return refuse("a time is not an integer");
      if (field.key == "exp") {
        has_expiry = true;
        claims.expires_at = *time;
      } else if (*time > now + jwt_skew_seconds) {
        return refuse("the token is not valid yet");
      }
    } else if (field.key == "sub") {
      subject = positive_id(field.value);
    } else if (field.key == "user_id") {
      has_user_claim = true;
      user = positive_id(field.value);
    } else if (field.key == "username") {
      std::string_view text;
      if (!field.value.is_null()
          && (field.value.get(text) != simdjson::SUCCESS || text.size() > 256))
        return refuse("the username is not a short string");
      claims.username = std::string{text};
    } else if (field.key == "roles") {
      has_roles = true;
      if (!read_roles(field.value, claims.roles))
        return refuse("the roles are neither a list of strings nor a string");
    }
  }
  if (!has_expiry)
    return refuse("the token has no expiry");
  if (claims.expires_at <= now - jwt_skew_seconds)
    return refuse("the token has expired");
  // With both claims `user_id` counts, and a numeric `sub` must not say something else.
  const auto id = has_user_claim ? user : subject;
  if (!id || (has_user_claim && subject && *subject != *id))
    return refuse("the token names no user id");
  claims.user = user_id{*id};
  if (!has_roles) {
    claims.roles.add(role::admin);
    claims.roles.add(role::secret_reader);
  }
  return claims;
}

std::int64_t unix_seconds(wall_time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// Hashing with a fetched algorithm and a kept context; fetching costs more than the hash.
bool sha256(std::string_view text, digest& out) {
  struct hasher {
    EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    hasher() = default;
    hasher(const hasher&) = delete;
    hasher& operator=(const hasher&) = delete;
    ~hasher() {
      EVP_MD_CTX_free(context);
      EVP_MD_free(algorithm);
    }
  };
  thread_local hasher here;
  unsigned size = 0;
  return EVP_DigestInit_ex2(here.context, here.algorithm, nullptr) == 1
         && EVP_DigestUpdate(here.context, text.data(), text.size()) == 1
         && EVP_DigestFinal_ex(here.context, out.data(), &size) == 1 && size == digest_size;
}

struct remembered_token {
  digest key{};
  std::uint64_t instance = 0;
  jwt_claims claims;
};

constexpr std::size_t remembered_tokens = 4096;

/// One slot a hash, the newer token wins: bounded without bookkeeping.
std::unique_ptr<remembered_token>& slot_of(const digest& key) {
  thread_local std::array<std::unique_ptr<remembered_token>, remembered_tokens> slots;
  return slots[(key[0] | (static_cast<std::size_t>(key[1]) << 8)) % remembered_tokens];
}

principal to_principal(const jwt_claims& claims) {
  return {tenant_issuer::issue(claims.user), claims.username, claims.roles};
}

} // namespace

caf::expected<jwt_claims> verify_hs256(std::string_view token, const secret& key, wall_time now) {
  if (token.size() > jwt_max_size)
    return refuse("the token is too long");
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return refuse("the token does not have three parts");
  auto header = decode_base64url(token.substr(0, first));
  auto payload = decode_base64url(token.substr(first + 1, second - first - 1));
  const auto signature = decode_base64url(token.substr(second + 1));
  if (!header || !payload || !signature || header->empty() || payload->empty())
    return refuse("a part is not base64url");
  digest expected{};
  if (!hmac_sha256(key, token.substr(0, second), expected))
    return refuse("the signature could not be computed");
  if (signature->size() != expected.size()
      || CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0)
    return refuse("the signature is wrong");
  const auto parsed_header = json_document::parse(std::move(*header));
  if (!parsed_header)
    return refuse("the header is not JSON");
  if (auto err = check_header(parsed_header->root()))
    return err;
  const auto parsed_payload = json_document::parse(std::move(*payload));
  if (!parsed_payload)
    return refuse("the claims are not JSON");
  return read_claims(parsed_payload->root(), unix_seconds(now));
}

hs256_authenticator::hs256_authenticator(secret key) : key_(std::move(key)) {
  static std::atomic<std::uint64_t> instances{0};
  instance_ = ++instances;
}

caf::expected<std::shared_ptr<const hs256_authenticator>> hs256_authenticator::make(secret key) {
  if (key.size() < 32)
    return caf::make_error(errc::validation_failed,
                           std::string{"the HS256 secret has fewer than 32 bytes"});
  return std::make_shared<const hs256_authenticator>(std::move(key));
}

caf::expected<principal> hs256_authenticator::authenticate(std::string_view bearer,
                                                           wall_time now) const {
  digest key{};
  if (bearer.size() > jwt_max_size || !sha256(bearer, key))
    return refuse("the token cannot be read");
  auto& slot = slot_of(key);
  if (slot && slot->instance == instance_
      && CRYPTO_memcmp(slot->key.data(), key.data(), key.size()) == 0) {
    if (slot->claims.expires_at > unix_seconds(now) - jwt_skew_seconds)
      return to_principal(slot->claims);
    slot.reset();
    return refuse("the token has expired");
  }
  auto claims = verify_hs256(bearer, key_, now);
  if (!claims)
    return claims.error();
  slot = std::make_unique<remembered_token>(remembered_token{key, instance_, std::move(*claims)});
  return to_principal(slot->claims);
}

} // namespace kubesage
