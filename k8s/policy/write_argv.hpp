#pragma once

#include "k8s/policy/table.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace kubesage::policy {

/// The command as its user could have written it, in full: `get --output=json -- pods x`.
std::vector<std::string> canonical_words(const policy_table& table, const plan& made);

/// The same with other flags and arguments than the plan's.
std::vector<std::string> canonical_words(const policy_table& table, const plan& made,
                                         const std::vector<flag_use>& flags,
                                         const std::vector<std::string>& arguments);

/// What kubectl gets: the same with `kubectl` in front and the forced flags that `version` knows.
std::vector<std::string> write_argv(const policy_table& table, const plan& made,
                                    kubectl_version version, std::chrono::seconds request_timeout);

/// One line that the tokenizer reads as `words` again.
std::string quoted_line(const std::vector<std::string>& words);

/// The canonical line with its filters and without what may be secret.
std::string masked_line(const policy_table& table, const plan& made);

} // namespace kubesage::policy
