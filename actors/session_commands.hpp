#pragma once

#include "actors/session_work.hpp"

#include <map>
#include <string>

namespace kubesage {

/// Puts the stored rules into the session's memory. One that does not parse denies everything:
/// a restriction must not get lost.
void take_rules(session_state& state, const std::map<cluster_id, std::string>& texts);

/// Records the end of what a crash has interrupted: its outcome is unknown.
void settle(session_pointer self, std::vector<execution_record> interrupted);

/// An EXECUTOR has finished: records it, then answers whoever waits.
void on_executed(session_pointer self, execution_result& result);

// session_commands.cpp: judging commands.
void handle(session_pointer self, const call_ptr& request, const execute_command& what);

// session_executions.cpp: starting and ending them.
void handle(session_pointer self, const call_ptr& request, const cancel_execution& what);
void handle(session_pointer self, const call_ptr& request, const settle_interrupted& what);

/// Makes the intent to run an allowed command durable, then starts it. Call it from a job that
/// `enqueue_write` runs.
void begin_command(session_pointer self, const call_ptr& request, policy::plan plan);

/// The history's row about the command in `request`, as it begins.
execution_record record_of(const session_state& state, const call& request, execution_id id);

/// Counts an execution of `cluster`, and now and then deletes the oldest of a long history.
void trim_history(session_pointer self, cluster_id cluster);

// session_history.cpp: what was run, and what would have been.
void handle(session_pointer self, const call_ptr& request, const list_executions& what);
void handle(session_pointer self, const call_ptr& request, const get_execution& what);

// session_forget.cpp: users that leave.
void handle(session_pointer self, const call_ptr& request, const forget_user& what);

// session_rules.cpp: restrictions on top of the policy.
void handle(session_pointer self, const call_ptr& request, const get_command_rules& what);
void handle(session_pointer self, const call_ptr& request, const put_command_rules& what);
void handle(session_pointer self, const call_ptr& request, const simulate_command_rules& what);

/// The rules that hold for commands in `cluster`: the user's, then the cluster's.
std::vector<policy::rule> rules_for(const session_state& state, const owned_cluster& cluster);

} // namespace kubesage
