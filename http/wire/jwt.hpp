#pragma once

#include "http/wire/authenticator.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace kubesage {

/// JSON Web Tokens signed with HMAC-SHA256. Source: RFC 7515, 7519 and 8725;
/// docs/adr/0007-jwt-verification.md.

/// What a good token says. Times are Unix seconds.
struct jwt_claims {
  user_id user;
  std::string username;
  role_set roles;
  std::int64_t expires_at = 0;
};

/// How far the clocks of issuer and server may be apart.
inline constexpr std::int64_t jwt_skew_seconds = 30;
inline constexpr std::size_t jwt_max_size = 8 * 1024;

/// Checks form and signature before it reads a claim, then the claims at `now`.
/// Errors: `unauthenticated`; its detail names the reason and is for tests and logs only.
caf::expected<jwt_claims> verify_hs256(std::string_view token, const secret& key, wall_time now);

/// Accepts tokens that were signed with one shared secret of at least 32 bytes. Verified tokens are
/// remembered by their SHA-256, per thread and at most 1024, until they expire.
class hs256_authenticator final : public authenticator {
public:
  /// Errors: `validation_failed` when `key` is shorter than 32 bytes.
  static caf::expected<std::shared_ptr<const hs256_authenticator>> make(secret key);
  explicit hs256_authenticator(secret key);

  [[nodiscard]] caf::expected<principal> authenticate(std::string_view bearer,
                                                      wall_time now) const override;

private:
  secret key_;
  std::uint64_t instance_; ///< Keeps the caches of several instances apart.
};

} // namespace kubesage
