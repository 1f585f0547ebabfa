#pragma once

#include "tests/support/api_server.hpp"

#include <mutex>
#include <string>
#include <vector>

// What a small Kubernetes API answers to kubectl, and what it was asked.
namespace kubesage::test {

class kubernetes_answers {
public:
  /// A script for `api_server`: discovery, and pods of the default namespace.
  [[nodiscard]] api_server::script script() {
    return [this](api_server::session& talk) {
      for (auto head = talk.read_request(); !head.empty(); head = talk.read_request()) {
        record(head);
        const auto target =
            head.substr(head.find(' ') + 1, head.find(" HTTP/") - head.find(' ') - 1);
        answer(talk, target.substr(0, target.find('?')));
      }
    };
  }

  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard guard{mutex_};
    return requests_;
  }

  [[nodiscard]] bool saw(const std::string& text) const {
    const std::lock_guard guard{mutex_};
    for (const auto& each : requests_)
      if (each.find(text) != std::string::npos)
        return true;
    return false;
  }

  static std::string resources() {
    return R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":[
      {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","shortNames":["po"],
       "verbs":["create","delete","get","list","patch","update","watch"]},
      {"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}]})";
  }

  static std::string pod_table(const std::string& pod) {
    return R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"1"},
      "columnDefinitions":[{"name":"Name","type":"string","format":"name","priority":0},
      {"name":"Status","type":"string","format":"","priority":0}],"rows":[{"cells":[")"
           + pod + R"(","Running"],"object":{"kind":"PartialObjectMetadata",
      "apiVersion":"meta.k8s.io/v1","metadata":{"name":")"
           + pod + R"(","namespace":"default"}}}]})";
  }

  static void answer(api_server::session& talk, const std::string& path) {
    if (path == "/api")
      talk.answer(R"({"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[]})");
    else if (path == "/apis")
      talk.answer(R"({"kind":"APIGroupList","apiVersion":"v1","groups":[]})");
    else if (path == "/api/v1")
      talk.answer(resources());
    else if (path == "/version")
      talk.answer(R"({"major":"1","minor":"33","gitVersion":"v1.33.0"})");
    else if (path == "/api/v1/namespaces/default/pods")
      talk.answer(pod_table("web-0"));
    else
      talk.answer(R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":"not here",)"
                  R"("reason":"NotFound","code":404})",
                  "404 Not Found");
  }

private:
  void record(const std::string& head) {
    const std::lock_guard guard{mutex_};
    requests_.push_back(head);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

} // namespace kubesage::test
