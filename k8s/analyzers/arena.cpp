#include "k8s/analyzers/arena.hpp"

#include <algorithm>

namespace kubesage::analysis {

namespace {
constexpr std::size_t first_chunk = 2U << 10U; // Many kinds have a few objects only.
constexpr std::size_t largest_chunk = 64U << 10U;
} // namespace

text arena::copy(std::string_view bytes) {
  if (bytes.empty())
    return {};
  const auto size = static_cast<std::uint32_t>(bytes.size());
  char* at = allocate(sizeof size + bytes.size(), 1);
  std::memcpy(at, &size, sizeof size);
  std::memcpy(at + sizeof size, bytes.data(), bytes.size());
  return text{at};
}

char* arena::allocate(std::size_t size, std::size_t alignment) {
  const auto misfit = reinterpret_cast<std::uintptr_t>(next_) % alignment;
  const std::size_t gap = misfit == 0 ? 0 : alignment - misfit;
  if (gap + size > left_) {
    const auto chunk = std::max(std::min(largest_chunk, std::max(first_chunk, bytes_)), size);
    // `new char[]` is aligned for every type that an arena holds.
    chunks_.emplace_back(new char[chunk]);
    next_ = chunks_.back().get();
    left_ = chunk;
    bytes_ += chunk;
    return allocate(size, alignment);
  }
  char* at = next_ + gap;
  next_ += gap + size;
  left_ -= gap + size;
  return at;
}

} // namespace kubesage::analysis
