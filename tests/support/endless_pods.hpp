#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

// Lists of any number of pods, made page by page, so that a test need not hold them.
namespace kubesage::test {

/// Which the pods are spread over, `shop-0` and so on.
inline constexpr std::size_t pod_namespaces = 200;

/// A pod as a cluster has them, some 6 KB of JSON, most of which no rule reads.
inline std::string pod_body(std::size_t number) {
  const auto id = std::to_string(number);
  std::string body =
      R"({"metadata":{"name":"web-6d4cf56db6-)" + id + R"(","generateName":"web-6d4cf56db6-",)"
      + R"("namespace":"shop-)" + std::to_string(number % pod_namespaces)
      + R"(","uid":"00000000-0000-4000-)" + id + R"(","resourceVersion":")" + id
      + R"(","creationTimestamp":"2026-11-20T10:00:00Z","labels":{"app":"web","tier":"front",)"
        R"("pod-template-hash":"6d4cf56db6"},"ownerReferences":[{"apiVersion":"apps/v1","kind":)"
        R"("ReplicaSet","name":"web-6d4cf56db6","uid":"1","controller":true}],"managedFields":[)";
  for (int i = 0; i < 24; ++i)
    body +=
        (i == 0 ? "" : ",")
        + std::string{R"({"manager":"kubelet","operation":"Update","apiVersion":"v1","time":)"
                      R"("2026-11-20T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:status")"
                      R"(:{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:status":{}}}}}})"};
  body += R"(]},"spec":{"serviceAccountName":"web","nodeName":"node-7","volumes":[{"name":"data",)"
          R"("persistentVolumeClaim":{"claimName":"data"}},{"name":"conf","configMap":{"name":)"
          R"("web-conf"}}],"containers":[{"name":"web","image":"registry.example/shop/web:1.4.2",)"
          R"("ports":[{"containerPort":8080}],"env":[)";
  for (int i = 0; i < 16; ++i)
    body += (i == 0 ? "" : ",") + std::string{R"({"name":"VARIABLE_)"} + std::to_string(i)
            + R"(","value":"what an application is told"})";
  body += R"(],"resources":{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"100m",)"
          R"("memory":"128Mi"}},"readinessProbe":{"httpGet":{"path":"/","port":8080}}}]},"status":)"
          R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"},{"type":)"
          R"("PodScheduled","status":"True"}],"containerStatuses":[{"name":"web","ready":true,)"
          R"("restartCount":0,"state":{"running":{"startedAt":"2026-11-20T10:00:05Z"}}}]}})";
  return body;
}

/// A page of a list of `total` pods; its continue token is the number of the next.
inline std::string pod_page(std::size_t first, std::size_t limit, std::size_t total) {
  const auto count = std::min(limit, total - first);
  std::string body = R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7")";
  if (first + count < total)
    body += R"(,"continue":")" + std::to_string(first + count) + R"(")";
  body += R"(},"items":[)";
  for (std::size_t i = 0; i < count; ++i)
    body += (i == 0 ? "" : ",") + pod_body(first + i);
  return body + "]}";
}

} // namespace kubesage::test
