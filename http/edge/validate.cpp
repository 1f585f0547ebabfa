#include "http/edge/validate.hpp"

#include "http/edge/router.hpp"
#include "http/edge/validate_fields.hpp"
#include "http/wire/pem.hpp"
#include "http/wire/server_url.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace kubesage {

namespace {

constexpr std::size_t max_name = 253;
constexpr std::size_t max_token = 64 * 1024;
constexpr std::size_t max_text = 1024;
constexpr std::size_t max_certificates = 64;

std::size_t count_certificates(std::string_view pem) {
  constexpr std::string_view mark = "-----BEGIN CERTIFICATE-----";
  std::size_t count = 0;
  for (auto at = pem.find(mark); at != std::string_view::npos; at = pem.find(mark, at + 1))
    ++count;
  return count;
}

/// The optional texts are free, but for what would break a log line or a header.
void check_text(field_reader& in, const char* name, const std::optional<std::string>& text,
                std::size_t limit) {
  if (!text)
    return;
  if (has_control(*text))
    in.refuse(name, "INVALID", "must not hold control characters");
  else if (code_points(*text) > limit)
    in.refuse(name, "TOO_LONG", "must have at most " + std::to_string(limit) + " characters");
}

void read_name(field_reader& in, cluster_facts& facts) {
  const auto name = in.text("cluster_name", presence::required);
  if (!name)
    return;
  auto problem = check_cluster_name(*name);
  if (problem.empty())
    facts.name = *name;
  else
    in.refuse("cluster_name", "INVALID", std::move(problem));
}

void read_server_url(field_reader& in, const onboarding_rules& rules, cluster_facts& facts) {
  const auto text = in.text("server_url", presence::required);
  if (!text)
    return;
  const auto url = parse_server_url(*text, rules.allow_http);
  if (!url)
    in.refuse("server_url", "INVALID", detail_of(url.error()));
  else if (url->literal && !rules.policy.allows(*url->literal))
    in.refuse("server_url", "ADDRESS_NOT_ALLOWED",
              "the address is in a range that this server does not connect to");
  else
    facts.server_url = *text;
}

/// Returns PEM text, or nothing where the field is absent or was refused.
std::optional<std::string> read_pem(field_reader& in, const char* name, bool is_secure) {
  auto text = in.text(name, presence::optional);
  if (!text || text->empty())
    return std::nullopt;
  if (!is_secure) {
    in.refuse(name, "NOT_ALLOWED", "is allowed only with use_secure_tls true");
    wipe(*text);
    return std::nullopt;
  }
  auto pem = to_pem(*text);
  wipe(*text);
  if (!pem) {
    in.refuse(name, "INVALID_PEM", detail_of(pem.error()));
    return std::nullopt;
  }
  return std::move(*pem);
}

std::optional<std::string> read_certificates(field_reader& in, const char* name, bool is_secure,
                                             wall_time now) {
  auto pem = read_pem(in, name, is_secure);
  if (!pem)
    return std::nullopt;
  if (count_certificates(*pem) > max_certificates) {
    in.refuse(name, "TOO_LONG",
              "must have at most " + std::to_string(max_certificates) + " certificates");
    return std::nullopt;
  }
  if (auto err = check_certificates(*pem, now)) {
    in.refuse(name, "INVALID_CERTIFICATE", detail_of(err));
    return std::nullopt;
  }
  return pem;
}

bool is_given(const field_reader& in, const char* name) {
  return in.has_text(name);
}

/// Reads what belongs to TLS; returns whether the client certificate can stand for a token.
bool read_tls(field_reader& in, const onboarding_rules& rules, wall_time now, cluster_facts& facts,
              cluster_secrets& secrets) {
  const bool is_secure = in.boolean("use_secure_tls", false);
  facts.tls = is_secure ? tls_mode::verified : tls_mode::insecure;
  if (!is_secure && rules.require_verified_tls)
    in.refuse("use_secure_tls", "VERIFIED_TLS_REQUIRED",
              "must be true: this server asks for verified TLS");
  facts.ca_data = read_certificates(in, "ca_data", is_secure, now);
  facts.tls_cert = read_certificates(in, "tls_cert", is_secure, now);
  auto key_text = read_pem(in, "tls_key", is_secure);
  secret key;
  if (key_text) {
    key = secret{*key_text};
    wipe(*key_text);
  }
  const bool has_cert = is_given(in, "tls_cert");
  const bool has_key = is_given(in, "tls_key");
  if (is_secure && has_cert != has_key)
    in.refuse(has_cert ? "tls_key" : "tls_cert", "REQUIRED", "tls_cert and tls_key come together");
  if (facts.tls_cert && !key.empty())
    if (auto err = check_key_pair(*facts.tls_cert, key))
      in.refuse("tls_key", "KEY_MISMATCH", detail_of(err));
  secrets.tls_key = share(std::move(key));
  return has_cert && has_key;
}

void read_token(field_reader& in, bool has_client_certificate, cluster_secrets& secrets) {
  auto token = in.text("token", has_client_certificate ? presence::optional : presence::required);
  if (!token)
    return;
  const bool is_printable =
      std::all_of(token->begin(), token->end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (token->size() > max_token)
    in.refuse("token", "TOO_LONG", "must have at most 65536 characters");
  else if (token->empty() && !has_client_certificate)
    in.refuse("token", "REQUIRED", "must not be empty without a client certificate");
  else if (!is_printable)
    in.refuse("token", "INVALID", "must be printable ASCII without spaces");
  else
    secrets.token = share(secret{*token});
  wipe(*token);
}

bool read_flag(field_reader& in, std::string_view query, const char* name) {
  const auto found = find_query(query, name);
  if (found.count == 0 || (found.count == 1 && found.value == "false"))
    return false;
  if (found.count == 1 && found.value == "true")
    return true;
  in.refuse(name, "INVALID", "must be true or false, once");
  return false;
}

} // namespace

std::string check_cluster_name(std::string_view name) {
  if (name.empty() || code_points(name) > max_name)
    return "must have 1 to 253 characters";
  if (has_control(name))
    return "must not hold control characters";
  if (name.find_first_of("/%\\") != std::string_view::npos)
    return "must not hold a slash, a percent sign or a backslash";
  if (name == "." || name == "..")
    return "must not be a dot or two dots";
  return {};
}

std::optional<cluster_id> parse_cluster_id(std::string_view text) {
  if (text.empty() || text.size() > 16 || text.front() < '1' || text.front() > '9')
    return std::nullopt;
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size() || number >= std::int64_t{1} << 53)
    return std::nullopt;
  return cluster_id{number};
}

