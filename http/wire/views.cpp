#include "http/wire/views.hpp"

#include "http/wire/json.hpp"

namespace kubesage {

namespace {

constexpr std::string_view onboarded_message = "Cluster onboarded successfully";
constexpr std::string_view unverified_warning =
    "The cluster's TLS certificate is not verified (use_secure_tls is false)";

/// Names and URLs of a row dominate its size; the rest of the keys fit into this.
std::size_t estimated_size(const cluster_facts& facts) {
  return 512 + facts.name.size() + facts.server_url.size() + facts.ca_data.value_or("").size()
         + facts.tls_cert.value_or("").size();
}

void times(json_writer& out, const cluster_facts& facts) {
  out.field("created_at", to_rfc3339(facts.created_at))
      .field("updated_at", to_rfc3339(facts.updated_at));
}

bool is_secure(const cluster_facts& facts) {
  return facts.tls == tls_mode::verified;
}

void append_cluster(json_writer& out, user_id owner, const cluster_facts& facts,
                    std::optional<std::string_view> message) {
  out.open_object()
      .field("id", facts.id.value)
      .field("cluster_name", facts.name)
      .field("server_url", facts.server_url)
      .field("context_name", facts.context_name)
      .field("provider_name", facts.provider_name)
      .field("tags", facts.tags)
      .field("use_secure_tls", is_secure(facts))
      .field("ca_data", facts.ca_data)
      .null_field("tls_key")
      .field("tls_cert", facts.tls_cert)
      .field("user_id", owner.value)
      .field("is_operator_installed", facts.is_operator_installed)
      .field("is_active", facts.is_active);
  times(out, facts);
  if (message)
    out.field("message", *message);
  else
    out.null_field("message");
  if (message && !is_secure(facts))
    out.key("warnings").open_array().value(unverified_warning).close_array();
  out.close_object();
}

void names(json_writer& out, const std::vector<std::string>& list) {
  out.key("namespaces").open_array();
  for (const auto& name : list)
    out.value(std::string_view{name});
  out.close_array();
}

std::size_t size_of(const std::vector<std::string>& list) {
  std::size_t total = 0;
  for (const auto& name : list)
    total += name.size() + 3;
  return total;
}

void secret_field(json_writer& out, std::string_view name, const shared_secret& value) {
  out.key(name);
  if (value)
    out.value(value->expose());
  else
    out.null();
}

/// An upper bound of what `text` takes as a JSON string.
std::size_t escaped_bound(std::size_t size) {
  return 6 * size + 2;
}

} // namespace

void append_cluster(std::string& out, user_id owner, const cluster_facts& facts,
                    std::optional<std::string_view> message) {
  json_writer writer{out};
  append_cluster(writer, owner, facts, message);
}

std::string render_onboarded(user_id owner, const cluster_facts& facts) {
  std::string body;
  body.reserve(estimated_size(facts));
  append_cluster(body, owner, facts, onboarded_message);
  return body;
}

std::string render_list(user_id owner, const std::vector<const cluster_facts*>& newest_first) {
  std::string body;
  std::size_t size = 32;
  for (const auto* facts : newest_first)
    size += estimated_size(*facts);
  body.reserve(size);
  json_writer out{body};
  out.open_object().key("clusters").open_array();
  for (const auto* facts : newest_first)
    append_cluster(out, owner, *facts, std::nullopt);
  out.close_array().close_object();
  body.shrink_to_fit(); // A session keeps it.
  return body;
}

std::string render_removed(const cluster_facts& facts) {
  return render_message("Cluster '" + facts.name + "' successfully removed");
}

std::string render_message(std::string_view message) {
  std::string body;
  json_writer{body}.open_object().field("message", message).close_object();
  return body;
}

std::shared_ptr<const std::string> render_credentials(const cluster_facts& facts,
                                                      const cluster_secrets& secrets) {
  auto* text = new std::string;
  std::shared_ptr<const std::string> body{text, [](std::string* gone) {
                                            wipe(*gone);
                                            delete gone;
                                          }};
  // Reserved in full, so that no reallocation leaves a copy of a secret behind.
  std::size_t size = 1024 + escaped_bound(facts.name.size() + facts.server_url.size());
  for (const auto* part : {&facts.ca_data, &facts.tls_cert, &facts.context_name, &facts.tags})
    size += escaped_bound(*part ? (*part)->size() : 0);
  for (const auto* part : {&secrets.token, &secrets.tls_key})
    size += escaped_bound(*part ? (*part)->size() : 0);
  text->reserve(size + escaped_bound(facts.provider_name.size()));
  json_writer out{*text};
  out.open_object()
      .field("success", true)
      .field("message", std::string_view{"Cluster credentials retrieved successfully"})
      .key("cluster")
      .open_object()
      .field("cluster_id", facts.id.value)
      .field("cluster_name", facts.name)
      .field("server_url", facts.server_url);
  secret_field(out, "token", secrets.token);
  out.field("context_name", facts.context_name)
      .field("provider_name", facts.provider_name)
      .field("use_secure_tls", is_secure(facts));
  if (facts.ca_data || facts.tls_cert || secrets.tls_key) {
    out.key("tls_config").open_object();
    out.field("ca_data", facts.ca_data).field("tls_cert", facts.tls_cert);
    secret_field(out, "tls_key", secrets.tls_key);
    out.close_object();
  } else {
    out.null_field("tls_config");
  }
  out.field("is_operator_installed", facts.is_operator_installed).field("tags", facts.tags);
  times(out, facts);
  out.close_object().close_object();
  return body;
}

std::string render_namespaces(const cluster_facts& facts, const std::vector<std::string>& list,
                              wall_time retrieved_at) {
  std::string body;
  body.reserve(estimated_size(facts) + size_of(list));
  json_writer out{body};
  out.open_object()
      .field("success", true)
      .field("cluster_id", facts.id.value)
      .field("cluster_name", facts.name)
      .field("server_url", facts.server_url)
      .field("provider_name", facts.provider_name)
      .field("context_name", facts.context_name)
      .field("use_secure_tls", is_secure(facts))
      .field("namespace_count", static_cast<std::int64_t>(list.size()));
  names(out, list);
  out.field("retrieved_at", to_rfc3339(retrieved_at)).close_object();
  return body;
}

std::string render_selected(const cluster_facts& facts, const std::vector<std::string>& list) {
  std::string body;
  body.reserve(estimated_size(facts) + size_of(list));
  json_writer out{body};
  out.open_object()
      .field("success", true)
      .field("namespaces_retrieved", true)
      .key("cluster_info")
      .open_object()
      .field("id", facts.id.value)
      .field("cluster_name", facts.name)
      .field("server_url", facts.server_url)
      .field("context_name", facts.context_name)
      .field("provider_name", facts.provider_name)
      .field("tags", facts.tags)
      .field("use_secure_tls", is_secure(facts))
      .field("is_operator_installed", facts.is_operator_installed)
      .field("is_active", facts.is_active);
  times(out, facts);
  out.close_object();
  names(out, list);
  out.field("namespace_count", static_cast<std::int64_t>(list.size()))
      .field("message", "Cluster '" + facts.name + "' selected and " + std::to_string(list.size())
                            + " namespaces retrieved")
      .close_object();
  return body;
}

std::string render_selection_failed(const cluster_facts& facts, std::string_view code,
                                    std::string_view detail) {
  std::string body;
  json_writer out{body};
  out.open_object()
      .field("success", false)
      .field("namespaces_retrieved", false)
      .key("cluster_info")
      .open_object()
      .field("id", facts.id.value)
      .field("cluster_name", facts.name)
      .field("server_url", facts.server_url)
      .field("provider_name", facts.provider_name)
      .close_object();
  names(out, {});
  out.field("namespace_count", 0)
      .field("error", code)
      .field("message", "Cluster '" + facts.name + "' is selected, but its namespaces could not be "
                            + "retrieved: " + std::string{detail})
      .close_object();
  return body;
}

std::string render_dry_run(user_id owner, const cluster_facts& facts,
                           std::string_view server_version) {
  std::string body;
  json_writer out{body};
  out.open_object().field("dry_run", true).field("server_version", server_version).key("cluster");
  append_cluster(out, owner, facts, "The connection works; nothing was stored");
  out.close_object();
  return body;
}

} // namespace kubesage
