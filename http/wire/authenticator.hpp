#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "messages/secret.hpp"

#include <memory>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// Turns a bearer token into who is calling. Called by connections on every I/O thread, so it
/// neither blocks nor keeps state that needs a lock.
class authenticator {
public:
  authenticator() = default;
  authenticator(const authenticator&) = delete;
  authenticator& operator=(const authenticator&) = delete;
  virtual ~authenticator() = default;

  /// Errors: `unauthenticated`, without a reason that a client may see. Thread: any.
  [[nodiscard]] virtual caf::expected<principal> authenticate(std::string_view bearer,
                                                              wall_time now) const = 0;
};

/// Asks each in turn; the first that knows the token answers.
class authenticator_chain final : public authenticator {
public:
  explicit authenticator_chain(std::vector<std::shared_ptr<const authenticator>> links)
      : links_(std::move(links)) {}

  [[nodiscard]] caf::expected<principal> authenticate(std::string_view bearer,
                                                      wall_time now) const override;

private:
  std::vector<std::shared_ptr<const authenticator>> links_;
};

/// One token, user 1 with every role. For development on loopback only.
class dev_authenticator final : public authenticator {
public:
  explicit dev_authenticator(secret token) : token_(std::move(token)) {}

  [[nodiscard]] caf::expected<principal> authenticate(std::string_view bearer,
                                                      wall_time now) const override;

private:
  secret token_;
};

} // namespace kubesage
