#pragma once

#include <array>
#include <string_view>

namespace kubesage {

/// The bodies of answers, for the OpenAPI document. Their keys are those of http/wire/views.
struct component_schema {
  std::string_view name;
  std::string_view json;
};

inline constexpr std::
    array
        component_schemas{
            component_schema{
                "Cluster",
                R"({"type":"object","required":["id","cluster_name","server_url","context_name","provider_name","tags","use_secure_tls","ca_data","tls_key","tls_cert","user_id","is_operator_installed","is_active","created_at","updated_at","message"],"properties":{"id":{"type":"integer"},"cluster_name":{"type":"string"},"server_url":{"type":"string"},"context_name":{"type":["string","null"]},"provider_name":{"type":"string"},"tags":{"type":["string","null"]},"use_secure_tls":{"type":"boolean"},"ca_data":{"type":["string","null"]},"tls_key":{"type":"null"},"tls_cert":{"type":["string","null"]},"user_id":{"type":"integer"},"is_operator_installed":{"type":"boolean"},"is_active":{"type":"boolean"},"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"},"message":{"type":["string","null"]},"warnings":{"type":"array","items":{"type":"string"}}}})"},
            component_schema{"OnboardedCluster", R"({"$ref":"#/components/schemas/Cluster"})"},
            component_schema{
                "ClusterList",
                R"({"type":"object","required":["clusters"],"properties":{"clusters":{"type":"array","items":{"$ref":"#/components/schemas/Cluster"}}}})"},
            component_schema{
                "Message",
                R"({"type":"object","required":["message"],"properties":{"message":{"type":"string"}}})"},
            component_schema{
                "Credentials",
                R"({"type":"object","required":["success","message","cluster"],"properties":{"success":{"type":"boolean"},"message":{"type":"string"},"cluster":{"type":"object","required":["cluster_id","cluster_name","server_url","token","context_name","provider_name","use_secure_tls","tls_config","is_operator_installed","tags","created_at","updated_at"],"properties":{"cluster_id":{"type":"integer"},"cluster_name":{"type":"string"},"server_url":{"type":"string"},"token":{"type":["string","null"]},"context_name":{"type":["string","null"]},"provider_name":{"type":"string"},"use_secure_tls":{"type":"boolean"},"tls_config":{"type":["object","null"],"properties":{"ca_data":{"type":["string","null"]},"tls_cert":{"type":["string","null"]},"tls_key":{"type":["string","null"]}}},"is_operator_installed":{"type":"boolean"},"tags":{"type":["string","null"]},"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"}}}}})"},
            component_schema{
                "Namespaces",
                R"({"type":"object","required":["success","cluster_id","cluster_name","server_url","provider_name","context_name","use_secure_tls","namespace_count","namespaces","retrieved_at"],"properties":{"success":{"type":"boolean"},"cluster_id":{"type":"integer"},"cluster_name":{"type":"string"},"server_url":{"type":"string"},"provider_name":{"type":"string"},"context_name":{"type":["string","null"]},"use_secure_tls":{"type":"boolean"},"namespace_count":{"type":"integer"},"namespaces":{"type":"array","items":{"type":"string"}},"retrieved_at":{"type":"string","format":"date-time"}}})"},
            component_schema{
                "Selection",
                R"({"type":"object","required":["success","namespaces_retrieved","cluster_info","namespaces","namespace_count","message"],"properties":{"success":{"type":"boolean"},"namespaces_retrieved":{"type":"boolean"},"cluster_info":{"type":"object"},"namespaces":{"type":"array","items":{"type":"string"}},"namespace_count":{"type":"integer"},"error":{"type":"string"},"message":{"type":"string"}}})"},
            component_schema{
                "CommandResult",
                R"({"type":"object","required":["success","output","error","command","return_code","cluster_info","executed_at","execution_method","duration_ms","truncated"],"properties":{"success":{"type":"boolean"},"output":{"type":"string"},"error":{"type":["string","null"]},"command":{"type":"string"},"return_code":{"type":"integer"},"cluster_info":{"type":"object"},"executed_at":{"type":"string","format":"date-time"},"execution_method":{"type":"string"},"duration_ms":{"type":"integer"},"truncated":{"type":"boolean"}}})"},
            component_schema{
                "Execution",
                R"({"type":"object","required":["id","kind","cluster_id","state","command","verb","username","request_id","started_at","ended_at","duration_ms","return_code","truncated","outcome_unknown","reason"],"properties":{"id":{"type":"integer"},"kind":{"type":"string"},"cluster_id":{"type":"integer"},"state":{"type":"string","enum":["RUNNING","SUCCEEDED","FAILED","CANCELLED","DENIED"]},"command":{"type":"string"},"verb":{"type":"string"},"username":{"type":"string"},"request_id":{"type":"string"},"started_at":{"type":"string","format":"date-time"},"ended_at":{"type":["string","null"],"format":"date-time"},"duration_ms":{"type":["integer","null"]},"return_code":{"type":["integer","null"]},"truncated":{"type":"boolean"},"outcome_unknown":{"type":"boolean"},"reason":{"type":["string","null"]},"output":{"type":"string"},"error":{"type":["string","null"]}}})"},
            component_schema{
                "ExecutionList",
                R"({"type":"object","required":["items","metadata"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Execution"}},"metadata":{"type":"object","properties":{"continue":{"type":["string","null"]}}}}})"},
            component_schema{
                "CommandRule",
                R"({"type":"object","required":["id","effect"],"properties":{"id":{"type":"string"},"effect":{"type":"string","enum":["deny","only"]},"verbs":{"type":"array","items":{"type":"string"}},"kinds":{"type":"array","items":{"type":"string"}},"namespaces":{"type":"array","items":{"type":"string"}},"names":{"type":"array","items":{"type":"string"}},"reason":{"type":"string"}}})"},
            component_schema{
                "CommandRules",
                R"({"type":"object","required":["rules"],"properties":{"rules":{"type":"array","items":{"$ref":"#/components/schemas/CommandRule"}}}})"},
            component_schema{"RuleSimulation",
                             R"({"type":"object","required":["items","commands","changed"],"properties":{"items":{"type":"array","items":{"type":"object"}},"commands":{"type":"integer"},"changed":{"type":"integer"}}})"},
            component_schema{"Document", R"({"type":"object"})"},
            component_schema{
                "AnalysisReport",
                R"({"type":"object","required":["cluster_id","cluster_name","server_url","provider_name","namespace","analyzed_resource_types","total_problems","problems_with_solutions","coverage"],"properties":{"cluster_id":{"type":"integer"},"cluster_name":{"type":"string"},"server_url":{"type":"string"},"provider_name":{"type":"string"},"namespace":{"type":"string"},"analyzed_resource_types":{"type":"array","items":{"type":"string"}},"total_problems":{"type":"integer"},"problems_with_solutions":{"type":"array","items":{"type":"object","required":["problem","solution"],"properties":{"problem":{"$ref":"#/components/schemas/AnalysisProblem"},"solution":{"$ref":"#/components/schemas/AnalysisSolution"}}}},"coverage":{"type":"array","items":{"type":"object","required":["resource_type","status","objects","reason"],"properties":{"resource_type":{"type":"string"},"status":{"type":"string","enum":["ok","forbidden","not_served","failed","truncated"]},"objects":{"type":"integer"},"reason":{"type":["string","null"]}}}}}})"},
            component_schema{
                "AnalysisProblem",
                R"({"type":"object","required":["kind","name","namespace","errors","details","parentObject","severity","rule_ids","finding_id"],"properties":{"kind":{"type":"string"},"name":{"type":"string"},"namespace":{"type":["string","null"]},"errors":{"type":"array","items":{"type":"object","required":["Text","KubernetesDoc","Sensitive"],"properties":{"Text":{"type":"string"},"KubernetesDoc":{"type":["string","null"]},"Sensitive":{"type":"array","items":{"type":"object","properties":{"Unmasked":{"type":"string"},"Masked":{"type":"string"}}}}}}},"details":{"type":["string","null"]},"parentObject":{"type":["string","null"]},"severity":{"type":"string","enum":["CRITICAL","HIGH","MEDIUM","LOW","INFO"]},"rule_ids":{"type":"array","items":{"type":"string"}},"finding_id":{"type":"string"}}})"},
            component_schema{
                "AnalysisSolution",
                R"({"type":"object","required":["solution_summary","detailed_solution","remediation_steps","confidence_score","estimated_time_mins","additional_notes","source"],"properties":{"solution_summary":{"type":"string"},"detailed_solution":{"type":"string"},"remediation_steps":{"type":"array","items":{"type":"object","required":["step_id","action_type","description","command","expected_outcome"],"properties":{"step_id":{"type":"integer"},"action_type":{"type":"string"},"description":{"type":"string"},"command":{"type":"string"},"expected_outcome":{"type":"string"}}}},"confidence_score":{"type":"number"},"estimated_time_mins":{"type":"integer"},"additional_notes":{"type":"string"},"source":{"type":"string","enum":["rules","llm"]}}})"},
            component_schema{
                "Analysis",
                R"({"type":"object","required":["id","kind","cluster_id","state","namespace","resource_types","severities","username","request_id","started_at","ended_at","duration_ms","findings","problems","opened","changed","resolved","complete","reason"],"properties":{"id":{"type":"integer"},"kind":{"type":"string"},"cluster_id":{"type":"integer"},"state":{"type":"string","enum":["RUNNING","SUCCEEDED","FAILED","CANCELLED"]},"namespace":{"type":"string"},"resource_types":{"type":"array","items":{"type":"string"}},"severities":{"type":"array","items":{"type":"string"}},"username":{"type":"string"},"request_id":{"type":"string"},"started_at":{"type":"string","format":"date-time"},"ended_at":{"type":["string","null"],"format":"date-time"},"duration_ms":{"type":["integer","null"]},"findings":{"type":"object","additionalProperties":{"type":"integer"}},"problems":{"type":"integer"},"opened":{"type":"integer"},"changed":{"type":"integer"},"resolved":{"type":"integer"},"complete":{"type":"boolean"},"reason":{"type":["string","null"]},"progress":{"type":["object","null"],"properties":{"kinds_total":{"type":"integer"},"kinds_read":{"type":"integer"},"objects":{"type":"integer"},"findings":{"type":["integer","null"]}}},"result":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/AnalysisReport"}]}}})"},
            component_schema{
                "AnalysisList",
                R"({"type":"object","required":["items","metadata"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Analysis"}},"metadata":{"type":"object","properties":{"continue":{"type":["string","null"]}}}}})"},
            component_schema{
                "Finding",
                R"({"type":"object","required":["finding_id","rule_id","severity","kind","namespace","name","text","opened_at","changed_at"],"properties":{"finding_id":{"type":"string"},"rule_id":{"type":"string"},"severity":{"type":"string"},"kind":{"type":"string"},"namespace":{"type":["string","null"]},"name":{"type":"string"},"text":{"type":"string"},"opened_at":{"type":"string","format":"date-time"},"changed_at":{"type":"string","format":"date-time"}}})"},
            component_schema{
                "FindingList",
                R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}}}})"},
            component_schema{
                "AnalysisDiff",
                R"({"type":"object","required":["base","analysis","same_scope","opened","changed","resolved"],"properties":{"base":{"type":"integer"},"analysis":{"type":"integer"},"same_scope":{"type":"boolean"},"opened":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}},"changed":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}},"resolved":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}}}})"},
            component_schema{
                "Event",
                R"({"type":"object","required":["specversion","id","source","type","subject","time","datacontenttype","data","requestid","sequence","chain"],"properties":{"specversion":{"type":"string"},"id":{"type":"string"},"source":{"type":"string"},"type":{"type":"string"},"subject":{"type":"string"},"time":{"type":"string","format":"date-time"},"datacontenttype":{"type":"string"},"data":{"type":"object"},"requestid":{"type":"string"},"sequence":{"type":"integer"},"chain":{"type":"string"}}})"},
            component_schema{
                "EventList",
                R"({"type":"object","required":["items","metadata"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Event"}},"metadata":{"type":"object","required":["continue","last_sequence"],"properties":{"continue":{"type":["string","null"]},"last_sequence":{"type":"integer"}}}}})"},
            component_schema{
                "AuditRecord",
                R"({"type":"object","required":["sequence","time","id","user_id","username","action","outcome","cluster_id","cluster_name","request_id","details","chain"],"properties":{"sequence":{"type":"integer"},"time":{"type":"string","format":"date-time"},"id":{"type":"string"},"user_id":{"type":"integer"},"username":{"type":"string"},"action":{"type":"string"},"outcome":{"type":"string","enum":["success","failure","denied","started","unknown"]},"cluster_id":{"type":["integer","null"]},"cluster_name":{"type":["string","null"]},"request_id":{"type":"string"},"details":{"type":"object"},"chain":{"type":"string"}}})"},
            component_schema{
                "AuditList",
                R"({"type":"object","required":["items","metadata"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/AuditRecord"}},"metadata":{"type":"object","required":["continue","last_sequence"],"properties":{"continue":{"type":["string","null"]},"last_sequence":{"type":"integer"}}}}})"},
            component_schema{
                "AuditVerification",
                R"({"type":"object","required":["verified","events","first_sequence","last_sequence","head","checkpoint","first_bad"],"properties":{"verified":{"type":"boolean"},"events":{"type":"integer"},"first_sequence":{"type":["integer","null"]},"last_sequence":{"type":["integer","null"]},"head":{"type":["string","null"]},"checkpoint":{"type":["object","null"],"properties":{"number":{"type":"integer"},"sequence":{"type":"integer"},"head":{"type":"string"}}},"first_bad":{"type":["object","null"],"properties":{"sequence":{"type":"integer"},"reason":{"type":"string","enum":["unreadable","moved","missing","not_canonical","changed","rewritten"]}}}}})"},
            component_schema{
                "Problem",
                R"({"type":"object","required":["type","title","status","detail","instance","code","request_id"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"instance":{"type":"string"},"code":{"type":"string"},"request_id":{"type":"string"},"errors":{"type":"array","items":{"type":"object","required":["pointer","code","detail"],"properties":{"pointer":{"type":"string"},"code":{"type":"string"},"detail":{"type":"string"}}}}}})"},
        };

} // namespace kubesage
