#pragma once

#include "messages/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kubesage {

/// What a caller may do; a set of bits.
enum class role : std::uint8_t { viewer = 1, operator_ = 2, admin = 4, secret_reader = 8 };

/// A set of roles in which `admin` contains `operator` and that contains `viewer`;
/// `secret-reader` is a grant beside them.
struct role_set {
  std::uint8_t bits = 0;

  [[nodiscard]] constexpr bool has(role needed) const noexcept {
    return (bits & static_cast<std::uint8_t>(needed)) != 0;
  }
  constexpr void add(role granted) noexcept {
    bits |= static_cast<std::uint8_t>(granted);
    if (granted == role::admin)
      add(role::operator_);
    if (granted == role::operator_)
      add(role::viewer);
  }
  static constexpr role_set all() noexcept {
    return {15};
  }
};

constexpr std::string_view name_of(role value) noexcept {
  switch (value) {
  case role::viewer:
    return "viewer";
  case role::operator_:
    return "operator";
  case role::admin:
    return "admin";
  case role::secret_reader:
    return "secret-reader";
  }
  return "unknown";
}

/// The right to touch one user's rows. The store takes no bare user id, and only authentication
/// makes a tenant, so a handler cannot reach another user's rows by passing the wrong number.
class tenant {
public:
  [[nodiscard]] user_id user() const noexcept {
    return user_;
  }
  [[nodiscard]] shard_id shard() const noexcept {
    return shard_of(user_);
  }

private:
  friend class tenant_issuer;
  explicit tenant(user_id user) noexcept : user_(user) {}
  user_id user_;
};

/// Makes tenants. Used by the authenticators (http/wire/jwt) and by tests.
class tenant_issuer {
public:
  static tenant issue(user_id user) noexcept {
    return tenant{user};
  }
};

/// Who is calling.
struct principal {
  kubesage::tenant tenant;
  std::string username; ///< May be empty.
  role_set roles;
};

} // namespace kubesage
