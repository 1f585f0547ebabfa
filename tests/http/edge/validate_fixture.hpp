#pragma once

#include "http/edge/validate.hpp"
#include "http/wire/json.hpp"
#include "tests/support/certificates.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubesage {

using found_faults = std::vector<std::pair<std::string, std::string>>;

inline std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// A good onboarding request of which a test changes members.
class validate_fixture : public ::testing::Test {
protected:
  validate_fixture() {
    members_["cluster_name"] = R"("prod")";
    members_["server_url"] = R"("https://10.0.0.10:6443")";
    members_["token"] = R"("planted-token-1")";
  }

  void secure() {
    members_["use_secure_tls"] = "true";
  }

  [[nodiscard]] std::string body() const {
    std::string text = "{";
    for (const auto& [name, value] : members_)
      text += (text.size() > 1 ? "," : "") + json_text(name) + ":" + value;
    return text + "}";
  }

  [[nodiscard]] validated_onboarding check(std::string_view query = {}) const {
    return validate_onboarding(body(), query, rules_, now_);
  }

  /// Pointer and code of each fault, in order.
  [[nodiscard]] found_faults faults(std::string_view query = {}) const {
    const auto result = check(query);
    EXPECT_EQ(result.code, result.faults.empty() ? errc::none : errc::validation_failed);
    found_faults found;
    for (const auto& each : result.faults)
      found.emplace_back(each.pointer, each.code);
    return found;
  }

  /// The faults when `name` has the JSON `value` and everything else is fine.
  found_faults with(const std::string& name, const std::string& value) {
    const auto before = members_;
    members_[name] = value;
    auto found = faults();
    members_ = before;
    return found;
  }

  std::map<std::string, std::string> members_;
  onboarding_rules rules_;
  wall_time now_ = system_now();
};

} // namespace kubesage
