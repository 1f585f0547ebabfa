#pragma once

#include "k8s/analyzers/problem.hpp"
#include "k8s/solutions/pseudonyms.hpp"

#include <string>
#include <string_view>

namespace kubesage::solutions {

/// Part of every fingerprint: a change of the words below must change it.
inline constexpr std::string_view prompt_version = "1";

/// What the model is told before it is shown a problem; the same for all.
std::string_view instructions();

/// One problem as it leaves the process.
struct prompt {
  std::string text;  ///< The data of the problem between two marks, at most about 12 KiB.
  pseudonyms hidden; ///< What the words in `text` stand for.
};

/// Shows the worst finding of `about` and its built-in solution with every name, address and
/// unknown word replaced. `user_key` as for `pseudonyms`. Pure; thread: any.
prompt make_prompt(const analysis::problem_with_solution& about, std::string user_key);

/// Names what a prompt asks: 64 hexadecimal digits over rule, text, model and the version of the
/// prompt. Problems of one user that differ in names alone have the same.
std::string fingerprint_of(const prompt& asked, std::string_view rule_id, std::string_view model);

} // namespace kubesage::solutions
