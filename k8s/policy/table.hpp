#pragma once

#include "k8s/policy/grammar.hpp"
#include "k8s/policy/plan.hpp"
#include "k8s/policy/version.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage::policy {

/// Which versions of kubectl know something; both ends belong to it.
struct version_span {
  kubectl_version since{0, 0};
  kubectl_version until{999, 0};

  [[nodiscard]] bool has(kubectl_version version) const noexcept {
    return since <= version && version <= until;
  }
};

/// Which versions know some of the values of a flag.
struct value_span {
  std::string pattern; ///< `*` stands for any text.
  version_span versions;
};

/// Whether `value` is as `pattern` says.
bool matches(std::string_view pattern, std::string_view value);

enum class flag_type : std::uint8_t { boolean, text, number, duration, list };

struct flag_rule {
  std::string name;
  char short_name = '\0'; ///< None: NUL.
  flag_type type = flag_type::text;
  bool is_allowed = false;
  value_grammar grammar;    ///< Of an allowed one.
  std::size_t max_uses = 1; ///< More than one for lists only.
  std::string bare;         ///< What a flag of type text means without `=value`; empty: needs one.
  std::string reason;       ///< Of a denied one.
  version_span versions;
  std::vector<value_span> values; ///< Younger than the flag; the first that matches counts.
};

/// A flag that every argv of a verb gets unless the user has given it.
struct forced_flag {
  struct choice {
    std::string value;
    version_span versions;
  };
  std::string name;
  std::vector<choice> choices; ///< The first whose versions fit counts.
};

/// What stands behind verb and flags.
enum class operand_shape : std::uint8_t {
  none,
  resources,           ///< `TYPE[,TYPE] [NAME …]` or `TYPE/NAME …`
  objects,             ///< The same with at least one name.
  object,              ///< Exactly one.
  objects_labels,      ///< `KEY=VALUE` and `KEY-` behind objects.
  objects_annotations, ///< The same with free values.
  objects_images,      ///< `CONTAINER=IMAGE`
  objects_environment, ///< `NAME=VALUE` and `NAME-`
  nodes_taints,        ///< `KEY[=VALUE]:EFFECT` and `KEY[:EFFECT]-`
  nodes,               ///< `NAME …`
  optional_name,
  new_name,
  log_source, ///< `POD [CONTAINER]` or `TYPE/NAME [CONTAINER]`
  field_path, ///< `pods.spec.containers`
  access,     ///< `VERB TYPE [NAME]`, `VERB /path`
};

struct verb_rule {
  std::string name; ///< `rollout restart`.
  bool is_denied = true;
  command_class needs = command_class::admin;
  std::string reason;    ///< Of a denied one.
  bool is_group = false; ///< Denied only because a second word must follow.
  bool writes = false;
  operand_shape operands = operand_shape::none;
  std::string kind; ///< Of verbs whose operands name none; empty otherwise.
  std::vector<flag_rule> flags;
  std::vector<forced_flag> forced;
  version_span versions;
};

/// What kubectl may do, read from kubectl_policy.json. Immutable. Thread: any.
struct policy_table {
  std::vector<kubectl_version> versions; ///< Asked for their verbs and flags, in order.
  std::vector<flag_rule> global;
  std::vector<verb_rule> verbs;
  std::map<std::string, const verb_rule*, std::less<>> spellings; ///< With aliases, `top pods`.
  std::vector<std::string> operator_deletes;                      ///< Qualified kinds.
  std::vector<std::string> admin_deletes;
  std::vector<std::string> never_groups;         ///< Groups that no command touches.
  std::vector<std::string> never_written_groups; ///< Groups that no command changes.
  std::vector<std::string> never_named;          ///< Subresources that may not pass for names.
  std::vector<std::string> protected_keys;       ///< Of labels and annotations; `x/` is a prefix.
  std::vector<std::string> protected_members;    ///< Of patches.

  /// The one that is built in; one without verbs, which denies all, if that cannot be read.
  static const policy_table& built_in();
};

/// Errors: `errc::internal` with the place of the fault.
caf::expected<std::unique_ptr<policy_table>> read_policy_table(std::string_view json);

/// The flag of a verb, or a global one, by its long name; null when there is none.
const flag_rule* find_flag(const policy_table& table, const verb_rule& verb, std::string_view name);
const flag_rule* find_short_flag(const policy_table& table, const verb_rule& verb, char name);

} // namespace kubesage::policy
