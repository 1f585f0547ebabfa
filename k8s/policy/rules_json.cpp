#include "http/wire/json.hpp"
#include "k8s/policy/characters.hpp"
#include "k8s/policy/refuse.hpp"
#include "k8s/policy/rules.hpp"
#include "k8s/policy/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <simdjson.h>

namespace kubesage::policy {

namespace {

constexpr std::size_t max_depth = 8;
constexpr std::size_t max_json_bytes = 256U << 10U;
constexpr std::size_t max_id_bytes = 64;
constexpr std::size_t max_pattern_bytes = 253;
constexpr std::size_t max_reason_bytes = 256;

struct list_member {
  std::string_view name;
  std::vector<std::string> rule::*list;
};

constexpr std::array list_members{
    list_member{"verbs", &rule::verbs},
    list_member{"kinds", &rule::kinds},
    list_member{"namespaces", &rule::namespaces},
    list_member{"names", &rule::names},
};

class rule_reader {
public:
  std::variant<std::vector<rule>, std::vector<rule_fault>> run(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (json.size() > max_json_bytes || parser.allocate(json.size(), max_depth) != simdjson::SUCCESS
        || parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
      fault("", "json", "The rules are no JSON of at most 256 KiB and 8 levels.");
      return std::move(faults_);
    }
    simdjson::dom::array rows;
    if (root.get_array().get(rows) != simdjson::SUCCESS) {
      fault("", "type", "The rules are a list.");
      return std::move(faults_);
    }
    if (rows.size() > max_rules)
      fault("", "too_many", "There may be at most 64 rules.");
    std::size_t index = 0;
    for (const auto row : rows) {
      if (index == max_rules)
        break;
      read_rule(row, '/' + std::to_string(index++));
    }
    if (!faults_.empty())
      return std::move(faults_);
    return std::move(rules_);
  }

private:
  void fault(std::string pointer, std::string code, std::string detail) {
    faults_.push_back({std::move(pointer), std::move(code), std::move(detail)});
  }

  void read_rule(simdjson::dom::element row, const std::string& at) {
    simdjson::dom::object object;
    if (row.get_object().get(object) != simdjson::SUCCESS) {
      fault(at, "type", "A rule is an object.");
      return;
    }
    rule made;
    std::vector<std::string_view> seen;
    for (const auto [name, value] : object) {
      const auto place = at + '/' + shown(name);
      if (std::find(seen.begin(), seen.end(), name) != seen.end())
        fault(place, "duplicate", "This member is given twice.");
      seen.push_back(name);
      read_member(name, value, place, made);
    }
    for (const std::string_view name : {"id", "effect"})
      if (std::find(seen.begin(), seen.end(), name) == seen.end())
        fault(at + '/' + std::string{name}, "required", "This member is needed.");
    const bool is_known = std::any_of(rules_.begin(), rules_.end(),
                                      [&](const rule& each) { return each.id == made.id; });
    if (is_known && !made.id.empty())
      fault(at + "/id", "duplicate", "Another rule has this id.");
    rules_.push_back(std::move(made));
  }

  void read_member(std::string_view name, simdjson::dom::element value, const std::string& place,
                   rule& made) {
    const auto* list = std::find_if(list_members.begin(), list_members.end(),
                                    [name](const list_member& each) { return each.name == name; });
    if (list != list_members.end()) {
      read_list(value, place, made.*list->list);
      return;
    }
    if (name != "id" && name != "effect" && name != "reason") {
      fault(place, "unknown", "A rule has no such member.");
      return;
    }
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) {
      fault(place, "type", "This is a text.");
      return;
    }
    if (name == "id")
      read_id(text, place, made);
    else if (name == "effect")
      read_effect(text, place, made);
    else if (text.size() > max_reason_bytes || !is_plain_utf8(text))
      fault(place, "value", "A reason has at most 256 bytes and no controls.");
    else
      made.reason = text;
  }

  void read_id(std::string_view text, const std::string& place, rule& made) {
    if (text.empty() || text.size() > max_id_bytes || !consists_of(text, "-_."))
      fault(place, "value", "An id has 1 to 64 letters, digits, -, _ and .");
    else
      made.id = text;
  }

  void read_effect(std::string_view text, const std::string& place, rule& made) {
    if (text == "deny")
      made.effect = rule_effect::deny;
    else if (text == "only")
      made.effect = rule_effect::only;
    else
      fault(place, "value", "The effect is deny or only.");
  }

  void read_list(simdjson::dom::element value, const std::string& place,
                 std::vector<std::string>& list) {
    simdjson::dom::array items;
    if (value.get_array().get(items) != simdjson::SUCCESS) {
      fault(place, "type", "This is a list of texts.");
      return;
    }
    if (items.size() == 0) {
      fault(place, "value", "An empty list would match nothing; leave it out for anything.");
      return;
    }
    if (items.size() > max_patterns) {
      fault(place, "too_many", "There may be at most 64 patterns.");
      return;
    }
    std::size_t index = 0;
    for (const auto item : items) {
      const auto at = place + '/' + std::to_string(index++);
      std::string_view text;
      if (item.get_string().get(text) != simdjson::SUCCESS)
        fault(at, "type", "This is a text.");
      else if (text.empty() || text.size() > max_pattern_bytes || !consists_of(text, "-._:*/ "))
        fault(at, "value", "A pattern has 1 to 253 letters, digits, marks of names, and *.");
      else
        list.emplace_back(text);
    }
  }

  std::vector<rule> rules_;
  std::vector<rule_fault> faults_;
};

} // namespace

std::variant<std::vector<rule>, std::vector<rule_fault>> parse_rules(std::string_view json) {
  return rule_reader{}.run(json);
}

std::string to_json(std::span<const rule> rules) {
  std::string text;
  json_writer writer{text};
  writer.open_array();
  for (const auto& each : rules) {
    writer.open_object();
    writer.field("id", each.id);
    writer.field("effect", each.effect == rule_effect::deny ? "deny" : "only");
    for (const auto& member : list_members) {
      const auto& list = each.*member.list;
      if (list.empty())
        continue;
      writer.key(member.name).open_array();
      for (const auto& pattern : list)
        writer.value(pattern);
      writer.close_array();
    }
    if (!each.reason.empty())
      writer.field("reason", each.reason);
    writer.close_object();
  }
  writer.close_array();
  return text;
}

} // namespace kubesage::policy
