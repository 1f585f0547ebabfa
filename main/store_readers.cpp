#include "main/store_readers.hpp"

#include "persistence/analyses.hpp"
#include "persistence/executions.hpp"
#include "persistence/findings.hpp"

namespace kubesage {

execution_reader executions_of(const database& db) {
  return {[&db](const tenant& owner, cluster_id cluster, std::int64_t before, std::size_t limit) {
            return read_executions(db, owner, cluster, before, limit);
          },
          [&db](const tenant& owner, cluster_id cluster, execution_id id) {
            return read_execution(db, owner, cluster, id);
          },
          [&db](const tenant& owner, cluster_id cluster, std::size_t keep) {
            return trim_executions(db, owner, cluster, keep);
          }};
}

analysis_reader analyses_of(const database& db) {
  return {
      [&db](const tenant& owner, cluster_id cluster, std::int64_t before, std::size_t limit) {
        return read_analyses(db, owner, cluster, before, limit);
      },
      [&db](const tenant& owner, cluster_id cluster, analysis_id id) {
        return read_analysis(db, owner, cluster, id);
      },
      [&db](const tenant& owner, cluster_id cluster) { return read_findings(db, owner, cluster); },
      [&db](const tenant& owner, cluster_id cluster, std::size_t keep) {
        return trim_analyses(db, owner, cluster, keep);
      }};
}

record_services record_of(const database& db) {
  return {
      [&db](const tenant& owner, const event_query& what) { return read_events(db, owner, what); },
      [&db](chain_check& check, std::size_t limit) { return check.run(db, limit); },
      [&db](const tenant& owner) { return read_user_checkpoint(db, owner); }, nullptr};
}

} // namespace kubesage
