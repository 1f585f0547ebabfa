#include "k8s/kubeconfig_reader.hpp"

#include "http/wire/pem.hpp"
#include "http/wire/server_url.hpp"
#include "k8s/policy/document.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace kubesage::k8s {

namespace {

using policy::document;

constexpr std::size_t max_items = 20'000;
constexpr std::size_t max_pem_bytes = 1U << 20U;
constexpr std::size_t max_token_bytes = 64U << 10U;

struct member {
  std::string_view name;
  std::string_view why;
};

// What would change who is asked or as whom must not be passed over in silence.
constexpr std::array refused_of_cluster{
    member{"tls-server-name", "another TLS server name is not supported"},
    member{"proxy-url", "a proxy is not supported"},
};
constexpr std::array refused_of_user{
    member{"exec", "credentials from a program are not supported: nothing is run; use a token or a "
                   "client certificate"},
    member{"auth-provider", "credentials from a plug-in are not supported; use a token or a client "
                            "certificate"},
    member{"username", "a password is not supported; use a token or a client certificate"},
    member{"password", "a password is not supported; use a token or a client certificate"},
    member{"as", "impersonation is not supported"},
    member{"as-uid", "impersonation is not supported"},
    member{"as-groups", "impersonation is not supported"},
    member{"as-user-extra", "impersonation is not supported"},
};

caf::error refuse(std::string why) {
  return caf::make_error(errc::validation_failed, "kubeconfig: " + std::move(why));
}

/// The secrets in it must not outlive the reading.
void wipe_texts(document& tree) { // NOLINT(misc-no-recursion): the depth is bounded
  wipe(tree.text);
  for (auto& each : tree.items)
    wipe_texts(each);
}

/// Names a member that stands twice in one object.
std::optional<std::string> duplicate(const document& tree) { // NOLINT(misc-no-recursion)
  std::set<std::string_view> seen;
  for (const auto& name : tree.names)
    if (!seen.insert(name).second)
      return name;
  for (const auto& each : tree.items)
    if (auto found = duplicate(each))
      return found;
  return std::nullopt;
}

const document* find(const document& object, std::string_view name) {
  const auto found = std::find(object.names.begin(), object.names.end(), name);
  if (object.what != document::kind::object || found == object.names.end())
    return nullptr;
  const auto& value = object.items[static_cast<std::size_t>(found - object.names.begin())];
  return value.what == document::kind::null ? nullptr : &value;
}

/// Looks through one context; the first fault stays.
class reading {
public:
  reading(const document& root, const kubeconfig_file_reader& read_file)
      : root_(root), read_file_(read_file) {}

  caf::expected<kubeconfig_context> run(std::string_view wanted) {
    kubeconfig_context result;
    if (root_.what != document::kind::object)
      return refuse("it is no object");
    result.name = wanted.empty() ? text(root_, "current-context", "") : std::string{wanted};
    if (!failure_ && result.name.empty())
      return refuse("there is no current-context; name a context");
    const auto* context = named("contexts", "context", result.name);
    if (context == nullptr)
      return failure_;
    result.cluster = text(*context, "cluster", "context");
    result.kube_namespace = text(*context, "namespace", "context");
    const auto user = text(*context, "user", "context");
    if (const auto* found = named("clusters", "cluster", result.cluster))
      read_cluster(*found, result.target);
    if (const auto* found = user.empty() ? nullptr : named("users", "user", user))
      read_user(*found, result.target);
    check(result.target);
    if (failure_)
      return failure_;
    return result;
  }

private:
  void fail(std::string why) {
    if (!failure_)
      failure_ = refuse(std::move(why));
  }

  std::string text(const document& object, std::string_view name, std::string_view where) {
    const auto* found = find(object, name);
    if (found == nullptr)
      return {};
    if (found->what != document::kind::text)
      fail((where.empty() ? "" : std::string{where} + ": ") + std::string{name} + " is no text");
    return found->text;
  }

  bool truth(const document& object, std::string_view name) {
    const auto value = text(object, name, "cluster");
    if (!value.empty() && value != "true" && value != "false")
      fail("cluster: " + std::string{name} + " is neither true nor false");
    return value == "true";
  }

  /// The object `inner` of the entry that is called `name` in list `list`.
  const document* named(const std::string& list, const std::string& inner,
                        const std::string& name) {
    const auto* entries = find(root_, list);
    const document* found = nullptr;
    if (entries != nullptr && entries->what != document::kind::array)
      fail(list + " is no list");
    else if (entries != nullptr)
      for (const auto& entry : entries->items) {
        if (text(entry, "name", list) != name)
          continue;
        if (found != nullptr)
          fail(list + " has two entries of the wanted name");
        found = &entry;
      }
    if (found == nullptr) {
      fail("there is no " + inner + " of the wanted name");
      return nullptr;
    }
    const auto* result = find(*found, inner);
    if (result == nullptr || result->what != document::kind::object) {
      fail(list + " has an entry whose " + inner + " is no object");
      return nullptr;
    }
    return result;
  }

