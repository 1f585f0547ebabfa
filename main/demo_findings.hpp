#pragma once

#include <cstddef>
#include <string>

#include <simdjson.h>

namespace kubesage {

/// The `problems_with_solutions` of a report as the API gives it, for people: a row for each of the
/// first `max_rows` problems, what a cluster said without its controls, and how many more there
/// are. Each line is indented by two. Pure.
std::string demo_findings(const simdjson::dom::array& problems, std::size_t max_rows);

/// How many rules speak in them. Pure.
std::size_t rules_in(const simdjson::dom::array& problems);

} // namespace kubesage
