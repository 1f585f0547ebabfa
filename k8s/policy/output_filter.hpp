#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace kubesage::policy {

/// One `| head -N`, `| tail -N`, `| grep [-i] [-v] P` or `| wc -l` behind a command.
struct output_filter {
  enum class kind : std::uint8_t { head, tail, grep, count_lines };
  kind what = kind::head;
  std::size_t lines = 10;    ///< `head`, `tail`.
  std::string pattern;       ///< `grep`: a basic regular expression.
  bool ignores_case = false; ///< `grep -i`.
  bool is_inverted = false;  ///< `grep -v`.
};

} // namespace kubesage::policy
