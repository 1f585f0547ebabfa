#pragma once

#include "k8s/analyzers/problem.hpp"
#include "k8s/analyzers/solution.hpp"
#include "k8s/policy/decide.hpp"
#include "k8s/solutions/pseudonyms.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace kubesage::solutions {

/// Judges the commands that a model proposes for one problem. The kubectl policy is asked first, as
/// for an admin who may not read Secrets; then everything that the command names must be of the
/// problem, in the problem's namespace, and what it changes must be one of its own objects.
/// Thread: one at a time.
class command_check {
public:
  /// `hidden`: the words of the problem that had stand-ins. Both are borrowed.
  command_check(const analysis::problem_with_solution& about, const pseudonyms& hidden,
                policy::kubectl_version version);

  /// Whether the step may be shown. An action that reads has a command that reads; one without a
  /// command is `MANUAL_CHECK`.
  [[nodiscard]] bool allows(const analysis::remediation_step& step) const;

private:
  using object = std::pair<std::string, std::string>; // Qualified kind and name.

  [[nodiscard]] policy::decision decide(std::string_view command) const;
  void add_object(std::string_view kind, std::string_view name);
  void add_reference(std::string_view reference);
  [[nodiscard]] bool is_of_problem(const policy::plan& made) const;
  [[nodiscard]] bool is_in_place(const policy::plan& made) const;
  [[nodiscard]] bool has_known_words(const policy::plan& made) const;
  [[nodiscard]] bool is_known(std::string_view text) const;
  [[nodiscard]] bool is_known_argument(std::string_view verb, std::string_view word) const;
  [[nodiscard]] bool is_known_selector(std::string_view text) const;
  [[nodiscard]] bool is_known_flag(std::string_view name, std::string_view value) const;
  [[nodiscard]] bool may_write(const policy::plan& made) const;

  const analysis::problem_with_solution& about_;
  const pseudonyms& hidden_;
  policy::kubectl_version version_;
  std::set<object> objects_;
};

} // namespace kubesage::solutions
