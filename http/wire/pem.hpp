#pragma once

#include "messages/clock.hpp"
#include "messages/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

/// Returns PEM text: `text` itself where it is PEM, else its base64 decoding where that is PEM.
/// Errors: `validation_failed` ("not PEM and not base64 of PEM").
caf::expected<std::string> to_pem(std::string_view text);

/// Checks that `pem` holds at least one X.509 certificate, that each parses, and that the first has
/// not expired at `now`. Errors: `validation_failed` with what is wrong.
caf::error check_certificates(std::string_view pem, wall_time now);

/// Checks that `key_pem` is an unencrypted private key and belongs to the first certificate of
/// `cert_pem`. Errors: `validation_failed`.
caf::error check_key_pair(std::string_view cert_pem, const secret& key_pem);

} // namespace kubesage
