#include "k8s/policy/table.hpp"

#include "k8s/policy/policy_data.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <simdjson.h>

namespace kubesage::policy {

namespace {

using simdjson::dom::object;

caf::error fault(std::string_view where) {
  return caf::make_error(errc::internal, "the kubectl policy table: " + std::string{where});
}

std::string_view text_at(const object& row, std::string_view key) {
  std::string_view text;
  return row[key].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

bool truth_at(const object& row, std::string_view key) {
  bool truth = false;
  return row[key].get_bool().get(truth) == simdjson::SUCCESS && truth;
}

std::vector<std::string> texts_at(const object& row, std::string_view key) {
  std::vector<std::string> result;
  simdjson::dom::array array;
  if (row[key].get_array().get(array) != simdjson::SUCCESS)
    return result;
  for (const auto element : array) {
    std::string_view text;
    if (element.get_string().get(text) == simdjson::SUCCESS)
      result.emplace_back(text);
  }
  return result;
}

version_span span_at(const object& row) {
  version_span result;
  result.since = parse_kubectl_version(text_at(row, "since")).value_or(result.since);
  result.until = parse_kubectl_version(text_at(row, "until")).value_or(result.until);
  return result;
}

template <class Value, std::size_t Size>
std::optional<Value> look_up(const std::array<std::pair<std::string_view, Value>, Size>& pairs,
                             std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name)
      return value;
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, flag_type>, 5> flag_types{{
    {"bool", flag_type::boolean},
    {"str", flag_type::text},
    {"int", flag_type::number},
    {"dur", flag_type::duration},
    {"list", flag_type::list},
}};

constexpr std::array<std::pair<std::string_view, command_class>, 3> classes{{
    {"read", command_class::read},
    {"operator", command_class::operator_},
    {"admin", command_class::admin},
}};

constexpr std::array<std::pair<std::string_view, operand_shape>, 15> shapes{{
    {"none", operand_shape::none},
    {"resources", operand_shape::resources},
    {"objects", operand_shape::objects},
    {"object", operand_shape::object},
    {"objects+labels", operand_shape::objects_labels},
    {"objects+annotations", operand_shape::objects_annotations},
    {"objects+images", operand_shape::objects_images},
    {"objects+environment", operand_shape::objects_environment},
    {"nodes+taints", operand_shape::nodes_taints},
    {"nodes", operand_shape::nodes},
    {"optional-name", operand_shape::optional_name},
    {"new-name", operand_shape::new_name},
    {"log-source", operand_shape::log_source},
    {"field-path", operand_shape::field_path},
    {"access", operand_shape::access},
}};

bool read_values(const object& row, std::vector<value_span>& values) {
  simdjson::dom::array entries;
  if (row["values"].get_array().get(entries) != simdjson::SUCCESS)
    return row["values"].error() == simdjson::NO_SUCH_FIELD;
  for (const auto element : entries) {
    object entry;
    if (element.get_object().get(entry) != simdjson::SUCCESS || text_at(entry, "value").empty())
      return false;
    values.push_back({std::string{text_at(entry, "value")}, span_at(entry)});
  }
  return true;
}

bool read_flags(const object& rows, std::vector<flag_rule>& flags) {
  for (const auto [name, element] : rows) {
    object row;
    if (element.get_object().get(row) != simdjson::SUCCESS)
      return false;
    flag_rule flag;
    flag.name = name;
    const auto short_name = text_at(row, "short");
    flag.short_name = short_name.empty() ? '\0' : short_name.front();
    const auto type = look_up(flag_types, text_at(row, "type"));
    if (!type)
      return false;
    flag.type = *type;
    flag.is_allowed = text_at(row, "decision") == "allow";
    flag.reason = text_at(row, "reason");
    flag.bare = text_at(row, "bare");
    flag.versions = span_at(row);
    if (!read_values(row, flag.values))
      return false;
    if (flag.is_allowed) {
      auto grammar = value_grammar::parse(text_at(row, "value"));
      if (!grammar)
        return false;
      flag.grammar = std::move(*grammar);
    }
    std::uint64_t max_uses = 1;
    if (row["max"].get_uint64().get(max_uses) == simdjson::SUCCESS)
      flag.max_uses = static_cast<std::size_t>(max_uses);
    flags.push_back(std::move(flag));
  }
  return true;
}

bool read_forced(const object& rows, std::vector<forced_flag>& forced) {
  for (const auto [name, element] : rows) {
    forced_flag flag;
    flag.name = name;
    simdjson::dom::array choices;
    if (element.get_array().get(choices) != simdjson::SUCCESS)
      return false;
    for (const auto choice : choices) {
      object row;
      if (choice.get_object().get(row) != simdjson::SUCCESS)
        return false;
      flag.choices.push_back({std::string{text_at(row, "value")}, span_at(row)});
    }
    forced.push_back(std::move(flag));
  }
  return true;
}

bool read_verb(std::string_view name, const object& row, verb_rule& verb) {
  verb.name = name;
  verb.reason = text_at(row, "reason");
  verb.is_group = verb.reason == "group";
  verb.writes = truth_at(row, "writes");
  verb.kind = text_at(row, "kind");
  verb.versions = span_at(row);
  if (const auto needs = look_up(classes, text_at(row, "class"))) {
    const auto shape = look_up(shapes, text_at(row, "operands"));
    if (!shape)
      return false;
    verb.is_denied = false;
    verb.needs = *needs;
    verb.operands = *shape;
  } else if (text_at(row, "class") != "never") {
    return false;
  }
  object flags;
  object forced;
  if (row["forced"].get_object().get(forced) == simdjson::SUCCESS
      && !read_forced(forced, verb.forced))
    return false;
  return row["flags"].get_object().get(flags) == simdjson::SUCCESS && read_flags(flags, verb.flags);
}

/// `create svc clusterip`: each word of a verb may be an alias. A group stands before its verbs.
void add_spellings(policy_table& table, const verb_rule& verb, std::vector<std::string> aliases) {
  const auto blank = verb.name.rfind(' ');
  std::vector<std::string> parents{""};
  if (blank != std::string::npos) {
    parents.clear();
    const auto parent = verb.name.substr(0, blank);
    for (const auto& [spelling, rule] : table.spellings)
      if (rule->name == parent)
        parents.push_back(spelling + ' ');
  }
  aliases.push_back(blank == std::string::npos ? verb.name : verb.name.substr(blank + 1));
  for (const auto& parent : parents)
    for (const auto& alias : aliases)
      table.spellings.emplace(parent + alias, &verb);
}

} // namespace

bool matches(std::string_view pattern, std::string_view value) {
  auto star = pattern.find('*');
  if (star == std::string_view::npos)
    return pattern == value;
  if (!value.starts_with(pattern.substr(0, star)))
    return false;
  value.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // Each piece between two stars may as well stand where it is found first.
  for (star = pattern.find('*'); star != std::string_view::npos; star = pattern.find('*')) {
    const auto at = value.find(pattern.substr(0, star));
    if (at == std::string_view::npos)
      return false;
    value.remove_prefix(at + star);
    pattern.remove_prefix(star + 1);
  }
  return value.ends_with(pattern);
}

caf::expected<std::unique_ptr<policy_table>> read_policy_table(std::string_view json) {
  simdjson::dom::parser parser;
  object root;
  if (parser.parse(json.data(), json.size()).get_object().get(root) != simdjson::SUCCESS)
    return fault("not JSON");
  auto table = std::make_unique<policy_table>();
  for (const auto& text : texts_at(root, "versions"))
    if (const auto version = parse_kubectl_version(text))
      table->versions.push_back(*version);
  object global;
  object verbs;
  object deletes;
  if (root["global"].get_object().get(global) != simdjson::SUCCESS
      || !read_flags(global, table->global))
    return fault("global");
  if (root["delete"].get_object().get(deletes) != simdjson::SUCCESS)
    return fault("delete");
  table->operator_deletes = texts_at(deletes, "operator");
  table->admin_deletes = texts_at(deletes, "admin");
  table->never_groups = texts_at(root, "never_groups");
  table->never_written_groups = texts_at(root, "never_written_groups");
  table->never_named = texts_at(root, "never_named_subresources");
  table->protected_keys = texts_at(root, "protected_keys");
  table->protected_members = texts_at(root, "protected_members");
  if (root["verbs"].get_object().get(verbs) != simdjson::SUCCESS)
    return fault("verbs");
  table->verbs.reserve(verbs.size()); // `spellings` points into it
  std::vector<std::vector<std::string>> aliases;
  for (const auto [name, element] : verbs) {
    object row;
    verb_rule verb;
    if (element.get_object().get(row) != simdjson::SUCCESS || !read_verb(name, row, verb))
      return fault(name);
    aliases.push_back(texts_at(row, "aliases"));
    table->verbs.push_back(std::move(verb));
  }
  // Groups first, whatever the order of the table.
  for (std::ptrdiff_t depth = 0; depth < 3; ++depth)
    for (std::size_t i = 0; i < table->verbs.size(); ++i)
      if (const auto& name = table->verbs[i].name;
          std::count(name.begin(), name.end(), ' ') == depth)
        add_spellings(*table, table->verbs[i], aliases[i]);
  return table;
}

const policy_table& policy_table::built_in() {
  static const auto table = [] {
    auto read = read_policy_table(policy_file("kubectl_policy.json"));
    return read ? std::move(*read) : std::make_unique<policy_table>();
  }();
  return *table;
}

const flag_rule* find_flag(const policy_table& table, const verb_rule& verb,
                           std::string_view name) {
  for (const auto* flags : {&verb.flags, &table.global})
    for (const auto& flag : *flags)
      if (flag.name == name)
        return &flag;
  return nullptr;
}

const flag_rule* find_short_flag(const policy_table& table, const verb_rule& verb, char name) {
  for (const auto* flags : {&verb.flags, &table.global})
    for (const auto& flag : *flags)
      if (flag.short_name == name)
        return &flag;
  return nullptr;
}

} // namespace kubesage::policy
