#pragma once

#include "http/edge/routes.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace kubesage {

using path_parameters = std::array<std::string, 2>;

/// What a method and a path mean.
struct route_match {
  errc code = errc::none;     ///< `route_not_found`, `method_not_allowed` or `malformed_request`.
  const route* row = nullptr; ///< Set when `code` is `none`.
  path_parameters parameters; ///< Decoded, in the order of the path; may be empty.
  std::string allow;          ///< For `method_not_allowed`: the Allow header.
};

/// Finds the row for `method` and `path` (the target up to the question mark). Percent encoding is
/// taken off once, in the parameter only. Bytes that no stored name can have are refused there.
route_match find_route(listener where, std::string_view method, std::string_view path);

/// Takes percent encoding off once. None for a broken escape, invalid UTF-8, a control character or
/// an encoded `/`, `\` or `%`, which would mean something else to whoever decodes again.
std::optional<std::string> decode_segment(std::string_view segment);

/// The values of `name` in a query; none when it is absent. Values are not decoded: the ones that
/// the routes know need no escapes. `count` tells how often the name occurs.
struct query_value {
  int count = 0;
  std::string_view value;
};
query_value find_query(std::string_view query, std::string_view name);

/// Every value of `name` in a query, in order, percent encoding taken off; one whose escapes are
/// broken stays as it is.
std::vector<std::string> find_all(std::string_view query, std::string_view name);

} // namespace kubesage
