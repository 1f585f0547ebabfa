#include "main/analyze_scope.hpp"

#include "messages/error.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace kubesage {

namespace {

using analysis::severity;

caf::error refuse(std::string why) {
  return caf::make_error(errc::validation_failed, std::move(why));
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char x) { return static_cast<char>(std::toupper(x)); });
  return text;
}

template <class Range>
std::string joined(const Range& words) {
  std::string text;
  for (const auto& each : words)
    text.append(text.empty() ? "" : ", ").append(each);
  return text;
}

caf::expected<severity> read_severity(const char* flag, const std::string& word) {
  if (const auto known = analysis::parse_severity(upper(word)))
    return *known;
  return refuse(std::string{flag} + ": unknown severity '" + word + "'; known are "
                + joined(analysis::severity_names));
}

caf::error read_types(const analyze_flags& flags, analysis::scope& asked) {
  if (flags.resource_types.empty())
    return {};
  asked.types.clear();
  for (const auto& word : flags.resource_types) {
    if (word == "all") {
      const auto all = analysis::all_resource_types();
      asked.types.assign(all.begin(), all.end());
      return {};
    }
    const auto known = analysis::parse_resource_type(word);
    if (!known)
      return refuse("--resource-types: unknown type '" + word + "'; known are "
                    + joined(analysis::resource_type_names()) + ", all");
    if (std::find(asked.types.begin(), asked.types.end(), *known) == asked.types.end())
      asked.types.push_back(*known);
  }
  return {};
}

caf::error read_severities(const analyze_flags& flags, analysis::scope& asked) {
  if (flags.severity.empty())
    return {};
  asked.severities.clear();
  for (const auto& word : flags.severity) {
    if (upper(word) == "ALL") {
      for (std::size_t i = 0; i < analysis::severity_names.size(); ++i)
        asked.severities.push_back(static_cast<severity>(i));
      return {};
    }
    auto known = read_severity("--severity", word);
    if (!known)
      return std::move(known.error());
    asked.severities.push_back(*known);
  }
  return {};
}

} // namespace

caf::expected<analyze_scope> parse_analyze_scope(const analyze_flags& flags) {
  analyze_scope result;
  auto& asked = result.asked;
  asked.kube_namespace = flags.kube_namespace;
  asked.now = system_now();
  if (!flags.now.empty()) {
    const auto time = from_rfc3339(flags.now);
    if (!time)
      return refuse("--now: not a time like 2026-11-23T05:12:00.000Z");
    asked.now = *time;
  }
  if (auto failure = read_types(flags, asked))
    return failure;
  if (auto failure = read_severities(flags, asked))
    return failure;
  if (!flags.fail_on.empty()) {
    auto known = read_severity("--fail-on", flags.fail_on);
    if (!known)
      return std::move(known.error());
    result.fail_on = *known;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(*known); ++i)
      asked.severities.push_back(static_cast<severity>(i));
  }
  std::sort(asked.severities.begin(), asked.severities.end());
  asked.severities.erase(std::unique(asked.severities.begin(), asked.severities.end()),
                         asked.severities.end());
  return result;
}

} // namespace kubesage
