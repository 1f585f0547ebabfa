#include "main/demo.hpp"

#include "http/wire/authenticator.hpp"
#include "http/wire/json.hpp"
#include "http/wire/log.hpp"
#include "k8s/demo_cluster.hpp"
#include "main/demo_client.hpp"
#include "main/demo_findings.hpp"
#include "main/nats_server.hpp"
#include "main/random_token.hpp"
#include "main/server.hpp"
#include "persistence/crypto/random.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <simdjson.h>

namespace kubesage {
namespace {

/// A folder that goes with this object.
class temporary_folder {
public:
  temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "kubesage-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr)
      path_ = pattern;
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ec;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ec);
  }
  [[nodiscard]] const std::filesystem::path& path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

constexpr std::size_t shown_problems = 12;

void say(const std::string& text) {
  std::fputs((text + "\n").c_str(), stdout);
  std::fflush(stdout);
}

int give_up(const std::string& why) {
  std::fputs(("demo: " + why + "\n").c_str(), stderr);
  return 1;
}

std::string onboarding_body(const demo_cluster& cluster) {
  std::string body;
  json_writer json{body};
  json.open_object()
      .field("cluster_name", "demo")
      .field("server_url", "https://127.0.0.1:" + std::to_string(cluster.port()))
      .field("token", cluster.token().expose())
      .field("provider_name", "Demo")
      .field("tags", "demo")
      .field("use_secure_tls", true)
      .field("ca_data", cluster.ca_pem())
      .close_object();
  return body;
}

/// The part of the demo that talks to the backend as any user would.
class story {
public:
  story(std::uint16_t port, std::string token) : port_(port), token_(std::move(token)) {}

  bool onboard(const demo_cluster& cluster) {
    auto body = onboarding_body(cluster);
    auto answer = ask("POST", "/onboard-cluster", body);
    wipe(body);
    if (answer.status != 201)
      return refuse("onboarding", answer);
    std::int64_t id = 0;
    if (parse(answer)["id"].get(id) != simdjson::SUCCESS)
      return refuse("onboarding", answer);
    id_ = std::to_string(id);
    say("onboarded    cluster 'demo' as id " + id_ + "; its token is sealed in the store");
    return true;
  }

  bool list() {
    auto answer = ask("GET", "/clusters");
    simdjson::dom::array clusters;
    if (answer.status != 200 || parse(answer)["clusters"].get(clusters) != simdjson::SUCCESS)
      return refuse("listing", answer);
    say("listed       " + std::to_string(clusters.size()) + " cluster");
    return true;
  }

  bool namespaces() {
    auto answer = ask("POST", "/select-cluster-and-get-namespaces/" + id_);
    simdjson::dom::array names;
    bool is_success = false;
    if (answer.status != 200 || parse(answer)["success"].get(is_success) != simdjson::SUCCESS
        || !is_success || parsed_["namespaces"].get(names) != simdjson::SUCCESS)
      return refuse("selecting", answer);
    std::string text;
    for (const auto name : names)
      text.append(text.empty() ? "" : ", ").append(name.get_string().value_unsafe());
    say("namespaces   " + std::to_string(names.size()) + ": " + text);
    return true;
  }

  bool analyze() {
    auto answer = ask("POST", "/analyze-k8s-with-solutions/" + id_);
    simdjson::dom::array problems;
    if (answer.status != 200
        || parse(answer)["problems_with_solutions"].get(problems) != simdjson::SUCCESS)
      return refuse("analyzing", answer);
    say("analyzed     " + std::to_string(problems.size()) + " objects with problems, found by "
        + std::to_string(rules_in(problems)) + " rules:");
    say(demo_findings(problems, shown_problems));
    answer = ask("GET", "/api/v1/clusters/" + id_ + "/analyses");
    if (answer.status != 200
        || parse(answer).at_pointer("/items/0/opened").get(opened_) != simdjson::SUCCESS)
      return refuse("looking back", answer);
    return true;
  }

  /// How many findings the analysis opened, with an event each.
  [[nodiscard]] std::size_t opened() const {
    return opened_;
  }

