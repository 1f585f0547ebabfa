#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// What came from a cluster must not speak to the terminal. Pure functions.
namespace kubesage {

/// `text` in one line without controls, invalid UTF-8 and marks that turn the direction of writing:
/// each is replaced, white space by a blank.
std::string printable(std::string_view text);

/// `json` with such characters escaped where JSON itself leaves them; it says the same.
std::string escape_controls(std::string_view json);

/// How many characters `text`, which is valid UTF-8, has.
std::size_t width_of(std::string_view text);

} // namespace kubesage
