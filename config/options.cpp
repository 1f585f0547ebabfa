#include "config/options.hpp"

#include "config/rules.hpp"

#include <algorithm>
#include <array>

namespace kubesage {
namespace {

constexpr text_rule an_address{"an IPv4 or IPv6 address", is_ip_address};
constexpr text_rule a_range{"a range such as 10.0.0.0/8", is_cidr};
constexpr text_rule a_nats_url{"a nats:// or tls:// URL", is_nats_url};
constexpr text_rule a_node_name{"1 to 63 of a-z, 0-9 and -", is_node_name};
constexpr text_rule a_profile{"private or public", is_profile};
constexpr text_rule a_sandbox{"auto, landlock or namespace", is_sandbox};
constexpr text_rule a_log_level{"debug, info, warn, error or off", is_log_level};
constexpr text_rule a_log_format{"json or console", is_log_format};
constexpr text_rule a_web_url{"an https:// URL", is_web_url};
constexpr text_rule a_path{"a path", is_not_empty};

constexpr std::int64_t an_hour_ms = 3'600'000;
constexpr std::int64_t a_port = 65'535;

const std::array rows{
    option{.key = "http.address",
           .member = &settings::http_address,
           .help = "Address of the API's listener.",
           .rule = an_address},
    option{.key = "http.port",
           .member = &settings::http_port,
           .help = "Port of the API's listener; 0 picks a free one.",
           .most = a_port},
    option{.key = "http.admin-address",
           .member = &settings::http_admin_address,
           .help = "Address of the listener with the probes and the metrics.",
           .rule = an_address},
    option{.key = "http.admin-port",
           .member = &settings::http_admin_port,
           .help = "Port of the listener with the probes and the metrics; 0 picks a free one.",
           .most = a_port},
    option{.key = "http.tls-certificate",
           .member = &settings::http_tls_certificate,
           .help = "PEM file with the API's certificate chain; with it the API speaks HTTPS."},
    option{.key = "http.tls-key",
           .member = &settings::http_tls_key,
           .help = "PEM file with the private key of the certificate."},
    option{.key = "http.request-timeout",
           .member = &settings::http_request_timeout,
           .help = "Budget for one request, from its header to its answer.",
           .unit = "ms",
           .least = 100,
           .most = an_hour_ms},
    option{.key = "http.max-connections",
           .member = &settings::http_max_connections,
           .help = "Open connections to the API; more wait in the kernel's queue.",
           .least = 1},
    option{.key = "http.max-in-flight",
           .member = &settings::http_max_in_flight,
           .help = "Requests in work at once; more get 503.",
           .least = 1},
    option{.key = "http.max-in-flight-per-user",
           .member = &settings::http_max_in_flight_per_user,
           .help = "Requests in work at once for one user; more get 429.",
           .least = 1},
    option{.key = "http.access-log",
           .member = &settings::http_access_log,
           .help = "Writes one log line per request."},
    option{.key = "data.directory",
           .member = &settings::data_directory,
           .help = "Where the store lives; made when it is missing.",
           .rule = a_path,
           .default_text = "$STATE_DIRECTORY, else kubesage-data"},
    option{.key = "data.master-key-file",
           .member = &settings::data_master_key_file,
           .help =
               "File with the master key; `kubesage keys init` makes one. Keep it apart from the "
               "data directory and its backups.",
           .rule = a_path,
           .default_text = "$CREDENTIALS_DIRECTORY/master.key, else kubesage-master.key"},
    option{.key = "data.reserve",
           .member = &settings::data_reserve,
           .help = "Changes are refused (503) while the data directory's file system has less free "
                   "room; 0: none is kept.",
           .unit = "MiB",
           .most = 1'048'576},
    option{.key = "data.scrub-interval",
           .member = &settings::data_scrub_interval,
           .help = "How often all files of the store are read and their checksums compared; 0: "
                   "never.",
           .unit = "s",
           .most = 31'536'000},
    option{.key = "backup.directory",
           .member = &settings::backup_directory,
           .help =
               "Where verified backups of the store are made; empty: none. On the file system of "
               "the data directory they share its files."},
    option{.key = "backup.interval",
           .member = &settings::backup_interval,
           .help = "Between two backups.",
           .unit = "s",
           .least = 1,
           .most = 31'536'000},
    option{.key = "backup.keep",
           .member = &settings::backup_keep,
           .help = "Backups that are kept; older ones are deleted.",
           .least = 1,
           .most = 100'000},
    option{.key = "audit.checkpoint-file",
           .member = &settings::audit_checkpoint_file,
           .help = "File to which the signed checkpoints of the audit are appended too, best on "
                   "another disk; empty: they are in the store alone."},
    option{.key = "nats.url",
           .member = &settings::nats_url,
           .help = "NATS servers; empty turns publishing off, and events wait in the store.",
           .rule = a_nats_url},
    option{.key = "nats.credentials-file",
           .member = &settings::nats_credentials_file,
           .help = "NATS credentials file (.creds)."},
    option{.key = "nats.retention-days",
           .member = &settings::nats_retention_days,
           .help = "How long the stream keeps events.",
           .unit = "days",
           .least = 1,
           .most = 36'500},
    option{.key = "auth.jwt-secret",
           .member = &settings::auth_jwt_secret,
           .help = "Secret that HS256 tokens are signed with; at least 32 bytes.",
           .least = 32,
           .alias = "JWT_SECRET_KEY"},
    option{.key = "auth.dev",
           .member = &settings::auth_dev,
           .help =
               "Development mode: prints one token at start. Only with a loopback http.address."},
    option{.key = "k8s.profile",
           .member = &settings::k8s_profile,
           .help = "Which addresses clusters may have: private (private ranges too) or public.",
           .rule = a_profile},
    option{.key = "k8s.allow",
           .member = &settings::k8s_allow,
           .help = "Ranges that clusters may have besides the profile's, loopback too.",
           .rule = a_range},
    option{.key = "k8s.allow-http",
           .member = &settings::k8s_allow_http,
           .help = "Accepts http:// server URLs. Tokens then travel in the clear."},
    option{.key = "k8s.require-verified-tls",
           .member = &settings::k8s_require_verified_tls,
           .help = "Refuses clusters whose certificate would not be verified."},
    option{.key = "k8s.connect-timeout",
           .member = &settings::k8s_connect_timeout,
           .help = "For a TCP connection to a cluster.",
           .unit = "ms",
           .least = 1,
           .most = an_hour_ms},
    option{.key = "k8s.tls-timeout",
           .member = &settings::k8s_tls_timeout,
           .help = "For the TLS handshake with a cluster.",
           .unit = "ms",
           .least = 1,
           .most = an_hour_ms},
    option{.key = "k8s.first-byte-timeout",
           .member = &settings::k8s_first_byte_timeout,
           .help = "Until a cluster begins to answer.",
           .unit = "ms",
           .least = 1,
           .most = an_hour_ms},
    option{.key = "k8s.total-timeout",
           .member = &settings::k8s_total_timeout,
           .help = "For all of one call to a cluster, every page of a list included.",
           .unit = "ms",
           .least = 1,
           .most = an_hour_ms},
    option{.key = "kubectl.path",
           .member = &settings::kubectl_path,
           .help = "The kubectl to run, an absolute path; empty: the one in PATH. A vendor's "
                   "dispatcher is refused: name the real one.",
           .default_text = "the kubectl in PATH"},
    option{.key = "kubectl.sandbox",
           .member = &settings::kubectl_sandbox,
           .help = "How kubectl is kept from the network: auto, landlock (Linux 6.7) or namespace.",
           .rule = a_sandbox},
    option{.key = "kubectl.native",
           .member = &settings::kubectl_native,
           .help = "Answers common reads without running kubectl, with the same output."},
    option{.key = "kubectl.max-running",
           .member = &settings::kubectl_max_running,
           .help = "Runs of kubectl at once; each takes about 50 MB.",
           .least = 1,
           .most = 256},
    option{.key = "kubectl.max-running-per-user",
           .member = &settings::kubectl_max_running_per_user,
           .help = "Runs of kubectl at once for one user; more wait for two seconds, then get 429.",
           .least = 1,
           .most = 256},
    option{.key = "llm.enabled",
           .member = &settings::llm_enabled,
           .help = "Has a language model word the solutions of analyses. Names, addresses and "
                   "unknown words are replaced before anything leaves.",
           .alias = "LLM_ENABLED"},
    option{.key = "llm.url",
           .member = &settings::llm_url,
           .help = "Base URL of an OpenAI-compatible server; http:// for this machine only.",
           .rule = a_web_url,
           .alias = "OPENAI_BASE_URL"},
    option{.key = "llm.model",
           .member = &settings::llm_model,
           .help = "The model to ask.",
           .alias = "OPENAI_MODEL"},
    option{.key = "llm.api-key",
           .member = &settings::llm_api_key,
           .help = "Key for the server; a local one may need none.",
           .alias = "OPENAI_API_KEY"},
    option{.key = "llm.allow-http",
           .member = &settings::llm_allow_http,
           .help = "Accepts an http:// URL of another machine. Key and prompts then travel in the "
                   "clear."},
    option{.key = "llm.timeout",
           .member = &settings::llm_timeout,
           .help = "For all that one analysis asks; then the built-in solutions stand.",
           .unit = "ms",
           .least = 100,
           .most = an_hour_ms},
    option{.key = "llm.max-in-flight",
           .member = &settings::llm_max_in_flight,
           .help = "Requests to the server at once; more wait.",
           .least = 1,
           .most = 256},
    option{.key = "llm.tokens-per-user",
           .member = &settings::llm_tokens_per_user,
           .help = "Tokens of prompts and answers that each user may spend a day (UTC); 0: no "
                   "bound.",
           .unit = "tokens"},
    option{.key = "session.idle-timeout",
           .member = &settings::session_idle_timeout,
           .help = "After this long without a request a user's session leaves memory.",
           .unit = "s",
           .least = 1,
           .most = 31'536'000},
    option{.key = "log.level",
           .member = &settings::log_level,
           .help = "debug, info, warn, error or off.",
           .rule = a_log_level},
    option{.key = "log.format",
           .member = &settings::log_format,
           .help = "json (one object per line) or console.",
           .rule = a_log_format},
    option{.key = "threads",
           .member = &settings::threads,
           .help = "Threads for I/O and actors; 0 is one a core.",
           .most = 1024},
    option{.key = "stop.grace",
           .member = &settings::stop_grace,
           .help = "How long requests in work may take to finish after SIGTERM.",
           .unit = "s",
           .most = 3'600},
    option{.key = "node.name",
           .member = &settings::node_name,
           .help = "Names this process in logs and events.",
           .rule = a_node_name},
};

} // namespace

std::span<const option> option_table() {
  return rows;
}

const option* find_option(std::string_view key) {
  const auto* found =
      std::find_if(rows.begin(), rows.end(), [key](const option& row) { return row.key == key; });
  return found == rows.end() ? nullptr : found;
}

std::string environment_name(std::string_view key) {
  std::string name = "KUBESAGE_";
  for (char c : key)
    name += c == '.' || c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  return name;
}

} // namespace kubesage
