#pragma once

#include "../../support/certificates.hpp"
#include "k8s/analyzers/projection.hpp"
#include "k8s/analyzers/rules.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <simdjson.h>

namespace kubesage::analysis {

/// When every case takes place.
inline wall_time case_time() {
  return *from_rfc3339("2026-06-01T12:00:00.000Z");
}

/// Objects of one kind as JSON texts.
using kind_objects = std::map<object_kind, std::vector<std::string>>;

/// One recorded situation: what the objects are, and whether a rule speaks.
struct rule_case {
  std::string file;
  std::string rule_id;
  std::string when;
  bool is_problem = false;
  std::string kind; ///< Of the object that the finding is about.
  std::string kube_namespace;
  std::string name;
  std::string subject; ///< Empty: any.
  std::string text;    ///< A part of the finding's text; empty: any.
  std::string parent;
  kind_objects objects;
  std::map<object_kind, read_status> unread;
  scope asked; ///< The rule's own type, or what the case says.

  [[nodiscard]] std::string title() const {
    return file + ": " + rule_id + ": " + when;
  }
};

inline object_kind kind_of_plural(std::string_view plural) {
  for (std::size_t i = 0; i < object_kinds; ++i)
    if (row_of(static_cast<object_kind>(i)).sources.back().plural == plural)
      return static_cast<object_kind>(i);
  throw std::runtime_error("no kind has the plural " + std::string{plural});
}

inline std::string to_base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// `@certificate(10)`: one that ends 10 days after the case's time; `@key(10)` is its key;
/// `@large(1000)`: so many characters.
inline std::string with_certificates(std::string json) {
  static const test::certificate_authority authority;
  static std::map<int, test::key_pair> pairs;
  for (auto at = json.find('@'); at != std::string::npos; at = json.find('@', at + 1)) {
    const auto open = json.find('(', at);
    const auto close = json.find(')', at);
    if (open > close || close == std::string::npos)
      continue;
    const auto what = json.substr(at + 1, open - at - 1);
    if (what != "certificate" && what != "key" && what != "large")
      continue;
    const int number = std::stoi(json.substr(open + 1, close - open - 1));
    std::string text(static_cast<std::size_t>(std::max(number, 0)), 'x');
    if (what != "large") {
      if (!pairs.contains(number)) {
        constexpr long day = 86'400;
        const auto end =
            std::chrono::duration_cast<std::chrono::seconds>(case_time().time_since_epoch()).count()
            + number * day;
        const long now = std::time(nullptr);
        pairs[number] = authority.issue({.begins_in = end - 400 * day - now, .ends_in = end - now});
      }
      const auto& pair = pairs[number];
      text = to_base64(what == "key" ? pair.key_pem : pair.cert_pem);
    }
    json.replace(at, close + 1 - at, text);
  }
  return json;
}

inline std::string text_at(simdjson::dom::element of, std::string_view key) {
  std::string_view text;
  return of[key].get_string().get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

inline read_status status_of(std::string_view text) {
  const auto at = std::find(read_status_names.begin(), read_status_names.end(), text);
  return static_cast<read_status>(at - read_status_names.begin());
}

inline scope everything() {
  scope asked;
  asked.types.assign(all_resource_types().begin(), all_resource_types().end());
  asked.severities = {severity::critical, severity::high, severity::medium, severity::low,
                      severity::info};
  asked.now = case_time();
  asked.cluster.name = "prod";
  return asked;
}

inline rule_case read_case(std::string file, simdjson::dom::element from) {
  rule_case made;
  made.file = std::move(file);
  made.rule_id = text_at(from, "rule");
  made.when = text_at(from, "when");
  made.is_problem = text_at(from, "says") == "problem";
  made.subject = text_at(from, "subject");
  made.text = text_at(from, "text");
  made.parent = text_at(from, "parent");
  simdjson::dom::element part;
  if (from["at"].get(part) == simdjson::SUCCESS) {
    made.kind = text_at(part, "kind");
    made.kube_namespace = text_at(part, "namespace");
    made.name = text_at(part, "name");
  }
  made.asked = everything();
  made.asked.kube_namespace = text_at(from, "namespace");
  if (const auto* row = find_rule(made.rule_id))
    made.asked.types = {row->type};
  simdjson::dom::array types;
  if (from["types"].get_array().get(types) == simdjson::SUCCESS) {
    made.asked.types.clear();
    for (const auto type : types)
      made.asked.types.push_back(*parse_resource_type(std::string_view{type}));
  }
  if (from["cluster"].get(part) == simdjson::SUCCESS) {
    auto& facts = made.asked.cluster;
    facts.server_version = text_at(part, "server_version");
    if (const auto expiry = text_at(part, "credential_expiry"); !expiry.empty())
      facts.credential_expiry = from_rfc3339(expiry.substr(0, expiry.size() - 1) + ".000Z");
    std::int64_t skew = 0;
    if (part["clock_skew_seconds"].get_int64().get(skew) == simdjson::SUCCESS)
      facts.clock_skew = std::chrono::seconds{skew};
  }
  simdjson::dom::object members;
  if (from["coverage"].get_object().get(members) == simdjson::SUCCESS)
    for (const auto [plural, status] : members)
      made.unread[kind_of_plural(plural)] = status_of(std::string_view{status});
  if (from["objects"].get_object().get(members) == simdjson::SUCCESS)
    for (const auto [plural, list] : members) {
      auto& objects = made.objects[kind_of_plural(plural)];
      for (const auto object : simdjson::dom::array{list})
        objects.push_back(with_certificates(simdjson::minify(object)));
    }
  return made;
}

/// Every case of every file in tests/k8s/analyzers/cases.
inline const std::vector<rule_case>& all_cases() {
  static const auto cases = [] {
    std::vector<rule_case> made;
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator{std::string{KUBESAGE_TESTS_FOLDER}
                                                                 + "/k8s/analyzers/cases"})
      paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      simdjson::dom::parser parser;
      for (const auto each : simdjson::dom::array{parser.load(path.string())})
        made.push_back(read_case(path.stem().string(), each));
    }
    return made;
  }();
  return cases;
}

