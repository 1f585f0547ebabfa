#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kubesage::test {

/// The pages of a list of pods as an API server sends them, about 5 kB a pod: most are well, one of
/// a hundred crashes.
inline std::vector<std::string> pod_pages(std::size_t count, std::size_t page_size = 500) {
  std::vector<std::string> pages;
  const auto number = [](std::size_t i) { return std::to_string(i); };
  for (std::size_t first = 0; first < count; first += page_size) {
    std::string body = R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},)"
                       R"("items":[)";
    for (std::size_t i = first; i < count && i < first + page_size; ++i) {
      const auto app = "service-" + number(i / 20);
      const auto hash = "7d9c6b5f" + number(i / 20 % 90 + 10);
      const auto name = app + "-" + hash + "-x" + number(i % 20 + 100);
      const auto space = "team-" + number(i / 400);
      const bool crashes = i % 100 == 0;
      if (i != first)
        body += ',';
      body +=
          R"({"metadata":{"name":")" + name + R"(","generateName":")" + app + "-" + hash
          + R"(-","namespace":")" + space + R"(","uid":"6f1c8a52-93d1-4c1e-8f9a-)"
          + number(100'000'000'000 + i) + R"(","resourceVersion":")" + number(4'000'000 + i)
          + R"(","creationTimestamp":"2026-05-11T08:15:30Z","labels":{"app.kubernetes.io/name":")"
          + app + R"(","app.kubernetes.io/version":"1.4.2","pod-template-hash":")" + hash
          + R"("},"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"8080",)"
          + R"("checksum/config":"8f14e45fceea167a5a36dedd4bea2543c81e728d9d4c2f636f067f89cc14862c"},)"
          + R"("ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":")" + app + "-"
          + hash + R"(","uid":"0a1b2c3d-0000-4000-8000-)" + number(100'000'000'000 + i / 20)
          + R"(","controller":true,"blockOwnerDeletion":true}],"managedFields":[)";
      for (const auto* manager : {"kube-controller-manager", "kubelet"})
        body +=
            std::string{manager[4] == 'l' ? "," : ""} + R"({"manager":")" + manager
            + R"(","operation":"Update","apiVersion":"v1","time":"2026-05-11T08:15:30Z",)"
            + R"("fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},)"
            + R"("f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:image":{},"f:name":{},)"
            + R"("f:ports":{".":{},"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},)"
            + R"("f:containerPort":{},"f:protocol":{}}},"f:resources":{".":{},"f:limits":{".":{},)"
            + R"("f:memory":{}}},"f:terminationMessagePath":{}}},"f:dnsPolicy":{},)"
            + R"("f:restartPolicy":{},"f:schedulerName":{}}}})";
      body +=
          R"(]},"spec":{"volumes":[{"name":"config","configMap":{"name":")" + app
          + R"(-config","defaultMode":420}},{"name":"kube-api-access-)" + number(i)
          + R"(","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,)"
          + R"("path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt",)"
          + R"("path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":)"
          + R"({"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}],)"
          + R"("containers":[{"name":"app","image":"registry.example.com/team/)" + app
          + R"(:1.4.2","args":["--listen=:8080","--log-format=json"],"ports":[{"name":"http",)"
          + R"("containerPort":8080,"protocol":"TCP"},{"name":"metrics","containerPort":9090,)"
          + R"("protocol":"TCP"}],"envFrom":[{"configMapRef":{"name":")" + app
          + R"(-config"}}],"env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"apiVersion":"v1",)"
          + R"("fieldPath":"metadata.name"}}},{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":)"
          + R"({"name":")" + app + R"(-db","key":"password"}}}],"resources":{"limits":)"
          + R"({"cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}},)"
          + R"("volumeMounts":[{"name":"config","mountPath":"/etc/app"},{"name":"kube-api-access-)"
          + number(i)
          + R"(","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],)"
          + R"("livenessProbe":{"httpGet":{"path":"/live","port":"http","scheme":"HTTP"},)"
          + R"("initialDelaySeconds":10,"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,)"
          + R"("failureThreshold":3},"readinessProbe":{"httpGet":{"path":"/ready","port":"http",)"
          + R"("scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":5,"successThreshold":1,)"
          + R"("failureThreshold":3},"terminationMessagePath":"/dev/termination-log",)"
          + R"("terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent",)"
          + R"("securityContext":{"capabilities":{"drop":["ALL"]},"runAsUser":1000,)"
          + R"("runAsNonRoot":true,"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}],)"
          + R"("restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",)"
          + R"("serviceAccountName":")" + app + R"(","serviceAccount":")" + app
          + R"(","nodeName":"ip-10-0-)" + number(i % 200)
          + R"(.eu-west-1.compute.internal","securityContext":{"fsGroup":1000},)"
          + R"("schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready",)"
          + R"("operator":"Exists","effect":"NoExecute","tolerationSeconds":300},)"
          + R"({"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute",)"
          + R"("tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,)"
          + R"("preemptionPolicy":"PreemptLowerPriority"},"status":{"phase":"Running","conditions":[)";
      for (const auto* type : {"Initialized", "Ready", "ContainersReady", "PodScheduled"})
        body += std::string{type[0] == 'I' ? "" : ","} + R"({"type":")" + type + R"(","status":")"
                + (crashes && type[1] == 'e' ? "False" : "True")
                + R"(","lastProbeTime":null,"lastTransitionTime":"2026-05-11T08:15:42Z"})";
      body +=
          R"(],"hostIP":"10.0.0.1","podIP":"10.1.)" + number(i / 250) + "." + number(i % 250)
          + R"(","podIPs":[{"ip":"10.1.)" + number(i / 250) + "." + number(i % 250)
          + R"("}],"startTime":"2026-05-11T08:15:30Z","containerStatuses":[{"name":"app","state":)"
          + (crashes ? R"({"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s"}})"
                     : R"({"running":{"startedAt":"2026-05-11T08:15:41Z"}})")
          + R"(,"lastState":{)"
          + (crashes ? R"("terminated":{"exitCode":1,"reason":"Error","finishedAt":)"
                       R"("2026-05-31T08:15:41Z"})"
                     : "")
          + R"(},"ready":)" + (crashes ? "false" : "true") + R"(,"restartCount":)"
          + (crashes ? "12" : "0") + R"(,"image":"registry.example.com/team/)" + app
          + R"(:1.4.2","imageID":"registry.example.com/team/)" + app
          + R"(@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",)"
          + R"("containerID":"containerd://6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",)"
          + R"("started":true}],"qosClass":"Burstable"}})";
    }
    pages.push_back(std::move(body) + "]}");
  }
  return pages;
}

} // namespace kubesage::test
