#pragma once

#include "k8s/analyzers/resource_types.hpp"
#include "k8s/reader/cluster_reader.hpp"
#include "tests/k8s/client_fixture.hpp"

#include <map>
#include <mutex>
#include <set>

namespace kubesage::k8s {

using analysis::content;
using analysis::kind_coverage;
using analysis::object_kind;
using analysis::read_status;

/// One request to the fake cluster.
struct asked {
  std::string path;
  std::map<std::string, std::string> query; ///< As it was sent, not decoded.
  std::string accept;
};

/// What the fake cluster says to it.
struct said {
  std::string body;
  std::string status = "200 OK";
  std::string headers = {};
};

/// A list of `count` small objects called `first`, `first + 1`, …
inline std::string list_body(std::size_t first, std::size_t count, const std::string& next = {}) {
  std::string body = R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"7")";
  if (!next.empty())
    body += R"(,"continue":")" + next + R"(")";
  body += R"(},"items":[)";
  for (std::size_t i = 0; i < count; ++i)
    body += (i == 0 ? "" : ",") + std::string{R"({"metadata":{"name":"x)"}
            + std::to_string(first + i) + R"(","namespace":"shop"}})";
  return body + "]}";
}

/// A cluster behind TLS whose lists are what `answer_` says; the rest is answered here. Serves the
/// first source of every kind but those in `unserved_`.
class reader_fixture : public client_fixture {
protected:
  reader_fixture() : identity_(root_.issue({.alt_names = "IP:127.0.0.1"})) {}

  ~reader_fixture() override {
    readers_.clear();
  }

  void start_server() {
    server_.emplace([this](session& peer) { serve(peer); }, api_server::tls_options{identity_});
  }

  endpoint target() {
    if (!server_)
      start_server();
    endpoint result;
    result.server_url = server_->url();
    result.tls = tls_mode::verified;
    result.ca_pem = root_.pem();
    return result;
  }

  struct started {
    std::shared_ptr<cluster_reader> reader;
    std::future<cluster_reader::result> done;
  };

  started start(reading_request wanted, deadline until, endpoint where) {
    auto from = connect(std::move(where));
    auto promise = std::make_shared<std::promise<cluster_reader::result>>();
    started result;
    result.done = promise->get_future();
    result.reader = cluster_reader::start(
        {threads_, pool_, from, discovery::make(from, {})}, std::move(wanted), reading_, until,
        [this](const reading_progress& x) { progress_.push_back(x); },
        [promise](cluster_reader::result x) { promise->set_value(std::move(x)); });
    readers_.push_back(result.reader);
    return result;
  }

  static cluster_reader::result finish(started what) {
    if (what.done.wait_for(std::chrono::seconds{60}) != std::future_status::ready)
      return caf::make_error(errc::internal, std::string{"the callback never came"});
    return what.done.get();
  }

  cluster_reader::result read(reading_request wanted,
                              std::chrono::milliseconds time = std::chrono::seconds{30}) {
    return finish(start(std::move(wanted), in(time), target()));
  }

  cluster_reader::result read(std::vector<object_kind> kinds, const std::string& where = {}) {
    reading_request wanted;
    wanted.kube_namespace = where;
    for (const auto kind : kinds)
      wanted.kinds.push_back({kind, content::full});
    return read(std::move(wanted));
  }

  /// The row of a reading of one kind; a failed reading fails the test.
  kind_coverage row(object_kind kind) {
    auto result = read(std::vector{kind});
    EXPECT_TRUE(result) << (result ? "" : detail_of(result.error()));
    return result ? (*result)->coverage.at(0) : kind_coverage{};
  }

  std::vector<asked> requests(const std::string& path) {
    const std::lock_guard guard{mutex_};
    std::vector<asked> result;
    for (const auto& each : requests_)
      if (each.path == path)
        result.push_back(each);
    return result;
  }

  std::function<said(const asked&)> answer_ = [](const asked&) { return said{list_body(0, 2)}; };
  std::map<std::string, said> fixed_; ///< By path; wins over all else.
  std::set<object_kind> unserved_;
  reader_config reading_;
  std::vector<reading_progress> progress_;
  std::mutex mutex_;
  std::vector<asked> requests_;
  parse_pool pool_{2};
  test::certificate_authority root_;
  test::key_pair identity_;
  std::optional<api_server> server_;
  std::vector<std::shared_ptr<cluster_reader>> readers_;

private:
  static asked parse(const std::string& head) {
    asked result;
    auto target = head.substr(4, head.find(" HTTP") - 4);
    const auto mark = target.find('?');
    result.path = target.substr(0, mark);
    for (auto at = mark; at != std::string::npos;) {
      const auto end = target.find('&', at + 1);
      const auto pair = target.substr(at + 1, end == std::string::npos ? end : end - at - 1);
      result.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
      at = end;
    }
    const auto accept = head.find("\r\nAccept: ") + 10;
    result.accept = head.substr(accept, head.find("\r\n", accept) - accept);
    return result;
  }

  std::optional<std::string> discovery_answer(const std::string& path) {
    std::map<std::string, std::map<std::string, std::string>> served; // group, version: resources
    for (std::size_t i = 0; i < analysis::object_kinds; ++i) {
      const auto& row = analysis::row_of(static_cast<object_kind>(i));
      if (unserved_.contains(row.kind))
        continue;
      const auto& source = row.sources.front();
      auto& list = served[std::string{source.group}][std::string{source.version}];
      list += (list.empty() ? "" : ",") + std::string{R"({"name":")"} + std::string{source.plural}
              + R"(","namespaced":true,"kind":")" + std::string{row.name}
              + R"(","verbs":["get","list"]})";
    }
    if (path == "/version")
      return R"({"gitVersion":"v1.30.1"})";
    if (path == "/api")
      return R"({"kind":"APIVersions","versions":["v1"]})";
    if (path == "/apis") {
      std::string groups;
      for (const auto& [group, versions] : served)
        if (!group.empty())
          groups += (groups.empty() ? "" : ",") + std::string{R"({"name":")"} + group
                    + R"(","versions":[{"version":")" + versions.begin()->first + R"("}]})";
      return R"({"kind":"APIGroupList","groups":[)" + groups + "]}";
    }
    for (const auto& [group, versions] : served)
      for (const auto& [version, list] : versions)
        if (path == (group.empty() ? "/api/" : "/apis/" + group + "/") + version)
          return R"({"kind":"APIResourceList","resources":[)" + list + "]}";
    return std::nullopt;
  }

  void serve(session& peer) {
    for (auto head = peer.read_request(); !head.empty(); head = peer.read_request()) {
      const auto wanted = parse(head);
      {
        const std::lock_guard guard{mutex_};
        requests_.push_back(wanted);
      }
      said answer;
      const auto types = discovery_answer(wanted.path);
      if (const auto found = fixed_.find(wanted.path); found != fixed_.end())
        answer = found->second;
      else if (types)
        answer.body = *types;
      else
        answer = answer_(wanted);
      if (answer.status == "hang")
        return peer.wait_for_close();
      peer.answer(answer.body, answer.status, answer.headers);
    }
  }
};

} // namespace kubesage::k8s