validated_onboarding validate_onboarding(std::string body, std::string_view query,
                                         const onboarding_rules& rules, wall_time now) {
  validated_onboarding result;
  auto document = json_document::parse(std::move(body));
  if (!document) {
    result.code = errc::malformed_json;
    result.detail = detail_of(document.error());
    return result;
  }
  simdjson::dom::object members;
  if (document->root().get(members) != simdjson::SUCCESS) {
    result.code = errc::validation_failed;
    result.faults.push_back({"", "WRONG_TYPE", "the body must be an object"});
    return result;
  }
  field_reader in{members, result.faults};
  auto& [facts, secrets, how] = result.request;
  read_name(in, facts);
  read_server_url(in, rules, facts);
  const bool has_client_certificate = read_tls(in, rules, now, facts, secrets);
  read_token(in, has_client_certificate, secrets);
  facts.context_name = in.text("context_name", presence::optional);
  check_text(in, "context_name", facts.context_name, max_name);
  const auto provider = in.text("provider_name", presence::optional);
  check_text(in, "provider_name", provider, max_name);
  if (provider && !provider->empty())
    facts.provider_name = *provider;
  facts.tags = in.text_or_list("tags");
  check_text(in, "tags", facts.tags, max_text);
  const bool is_dry_run = read_flag(in, query, "dry_run");
  const bool verifies = read_flag(in, query, "verify");
  how = is_dry_run ? onboard_cluster::mode::dry_run
        : verifies ? onboard_cluster::mode::verify_and_store
                   : onboard_cluster::mode::store;
  if (!result.faults.empty())
    result.code = errc::validation_failed;
  return result;
}

} // namespace kubesage
