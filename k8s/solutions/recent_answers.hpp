#pragma once

#include "k8s/analyzers/solution.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace kubesage::solutions {

/// The answers of the last moments: a good one until everybody finds it in the cache, a bad one a
/// little longer, so that a model that talks nonsense is not paid for it at each analysis.
/// Thread: one at a time.
class recent_answers {
public:
  using solution_pointer = std::shared_ptr<const analysis::solution>;

  /// The answer to `key`, null where it was not usable; no pointer at all: not known.
  const solution_pointer* find(const std::string& key, deadline now) const {
    const auto at = answers_.find(key);
    return at == answers_.end() || at->second.expires <= now ? nullptr : &at->second.made;
  }

  void keep(const std::string& key, solution_pointer made, deadline now) {
    constexpr std::size_t most = 1024;
    constexpr std::chrono::minutes good{1};
    constexpr std::chrono::minutes bad{15};
    if (answers_.size() >= most)
      std::erase_if(answers_, [now](const auto& each) { return each.second.expires <= now; });
    if (answers_.size() >= most)
      answers_.clear();
    const auto expires = now + (made ? good : bad);
    answers_.insert_or_assign(key, entry{std::move(made), expires});
  }

private:
  struct entry {
    solution_pointer made;
    deadline expires;
  };
  std::map<std::string, entry> answers_;
};

} // namespace kubesage::solutions
