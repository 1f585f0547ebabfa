#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What an analysis says about a cluster: values, independent of how it was read.
namespace kubesage::analysis {

/// How bad a finding is, the worst first. `low` and `info` are lint.
enum class severity : std::uint8_t { critical, high, medium, low, info };

inline constexpr std::array severity_names{
    std::string_view{"CRITICAL"}, std::string_view{"HIGH"}, std::string_view{"MEDIUM"},
    std::string_view{"LOW"},      std::string_view{"INFO"},
};

constexpr std::string_view name_of(severity level) noexcept {
  return severity_names[static_cast<std::size_t>(level)];
}

/// The severity of exactly that name.
std::optional<severity> parse_severity(std::string_view text);

/// What a finding rests on: a value in the object, and where it stands.
struct evidence {
  std::string path; ///< From the object, `status.containerStatuses[0].state.waiting.reason`.
  std::string value;
};

/// A word of a finding's text that names something of the user's, and what may stand for it.
struct sensitive_word {
  std::string unmasked;
  std::string masked;
};

/// One thing that is wrong with one object.
struct finding {
  std::string id;      ///< See `finding_id`.
  std::string rule_id; ///< `pod-crash-loop`; `find_rule` gives its row.
  severity level = severity::high;
  std::string kind;           ///< `Pod`; `Cluster` for what no object holds.
  std::string kube_namespace; ///< Empty: the object has none.
  std::string name;
  std::string subject;       ///< What of the object, `app` or `Secret/db`; may be empty.
  std::string text;          ///< One sentence.
  std::string doc;           ///< The description of the field that the finding rests on.
  std::string parent_object; ///< The topmost controller, `Deployment/web`; may be empty.
  std::vector<sensitive_word> sensitive;
  std::vector<evidence> proof;
};

/// The identity of a finding from run to run: the first 16 bytes of a SHA-256 over the parts, each
/// with its length before it, in hexadecimal.
std::string finding_id(std::string_view rule, std::string_view kind,
                       std::string_view kube_namespace, std::string_view name,
                       std::string_view subject);

/// The order in which findings are shown: severity, kind, namespace, name, rule, subject.
bool comes_before(const finding& left, const finding& right);

} // namespace kubesage::analysis
