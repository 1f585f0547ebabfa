#include "k8s/policy/asked_operands.hpp"

#include "k8s/policy/characters.hpp"
#include "k8s/policy/operand_faults.hpp"

#include <algorithm>

namespace kubesage::policy {

namespace {

std::optional<refusal> check_target(const policy_table& table, std::string_view target,
                                    const kind_source& kinds, plan& out) {
  const auto bad = deny(target, "A kind, KIND/NAME or a path is asked about.", "operand:target");
  if (target.starts_with('/'))
    return target.size() <= 253 && consists_of(target, "-._/*") && is_path(target, 253)
               ? std::nullopt
               : std::optional{bad};
  const auto slash = target.find('/');
  const auto kind = target.substr(0, slash);
  if (kind.empty() || kind.size() > 253 || (kind != "*" && !consists_of(kind, "-.")))
    return bad;
  if (const auto* found = kinds.find(kind))
    out.kinds.push_back(*found);
  if (slash == std::string_view::npos)
    return std::nullopt;
  const auto name = target.substr(slash + 1);
  const auto& never = table.never_named;
  if (!is_name(name) || std::find(never.begin(), never.end(), name) != never.end())
    return bad;
  return std::nullopt;
}

} // namespace

std::optional<refusal> read_field_path(const parsed_command& command, const kind_source& kinds,
                                       plan& out) {
  const auto& words = command.operands;
  const auto& verb = *command.verb;
  if (words.size() != 1)
    return words.empty() ? needs_operand(verb, "a kind") : surplus(words[1]);
  const std::string_view path = words[0];
  if (path.size() > 253 || !is_letter(path.front()) || !consists_of(path, ".-")
      || path.ends_with('.') || path.find("..") != std::string_view::npos)
    return deny(path, "A field is written as kind.field.field.", "operand:path");
  if (const auto* kind = kinds.find(path.substr(0, path.find('.'))))
    out.kinds.push_back(*kind);
  out.arguments.emplace_back(path);
  return std::nullopt;
}

std::optional<refusal> read_access(const policy_table& table, const parsed_command& command,
                                   const kind_source& kinds, plan& out) {
  const auto& words = command.operands;
  const auto& verb = *command.verb;
  if (words.empty())
    return command.is_true("list") ? std::nullopt
                                   : std::optional{needs_operand(verb, "a verb and a kind")};
  if (words.size() > 3)
    return surplus(words[3]);
  if (words.size() < 2)
    return needs_operand(verb, "a verb and a kind");
  if (words[0] != "*" && (words[0].size() > 63 || !consists_of(words[0], "-")))
    return deny(words[0], "A verb has letters only.", "operand:verb");
  if (auto fault = check_target(table, words[1], kinds, out))
    return fault;
  if (words.size() == 3 && !is_name(words[2]))
    return bad_name(words[2]);
  out.arguments.assign(words.begin(), words.end());
  return std::nullopt;
}

} // namespace kubesage::policy
