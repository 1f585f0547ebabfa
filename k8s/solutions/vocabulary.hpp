#pragma once

#include <string_view>

namespace kubesage::solutions {

/// Whether `word` (ASCII letters and hyphens, any case) belongs to the language of Kubernetes and
/// of its error messages, and so says nothing about whose cluster it is. What is not in the list
/// never leaves the process. Thread: any.
bool is_common_word(std::string_view word);

/// The same for a term in camel case, `CrashLoopBackOff`: each of its words must be common.
bool is_common_term(std::string_view term);

} // namespace kubesage::solutions
