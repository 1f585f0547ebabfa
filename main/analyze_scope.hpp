#pragma once

#include "config/command_line.hpp"
#include "k8s/analyzers/rules.hpp"

#include <optional>

#include <caf/expected.hpp>

namespace kubesage {

/// What `analyze` shall look at and when it shall fail.
struct analyze_scope {
  analysis::scope asked;
  std::optional<analysis::severity> fail_on;
};

/// Reads the words of the flags. A severity that `--fail-on` needs is looked at even where
/// `--severity` leaves it out. Errors: `validation_failed` naming flag, word and what is known.
caf::expected<analyze_scope> parse_analyze_scope(const analyze_flags& flags);

} // namespace kubesage
