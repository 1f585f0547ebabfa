#include "http/edge/validate_command.hpp"

#include "http/edge/router.hpp"
#include "http/edge/routes.hpp"
#include "http/edge/validate.hpp"
#include "http/edge/validate_fields.hpp"
#include "http/wire/request_json.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace kubesage {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t max_command = 4096; ///< Bytes, of a line or of all words together.
constexpr std::size_t max_words = 128;
constexpr std::int64_t max_timeout = 300;
constexpr std::int64_t max_page = 500;

/// Parses a body that must be an object. Returns whether it is one.
template <class Result>
bool open_object(caf::expected<json_document>& document, Result& result, dom::object& members) {
  if (!document) {
    result.code = errc::malformed_json;
    result.detail = detail_of(document.error());
    return false;
  }
  if (document->root().get(members) != simdjson::SUCCESS) {
    result.code = errc::validation_failed;
    result.faults.push_back({"", "WRONG_TYPE", "the body must be an object"});
    return false;
  }
  return true;
}

void refuse_unknown(const dom::object& members, std::span<const body_field> known,
                    fault_list& faults) {
  for (const auto member : members)
    if (std::none_of(known.begin(), known.end(),
                     [&](const body_field& field) { return field.name == member.key; }))
      faults.push_back({'/' + std::string{member.key}, "UNKNOWN_FIELD", "is not known here"});
}

bool has(const dom::object& members, std::string_view name) {
  dom::element element;
  return members[name].get(element) == simdjson::SUCCESS && !element.is_null();
}

void read_line(field_reader& in, execute_command& out) {
  auto line = in.text("command", presence::required);
  if (!line)
    return;
  if (line->size() > max_command)
    in.refuse("command", "TOO_LONG", "must have at most 4096 bytes");
  else
    out.command.line = std::move(*line);
}

void read_words(const dom::object& members, field_reader& in, execute_command& out) {
  dom::array list;
  if (members["args"].get(list) != simdjson::SUCCESS)
    return in.refuse("args", "WRONG_TYPE", "must be a list of strings");
  if (list.size() > max_words)
    return in.refuse("args", "TOO_LONG", "must have at most 128 words");
  std::size_t total = 0;
  for (const auto item : list) {
    std::string_view word;
    if (item.get(word) != simdjson::SUCCESS)
      return in.refuse("args", "WRONG_TYPE", "must be a list of strings");
    total += word.size() + 1;
    out.command.words.emplace_back(word);
  }
  if (total > max_command)
    in.refuse("args", "TOO_LONG", "must have at most 4096 bytes in all");
  out.command.is_list = true;
}

void read_timeout(const dom::object& members, field_reader& in, execute_command& out) {
  if (!has(members, "timeout_seconds"))
    return;
  std::int64_t seconds = 0;
  const auto element = members["timeout_seconds"];
  if (element.get(seconds) != simdjson::SUCCESS || seconds < 1 || seconds > max_timeout)
    return in.refuse("timeout_seconds", "INVALID", "must be an integer from 1 to 300");
  out.timeout = std::chrono::seconds{seconds};
}

} // namespace

validated_command validate_command(std::string body, std::string_view query, bool is_strict) {
  validated_command result;
  auto document = json_document::parse(std::move(body));
  dom::object members;
  if (!open_object(document, result, members))
    return result;
  field_reader in{members, result.faults};
  if (is_strict)
    refuse_unknown(members, route_parts::command_fields, result.faults);
  const bool has_words = has(members, "args");
  if (has_words && has(members, "command"))
    in.refuse("args", "AMBIGUOUS", "give either command or args");
  else if (has_words)
    read_words(members, in, result.request);
  else
    read_line(in, result.request);
  read_timeout(members, in, result.request);
  const auto dry_run = find_query(query, "dry_run");
  if (dry_run.count > 1
      || (dry_run.count == 1 && dry_run.value != "true" && dry_run.value != "false"))
    in.refuse("dry_run", "INVALID", "must be true or false, once");
  else if (dry_run.value == "true")
    result.request.how = execute_command::mode::dry_run;
  if (!result.faults.empty())
    result.code = errc::validation_failed;
  return result;
}

validated_rules validate_rules(std::string body) {
  validated_rules result;
  auto document = json_document::parse(std::move(body));
  dom::object members;
  if (!open_object(document, result, members))
    return result;
  refuse_unknown(members, route_parts::rules_fields, result.faults);
  dom::element rules;
  if (members["rules"].get(rules) != simdjson::SUCCESS)
    result.faults.push_back({"/rules", "REQUIRED", "is required"});
  else if (!rules.is_array())
    result.faults.push_back({"/rules", "WRONG_TYPE", "must be a list of rules"});
  else
    result.rules = simdjson::minify(rules);
  if (!result.faults.empty())
    result.code = errc::validation_failed;
  return result;
}

void read_page(std::string_view query, list_executions& page, fault_list& faults) {
  const auto limit = find_query(query, "limit");
  if (limit.count > 0) {
    std::int64_t number = 0;
    const auto* end = limit.value.data() + limit.value.size();
    const auto read = std::from_chars(limit.value.data(), end, number);
    if (limit.count > 1 || read.ec != std::errc{} || read.ptr != end || number < 1)
      faults.push_back({"/limit", "INVALID", "must be a positive integer, once"});
    else
      page.limit = static_cast<std::size_t>(std::min(number, max_page));
  }
  const auto next = find_query(query, "continue");
  if (next.count == 0 || next.value.empty())
    return;
  const auto before = parse_cluster_id(next.value);
  if (next.count > 1 || !before)
    faults.push_back({"/continue", "INVALID", "must be what the page before gave"});
  else
    page.before = before->value;
}

} // namespace kubesage
