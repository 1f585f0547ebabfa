#pragma once

#include "messages/call.hpp"
#include "persistence/outbox_meter.hpp"

#include <string_view>

namespace kubesage {

/// Why `request` is not begun while so many events wait for the stream; empty: it is. Deletions and
/// what leaves no event always are; reads that are recorded have a reserve.
std::string_view refusal_of(const call_request& request, outbox_level level);

} // namespace kubesage
