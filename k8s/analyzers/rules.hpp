#pragma once

#include "k8s/analyzers/coverage.hpp"
#include "k8s/analyzers/finding.hpp"
#include "k8s/analyzers/inventory.hpp"
#include "k8s/analyzers/resource_types.hpp"
#include "k8s/analyzers/solution.hpp"
#include "messages/clock.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage::analysis {

class facts;
class reporter;
struct remedy;

/// How a rule depends on a kind that is not its own.
struct rule_need {
  enum class strength : std::uint8_t {
    complete, ///< Says that something does not exist: silent unless all of the kind was read.
    helpful,  ///< Makes the finding better.
  };
  object_kind kind;
  content wants = content::metadata;
  strength how = strength::complete;
};

/// One row of the table: a condition, what it means and how it is mended.
struct rule {
  std::string_view id; ///< Stable: it is part of findings' identity and of users' records.
  severity level;
  resource_type type;
  std::string_view kind;          ///< Of the objects that it is about.
  std::string_view condition;     ///< When it speaks, for the documentation.
  std::string_view field;         ///< The field that it rests on, `Pod.status.phase`.
  std::string_view documentation; ///< That field's description.
  std::span<const rule_need> needs;
  const remedy* mend;
  void (*check)(const facts&, reporter&);
  /// Runs only when LOW or INFO is asked for, whatever its own severity.
  bool is_lint = false;
};

/// Every rule, the kinds in the order in which they are analyzed.
std::span<const rule> rule_table();

/// Null: no such rule.
const rule* find_rule(std::string_view id);

/// What is known of the cluster besides its objects.
struct cluster_facts {
  std::string name;                               ///< As the user calls it.
  std::string server_version;                     ///< `gitVersion`; empty: not known.
  std::optional<std::chrono::seconds> clock_skew; ///< The `Date` header against our clock.
  std::optional<wall_time> credential_expiry;
};

/// What is asked for.
struct scope {
  std::string kube_namespace; ///< Empty: all.
  std::vector<resource_type> types{default_resource_types().begin(),
                                   default_resource_types().end()};
  std::vector<severity> severities{severity::critical, severity::high, severity::medium};
  wall_time now; ///< The only clock that rules know.
  cluster_facts cluster;
  std::string mask_key;             ///< Makes masked words differ from user to user.
  std::size_t max_findings = 5'000; ///< The most severe are kept.
};

/// The lists that the rules of a scope need, each once, in the order of `object_kind`.
std::vector<kind_need> needed_kinds(const scope& asked);

struct analysis_result {
  std::vector<finding> findings; ///< As `comes_before` sorts them.
  std::size_t left_out = 0;      ///< Findings beyond the bound.
};

/// Runs the rules over a sealed inventory. A kind without a row in `coverage` counts as not read.
/// The same objects give the same result, whatever the order they came in. Pure; thread: any.
/// `without`: a rule that is left out; tests use it.
analysis_result analyze(const inventory& objects, const scope& asked,
                        std::span<const kind_coverage> coverage, std::string_view without = {});

} // namespace kubesage::analysis
