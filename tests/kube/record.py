"""record.py ENV OUT: seeds the API server that ENV (of up.sh) describes and records its answers in OUT.

A file's name is the path it answers, `/` written as `_`: api_v1_namespaces.json is GET /api/v1/namespaces.
status_*.json are refusals. There is no kubelet, so node and pod status is written as one would.
"""
import http.client
import json
import os
import ssl
import sys
import time

APPS = "/apis/apps/v1"
NAMESPACES = ["ci-runners", "data-platform", "monitoring", "payments", "search", "staging", "storefront"]
LISTS = ["/api/v1/namespaces", "/api/v1/nodes", "/api/v1/pods", "/api/v1/services", "/api/v1/endpoints",
         "/api/v1/configmaps", "/api/v1/persistentvolumeclaims", "/api/v1/events", f"{APPS}/deployments",
         f"{APPS}/replicasets", f"{APPS}/statefulsets", "/apis/storage.k8s.io/v1/storageclasses",
         "/apis/networking.k8s.io/v1/ingresses"]
DOCUMENTS = ["/version", "/api", "/apis", "/api/v1", APPS]


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


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def wait(what, probe):
    end = time.monotonic() + 60
    while not probe():
        if time.monotonic() > end:
            raise SystemExit(f"record: no {what} after 60 s")
        time.sleep(0.2)


def seed_nodes(api):
    for index, zone in enumerate(["a", "b", "c"]):
        name = f"worker-{zone}"
        api.need("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": {
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "topology.kubernetes.io/zone": f"zone-{zone}"}}})
        room = {"cpu": "4", "memory": "16Gi", "pods": "110"}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
                 "lastHeartbeatTime": now(), "lastTransitionTime": now()}
        disk = {"type": "DiskPressure", "status": "True" if zone == "c" else "False",
                "reason": "KubeletHasDiskPressure" if zone == "c" else "KubeletHasNoDiskPressure",
                "lastHeartbeatTime": now(), "lastTransitionTime": now()}
        api.status(f"/api/v1/nodes/{name}", {
            "capacity": room, "allocatable": room, "conditions": [ready, disk],
            "addresses": [{"type": "InternalIP", "address": f"10.20.0.{index + 11}"}, {"type": "Hostname", "address": name}],
            "nodeInfo": {"kubeletVersion": "v1.20.2", "kubeProxyVersion": "v1.20.2", "architecture": "amd64",
                         "operatingSystem": "linux", "osImage": "Debian GNU/Linux 12 (bookworm)", "kernelVersion": "6.1.0",
                         "containerRuntimeVersion": "containerd://1.6.20", "bootID": name, "machineID": name, "systemUUID": name}})
        api.need("PATCH", f"/api/v1/nodes/{name}", {"spec": {"taints": None}}, kind="application/merge-patch+json")


def deployment(api, namespace, name, replicas=1, cpu="100m", image=None):
    labels = {"app.kubernetes.io/name": name}
    api.need("POST", f"{APPS}/namespaces/{namespace}/deployments", {
        "metadata": {"name": name, "labels": labels},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels}, "spec": {"containers": [{
                "name": name, "image": image or f"registry.example/{name}:1.4.2",
                "ports": [{"containerPort": 8080}],
                "resources": {"requests": {"cpu": cpu, "memory": "128Mi"}, "limits": {"memory": "256Mi"}}}]}}}})


def service(api, namespace, name, target=None):
    api.need("POST", f"/api/v1/namespaces/{namespace}/services", {
        "metadata": {"name": name}, "spec": {"selector": {"app.kubernetes.io/name": target or name},
                                             "ports": [{"port": 80, "targetPort": 8080}]}})


