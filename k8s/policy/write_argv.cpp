#include "k8s/policy/write_argv.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/operands.hpp"

#include <algorithm>
#include <utility>

namespace kubesage::policy {

namespace {

void add_verb(std::vector<std::string>& words, std::string_view verb) {
  all_parts(verb, ' ', 3, [&](std::string_view word) {
    words.emplace_back(word);
    return true;
  });
}

std::string written(std::string_view name, std::string_view value) {
  std::string result{"--"};
  result += name;
  result += '=';
  result += value;
  return result;
}

const verb_rule* rule_of(const policy_table& table, const plan& made) {
  const auto row = table.spellings.find(made.verb);
  return row == table.spellings.end() ? nullptr : row->second;
}

/// `flags` between verb and operands. kubectl takes what stands behind `--` of `create` for the
/// command of a container, so a new name stands before the flags and without it.
std::vector<std::string> assemble(const verb_rule& verb, const plan& made,
                                  const std::vector<std::string>& arguments,
                                  std::vector<std::string> words,
                                  const std::vector<std::string>& flags) {
  add_verb(words, made.verb);
  const auto operands = write_operands(verb, made, arguments);
  const bool is_new = verb.operands == operand_shape::new_name;
  if (is_new)
    words.insert(words.end(), operands.begin(), operands.end());
  words.insert(words.end(), flags.begin(), flags.end());
  if (!is_new && !operands.empty()) {
    words.emplace_back("--");
    words.insert(words.end(), operands.begin(), operands.end());
  }
  return words;
}

std::vector<std::string> written(const std::vector<flag_use>& flags) {
  std::vector<std::string> words;
  for (const auto& flag : flags)
    words.push_back(written(flag.name, flag.value));
  return words;
}

} // namespace

std::vector<std::string> write_operands(const verb_rule& verb, const plan& made,
                                        const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  switch (verb.operands) {
  case operand_shape::none:
    return words;
  case operand_shape::nodes:
  case operand_shape::optional_name:
  case operand_shape::new_name:
    return made.names;
  case operand_shape::field_path:
  case operand_shape::access:
    return arguments;
  case operand_shape::log_source:
    words = made.names;
    break;
  default:
    if (made.objects.empty()) {
      std::string list;
      for (const auto& kind : made.kinds)
        list += (list.empty() ? "" : ",") + kind.qualified_name();
      words.push_back(std::move(list));
      words.insert(words.end(), made.names.begin(), made.names.end());
    }
  }
  for (const auto& object : made.objects)
    words.push_back(object.kind.qualified_name() + '/' + object.name);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::vector<std::string> canonical_words(const policy_table& table, const plan& made) {
  return canonical_words(table, made, made.flags, made.arguments);
}

std::vector<std::string> canonical_words(const policy_table& table, const plan& made,
                                         const std::vector<flag_use>& flags,
                                         const std::vector<std::string>& arguments) {
  const auto* verb = rule_of(table, made);
  if (verb == nullptr)
    return {};
  return assemble(*verb, made, arguments, {}, written(flags));
}

std::vector<std::string> write_argv(const policy_table& table, const plan& made,
                                    kubectl_version version, std::chrono::seconds request_timeout) {
  const auto* verb = rule_of(table, made);
  if (verb == nullptr)
    return {};
  auto flags = written(made.flags);
  for (const auto& forced : verb->forced) {
    const auto* known = find_flag(table, *verb, forced.name);
    if (known == nullptr || !known->versions.has(version) || made.has(forced.name))
      continue;
    const auto choice =
        std::find_if(forced.choices.begin(), forced.choices.end(),
                     [version](const auto& each) { return each.versions.has(version); });
    if (choice == forced.choices.end())
      continue;
    const bool is_set_by_caller = forced.name == "request-timeout" && request_timeout.count() > 0;
    flags.push_back(written(forced.name, is_set_by_caller
                                             ? std::to_string(request_timeout.count()) + 's'
                                             : choice->value));
  }
  return assemble(*verb, made, made.arguments, {"kubectl"}, flags);
}

} // namespace kubesage::policy