  template <std::size_t Size>
  void refuse_members(const document& object, const std::array<member, Size>& members) {
    for (const auto& each : members)
      if (const auto* found = find(object, each.name);
          found != nullptr && !(found->what == document::kind::text && found->text.empty()))
        fail(std::string{each.name} + ": " + std::string{each.why});
  }

  std::string file(const document& object, const std::string& name, std::size_t max_bytes) {
    const auto path = text(object, name, "");
    if (path.empty())
      return {};
    if (!read_file_) {
      fail(name + ": files are not read here; put the content into the kubeconfig");
      return {};
    }
    auto content = read_file_(path, max_bytes);
    if (!content) {
      fail(name + ": " + detail_of(content.error()));
      return {};
    }
    if (content->empty())
      fail(name + ": the file is empty");
    return std::move(*content);
  }

  /// What `name`-data holds, else the file that `name` names: the order of other clients.
  std::string pem(const document& object, const std::string& name) {
    auto content = text(object, name + "-data", "");
    if (content.empty())
      content = file(object, name, max_pem_bytes);
    if (content.empty())
      return {};
    auto decoded = to_pem(content);
    wipe(content);
    if (!decoded) {
      fail(name + ": " + detail_of(decoded.error()));
      return {};
    }
    return std::move(*decoded);
  }

  void read_cluster(const document& cluster, endpoint& target) {
    refuse_members(cluster, refused_of_cluster);
    target.server_url = text(cluster, "server", "cluster");
    target.ca_pem = pem(cluster, "certificate-authority");
    const bool is_insecure = truth(cluster, "insecure-skip-tls-verify");
    if (is_insecure && !target.ca_pem.empty())
      fail("cluster: insecure-skip-tls-verify and a certificate authority exclude each other");
    target.tls = is_insecure ? tls_mode::insecure : tls_mode::verified;
  }

  void read_user(const document& user, endpoint& target) {
    refuse_members(user, refused_of_user);
    auto token = file(user, "tokenFile", max_token_bytes);
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r'))
      token.pop_back();
    if (token.empty())
      token = text(user, "token", "user");
    target.token = share(secret{token});
    wipe(token);
    target.cert_pem = pem(user, "client-certificate");
    auto key = pem(user, "client-key");
    target.key_pem = share(secret{key});
    wipe(key);
    if (target.cert_pem.empty() != (target.key_pem == nullptr))
      fail("user: client-certificate and client-key come together");
  }

  void check(const endpoint& target) {
    if (failure_)
      return;
    const auto url = parse_server_url(target.server_url, true);
    if (!url)
      fail("cluster: server: " + detail_of(url.error()));
    else if (!url->is_https && (target.token != nullptr || !target.cert_pem.empty()))
      fail("cluster: server: over http:// the credentials would travel in clear");
  }

  const document& root_;
  const kubeconfig_file_reader& read_file_;
  caf::error failure_;
};

caf::expected<std::string> read_bounded(const std::filesystem::path& path, std::size_t max_bytes) {
  const auto give_up = [&path](const std::string& why) {
    return caf::make_error(errc::validation_failed, "cannot read " + path.string() + ": " + why);
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return give_up("it is a directory");
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in)
    return give_up(std::generic_category().message(errno == 0 ? ENOENT : errno));
  std::string text(max_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<std::size_t>(in.gcount());
  if (size > max_bytes)
    return give_up("it is larger than " + std::to_string(max_bytes) + " bytes");
  text.resize(size);
  return text;
}

} // namespace

caf::expected<kubeconfig_context> read_kubeconfig(std::string_view yaml, std::string_view context,
                                                  const kubeconfig_file_reader& read_file) {
  if (yaml.size() > max_kubeconfig_bytes)
    return refuse("it is larger than " + std::to_string(max_kubeconfig_bytes) + " bytes");
  auto root = policy::read_yaml_document(yaml, max_items);
  if (!root)
    return refuse(detail_of(root.error()));
  const auto twice = duplicate(*root);
  auto result = twice ? caf::expected<kubeconfig_context>{refuse("'" + twice->substr(0, 64)
                                                                 + "' stands there twice")}
                      : reading{*root, read_file}.run(context);
  wipe_texts(*root);
  return result;
}

caf::expected<kubeconfig_context> read_kubeconfig_file(const std::filesystem::path& path,
                                                       std::string_view context) {
  auto yaml = read_bounded(path, max_kubeconfig_bytes);
  if (!yaml)
    return std::move(yaml.error());
  auto result =
      read_kubeconfig(*yaml, context, [&path](const std::string& named, std::size_t max_bytes) {
        return read_bounded(path.parent_path() / named, max_bytes);
      });
  wipe(*yaml);
  return result;
}

} // namespace kubesage::k8s
