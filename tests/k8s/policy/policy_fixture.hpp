#pragma once

#include "k8s/policy/decide.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace kubesage::policy {

inline std::string policy_data_path(std::string_view name) {
  return std::string{KUBESAGE_TESTS_FOLDER} + "/k8s/policy/" + std::string{name};
}

/// `viewer`, `admin+secret-reader`, `all`, `none`.
inline role_set roles_from(std::string_view text) {
  if (text == "all")
    return role_set::all();
  role_set roles;
  for (const auto each : {role::viewer, role::operator_, role::admin, role::secret_reader})
    if (('+' + std::string{text} + '+').find('+' + std::string{name_of(each)} + '+')
        != std::string::npos)
      roles.add(each);
  return roles;
}

/// A row of recorded commands: {command or args, roles, version}.
struct recorded_request {
  explicit recorded_request(simdjson::dom::element row) {
    std::string_view text;
    if (row["roles"].get_string().get(text) == simdjson::SUCCESS)
      request.roles = roles_from(text);
    if (row["version"].get_string().get(text) == simdjson::SUCCESS)
      request.version = parse_kubectl_version(text).value();
    simdjson::dom::array array;
    if (row["args"].get_array().get(array) == simdjson::SUCCESS) {
      for (const auto word : array)
        words.emplace_back(std::string_view{word});
      request.command = std::span<const std::string>{words};
    } else {
      line = std::string_view{row["command"]};
      request.command = std::string_view{line};
    }
  }
  recorded_request(const recorded_request&) = delete;
  recorded_request& operator=(const recorded_request&) = delete;

  std::vector<std::string> words;
  std::string line;
  command_request request;
};

/// What an admin with the grant may run.
inline decision decide_line(std::string_view line, kubectl_version version = {}) {
  command_request request;
  request.command = line;
  request.roles = role_set::all();
  request.version = version;
  return decide(request);
}

} // namespace kubesage::policy
