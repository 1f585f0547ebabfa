#include "main/analyze_table.hpp"

#include "main/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace kubesage {

namespace {

constexpr std::size_t columns = 5;
// A longer text moves what stands behind it instead of widening the column of all rows.
constexpr std::size_t max_width = 72;

using row = std::array<std::string, columns>;

std::vector<row> rows_of(const k8s::analysis_report& report) {
  std::vector<row> rows{{"SEVERITY", "KIND", "NAMESPACE/NAME", "PROBLEM", "FIX"}};
  for (const auto& [what, how, worst] : report.problems) {
    const auto name =
        what.kube_namespace.empty() ? what.name : what.kube_namespace + "/" + what.name;
    for (std::size_t i = 0; i < what.errors.size(); ++i) {
      const bool is_first = i == 0;
      auto& added = rows.emplace_back();
      added[3] = printable(what.errors[i].text);
      if (!is_first)
        continue;
      added[0] = name_of(what.level);
      added[1] = printable(what.kind);
      added[2] = printable(name);
      added[4] = printable(how.summary);
    }
  }
  return rows;
}

void append_rows(std::string& out, const std::vector<row>& rows) {
  std::array<std::size_t, columns> widths{};
  for (const auto& each : rows)
    for (std::size_t i = 0; i < columns; ++i)
      widths[i] = std::max(widths[i], std::min(width_of(each[i]), max_width));
  for (const auto& each : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) {
      line += each[i];
      const auto width = width_of(each[i]);
      line.append(width < widths[i] ? widths[i] - width : 0, ' ').append("  ");
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
}

} // namespace

std::string analyze_table(const k8s::analysis_report& report) {
  std::string out;
  std::string gaps;
  std::size_t objects = 0;
  for (const auto& each : report.coverage) {
    objects += each.objects;
    if (each.status != analysis::read_status::ok)
      gaps += "  " + printable(each.resource_type) + ": " + std::string{name_of(each.status)}
              + (each.reason.empty() ? "" : ", " + printable(each.reason)) + "\n";
  }
  if (report.problems.empty())
    out += gaps.empty() ? "No problems found.\n" : "No problems found in what could be read.\n";
  else
    append_rows(out, rows_of(report));
  out += "\n" + std::to_string(report.findings.size()) + " findings about "
         + std::to_string(report.problems.size()) + " of " + std::to_string(objects) + " objects\n";
  if (report.left_out > 0)
    out += std::to_string(report.left_out) + " further findings are not shown\n";
  if (!gaps.empty())
    out += "\nNot everything could be read; what was not seen may be unwell:\n" + gaps;
  return out;
}

} // namespace kubesage
