#pragma once

#include "actors/session_work.hpp"

namespace kubesage {

// session_record.cpp: what a session tells of the record of what happened.
void handle(session_pointer self, const call_ptr& request, const list_events& what);
void handle(session_pointer self, const call_ptr& request, const list_audit& what);
void handle(session_pointer self, const call_ptr& request, const verify_audit& what);
void handle(session_pointer self, const call_ptr& request, const stream_events& what);

/// Tells the user's streams how far the durable events have come.
void tell_streams(const session_state& state) noexcept;

} // namespace kubesage
