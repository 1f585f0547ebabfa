#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace kubesage {

/// SHA-256 over pieces, again and again with one context: no allocation for each. Thread: one.
class chain_hash {
public:
  /// Throws std::runtime_error where OpenSSL has no SHA-256.
  chain_hash();
  chain_hash(chain_hash&&) noexcept;
  chain_hash& operator=(chain_hash&&) noexcept;
  ~chain_hash();

  void add(std::string_view piece);
  /// The digest of what was added since the last call.
  std::array<unsigned char, 32> finish();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace kubesage
