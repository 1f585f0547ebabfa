#pragma once

#include "k8s/policy/plan.hpp"
#include "messages/cluster.hpp"
#include "messages/execution.hpp"
#include "persistence/executions.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubesage {

/// The answer of the classic route to a command that ran, in the order of the contract's keys.
std::string render_executed(const cluster_facts& facts, std::string_view command,
                            wall_time executed_at, const execution_result& result);

/// One execution; `output` and `error` stand in it where they are known.
std::string render_execution(const execution_record& record,
                             const std::optional<execution_result>& result = std::nullopt);

/// A page of the history; `next` is the id below which the next page begins, 0 at the end.
std::string render_executions(const std::vector<execution_record>& records, std::int64_t next);

/// What the policy says about a command that is not run.
std::string render_decision(const policy::plan& allowed);
std::string render_decision(const policy::refusal& refused);

/// `detail` of a refused command: the word, why, and the rule.
std::string explain(const policy::refusal& refused);

} // namespace kubesage
