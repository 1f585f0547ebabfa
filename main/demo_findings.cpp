#include "main/demo_findings.hpp"

#include "main/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace kubesage {
namespace {

constexpr std::size_t columns = 4;
using row = std::array<std::string, columns>;
using element = simdjson::dom::element;

std::string text_of(simdjson::simdjson_result<element> field) {
  std::string_view text;
  return field.get(text) == simdjson::SUCCESS ? printable(text) : std::string{};
}

row row_of(const element& problem) {
  auto name = text_of(problem["name"]);
  if (const auto space = text_of(problem["namespace"]); !space.empty())
    name = space + "/" + name;
  return {text_of(problem["severity"]), text_of(problem["kind"]), std::move(name),
          text_of(problem.at_pointer("/errors/0/Text"))};
}

} // namespace

std::string demo_findings(const simdjson::dom::array& problems, std::size_t max_rows) {
  std::vector<row> rows{{"SEVERITY", "KIND", "NAMESPACE/NAME", "PROBLEM"}};
  std::size_t left = 0;
  for (const auto each : problems) {
    element problem;
    if (rows.size() > max_rows)
      ++left;
    else if (each["problem"].get(problem) == simdjson::SUCCESS)
      rows.push_back(row_of(problem));
  }
  std::array<std::size_t, columns> widths{};
  for (const auto& each : rows)
    for (std::size_t i = 0; i + 1 < columns; ++i)
      widths[i] = std::max(widths[i], width_of(each[i]));
  std::string out;
  for (const auto& each : rows) {
    out += "  ";
    for (std::size_t i = 0; i + 1 < columns; ++i)
      out.append(each[i]).append(widths[i] - width_of(each[i]) + 2, ' ');
    out.append(each.back()).append("\n");
  }
  if (left > 0)
    out.append("  and ").append(std::to_string(left)).append(" more\n");
  return out;
}

std::size_t rules_in(const simdjson::dom::array& problems) {
  std::set<std::string_view> rules;
  for (const auto each : problems) {
    simdjson::dom::array ids;
    if (each["problem"]["rule_ids"].get(ids) != simdjson::SUCCESS)
      continue;
    for (const auto id : ids) {
      std::string_view text;
      if (id.get(text) == simdjson::SUCCESS)
        rules.insert(text);
    }
  }
  return rules.size();
}

} // namespace kubesage
