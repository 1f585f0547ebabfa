// Milliseconds for reading and judging pods over TLS from a server in this process, beside those
// for fetching the same pages with the same client and throwing them away. Arguments: rounds, pods.
// Prints one JSON object.

#include "k8s/discovery.hpp"
#include "k8s/reader/analyze_reading.hpp"
#include "k8s/reader/list_request.hpp"
#include "messages/error.hpp"
#include "tests/support/api_server.hpp"
#include "tests/support/endless_pods.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace {

using namespace kubesage;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t page_size = 500;
constexpr std::size_t max_body_bytes = 16U << 20U;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "analysis_bench: %s\n", why.c_str());
  std::exit(2); // NOLINT: nothing else runs that would mind
}

/// What the pods refer to: an object of this name in each of their namespaces.
std::string referred(const std::string& name) {
  std::string body = R"({"kind":"List","apiVersion":"v1","metadata":{},"items":[)";
  for (std::size_t i = 0; i < test::pod_namespaces; ++i)
    body += (i == 0 ? "" : ",") + std::string{R"({"metadata":{"name":")"} + name
            + R"(","namespace":"shop-)" + std::to_string(i) + R"("}})";
  return body + "]}";
}

/// Serves a list of pods from memory, and lists of what they refer to.
class pod_server {
public:
  explicit pod_server(std::size_t pods)
      : identity_(root_.issue({.alt_names = "IP:127.0.0.1"})),
        server_([this](test::api_server::session& peer) { serve(peer); },
                test::api_server::tls_options{identity_}) {
    for (std::size_t first = 0; first < pods; first += page_size)
      pages_.push_back(answer(test::pod_page(first, page_size, pods)));
  }

  k8s::endpoint target() {
    k8s::endpoint result;
    result.server_url = server_.url();
    result.tls = tls_mode::verified;
    result.ca_pem = root_.pem();
    return result;
  }

private:
  static std::string answer(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
           + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  void serve(test::api_server::session& peer) {
    std::string types;
    for (const auto* name : {"pods", "configmaps", "persistentvolumeclaims", "serviceaccounts"})
      types += (types.empty() ? "" : ",") + std::string{R"({"name":")"} + name
               + R"(","namespaced":true,"kind":"K","verbs":["list"]})";
    for (auto head = peer.read_request(); !head.empty(); head = peer.read_request()) {
      const auto path = head.substr(4, head.find_first_of(" ?", 4) - 4);
      if (path == "/api/v1/pods") {
        const auto token = head.find("continue=");
        const auto first = token == std::string::npos ? 0 : std::stoul(head.substr(token + 9));
        peer.write(pages_[first / page_size]);
      } else if (path == "/version")
        peer.write(answer(R"({"gitVersion":"v1.30.1"})"));
      else if (path == "/api")
        peer.write(answer(R"({"kind":"APIVersions","versions":["v1"]})"));
      else if (path == "/apis")
        peer.write(answer(R"({"kind":"APIGroupList","groups":[]})"));
      else if (path == "/api/v1")
        peer.write(answer(R"({"kind":"APIResourceList","resources":[)" + types + "]}"));
      else if (path == "/api/v1/configmaps")
        peer.write(answer(referred("web-conf")));
      else if (path == "/api/v1/persistentvolumeclaims")
        peer.write(answer(referred("data")));
      else
        peer.write(answer(referred("web")));
    }
  }

  test::certificate_authority root_;
  test::key_pair identity_;
  std::vector<std::string> pages_;
  test::api_server server_;
};

class bench {
public:
  explicit bench(std::size_t pods) : pods_(pods), server_(pods) {
    threads_.install(config_);
    system_ = std::make_unique<caf::actor_system>(config_);
    threads_.run(*system_);
  }
  bench(const bench&) = delete;
  bench& operator=(const bench&) = delete;
  ~bench() {
    system_.reset();
    threads_.stop();
  }

  double transfer() {
    const auto from = connect();
    const auto begin = clock_type::now();
    std::string token;
    do {
      std::promise<caf::expected<k8s::http_answer>> done;
      from->get(begin + std::chrono::minutes{1},
                "/api/v1/pods" + k8s::page_query(page_size, {}, token), "application/json",
                max_body_bytes,
                [&done](caf::expected<k8s::http_answer> x) { done.set_value(std::move(x)); });
      const auto got = done.get_future().get();
      if (!got || got->status != 200)
        give_up("a page could not be fetched");
      token = k8s::peek_continue_token(got->body);
    } while (!token.empty());
    return milliseconds_since(begin);
  }

  double analysis() {
    const auto from = connect();
    analysis::scope asked;
    asked.types = {analysis::resource_type::pods};
    asked.now = system_now();
    const auto begin = clock_type::now();
    std::promise<k8s::cluster_reader::result> done;
    const auto reader = k8s::cluster_reader::start(
        {threads_, pool_, from, k8s::discovery::make(from, {})}, k8s::request_for(asked), {},
        begin + std::chrono::minutes{1}, nullptr,
        [&done](k8s::cluster_reader::result x) { done.set_value(std::move(x)); });
    const auto read = done.get_future().get();
    if (!read)
      give_up(detail_of(read.error()));
    const auto report = k8s::analyze_reading(**read, asked);
    const auto took = milliseconds_since(begin);
    if ((*read)->objects.all<analysis::pod>().size() != pods_)
      give_up("not every pod was read");
    return took;
  }

private:
  static double milliseconds_since(clock_type::time_point begin) {
    return std::chrono::duration<double, std::milli>(clock_type::now() - begin).count();
  }

  std::shared_ptr<k8s::client> connect() {
    k8s::client_config config;
    config.policy.allow = {*cidr::parse("127.0.0.0/8")};
    config.total_timeout = std::chrono::minutes{1};
    auto made = k8s::client::make(threads_, config, server_.target());
    if (!made)
      give_up(detail_of(made.error()));
    return *made;
  }

  std::size_t pods_;
  pod_server server_;
  runtime threads_{1};
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  k8s::parse_pool pool_{2};
};

void print(const char* name, const std::vector<double>& times) {
  std::printf("\"%s\": [", name);
  for (std::size_t i = 0; i < times.size(); ++i)
    std::printf("%s%.1f", i == 0 ? "" : ", ", times[i]);
  std::printf("]");
}

} // namespace

int main(int argc, char** argv) {
  const auto rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 5UL;
  const auto pods = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20'000UL;
  bench each{pods};
  each.transfer(); // Warms up.
  each.analysis();
  std::vector<double> transfers;
  std::vector<double> analyses;
  for (std::size_t i = 0; i < rounds; ++i) {
    // In turns and in both orders, so that what else the machine does falls on both.
    if (i % 2 == 0)
      transfers.push_back(each.transfer());
    analyses.push_back(each.analysis());
    if (i % 2 != 0)
      transfers.push_back(each.transfer());
  }
  std::printf("{");
  print("transfer_ms", transfers);
  std::printf(", ");
  print("analysis_ms", analyses);
  std::printf("}\n");
}
