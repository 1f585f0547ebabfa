#pragma once

#include "k8s/analyzers/arena.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

/// Keeps text that repeats within a page once. Thread: one at a time.
class interner {
public:
  interner();

  /// Forgets everything: what comes next goes to `storage`.
  void start(arena& storage);

  /// The one copy of `bytes` in the storage.
  text keep(std::string_view bytes);

private:
  struct slot {
    text kept;
    std::uint32_t hash = 0;
    std::uint32_t round = 0; // Of another round: free.
  };
  void grow();

  arena* storage_ = nullptr;
  std::vector<slot> slots_;
  std::size_t used_ = 0;
  std::uint32_t round_ = 0;
};

} // namespace kubesage::analysis
