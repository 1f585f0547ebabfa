#include "http/edge/validate_analysis.hpp"

#include "http/edge/route_parts.hpp"
#include "http/edge/router.hpp"
#include "http/edge/validate.hpp"
#include "http/wire/request_json.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace kubesage {

namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t max_timeout = 600;
constexpr std::size_t max_words = 64;
constexpr std::size_t max_namespace = 253;

/// `a,b` as two words; empty ones are left out.
void add_words(std::string_view text, std::vector<std::string>& words) {
  while (!text.empty() && words.size() <= max_words) {
    const auto comma = text.find(',');
    if (const auto word = text.substr(0, comma); !word.empty())
      words.emplace_back(word);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
}

void check(const analyze_cluster& request, fault_list& faults) {
  if (request.kube_namespace.size() > max_namespace)
    faults.push_back({"/namespace", "TOO_LONG", "must have at most 253 characters"});
  if (request.resource_types.size() > max_words)
    faults.push_back({"/resource_types", "TOO_LONG", "must have at most 64 words"});
  if (request.severities.size() > max_words)
    faults.push_back({"/severity", "TOO_LONG", "must have at most 64 words"});
}

void take_timeout(std::int64_t seconds, validated_analysis& result) {
  if (seconds < 1 || seconds > max_timeout)
    result.faults.push_back({"/timeout_seconds", "INVALID", "must be an integer from 1 to 600"});
  else
    result.request.timeout = std::chrono::seconds{seconds};
}

void finish(validated_analysis& result) {
  check(result.request, result.faults);
  if (!result.faults.empty())
    result.code = errc::validation_failed;
}

void read_words(const dom::element& value, std::string_view name, std::vector<std::string>& words,
                fault_list& faults) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS)
    return add_words(text, words);
  dom::array list;
  if (value.get(list) == simdjson::SUCCESS && list.size() <= max_words) {
    for (const auto item : list)
      if (item.get(text) == simdjson::SUCCESS)
        words.emplace_back(text);
      else
        break;
    if (words.size() == list.size())
      return;
  }
  faults.push_back({'/' + std::string{name}, "WRONG_TYPE", "must be a list of at most 64 strings"});
}

void read_member(std::string_view name, const dom::element& value, validated_analysis& result) {
  auto& request = result.request;
  const auto wrong = [&](const char* what) {
    result.faults.push_back({'/' + std::string{name}, "WRONG_TYPE", what});
  };
  if (name == "namespace") {
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS)
      request.kube_namespace = text;
    else if (!value.is_null())
      wrong("must be a string");
  } else if (name == "resource_types") {
    read_words(value, name, request.resource_types, result.faults);
  } else if (name == "severity") {
    read_words(value, name, request.severities, result.faults);
  } else if (name == "explain") {
    if (value.get(request.explain) != simdjson::SUCCESS)
      wrong("must be true or false");
  } else if (name == "timeout_seconds") {
    std::int64_t seconds = 0;
    if (value.get(seconds) == simdjson::SUCCESS)
      take_timeout(seconds, result);
    else
      wrong("must be an integer from 1 to 600");
  } else {
    result.faults.push_back({'/' + std::string{name}, "UNKNOWN_FIELD", "is not known here"});
  }
}

} // namespace

validated_analysis validate_analysis_query(std::string_view query) {
  validated_analysis result;
  auto& request = result.request;
  for (const auto& type : find_all(query, "resource_types"))
    add_words(type, request.resource_types);
  for (const auto& level : find_all(query, "severity"))
    add_words(level, request.severities);
  const auto space = find_query(query, "namespace");
  if (space.count > 1)
    result.faults.push_back({"/namespace", "INVALID", "must be given once"});
  request.kube_namespace = space.value;
  const auto explain = find_query(query, "explain");
  if (explain.count > 1
      || (explain.count == 1 && explain.value != "true" && explain.value != "false"))
    result.faults.push_back({"/explain", "INVALID", "must be true or false, once"});
  else
    request.explain = explain.value != "false";
  const auto timeout = find_query(query, "timeout_seconds");
  if (timeout.count > 0) {
    std::int64_t seconds = 0;
    const auto* end = timeout.value.data() + timeout.value.size();
    const auto read = std::from_chars(timeout.value.data(), end, seconds);
    take_timeout(timeout.count > 1 || read.ec != std::errc{} || read.ptr != end ? 0 : seconds,
                 result);
  }
  finish(result);
  return result;
}

validated_analysis validate_analysis_body(std::string body) {
  validated_analysis result;
  if (body.empty())
    return result;
  const auto document = json_document::parse(std::move(body));
  if (!document) {
    result.code = errc::malformed_json;
    result.detail = detail_of(document.error());
    return result;
  }
  dom::object members;
  if (document->root().get(members) != simdjson::SUCCESS)
    result.faults.push_back({"", "WRONG_TYPE", "the body must be an object"});
  else
    for (const auto member : members)
      read_member(member.key, member.value, result);
  finish(result);
  return result;
}

analysis_id read_base(std::string_view query, fault_list& faults) {
  const auto base = find_query(query, "base");
  if (base.count == 0)
    return {};
  const auto id = parse_cluster_id(base.value);
  if (base.count > 1 || !id) {
    faults.push_back({"/base", "INVALID", "must be the id of an analysis, once"});
    return {};
  }
  return analysis_id{id->value};
}

} // namespace kubesage
