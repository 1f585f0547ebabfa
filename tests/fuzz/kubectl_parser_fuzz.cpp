// No line of bytes may upset the kubectl policy, and what it accepts, printed and judged again,
// must be the same command. scripts/fuzz builds and runs it over a copy of
// tests/fuzz/kubectl_parser_corpus.

#include "k8s/policy/decide.hpp"
#include "k8s/policy/table.hpp"
#include "k8s/policy/write_argv.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

constexpr std::size_t max_kinds = 8; ///< A category is written out, and may be longer than a list.

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kubesage::policy;
  command_request request;
  request.command = std::string_view{reinterpret_cast<const char*>(data), size};
  request.roles = kubesage::role_set::all();
  const auto said = decide(request);
  const auto* made = std::get_if<plan>(&said);
  if (made == nullptr || made->kinds.size() > max_kinds)
    return 0;
  if (made->argv.size() < 2 || made->argv.front() != "kubectl")
    std::abort();
  const auto words = canonical_words(policy_table::built_in(), *made);
  const auto line = quoted_line(words);
  if (line.size() > 4096) // in full it may be longer than its user's
    return 0;
  request.command = std::string_view{line};
  const auto again = decide(request);
  const auto* same = std::get_if<plan>(&again);
  if (same == nullptr || same->argv != made->argv)
    std::abort();
  return 0;
}
