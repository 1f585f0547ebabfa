#include "k8s/policy/decide.hpp"

#include "k8s/policy/operands.hpp"
#include "k8s/policy/parser.hpp"
#include "k8s/policy/protected_patch.hpp"
#include "k8s/policy/refuse.hpp"
#include "k8s/policy/table.hpp"
#include "k8s/policy/tokenizer.hpp"
#include "k8s/policy/write_argv.hpp"

#include <algorithm>
#include <utility>

namespace kubesage::policy {

namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Calls `check` with every kind of the plan until it refuses one.
template <class Check>
std::optional<refusal> each_kind(const plan& made, Check check) {
  for (const auto& kind : made.kinds)
    if (auto fault = check(kind))
      return fault;
  for (const auto& object : made.objects)
    if (auto fault = check(object.kind))
      return fault;
  return std::nullopt;
}

/// Whether the command only asks about a kind, and reads and writes no object of it.
bool asks_only(const verb_rule& verb) {
  return verb.operands == operand_shape::field_path || verb.operands == operand_shape::access;
}

class judge {
public:
  judge(const command_request& request, const policy_table& table)
      : request_(request),
        table_(table), kinds_{&k8s::kind_catalog::built_in(), request.discovered} {}

  decision run() {
    auto tokens = std::holds_alternative<std::string_view>(request_.command)
                      ? tokenize(std::get<std::string_view>(request_.command))
                      : take_words(std::get<std::span<const std::string>>(request_.command));
    if (auto* fault = std::get_if<refusal>(&tokens))
      return std::move(*fault);
    auto& list = std::get<token_list>(tokens);
    if (const auto* verb = verb_of(table_, list.words))
      verb_ = verb->name;
    auto parsed = parse(table_, request_.version, list.words);
    if (auto* fault = std::get_if<refusal>(&parsed))
      return std::move(*fault);
    command_ = std::get<parsed_command>(std::move(parsed));
    made_.filters = std::move(list.filters);
    take_flags();
    if (auto fault = read_operands(table_, command_, kinds_, made_))
      return std::move(*fault);
    made_.audit_text = masked_line(table_, made_);
    if (auto fault = check()) {
      fault->audit_text = made_.audit_text;
      return std::move(*fault);
    }
    made_.argv = write_argv(table_, made_, request_.version, request_.request_timeout);
    return std::move(made_);
  }

  [[nodiscard]] const std::string& verb() const noexcept {
    return verb_;
  }

private:
  std::optional<refusal> check() {
    for (const auto each : {&judge::check_kinds, &judge::check_delete, &judge::check_body,
                            &judge::check_events_of, &judge::check_roles})
      if (auto fault = (this->*each)())
        return fault;
    return apply_rules(request_.rules, made_);
  }

  void take_flags() {
    made_.verb = command_.verb->name;
    made_.needs = command_.verb->needs;
    for (const auto& flag : command_.flags)
      made_.flags.push_back({flag.rule->name, flag.value});
    if (const auto* name = command_.value_of("namespace"))
      made_.kube_namespace = *name;
    made_.is_all_namespaces = command_.is_true("all-namespaces");
  }

  std::optional<refusal> check_kinds() {
    if (asks_only(*command_.verb))
      return std::nullopt;
    return each_kind(made_, [this](const k8s::api_resource& kind) -> std::optional<refusal> {
      if (contains(table_.never_groups, kind.group)
          || (command_.verb->writes && contains(table_.never_written_groups, kind.group)))
        return deny(kind.qualified_name(), "This kind gives rights and is refused.",
                    "kind:protected");
      made_.touches_secrets = made_.touches_secrets || is_secret(kind);
      return std::nullopt;
    });
  }

  std::optional<refusal> check_delete() {
    if (made_.verb != "delete")
      return std::nullopt;
    made_.needs = command_class::operator_;
    return each_kind(made_, [this](const k8s::api_resource& kind) -> std::optional<refusal> {
      const auto name = kind.qualified_name();
      if (contains(table_.operator_deletes, name))
        return std::nullopt;
      made_.needs = command_class::admin;
      if (contains(table_.admin_deletes, name))
        return std::nullopt;
      return deny(name, "Objects of this kind are not deleted from here.", "delete:kind");
    });
  }

  std::optional<refusal> check_body() {
    if (made_.verb != "patch")
      return std::nullopt;
    const auto* body = command_.value_of("patch");
    if (body == nullptr)
      return refusal{false, "patch", "kubectl patch needs --patch.", "operand:missing"};
    const auto* type = command_.value_of("type");
    return check_patch(table_, type != nullptr ? *type : "strategic", *body);
  }

  /// `events --for=TYPE/NAME`.
  std::optional<refusal> check_events_of() {
    const auto* about = made_.verb == "events" ? command_.value_of("for") : nullptr;
    if (about == nullptr)
      return std::nullopt;
    object_reference object;
    if (auto fault = read_reference(table_, *about, kinds_, object))
      return fault;
    made_.touches_secrets = is_secret(object.kind);
    return std::nullopt;
  }

  std::optional<refusal> check_roles() {
    if (made_.touches_secrets) {
      if (command_.verb->writes)
        made_.needs = command_class::admin;
      if (!request_.roles.has(role::secret_reader))
        return lacks(role::secret_reader);
    }
    const auto needed = made_.needs == command_class::admin       ? role::admin
                        : made_.needs == command_class::operator_ ? role::operator_
                                                                  : role::viewer;
    return request_.roles.has(needed) ? std::nullopt : std::optional{lacks(needed)};
  }

  [[nodiscard]] refusal lacks(role needed) const {
    const std::string name{name_of(needed)};
    return {false, made_.verb, "This command needs the role " + name + '.', "role:" + name};
  }

  const command_request& request_;
  const policy_table& table_;
  kind_source kinds_;
  parsed_command command_;
  std::string verb_ = "unknown";
  plan made_;
};

} // namespace

decision decide(const command_request& request) {
  judge here{request, policy_table::built_in()};
  auto verdict = here.run();
  if (auto* refused = std::get_if<refusal>(&verdict))
    refused->verb = here.verb();
  return verdict;
}

std::string_view plan::value_of(std::string_view flag) const noexcept {
  for (auto each = flags.rbegin(); each != flags.rend(); ++each)
    if (each->name == flag)
      return each->value;
  return {};
}

bool plan::has(std::string_view flag) const noexcept {
  return std::any_of(flags.begin(), flags.end(),
                     [flag](const flag_use& each) { return each.name == flag; });
}

} // namespace kubesage::policy
