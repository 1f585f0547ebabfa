#include "k8s/analyzers/name_index.hpp"

#include <bit>

namespace kubesage::analysis {

void name_index::build(std::size_t size) {
  slots_.assign(size == 0 ? 0 : std::bit_ceil(size * 2), slot{});
}

void name_index::insert(std::uint64_t hash, std::uint32_t position) {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].position != free_slot)
    at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32U), position};
}

} // namespace kubesage::analysis
