#include "k8s/policy/policy_document.hpp"

#include "http/wire/json.hpp"
#include "k8s/policy/policy_data.hpp"
#include "k8s/policy/table.hpp"

#include <simdjson.h>

namespace kubesage::policy {

namespace {

constexpr kubectl_version no_since{0, 0};
constexpr kubectl_version no_until{999, 0};

std::string_view name_of(command_class needs) {
  switch (needs) {
  case command_class::read:
    return "read";
  case command_class::operator_:
    return "operator";
  case command_class::admin:
    break;
  }
  return "admin";
}

std::string_view role_for(command_class needs) {
  return needs == command_class::read ? "viewer" : name_of(needs);
}

std::string_view name_of(flag_type type) {
  switch (type) {
  case flag_type::boolean:
    return "bool";
  case flag_type::text:
    return "string";
  case flag_type::number:
    return "int";
  case flag_type::duration:
    return "duration";
  case flag_type::list:
    break;
  }
  return "list";
}

void write_versions(json_writer& out, const version_span& span, kubectl_version version) {
  if (span.since != no_since)
    out.field("since", span.since.text());
  if (span.until != no_until)
    out.field("until", span.until.text());
  out.field("available", span.has(version));
}

void write_flag(json_writer& out, const flag_rule& flag, kubectl_version version) {
  out.open_object().field("name", flag.name);
  if (flag.short_name != '\0')
    out.field("short", std::string_view{&flag.short_name, 1});
  out.field("type", name_of(flag.type));
  out.field("decision", flag.is_allowed ? "allow" : "deny");
  if (flag.is_allowed) {
    out.field("value", flag.grammar.text());
    if (flag.max_uses > 1)
      out.field("max_uses", static_cast<std::uint64_t>(flag.max_uses));
  } else {
    out.field("reason", flag.reason);
  }
  write_versions(out, flag.versions, version);
  if (!flag.values.empty()) {
    out.key("values").open_array();
    for (const auto& each : flag.values) {
      out.open_object().field("value", each.pattern);
      write_versions(out, each.versions, version);
      out.close_object();
    }
    out.close_array();
  }
  out.close_object();
}

void write_flags(json_writer& out, std::string_view key, const std::vector<flag_rule>& flags,
                 kubectl_version version) {
  out.key(key).open_array();
  for (const auto& flag : flags)
    write_flag(out, flag, version);
  out.close_array();
}

void write_forced(json_writer& out, const policy_table& table, const verb_rule& verb,
                  kubectl_version version) {
  out.key("forced").open_array();
  for (const auto& forced : verb.forced) {
    const auto* flag = find_flag(table, verb, forced.name);
    if (flag == nullptr || !flag->versions.has(version))
      continue;
    for (const auto& choice : forced.choices)
      if (choice.versions.has(version))
        out.value('-' + ('-' + forced.name) + '=' + choice.value);
  }
  out.close_array();
}

void write_verb(json_writer& out, const policy_table& table, const verb_rule& verb,
                kubectl_version version) {
  out.open_object().field("name", verb.name);
  out.field("decision", verb.is_denied ? "deny" : "allow");
  if (verb.is_denied) {
    out.field("reason", verb.reason);
  } else {
    out.field("class", name_of(verb.needs)).field("role", role_for(verb.needs));
    out.field("writes", verb.writes);
    write_forced(out, table, verb, version);
  }
  write_versions(out, verb.versions, version);
  write_flags(out, "flags", verb.flags, version);
  out.close_object();
}

/// Members of the file that are already as they shall be shown.
void copy_members(json_writer& out) {
  const auto text = policy_file("kubectl_policy.json");
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(text.data(), text.size()).get_object().get(root) != simdjson::SUCCESS)
    return;
  for (const std::string_view name :
       {"versions", "default", "limits", "grammars", "delete", "never_groups",
        "never_written_groups", "protected_keys", "protected_members"}) {
    simdjson::dom::element value;
    if (root[name].get(value) == simdjson::SUCCESS)
      out.key(name).raw(simdjson::minify(value));
  }
}

} // namespace

std::string policy_document(kubectl_version version) {
  const auto& table = policy_table::built_in();
  std::string text;
  json_writer out{text};
  out.open_object().field("kubectl", version.text());
  copy_members(out);
  write_flags(out, "global", table.global, version);
  out.key("verbs").open_array();
  for (const auto& verb : table.verbs)
    write_verb(out, table, verb, version);
  out.close_array().close_object();
  return text;
}

} // namespace kubesage::policy
