#pragma once

#include "messages/ids.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace kubesage {

inline constexpr std::size_t longest_departure_message = 64U << 10U;

/// The user whom a message of another service says to have left: `user_id`, a positive integer or
/// its decimal text, at the top of a JSON object or in its `data`. None for any other message.
std::optional<user_id> departed_user(std::string_view payload);

} // namespace kubesage
