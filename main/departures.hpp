#pragma once

#include "actors/departure_inbox.hpp"
#include "config/settings.hpp"
#include "messages/call.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kubesage {

/// The servers of `nats.url` as NATS takes them.
std::string joined_urls(const settings& options);

/// Has users forgotten whom other services report to have left. Null: the settings turn it off.
/// `dispatch` is called from the inbox's thread; it must outlive the inbox.
std::unique_ptr<departure_inbox> hear_of_departures(const settings& options,
                                                    std::function<void(call_ptr)> dispatch);

} // namespace kubesage
