#include "k8s/analyzers/interner.hpp"

#include "k8s/analyzers/object_parts.hpp"

#include <algorithm>

namespace kubesage::analysis {

namespace {
constexpr std::size_t first_slots = 4'096; // A power of two.
} // namespace

interner::interner() : slots_(first_slots) {}

void interner::start(arena& storage) {
  storage_ = &storage;
  used_ = 0;
  if (++round_ == 0) {
    std::fill(slots_.begin(), slots_.end(), slot{});
    round_ = 1;
  }
}

text interner::keep(std::string_view bytes) {
  if (bytes.empty())
    return {};
  const auto hash = static_cast<std::uint32_t>(hash_of(bytes) >> 32U);
  for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    auto& each = slots_[at];
    if (each.round != round_) {
      const text kept = storage_->copy(bytes);
      each = {kept, hash, round_};
      if (++used_ * 2 > slots_.size())
        grow();
      return kept;
    }
    if (each.hash == hash && each.kept == bytes)
      return each.kept;
  }
}

void interner::grow() {
  std::vector<slot> larger(slots_.size() * 2);
  for (const auto& each : slots_) {
    if (each.round != round_)
      continue;
    std::size_t at = each.hash & (larger.size() - 1);
    while (larger[at].round == round_)
      at = (at + 1) & (larger.size() - 1);
    larger[at] = each;
  }
  slots_ = std::move(larger);
}

} // namespace kubesage::analysis
