#pragma once

#include <atomic>
#include <cstdint>

namespace kubesage::solutions {

/// What the calls to the model came to since the start. Thread: any.
struct statistics {
  using counter = std::atomic<std::uint64_t>;

  counter requests{0};        ///< HTTP requests, retries too.
  counter retries{0};         ///< Of these, again after 429, 5xx or a broken connection.
  counter tokens{0};          ///< Prompt and answer, as counted against budgets.
  counter joined{0};          ///< Questions that were being asked already.
  counter cache_hits{0};      ///< Questions.
  counter cache_misses{0};    ///< Questions.
  counter taken{0};           ///< Solutions.
  counter refused_answers{0}; ///< Answers that were not usable.
  counter failures{0};        ///< Questions without an answer, late ones too.
  counter budget_refusals{0}; ///< Questions.
  counter in_flight{0};       ///< Now.
  counter failing{0};         ///< 1 after failures in a row, until an answer comes.
};

} // namespace kubesage::solutions
