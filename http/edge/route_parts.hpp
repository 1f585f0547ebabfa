#pragma once

#include "http/edge/route.hpp"

namespace kubesage {

/// The fields, parameters and errors that rows of the route table name.
namespace route_parts {

inline constexpr std::string_view text_or_null = R"({"type":["string","null"]})";

inline constexpr std::array onboarding_fields{
    body_field{
        "cluster_name", R"({"type":"string","minLength":1,"maxLength":253})", true,
        "Unique among your clusters; no control character, slash, percent sign or backslash"},
    body_field{"server_url", R"({"type":"string","format":"uri","maxLength":512})", true,
               "Absolute https URL of the API server"},
    body_field{"token", R"({"type":["string","null"],"maxLength":65536})", false,
               "Bearer token; required unless a client certificate is given"},
    body_field{"context_name", text_or_null, false, "Name of the kubeconfig context"},
    body_field{"provider_name", R"({"type":["string","null"],"default":"Standard"})", false,
               "Who runs the cluster"},
    body_field{"tags", R"({"type":["string","array","null"],"items":{"type":"string"}})", false,
               "Comma-separated text or a list"},
    body_field{"use_secure_tls", R"({"type":"boolean","default":false})", false,
               "Whether the server's certificate is verified"},
    body_field{"ca_data", text_or_null, false,
               "Certificate authority, PEM or base64 of PEM; only with use_secure_tls"},
    body_field{"tls_cert", text_or_null, false,
               "Client certificate, PEM or base64 of PEM; only with use_secure_tls and tls_key"},
    body_field{"tls_key", text_or_null, false,
               "Private key of tls_cert, PEM or base64 of PEM; never in an answer but credentials"},
};

inline constexpr std::array onboarding_query{
    query_parameter{"dry_run", R"({"type":"boolean","default":false})",
                    "Validate and test the connection, store nothing"},
    query_parameter{"verify", R"({"type":"boolean","default":false})",
                    "Test the connection before storing"},
};

inline constexpr std::array health_query{
    query_parameter{"verbose", R"({"type":"string"})", "List each check"},
};

inline constexpr std::array command_fields{
    body_field{"command", R"({"type":"string","minLength":1,"maxLength":4096})", false,
               "A kubectl command line; the leading kubectl may be left out. Either this or args"},
    body_field{"args", R"({"type":"array","items":{"type":"string"},"maxItems":128})", false,
               "The words of the command, each taken as it is"},
    body_field{"timeout_seconds", R"({"type":"integer","minimum":1,"maximum":300,"default":30})",
               false, "How long the command may run"},
};

inline constexpr std::array rules_fields{
    body_field{"rules", R"({"type":"array","items":{"$ref":"#/components/schemas/CommandRule"}})",
               true, "All the rules; they take the place of those before"},
};

inline constexpr std::array command_query{
    query_parameter{"dry_run", R"({"type":"boolean","default":false})",
                    "Say what the policy decides, and by which rule; run nothing"},
};

inline constexpr std::array history_query{
    query_parameter{"limit", R"({"type":"integer","minimum":1,"maximum":500,"default":100})",
                    "Most executions in the answer"},
    query_parameter{"continue", R"({"type":"string"})", "As the page before gave it"},
};

inline constexpr std::array events_query{
    query_parameter{"limit", R"({"type":"integer","minimum":1,"maximum":500,"default":100})",
                    "Most events in the answer"},
    query_parameter{"continue", R"({"type":"string"})", "As the page before gave it"},
    query_parameter{"after", R"({"type":"integer","minimum":0})", "Only higher sequences"},
    query_parameter{"order", R"({"type":"string","enum":["asc","desc"],"default":"asc"})",
                    "asc: oldest first, as what fills a gap needs it"},
    query_parameter{"cluster_id", R"({"type":"integer","minimum":1})", "Only of this cluster"},
    query_parameter{"type", R"({"type":"string"})", "Only of this event_type"},
    query_parameter{"from", R"({"type":"string","format":"date-time"})", "Not earlier"},
    query_parameter{"to", R"({"type":"string","format":"date-time"})", "Earlier"},
};

inline constexpr std::array event_stream_query{
    query_parameter{"after", R"({"type":"integer","minimum":0})",
                    "Begins behind this sequence; 0: with the first event; without it and "
                    "Last-Event-ID, with what comes"},
};

inline constexpr std::string_view word_list = R"({"type":"array","items":{"type":"string"}})";

inline constexpr std::array analysis_query{
    query_parameter{"namespace", R"({"type":"string"})", "Only objects of this namespace"},
    query_parameter{"resource_types", word_list,
                    "Repeated or comma-separated; all for everything, an unknown one is answered "
                    "with the known ones"},
    query_parameter{"severity", word_list,
                    "Comma-separated: CRITICAL, HIGH, MEDIUM, LOW, INFO or all; LOW and INFO are "
                    "lint and left out unless asked for"},
    query_parameter{"explain", R"({"type":"boolean","default":true})",
                    "Whether an LLM, where one is configured, words the solutions"},
    query_parameter{"timeout_seconds",
                    R"({"type":"integer","minimum":1,"maximum":600,"default":120})",
                    "How long the analysis may take"},
};

inline constexpr std::array analysis_fields{
    body_field{"namespace", text_or_null, false, "Only objects of this namespace"},
    body_field{"resource_types", word_list, false, "What to look at; default: the common types"},
    body_field{"severity", word_list, false,
               "CRITICAL, HIGH, MEDIUM, LOW, INFO or all; LOW and INFO are lint"},
    body_field{"explain", R"({"type":"boolean","default":true})", false,
               "Whether an LLM, where one is configured, words the solutions"},
    body_field{"timeout_seconds", R"({"type":"integer","minimum":1,"maximum":600,"default":120})",
               false, "How long the analysis may take"},
};

inline constexpr std::array diff_query{
    query_parameter{"base", R"({"type":"integer","minimum":1})",
                    "The analysis to compare with; default: the one before"},
};

inline constexpr std::array change_root_fields{
    body_field{"new_master_key_file", R"({"type":"string"})", false,
               "File with the new master key, on the server's machine"},
    body_field{"vault", R"({"type":"boolean","default":false})", false,
               "To the vault of the settings instead"},
};

inline constexpr std::array destroy_key_fields{
    body_field{"key", R"({"type":"integer","minimum":1})", true, "Its number"},
    body_field{"force", R"({"type":"boolean","default":false})", false,
               "Even though backups may still need it"},
};

inline constexpr std::array onboarding_errors{
    errc::malformed_json,         errc::cluster_name_taken,     errc::cluster_unreachable,
    errc::cluster_tls_failed,     errc::cluster_unauthorized,   errc::cluster_forbidden,
    errc::cluster_rate_limited,   errc::cluster_bad_response,   errc::cluster_timeout,
    errc::unsupported_media_type, errc::idempotency_unsupported};
inline constexpr std::array lookup_errors{errc::cluster_not_found};
inline constexpr std::array selection_errors{errc::cluster_not_found,
                                             errc::idempotency_unsupported};
inline constexpr std::array namespace_errors{errc::cluster_not_found,    errc::cluster_unreachable,
                                             errc::cluster_tls_failed,   errc::cluster_unauthorized,
                                             errc::cluster_forbidden,    errc::cluster_rate_limited,
                                             errc::cluster_bad_response, errc::cluster_timeout};
inline constexpr std::array record_errors{errc::validation_failed};
inline constexpr std::array readiness_errors{errc::not_ready};
inline constexpr std::array command_errors{
    errc::malformed_json,         errc::cluster_not_found,   errc::command_denied,
    errc::sandbox_unavailable,    errc::cluster_unreachable, errc::cluster_tls_failed,
    errc::cluster_unauthorized,   errc::cluster_forbidden,   errc::cluster_rate_limited,
    errc::cluster_bad_response,   errc::cluster_timeout,     errc::unsupported_media_type,
    errc::idempotency_unsupported};
inline constexpr std::array execution_errors{errc::cluster_not_found, errc::execution_not_found};
inline constexpr std::array cancel_errors{errc::cluster_not_found, errc::execution_not_found,
                                          errc::execution_finished};
inline constexpr std::array analysis_errors{
    errc::malformed_json,         errc::cluster_not_found,       errc::cluster_unreachable,
    errc::cluster_tls_failed,     errc::cluster_unauthorized,    errc::cluster_forbidden,
    errc::cluster_rate_limited,   errc::cluster_bad_response,    errc::cluster_timeout,
    errc::unsupported_media_type, errc::idempotency_unsupported, errc::cancelled};
inline constexpr std::array analysis_lookup_errors{errc::cluster_not_found,
                                                   errc::analysis_not_found};
inline constexpr std::array analysis_cancel_errors{
    errc::cluster_not_found, errc::analysis_not_found, errc::analysis_finished};
inline constexpr std::array rules_errors{errc::malformed_json, errc::unsupported_media_type};
inline constexpr std::array cluster_rules_errors{errc::malformed_json, errc::cluster_not_found,
                                                 errc::unsupported_media_type,
                                                 errc::idempotency_unsupported};

} // namespace route_parts

} // namespace kubesage
