#pragma once

#include "k8s/analyzers/object_parts.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

/// Finds positions by namespace and name: an open table of hashes.
class name_index {
public:
  void build(std::size_t size);
  void insert(std::uint64_t hash, std::uint32_t position);

  /// Calls `is_it` with each position that may be it until that says yes.
  template <class F>
  bool find(std::uint64_t hash, F is_it) const {
    if (slots_.empty())
      return false;
    for (std::size_t at = hash & (slots_.size() - 1); slots_[at].position != free_slot;
         at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].hash == static_cast<std::uint32_t>(hash >> 32U) && is_it(slots_[at].position))
        return true;
    return false;
  }

  static std::uint64_t hash(std::string_view kube_namespace, std::string_view name) noexcept {
    return hash_of(kube_namespace) * 31 + hash_of(name);
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    return slots_.capacity() * sizeof(slot);
  }

private:
  static constexpr std::uint32_t free_slot = 0xFFFF'FFFF;
  struct slot {
    std::uint32_t hash = 0;
    std::uint32_t position = free_slot;
  };
  std::vector<slot> slots_;
};

} // namespace kubesage::analysis
