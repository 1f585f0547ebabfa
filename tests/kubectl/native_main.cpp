// kubectl_native SERVER CA_FILE TOKEN_FILE: answers commands without kubectl, for the comparison
// with it. Each line of the standard input is `{"version": "1.33", "args": ["get", "pods"]}`; each
// line of the output is what was printed, or that kubectl itself must run, and its words.

#include "http/wire/json.hpp"
#include "http/wire/runtime.hpp"
#include "k8s/client.hpp"
#include "k8s/discovery.hpp"
#include "k8s/native/native.hpp"
#include "k8s/policy/decide.hpp"
#include "messages/error.hpp"

#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <simdjson.h>

namespace {

using namespace kubesage;
using k8s::native::outcome;

std::string read_file(const char* path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct request {
  k8s::native::kubectl_version version;
  std::vector<std::string> args;
};

std::optional<request> read_request(const std::string& line) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view version;
  simdjson::dom::array args;
  if (parser.parse(line).get(root) != simdjson::SUCCESS
      || root["version"].get_string().get(version) != simdjson::SUCCESS
      || root["args"].get_array().get(args) != simdjson::SUCCESS)
    return std::nullopt;
  request made;
  made.version = policy::parse_kubectl_version(version).value_or(policy::kubectl_version{0, 0});
  for (const auto each : args)
    made.args.emplace_back(std::string_view{each});
  return made;
}

class answering {
public:
  answering(runtime& threads, std::shared_ptr<k8s::client> from)
      : threads_(threads), from_(std::move(from)), types_(k8s::discovery::make(from_, {})) {}

  std::string answer(const request& wanted) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    auto catalog = std::make_shared<std::promise<caf::expected<k8s::discovered>>>();
    types_->get(end, false,
                [catalog](caf::expected<k8s::discovered> x) { catalog->set_value(std::move(x)); });
    auto known = catalog->get_future().get();
    if (!known)
      return describe("failed", {}, detail_of(known.error()), {});
    policy::command_request request;
    request.command = std::span<const std::string>{wanted.args};
    request.roles = role_set::all();
    request.version = wanted.version;
    request.discovered = known->catalog.get();
    const auto decision = policy::decide(request);
    if (const auto* refused = std::get_if<policy::refusal>(&decision))
      return describe("refused", {}, refused->reason, {});
    const auto* plan = std::get_if<policy::plan>(&decision);
    if (!known->is_complete || !k8s::native::can_answer(*plan, wanted.version))
      return describe("not native", plan->argv, {}, {});
    auto done = std::make_shared<std::promise<outcome>>();
    k8s::native::answer(threads_, from_, known->catalog, *plan, wanted.version, end, {}, {},
                        [done](outcome x) { done->set_value(std::move(x)); });
    const auto result = done->get_future().get();
    if (result.how == outcome::ending::fall_back)
      return describe("fall back", plan->argv, {}, {});
    if (result.how == outcome::ending::failed)
      return describe("failed", plan->argv, detail_of(result.failure), {});
    return describe("answered", plan->argv, {}, result);
  }

private:
  static std::string describe(const char* how, const std::vector<std::string>& argv,
                              std::string_view why, const outcome& result) {
    std::string line;
    json_writer out{line};
    out.open_object().field("how", how).field("why", why).field("exit_code", result.exit_code);
    out.field("output", result.output).field("error", result.error).key("argv").open_array();
    for (const auto& word : argv)
      out.value(std::string_view{word});
    out.close_array();
    out.field("is_truncated", result.is_truncated).close_object();
    return line;
  }

  runtime& threads_;
  std::shared_ptr<k8s::client> from_;
  std::shared_ptr<k8s::discovery> types_;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: kubectl_native SERVER CA_FILE TOKEN_FILE\n";
    return 2;
  }
  runtime threads{1};
  caf::actor_system_config system_config;
  threads.install(system_config);
  std::optional<caf::actor_system> system{std::in_place, system_config};
  threads.run(*system);
  k8s::client_config config;
  config.policy.allow = {*cidr::parse("127.0.0.0/8")};
  k8s::endpoint target;
  target.server_url = argv[1];
  target.tls = tls_mode::verified;
  target.ca_pem = read_file(argv[2]);
  auto token = read_file(argv[3]);
  token.erase(token.find_last_not_of('\n') + 1);
  target.token = share(secret{std::move(token)});
  int status = 0;
  if (auto made = k8s::client::make(threads, config, std::move(target))) {
    answering all{threads, *made};
    for (std::string line; std::getline(std::cin, line);)
      if (const auto wanted = read_request(line))
        std::cout << all.answer(*wanted) << std::endl;
  } else {
    std::cerr << detail_of(made.error()) << '\n';
    status = 1;
  }
  system.reset();
  threads.stop();
  return status;
}
