// Reads JSON lines {command or args, roles, version} and prints what the policy says: allow, deny
// or unparsable; `broken` where an accepted command, printed and judged again, gives another plan.

#include "http/wire/json.hpp"
#include "k8s/policy/table.hpp"
#include "k8s/policy/write_argv.hpp"
#include "tests/k8s/policy/policy_fixture.hpp"

#include <iostream>

namespace kubesage::policy {
namespace {

constexpr std::size_t max_kinds = 8; ///< A category is written out, and may be longer than a list.

bool prints_as_itself(const plan& made, command_request request) {
  if (made.kinds.size() > max_kinds)
    return true;
  const auto words = canonical_words(policy_table::built_in(), made);
  request.command = std::span<const std::string>{words};
  const auto apart = decide(request);
  const auto line = quoted_line(words);
  request.command = std::string_view{line};
  const auto together = line.size() <= 4096 ? decide(request) : apart;
  const auto* first = std::get_if<plan>(&apart);
  const auto* second = std::get_if<plan>(&together);
  return first != nullptr && second != nullptr && first->argv == made.argv
         && second->argv == made.argv;
}

std::string_view judge(const command_request& request) {
  const auto said = decide(request);
  if (const auto* refused = std::get_if<refusal>(&said))
    return refused->is_unparsable ? "unparsable" : "deny";
  return prints_as_itself(std::get<plan>(said), request) ? "allow" : "broken";
}

std::string argv_of(const command_request& request) {
  std::string text;
  json_writer out{text};
  out.open_array();
  const auto said = decide(request);
  if (const auto* made = std::get_if<plan>(&said))
    for (const auto& word : made->argv)
      out.value(word);
  out.close_array();
  return text;
}

} // namespace
} // namespace kubesage::policy

int main(int count, char** arguments) {
  const bool prints_argv = count > 1 && std::string_view{arguments[1]} == "--argv";
  simdjson::dom::parser parser;
  std::string line;
  while (std::getline(std::cin, line)) {
    simdjson::dom::element row;
    if (parser.parse(line).get(row) != simdjson::SUCCESS) {
      std::cout << "bad\n";
      continue;
    }
    const kubesage::policy::recorded_request recorded{row};
    if (prints_argv)
      std::cout << kubesage::policy::argv_of(recorded.request) << '\n';
    else
      std::cout << kubesage::policy::judge(recorded.request) << '\n';
  }
}
