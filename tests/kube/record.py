"""record.py ENV OUT: seeds the API server that ENV (of up.sh) describes and records its answers in OUT.

A file's name is the path it answers, `/` written as `_`: api_v1_namespaces.json is GET /api/v1/namespaces.
status_*.json are refusals. Tokens of service accounts are left out, as are fields that only server-side apply reads.
"""
import http.client
import json
import os
import ssl
import sys

from seed import APPS, NET, seed

HOOKS, RBAC = "/apis/admissionregistration.k8s.io/v1", "/apis/rbac.authorization.k8s.io/v1"
# What an analysis reads (k8s/analyzers/resource_types.cpp), of the versions that the API server has.
LISTS = [*(f"/api/v1/{plural}" for plural in (
             "configmaps", "endpoints", "events", "namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods",
             "resourcequotas", "secrets", "serviceaccounts", "services")),
         *(f"{APPS}/{plural}" for plural in ("daemonsets", "deployments", "replicasets", "statefulsets")),
         "/apis/batch/v1/jobs", "/apis/batch/v1beta1/cronjobs", "/apis/discovery.k8s.io/v1beta1/endpointslices",
         f"{NET}/ingressclasses", f"{NET}/ingresses", f"{NET}/networkpolicies",
         "/apis/storage.k8s.io/v1/storageclasses", "/apis/autoscaling/v2beta2/horizontalpodautoscalers",
         "/apis/policy/v1beta1/poddisruptionbudgets",
         f"{HOOKS}/mutatingwebhookconfigurations", f"{HOOKS}/validatingwebhookconfigurations",
         *(f"{RBAC}/{plural}" for plural in ("clusterrolebindings", "clusterroles", "rolebindings", "roles"))]
TOKEN = "kubernetes.io/service-account-token"


class Api:
    def __init__(self, env):
        self.env = env
        context = ssl.create_default_context(cafile=env["K8S_CA"])
        self.http = http.client.HTTPSConnection("127.0.0.1", int(env["K8S_PORT"]), context=context, timeout=30)

    def call(self, method, path, body=None, token=None, kind="application/json"):
        headers = {"Authorization": "Bearer " + (token or self.env["K8S_ADMIN_TOKEN"]),
                   "Content-Type": kind, "Accept": "application/json", "User-Agent": "kubesage-record"}
        self.http.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read())

    def need(self, *args, **named):
        status, body = self.call(*args, **named)
        if status not in (200, 201):
            raise SystemExit(f"record: {args[:2]}: HTTP {status}: {body.get('message')}")
        return body

    def status(self, path, status):
        self.need("PATCH", path + "/status", {"status": status}, kind="application/merge-patch+json")


def strip(document):
    """Leaves out what is secret and what is bulky and read by nobody; everything else stays as answered."""
    items = document.get("items")
    if items is None:
        return document
    document["items"] = items = [
        item for item in items if item.get("type") != TOKEN and item["metadata"]["name"] != "kube-root-ca.crt"]
    for item in items:
        item["metadata"].pop("managedFields", None)
        if document["kind"] == "ServiceAccountList":
            item.pop("secrets", None)
    return document


def documents(api):
    """The paths of discovery: each group in each version."""
    yield from ("/version", "/api", "/apis", "/api/v1")
    for group in api.need("GET", "/apis")["groups"]:
        for version in group["versions"]:
            yield "/apis/" + version["groupVersion"]


def record(api, out):
    def write(name, document):
        with open(os.path.join(out, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(strip(document), file, separators=(",", ":"), ensure_ascii=False)
            file.write("\n")

    def refusal(name, expected, path, **named):
        status, body = api.call("GET", path, **named)
        assert status == expected, (path, status)
        write(name, body)

    for old in os.listdir(out):
        os.unlink(os.path.join(out, old))
    for path in [*LISTS, *documents(api)]:
        write(path.strip("/").replace("/", "_"), api.need("GET", path))
    refusal("status_400_continue", 400, "/api/v1/namespaces?limit=2&continue=nonsense")
    refusal("status_401", 401, "/api/v1/namespaces", token=api.env["K8S_BAD_TOKEN"])
    refusal("status_404", 404, "/api/v1/nothing-is-served-here")
    refusal("status_404_object", 404, "/api/v1/namespaces/absent-object")
    sizes = sum(os.path.getsize(os.path.join(out, name)) for name in os.listdir(out))
    print(f"record: {len(os.listdir(out))} files, {sizes} bytes")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        api = Api(dict(line.rstrip("\n").split("=", 1) for line in file))
    seed(api)
    record(api, sys.argv[2])


if __name__ == "__main__":
    main()
