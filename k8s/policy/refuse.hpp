#pragma once

#include "k8s/policy/plan.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace kubesage::policy {

/// 403. `word` is shortened, and cut before a value that might be secret.
refusal deny(std::string_view word, std::string reason, std::string rule);

/// 422.
refusal unparsable(std::string_view word, std::string reason, std::string rule);

/// `word` for people: at most 64 bytes, nothing behind `=` or that looks like a credential.
std::string shown(std::string_view word);

/// Whether `text` looks like a token, a key or a certificate.
bool looks_secret(std::string_view text);

} // namespace kubesage::policy
