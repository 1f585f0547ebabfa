#include "k8s/analyzers/rules_document.hpp"

#include "k8s/analyzers/remedy.hpp"
#include "k8s/analyzers/rules.hpp"

#include <array>

namespace kubesage::analysis {

namespace {

std::string severity_text(const rule& row) {
  std::string text{name_of(row.level)};
  return row.is_lint ? text + " (lint)" : text;
}

} // namespace

std::string rules_document() {
  std::string text =
      "# What an analysis finds\n"
      "\n"
      "Written by a test from the table of rules in `k8s/analyzers/`. LOW and INFO are shown only\n"
      "when asked for by `severity`; rules marked *lint* run only then. A rule that says that\n"
      "something does not exist is silent where not all of it could be read.\n";
  for (const auto type : all_resource_types()) {
    text.append("\n## ").append(row_of(type).name);
    text += "\n\n| rule | severity | kind | condition | field |\n|---|---|---|---|---|\n";
    for (const auto& row : rule_table()) {
      if (row.type != type)
        continue;
      text.append("| `").append(row.id).append("` | ").append(severity_text(row)).append(" | ");
      text.append(row.kind).append(" | ").append(row.condition).append(" | `").append(row.field);
      text.append("`: ").append(row.documentation).append(" |\n");
    }
  }
  return text;
}

} // namespace kubesage::analysis
