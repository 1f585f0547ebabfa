#include "k8s/runner/kubeconfig.hpp"

#include "http/wire/json.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/mman.h>

namespace kubesage::k8s {

namespace {

constexpr unsigned memory_not_executable = 8; // MFD_NOEXEC_SEAL, Linux 6.3
constexpr std::size_t max_roots_bytes = 4U << 20U;

/// A text with secrets in it, wiped at its end. It is given its whole size at once: growing would
/// leave copies.
class wiped_text {
public:
  explicit wiped_text(std::size_t size) {
    text.reserve(size);
  }
  wiped_text(const wiped_text&) = delete;
  wiped_text& operator=(const wiped_text&) = delete;
  ~wiped_text() {
    wipe(text);
  }
  std::string text;
};

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::size_t base64_size(std::size_t size) {
  return (size + 2) / 3 * 4;
}

void add_base64(json_writer& json, std::string_view name, std::string_view bytes) {
  wiped_text encoded{base64_size(bytes.size()) + 1};
  encoded.text.resize(base64_size(bytes.size()) + 1); // OpenSSL ends it with a zero
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.text.data()),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
  json.field(name, std::string_view{encoded.text}.substr(0, static_cast<std::size_t>(size)));
}

caf::expected<std::string> read_system_roots() {
  const auto* chosen = std::getenv(X509_get_default_cert_file_env()); // NOLINT: set before threads
  std::ifstream file{chosen != nullptr ? chosen : X509_get_default_cert_file()};
  std::string result{std::istreambuf_iterator<char>{file}, {}};
  if (!file || result.empty())
    file.open("/etc/ssl/certs/ca-certificates.crt"); // where Debian keeps them all in one file
  if (result.empty())
    result.assign(std::istreambuf_iterator<char>{file}, {});
  if (result.empty() || result.size() > max_roots_bytes)
    return caf::make_error(errc::cluster_tls_failed,
                           std::string{"the system's root certificates cannot be read; give the "
                                       "cluster's own as ca_data"});
  return result;
}

void write_cluster(json_writer& json, const endpoint& target, const server_url& url,
                   std::string_view roots, std::uint16_t relay_port) {
  json.key("clusters").open_array().open_object().field("name", "c").key("cluster").open_object();
  json.field("server", "https://" + authority_of(url) + url.base_path);
  json.field("proxy-url", "http://127.0.0.1:" + std::to_string(relay_port));
  if (target.tls == tls_mode::insecure)
    json.field("insecure-skip-tls-verify", true);
  else
    add_base64(json, "certificate-authority-data", roots);
  json.close_object().close_object().close_array();
}

void write_user(json_writer& json, const endpoint& target) {
  json.key("users").open_array().open_object().field("name", "u").key("user").open_object();
  if (target.token)
    json.field("token", target.token->expose());
  if (!target.cert_pem.empty() && target.key_pem) {
    add_base64(json, "client-certificate-data", target.cert_pem);
    add_base64(json, "client-key-data", target.key_pem->expose());
  }
  json.close_object().close_object().close_array();
}

// JSON is YAML, and leaves no question of quoting.
void write_document(std::string& text, const endpoint& target, const server_url& url,
                    std::string_view roots, std::uint16_t relay_port) {
  json_writer json{text};
  json.open_object().field("apiVersion", "v1").field("kind", "Config");
  json.field("current-context", "c");
  write_cluster(json, target, url, roots, relay_port);
  write_user(json, target);
  json.key("contexts").open_array().open_object().field("name", "c").key("context").open_object();
  json.field("cluster", "c").field("user", "u").close_object().close_object().close_array();
  json.close_object();
}

unique_fd make_memory() {
  unique_fd result{
      memfd_create("kubeconfig", MFD_CLOEXEC | MFD_ALLOW_SEALING | memory_not_executable)};
  if (!result && errno == EINVAL)
    result.reset(memfd_create("kubeconfig", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  return result;
}

} // namespace

caf::expected<server_url> check_kubectl_target(const endpoint& target) {
  auto url = parse_server_url(target.server_url, true);
  if (!url)
    return std::move(url.error());
  if (!url->is_https)
    return caf::make_error(errc::validation_failed,
                           std::string{"kubectl is run against https:// servers only; over "
                                       "http:// the credentials would travel in clear"});
  if (target.token && !is_plain(target.token->expose()))
    return caf::make_error(errc::cluster_unauthorized,
                           std::string{"the token has characters that no bearer token has"});
  return url;
}

std::string authority_of(const server_url& url) {
  const auto is_ipv6 = url.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

caf::expected<unique_fd> write_kubeconfig(const endpoint& target, const server_url& url,
                                          std::uint16_t relay_port) {
  auto roots = target.ca_pem;
  if (target.tls == tls_mode::verified && roots.empty()) {
    auto system = read_system_roots();
    if (!system)
      return std::move(system.error());
    roots = std::move(*system);
  }
  const auto token_size = target.token ? target.token->size() : 0;
  const auto key_size = target.key_pem ? target.key_pem->size() : 0;
  wiped_text document{base64_size(roots.size() + target.cert_pem.size() + key_size) + 2 * token_size
                      + 4096};
  write_document(document.text, target, url, roots, relay_port);

  auto result = make_memory();
  const auto size = static_cast<ssize_t>(document.text.size());
  constexpr auto seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (!result || write(result.get(), document.text.data(), document.text.size()) != size
      || fcntl(result.get(), F_ADD_SEALS, seals) != 0)
    return caf::make_error(errc::internal, std::string{"no memory for a kubeconfig"});
  return result;
}

} // namespace kubesage::k8s
