#pragma once

#include "k8s/runner/blocking_run.hpp"
#include "k8s/runner/kubectl_binary.hpp"
#include "messages/error.hpp"
#include "tests/support/attacker.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// The kubectl binaries and the forms of the sandbox that this machine has.
namespace kubesage::test {

struct named_sandbox {
  std::string name;
  k8s::sandbox box;
};

/// Why nothing starts in `box`; empty when something does.
inline std::string fault_of(const k8s::sandbox& box) {
  const attacker program;
  k8s::sandbox_command command;
  command.path = program.path();
  command.argv = {"kubectl", "exit", "0"};
  const auto ran = k8s::run_to_end(box, std::move(command), std::chrono::seconds{20});
  return ran ? std::string{} : detail_of(ran.error());
}

/// Every form that this machine offers, the namespace form as root and through a user namespace,
/// and as Debian 12's kernel has it (Landlock version 2, no rules for TCP).
inline std::vector<named_sandbox> sandboxes() {
  std::vector<named_sandbox> result;
  const auto add = [&result](const std::string& name, k8s::sandbox_form form,
                             const k8s::sandbox_options& options) {
    auto made = k8s::sandbox::make(form, options);
    const auto fault = made ? fault_of(*made) : detail_of(made.error());
    if (fault.empty())
      result.push_back({name, std::move(*made)});
    else
      std::cout << "no form '" << name << "' here: " << fault << '\n';
  };
  k8s::sandbox_options plain;
  k8s::sandbox_options users;
  users.has_own_users = true;
  k8s::sandbox_options older;
  older.max_landlock_abi = 2;
  add("landlock", k8s::sandbox_form::landlock_tcp, plain);
  add("namespace", k8s::sandbox_form::empty_network, plain);
  add("namespace, own users", k8s::sandbox_form::empty_network, users);
  add("namespace, Linux 6.1", k8s::sandbox_form::empty_network, older);
  return result;
}

/// Every real kubectl of this machine: that on PATH, those beside it, and KUBESAGE_TEST_KUBECTL.
inline const std::vector<k8s::kubectl_binary>& kubectls() {
  static const auto found = [] {
    std::vector<std::string> paths;
    const auto* search = std::getenv("PATH");
    paths.push_back(k8s::find_kubectl(search == nullptr ? "" : search));
    for (auto& each : k8s::kubectls_beside(paths.front()))
      paths.push_back(std::move(each));
    if (const auto* more = std::getenv("KUBESAGE_TEST_KUBECTL"); more != nullptr)
      paths.emplace_back(more);
    std::vector<k8s::kubectl_binary> result;
    const auto boxes = sandboxes();
    for (const auto& path : paths) {
      auto binary = k8s::kubectl_binary::pin(path);
      if (binary && !boxes.empty() && !binary->identify(boxes.front().box))
        result.push_back(std::move(*binary));
    }
    std::cout << "kubectl:";
    for (const auto& each : result)
      std::cout << ' ' << each.path() << " (" << each.version().git_version << ')';
    std::cout << '\n';
    return result;
  }();
  return found;
}

/// The newest of them.
inline const k8s::kubectl_binary& newest_kubectl() {
  const auto& all = kubectls();
  if (all.empty())
    throw std::runtime_error("no kubectl on this machine; scripts/deps.sh installs one");
  return *std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.version().minor < b.version().minor;
  });
}

} // namespace kubesage::test
