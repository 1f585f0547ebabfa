#pragma once

#include "actors/cluster_link.hpp"
#include "actors/session.hpp"
#include "messages/interfaces.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <caf/typed_event_based_actor.hpp>

namespace kubesage {

/// How an analysis has ended.
struct analysis_outcome {
  errc code = errc::none;
  std::string detail;
  std::shared_ptr<const k8s::analysis_report> report; ///< Null: it failed.
  std::vector<analysis::problem_with_solution> problems;
};

struct analyzer_config {
  std::shared_ptr<cluster_link> link;
  analysis_run run;                                    ///< `on_done` is set by the analyzer.
  bool explains = true;                                ///< Whether an LLM may word the solutions.
  std::optional<tenant> owner;                         ///< Always there.
  explain_function explain;                            ///< Null: there is no LLM.
  std::function<void(std::size_t findings)> on_judged; ///< Before solutions are worded.
  std::function<void(analysis_outcome)> on_done;
};

struct analyzer_state {
  static inline constexpr const char* name = "analyzer";
  analyzer_config config;
  analysis_outcome outcome;
  bool is_cancelled = false;
  std::function<void()> cancel;                                   ///< Ends the reading.
  std::unique_ptr<solutions::explainer::explanation> explanation; ///< Under way; null before.
};

/// Runs one analysis: reads the cluster, then has the solutions worded, and calls `on_done` once. A
/// close ends it early with `cancelled`; the end of the session, too. The link and the explainer
/// keep the deadline.
analyzer_actor::behavior_type analyzer(analyzer_actor::stateful_pointer<analyzer_state> self,
                                       analyzer_config config, session_actor session);

} // namespace kubesage
