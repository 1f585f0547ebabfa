#pragma once

#include "http/edge/request_parser.hpp"
#include "http/edge/route.hpp"
#include "messages/call.hpp"

#include <string_view>

namespace kubesage {

/// Whether `what` asks about the user's events or audit.
bool is_about_record(operation what) noexcept;

/// The request of such a route, from its query and header; with faults it is of no use.
call_request read_record_request(operation what, std::string_view query, const request_head& head,
                                 fault_list& faults);

} // namespace kubesage