/// The body of a list answer.
inline std::string list_body(object_kind kind, const std::vector<std::string>& objects,
                             content wants = content::full) {
  std::string body = R"({"kind":")"
                     + (wants == content::full ? std::string{row_of(kind).name} + "List"
                                               : std::string{"PartialObjectMetadataList"})
                     + R"(","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[)";
  for (const auto& each : objects) {
    if (body.back() != '[')
      body += ',';
    if (wants == content::full) {
      body += each;
      continue;
    }
    simdjson::dom::parser parser;
    body += R"({"metadata":)" + std::string{simdjson::minify(parser.parse(each)["metadata"])} + "}";
  }
  return body + "]}";
}

/// A cluster as a reader would have read it: what the scope needs, no more.
struct read_cluster {
  inventory objects;
  std::vector<kind_coverage> coverage;
};

inline read_cluster read_for(const kind_objects& from, const scope& asked,
                             const std::map<object_kind, read_status>& unread = {}) {
  read_cluster made;
  projector project;
  for (const auto& need : needed_kinds(asked)) {
    kind_coverage row{need.kind, read_status::ok, need.wants, 0, {}};
    if (const auto at = unread.find(need.kind); at != unread.end()) {
      row.status = at->second;
      row.reason = "the credentials may not list them";
    }
    const auto found = from.find(need.kind);
    if (found != from.end() && row.status != read_status::forbidden) {
      auto body = list_body(need.kind, found->second, need.wants);
      auto page = project.project(need.kind, body);
      if (!page)
        throw std::runtime_error("the case's objects cannot be read: " + body.substr(0, 200));
      row.objects = page->size();
      made.objects.add(std::move(*page));
    }
    made.coverage.push_back(std::move(row));
  }
  made.objects.seal();
  return made;
}

/// All that findings say, as bytes.
inline std::string to_bytes(const analysis_result& result) {
  std::string bytes;
  for (const auto& each : result.findings) {
    bytes += each.id + '|' + each.rule_id + '|' + std::string{name_of(each.level)} + '|' + each.kind
             + '|' + each.kube_namespace + '|' + each.name + '|' + each.subject + '|' + each.text
             + '|' + each.parent_object;
    for (const auto& word : each.sensitive)
      bytes += '|' + word.unmasked + '=' + word.masked;
    for (const auto& proof : each.proof)
      bytes += '|' + proof.path + '=' + proof.value;
    bytes += '\n';
  }
  return bytes;
}

} // namespace kubesage::analysis
