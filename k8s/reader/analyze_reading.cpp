#include "k8s/reader/analyze_reading.hpp"

#include <utility>

namespace kubesage::k8s {

reading_request request_for(const analysis::scope& asked) {
  return {asked.kube_namespace, analysis::needed_kinds(asked)};
}

analysis_report analyze_reading(const cluster_reading& read, analysis::scope asked) {
  asked.cluster.server_version = read.server_version;
  asked.cluster.clock_skew = read.clock_skew;
  auto result = analysis::analyze(read.objects, asked, read.coverage);
  analysis_report report;
  report.problems = analysis::group_by_object(result.findings);
  report.findings = std::move(result.findings);
  report.coverage = analysis::coverage_rows(asked.types, read.coverage);
  report.kinds = read.coverage;
  report.left_out = result.left_out;
  return report;
}

} // namespace kubesage::k8s
