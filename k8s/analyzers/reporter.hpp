#pragma once

#include "k8s/analyzers/facts.hpp"
#include "k8s/analyzers/words.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace kubesage::analysis {

/// What a rule has to say about one object.
struct observation {
  const object_meta& about;
  words text;
  std::vector<evidence> proof;
  std::string_view subject{}; ///< Tells findings of the same rule and object apart.
  std::string_view kind{};    ///< Where it is not the rule's.
  std::string_view name{};    ///< Where it is not the object's.
};

/// Collects the findings of one analysis, the most severe up to a bound. Thread: one.
class reporter {
public:
  explicit reporter(const facts& all) : all_(all) {}

  /// Names the rule that speaks from now on.
  void start(const rule& row) noexcept {
    row_ = &row;
  }

  void report(observation made);

  /// Whether something worse than lint has been reported about an object, or about one that it
  /// controls.
  [[nodiscard]] bool has_reported(std::string_view kind, std::string_view kube_namespace,
                                  std::string_view name) const;

  /// What has been reported, sorted.
  analysis_result finish();

private:
  void prune();
  void remember(const finding& found, const object_meta& about);

  const facts& all_;
  const rule* row_ = nullptr;
  analysis_result result_;
  std::unordered_set<std::uint64_t> reported_; // Hashes of objects; only asked, never listed.
};

} // namespace kubesage::analysis
