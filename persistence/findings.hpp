#pragma once

#include "messages/auth.hpp"
#include "messages/clock.hpp"
#include "messages/ids.hpp"
#include "persistence/journal.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace kubesage {

class byte_reader;
class database;

/// A finding of a cluster that is open: found, and not yet seen mended.
struct open_finding {
  std::string id; ///< Stable from run to run.
  std::string rule_id;
  std::string severity; ///< `HIGH`.
  std::string kind;
  std::string kube_namespace; ///< Empty: the object has none.
  std::string name;
  std::string text;
  wall_time opened_at{};
  wall_time changed_at{}; ///< Its severity or its text.
};

/// Several of them as bytes, for a report.
void append_encoded(std::string& out, const std::vector<open_finding>& findings);
std::vector<open_finding> take_findings(byte_reader& in);

row put_finding(const tenant& owner, cluster_id cluster, const open_finding& finding);
row delete_finding(const tenant& owner, cluster_id cluster, std::string_view id);

/// The open findings of a cluster, by id. Errors: `storage_unavailable`. Thread: any; reads the
/// disk.
caf::expected<std::vector<open_finding>> read_findings(const database& db, const tenant& owner,
                                                       cluster_id cluster);

} // namespace kubesage
