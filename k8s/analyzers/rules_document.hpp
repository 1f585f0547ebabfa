#pragma once

#include <string>

namespace kubesage::analysis {

/// The table of all rules in Markdown: `docs/analysis-rules.md`.
std::string rules_document();

} // namespace kubesage::analysis