def seed_workloads(api):
    for namespace in NAMESPACES:
        api.need("POST", "/api/v1/namespaces", {"metadata": {"name": namespace, "labels": {"team": namespace.split("-")[0]}}})
    for namespace in NAMESPACES:
        wait("service account", lambda n=namespace: api.call(
            "GET", f"/api/v1/namespaces/{n}/serviceaccounts/default")[0] == 200)
    api.need("POST", "/apis/storage.k8s.io/v1/storageclasses", {
        "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "csi.example.com", "reclaimPolicy": "Delete"})
    deployment(api, "storefront", "web", replicas=2)
    deployment(api, "storefront", "cart")
    deployment(api, "payments", "checkout")
    deployment(api, "payments", "ledger")
    deployment(api, "search", "indexer", cpu="64")
    deployment(api, "data-platform", "reporting")
    deployment(api, "monitoring", "dashboard")
    deployment(api, "staging", "web", image="registry.example/web:latest")
    for namespace, name in [("storefront", "web"), ("storefront", "cart"), ("payments", "checkout"), ("monitoring", "dashboard")]:
        service(api, namespace, name)
    service(api, "search", "query", target="query-frontend")
    api.need("POST", "/api/v1/namespaces/data-platform/persistentvolumeclaims", {
        "metadata": {"name": "warehouse"}, "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast-nvme",
                                                    "resources": {"requests": {"storage": "200Gi"}}}})
    api.need("POST", "/apis/networking.k8s.io/v1/namespaces/storefront/ingresses", {
        "metadata": {"name": "shop"}, "spec": {"rules": [{"host": "shop.example", "http": {"paths": [{
            "path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}})
    wait("pods", lambda: len(api.need("GET", "/api/v1/pods")["items"]) == 9)
    wait("scheduled pods", lambda: sum(
        bool(p["spec"].get("nodeName")) for p in api.need("GET", "/api/v1/pods")["items"]) == 8)


def waiting(reason, message):
    return {"waiting": {"reason": reason, "message": message}}


def run_pods(api):
    for index, pod in enumerate(api.need("GET", "/api/v1/pods")["items"]):
        container, meta = pod["spec"]["containers"][0], pod["metadata"]
        if not pod["spec"].get("nodeName"):
            continue
        name, namespace = container["name"], meta["namespace"]
        state, last, restarts, ready = {"running": {"startedAt": now()}}, {}, 0, True
        ended = {"exitCode": 1, "reason": "Error", "startedAt": now(), "finishedAt": now()}
        if name == "ledger":
            state, last, restarts, ready = waiting(
                "CrashLoopBackOff", "back-off 5m0s restarting failed container"), {"terminated": ended}, 17, False
        elif name == "reporting":
            last, restarts = {"terminated": {**ended, "exitCode": 137, "reason": "OOMKilled"}}, 4
        elif (namespace, name) == ("staging", "web"):
            state, ready = waiting("ImagePullBackOff", f'Back-off pulling image "{container["image"]}"'), False
        address = f"10.42.0.{index + 10}"
        api.status(f"/api/v1/namespaces/{namespace}/pods/{meta['name']}", {
            "phase": "Pending" if "ImagePull" in str(state) else "Running", "startTime": now(),
            "podIP": address, "podIPs": [{"ip": address}],
            "conditions": [{"type": "PodScheduled", "status": "True"},
                           {"type": "Ready", "status": "True" if ready else "False",
                            **({} if ready else {"reason": "ContainersNotReady"})}],
            "containerStatuses": [{"name": name, "image": container["image"], "imageID": "", "ready": ready,
                                   "started": ready, "restartCount": restarts, "state": state, "lastState": last}]})
    wait("ready deployments", lambda: sum(
        d["status"].get("readyReplicas", 0) for d in api.need("GET", f"{APPS}/deployments")["items"]) == 6)


def strip(document):
    """Leaves out what only server-side apply reads and what is bulky; everything else stays as answered."""
    for item in document.get("items") or []:
        item["metadata"].pop("managedFields", None)
        item["metadata"].pop("annotations", None)
    if document.get("kind") == "ConfigMapList":
        document["items"] = [i for i in document["items"] if i["metadata"]["name"] != "kube-root-ca.crt"]
    return document


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
    for path in LISTS + DOCUMENTS:
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
    seed_nodes(api)
    seed_workloads(api)
    run_pods(api)
    record(api, sys.argv[2])


main()
