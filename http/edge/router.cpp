#include "http/edge/router.hpp"

#include <simdjson.h>

namespace kubesage {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Takes the next segment off `path`, which begins with a slash.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

using raw_parameters = std::array<std::string_view, 2>;

/// Compares segment by segment; `parameters` are what stands for the `{…}`s of `pattern`.
bool matches(std::string_view pattern, std::string_view path, raw_parameters& parameters) {
  std::size_t count = 0;
  while (!pattern.empty() && !path.empty()) {
    const auto expected = next_segment(pattern);
    const auto segment = next_segment(path);
    if (expected.front() == '{') {
      if (segment.empty())
        return false;
      parameters.at(count++) = segment;
    } else if (expected != segment) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

/// What the edge answers itself may be asked for its header alone. A route with a token may not: a
/// HEAD would be a call to a session, with its audit event, for nothing.
bool takes_head(const route& row) {
  return row.method == verb::get && !row.needs;
}

bool takes(const route& row, std::string_view method) {
  return name_of(row.method) == method || (method == "HEAD" && takes_head(row));
}

/// The path without one of the prefixes of the classic routes; whether there was one.
bool strip_prefix(std::string_view& path) {
  for (const auto prefix : route_prefixes)
    if (path.size() > prefix.size() && path.starts_with(prefix) && path[prefix.size()] == '/') {
      path.remove_prefix(prefix.size());
      return true;
    }
  return false;
}

} // namespace

std::optional<std::string> decode_segment(std::string_view segment) {
  std::string text;
  text.reserve(segment.size());
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      text += segment[i];
      continue;
    }
    if (i + 2 >= segment.size())
      return std::nullopt;
    const int high = hex_value(segment[i + 1]);
    const int low = hex_value(segment[i + 2]);
    const int value = high * 16 + low;
    if (high < 0 || low < 0 || value < 0x20 || value == 0x7f || value == '/' || value == '\\'
        || value == '%')
      return std::nullopt;
    text += static_cast<char>(value);
    i += 2;
  }
  if (text == "." || text == ".." || !simdjson::validate_utf8(text.data(), text.size()))
    return std::nullopt;
  return text;
}

route_match find_route(listener where, std::string_view method, std::string_view path) {
  if (path.empty() || path.front() != '/')
    return {errc::route_not_found, nullptr, {}, {}};
  const bool is_prefixed = strip_prefix(path);
  route_match result{errc::route_not_found, nullptr, {}, {}};
  for (const auto& row : route_table) {
    raw_parameters parameters;
    if (!serves(row.where, where) || (is_prefixed && !row.is_classic)
        || !matches(row.path, path, parameters))
      continue;
    if (!takes(row, method)) {
      result.code = errc::method_not_allowed;
      result.allow.append(result.allow.empty() ? "" : ", ").append(name_of(row.method));
      if (takes_head(row))
        result.allow += ", HEAD";
      continue;
    }
    for (std::size_t i = 0; i < parameters.size() && !parameters[i].empty(); ++i) {
      auto decoded = decode_segment(parameters[i]);
      if (!decoded)
        return {errc::malformed_request, nullptr, {}, {}};
      result.parameters[i] = std::move(*decoded);
    }
    result.code = errc::none;
    result.row = &row;
    return result;
  }
  return result;
}

namespace {

/// Calls `take` with each value of `name`.
template <class Take>
void each_value(std::string_view query, std::string_view name, Take take) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name)
      take(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
  }
}

} // namespace

query_value find_query(std::string_view query, std::string_view name) {
  query_value found;
  each_value(query, name, [&found](std::string_view value) {
    ++found.count;
    found.value = value;
  });
  return found;
}

std::vector<std::string> find_all(std::string_view query, std::string_view name) {
  std::vector<std::string> values;
  each_value(query, name, [&values](std::string_view value) {
    auto decoded = decode_segment(value);
    values.push_back(decoded ? std::move(*decoded) : std::string{value});
  });
  return values;
}

} // namespace kubesage
