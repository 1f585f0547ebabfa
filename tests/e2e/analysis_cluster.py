"""Making, patching and breaking objects of a real cluster through its API, and through its store."""
import base64
import json
import urllib.request
import uuid

MERGE = "application/merge-patch+json"


def path_of(kind, namespace, name=""):
    group, plural = PLURALS[kind]
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"{group}{scope}/{plural}" + (f"/{name}" if name else "")


CORE, APPS, BATCH, BETA_BATCH = "/api/v1", "/apis/apps/v1", "/apis/batch/v1", "/apis/batch/v1beta1"
NET, RBAC, STORAGE = "/apis/networking.k8s.io/v1", "/apis/rbac.authorization.k8s.io/v1", "/apis/storage.k8s.io/v1"
HOOKS = "/apis/admissionregistration.k8s.io/v1"
PLURALS = {
    "Namespace": (CORE, "namespaces"), "Pod": (CORE, "pods"), "Service": (CORE, "services"), "Secret": (CORE, "secrets"),
    "ConfigMap": (CORE, "configmaps"), "ServiceAccount": (CORE, "serviceaccounts"), "Node": (CORE, "nodes"),
    "PersistentVolumeClaim": (CORE, "persistentvolumeclaims"), "PersistentVolume": (CORE, "persistentvolumes"),
    "ResourceQuota": (CORE, "resourcequotas"), "Event": (CORE, "events"), "Deployment": (APPS, "deployments"),
    "ReplicaSet": (APPS, "replicasets"), "StatefulSet": (APPS, "statefulsets"), "DaemonSet": (APPS, "daemonsets"),
    "Job": (BATCH, "jobs"), "CronJob": (BETA_BATCH, "cronjobs"), "Ingress": (NET, "ingresses"),
    "IngressClass": (NET, "ingressclasses"), "NetworkPolicy": (NET, "networkpolicies"),
    "StorageClass": (STORAGE, "storageclasses"), "Role": (RBAC, "roles"), "ClusterRole": (RBAC, "clusterroles"),
    "RoleBinding": (RBAC, "rolebindings"), "HorizontalPodAutoscaler": ("/apis/autoscaling/v1", "horizontalpodautoscalers"),
    "PodDisruptionBudget": ("/apis/policy/v1beta1", "poddisruptionbudgets"),
    "ValidatingWebhookConfiguration": (HOOKS, "validatingwebhookconfigurations"),
    "MutatingWebhookConfiguration": (HOOKS, "mutatingwebhookconfigurations"),
}
VERSIONS = {kind: group.removeprefix("/apis/").removeprefix("/api/") for kind, (group, _) in PLURALS.items()}


class Cluster:
    """What fixtures do to the cluster. A call that is refused fails the test."""

    def __init__(self, kube):
        self.kube = kube

    def call(self, method, path, body=None, content_type="application/json", accept=(200, 201, 202)):
        status, answer = self.kube.call(method, path, body, content_type)
        if status not in accept:
            raise AssertionError(f"{method} {path}: {status} {json.dumps(answer)[:600]}")
        return answer

    def create(self, kind, namespace, name, **members):
        meta = {"name": name, **members.pop("meta", {})}
        body = {"apiVersion": VERSIONS[kind], "kind": kind, "metadata": meta, **members}
        return self.call("POST", path_of(kind, namespace), body)

    def patch(self, kind, namespace, name, body):
        return self.call("PATCH", path_of(kind, namespace, name), body, MERGE)

    def status(self, kind, namespace, name, body):
        return self.call("PATCH", path_of(kind, namespace, name) + "/status", {"status": body}, MERGE)

    def delete(self, kind, namespace, name, grace=0):
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": grace,
                   "propagationPolicy": "Background"}
        self.call("DELETE", path_of(kind, namespace, name), options)

    def get(self, kind, namespace, name):
        return self.call("GET", path_of(kind, namespace, name))

    def has_account(self, namespace):
        """Whether pods can be created: the default account and its token have been made."""
        status, answer = self.kube.call("GET", path_of("ServiceAccount", namespace, "default"))
        return status == 200 and bool(answer.get("secrets"))

    def pods(self, namespace):
        return [item["metadata"]["name"] for item in self.call("GET", path_of("Pod", namespace))["items"]]

    def store(self, kind, namespace, name, **members):
        """Writes an object past the API server's checks."""
        body = {"apiVersion": VERSIONS[kind], "kind": kind,
                "metadata": {"name": name, "namespace": namespace, "uid": str(uuid.uuid4()),
                             "creationTimestamp": "2026-01-01T00:00:00Z"}, **members}
        folder = {"Ingress": "ingress"}.get(kind, PLURALS[kind][1])

        def encode(text):
            return base64.b64encode(text.encode()).decode()

        put = {"key": encode(f"/registry/{folder}/{namespace}/{name}"), "value": encode(json.dumps(body))}
        request = urllib.request.Request(self.kube["ETCD_URL"] + "/v3/kv/put", json.dumps(put).encode())
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            answer.read()