  bool remove() {
    auto answer = ask("DELETE", "/remove-cluster/" + id_);
    if (answer.status != 200)
      return refuse("removing", answer);
    say("removed      cluster 'demo'");
    return true;
  }

private:
  demo_answer ask(std::string_view method, const std::string& target, std::string_view body = {}) {
    return ask_api(port_, method, target, token_, body);
  }

  simdjson::simdjson_result<simdjson::dom::element> parse(const demo_answer& answer) {
    parsed_ = parser_.parse(answer.body);
    return parsed_;
  }

  static bool refuse(const std::string& what, const demo_answer& answer) {
    give_up(what + " failed with status " + std::to_string(answer.status) + ": " + answer.body);
    return false;
  }

  std::uint16_t port_;
  std::string token_;
  std::string id_;
  std::uint64_t opened_ = 0;
  simdjson::dom::parser parser_;
  simdjson::simdjson_result<simdjson::dom::element> parsed_;
};

bool tell_events(demo_subscriber& events, std::size_t count) {
  const auto seen = events.take(count, 10'000);
  say("events       " + std::to_string(seen.size()) + " came over NATS:");
  for (std::size_t i = 0; i < seen.size();) {
    auto next = i + 1;
    while (next < seen.size() && seen[next].subject == seen[i].subject)
      ++next;
    const auto times = next - i;
    say("               " + seen[i].subject + (times > 1 ? " x " + std::to_string(times) : ""));
    i = next;
  }
  return seen.size() == count;
}

} // namespace

int run_demo(const demo_options& options, const sigset_t& stop_signals) {
  const temporary_folder folder;
  if (folder.path().empty())
    return give_up("cannot make a temporary folder");
  say("KubeSage " KUBESAGE_VERSION " demo; everything lives in " + folder.path().string()
      + " until the end");
  auto nats = nats_server::start(options.nats_server, folder.path());
  if (!nats)
    return give_up(detail_of(nats.error()));

  settings config;
  config.http_port = options.port;
  config.http_admin_port = 0;
  config.http_access_log = false;
  config.data_directory = (folder.path() / "data").string();
  config.nats_url = {nats->url()};
  config.k8s_allow = {"127.0.0.0/8"}; // the demo's cluster is here
  config.node_name = "demo";
  auto root_key = random_secret(32);
  auto made_token = random_token("demo_");
  if (!root_key || !made_token)
    return give_up("no randomness");
  const auto token = std::string{made_token->expose()};
  auto root = make_local_wrapper(*root_key);
  if (!root)
    return give_up(detail_of(root.error()));
  auto backend = server::start(config, {std::move(*root)},
                               std::make_shared<dev_authenticator>(std::move(*made_token)));
  if (!backend)
    return give_up(detail_of(backend.error()));
  auto cluster = demo_cluster::start((*backend)->threads());
  if (!cluster)
    return give_up(detail_of(cluster.error()));
  const auto port = (*backend)->port();
  say("nats-server  " + nats->url() + "    (watch: subscribe to kubesage.v1.>)");
  say("cluster      https://127.0.0.1:" + std::to_string((*cluster)->port())
      + "    (answers recorded from a real API server)");
  say("API          http://127.0.0.1:" + std::to_string(port));
  say("token        " + token);
  say("");

  int exit_code = 1;
  try {
    demo_subscriber events{nats->port(), "kubesage.v1.>"};
    story job{port, token};
    bool is_told = job.onboard(**cluster) && job.list() && job.namespaces() && job.analyze();
    if (is_told && options.is_once)
      is_told = job.remove();
    // onboarded, activated, selected and retrieved, each finding opened, and analyzed; and deleted
    // where the demo ends here
    is_told = is_told && tell_events(events, job.opened() + (options.is_once ? 5 : 4));
    exit_code = is_told ? 0 : 1;
  } catch (const std::exception&) {
    give_up("the nats-server went away");
  }
  if (exit_code == 0 && !options.is_once) {
    say("");
    say("try          curl -H 'Authorization: Bearer " + token
        + "' http://127.0.0.1:" + std::to_string(port) + "/clusters");
    say("stop         Ctrl-C");
    int received = 0;
    sigwait(&stop_signals, &received);
  }
  (*cluster)->stop();
  (*backend)->stop(std::chrono::seconds{5});
  cluster->reset();
  backend->reset();
  say("done; nothing is left behind");
  return exit_code;
}

} // namespace kubesage
