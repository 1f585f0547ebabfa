#include "k8s/analyzers/report_json.hpp"

#include <gtest/gtest.h>

namespace kubesage::analysis {

namespace {

problem_with_solution sample() {
  problem_with_solution result;
  result.what.kind = "Pod";
  result.what.name = "web";
  result.what.kube_namespace = "shop";
  result.what.errors = {{"it \"crashes\"", "what phase is", {{"web", "xyz"}}},
                        {"and more", "", {}}};
  result.what.details = "phase is Failed";
  result.what.parent_object = "Deployment/web";
  result.what.level = severity::critical;
  result.what.rule_ids = {"pod-crash-loop", "pod-failed"};
  result.what.finding_id = "00ff";
  result.how.summary = "Look at the log";
  result.how.detail = "The log says why.";
  result.how.steps = {{1, action_type::get_logs, "Read", "kubectl logs web -n shop", "A reason"}};
  result.how.confidence_score = 0.9;
  result.how.estimated_time_mins = 5;
  return result;
}

TEST(report_json_test, has_the_keys_of_the_contract_in_their_order) {
  const report_header header{7,     "prod", "https://c.test",
                             "GKE", "shop", {resource_type::pods, resource_type::cluster}};
  const std::vector<problem_with_solution> found{sample()};
  const std::vector<coverage_row> coverage{{"pods", read_status::ok, 3, ""},
                                           {"secrets", read_status::forbidden, 0, "no right"}};
  EXPECT_EQ(
      report_json(header, found, coverage),
      R"({"cluster_id":7,"cluster_name":"prod","server_url":"https://c.test","provider_name":"GKE",)"
      R"("namespace":"shop","analyzed_resource_types":["pods"],"total_problems":1,)"
      R"("problems_with_solutions":[{"problem":{"kind":"Pod","name":"web","namespace":"shop",)"
      R"("errors":[{"Text":"it \"crashes\"","KubernetesDoc":"what phase is","Sensitive":)"
      R"([{"Unmasked":"web","Masked":"xyz"}]},{"Text":"and more","KubernetesDoc":"",)"
      R"("Sensitive":[]}],"details":"phase is Failed","parentObject":"Deployment/web",)"
      R"("severity":"CRITICAL","rule_ids":["pod-crash-loop","pod-failed"],"finding_id":"00ff"},)"
      R"("solution":{"solution_summary":"Look at the log","detailed_solution":)"
      R"("The log says why.","remediation_steps":[{"step_id":1,"action_type":)"
      R"("KUBECTL_GET_LOGS","description":"Read","command":"kubectl logs web -n shop",)"
      R"("expected_outcome":"A reason"}],"confidence_score":0.9,"estimated_time_mins":5,)"
      R"("additional_notes":"","source":"rules"}}],"coverage":[{"resource_type":"pods",)"
      R"("status":"ok","objects":3,"reason":null},{"resource_type":"secrets","status":)"
      R"("forbidden","objects":0,"reason":"no right"}]})");
}

TEST(report_json_test, writes_nulls_for_what_there_is_not) {
  auto one = sample();
  one.what.kube_namespace.clear();
  const auto text = report_json({}, std::vector{one}, {});
  EXPECT_EQ(text.find(R"({"cluster_id":null,"cluster_name":"","server_url":"","provider_name":)"
                      R"(null,"namespace":"all","analyzed_resource_types":[])"),
            0U)
      << text;
  EXPECT_NE(text.find(R"("name":"web","namespace":null)"), std::string::npos) << text;
}

TEST(report_json_test, is_what_k8sgpt_writes) {
  const std::vector<coverage_row> coverage{{"pods", read_status::ok, 3, ""},
                                           {"secrets", read_status::forbidden, 0, "no right"}};
  EXPECT_EQ(report_k8sgpt_json(std::vector{sample()}, coverage),
            R"({"provider":"","errors":["secrets: forbidden: no right"],"status":)"
            R"("ProblemDetected","problems":2,"results":[{"kind":"Pod","name":"shop/web","error":)"
            R"([{"Text":"it \"crashes\"","KubernetesDoc":"what phase is","Sensitive":)"
            R"([{"Unmasked":"web","Masked":"xyz"}]},{"Text":"and more","KubernetesDoc":"",)"
            R"("Sensitive":[]}],"details":"The log says why.","parentObject":"Deployment/web"}]})");
  EXPECT_EQ(report_k8sgpt_json({}, {}),
            R"({"provider":"","errors":[],"status":"OK","problems":0,"results":[]})");
}

} // namespace

} // namespace kubesage::analysis
