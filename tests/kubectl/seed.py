"""Objects of many kinds and states in a real API server. There is no kubelet, so status is written as one would."""
import http.client
import json
import ssl
import time

APPS, PODS = "/apis/apps/v1/namespaces/shop", "/api/v1/namespaces/shop/pods"
STRANGE = {"html": "<a href=\"x\">&amp;</a>", "separators": "a\u2028b\u2029c", "control": "tab\there\bback\fform\u0001\u007f",
           "lines": "first\nsecond\n\nfourth\n", "trailing": "blank \nend ", "unicode": "h\u00e9llo \u4e16\u754c \U0001f680 \ufeff",
           "number": "0123", "float": "1e3", "yes": "yes", "null": "null", "empty": "", "tilde": "~", "date": "2026-11-25",
           "colon": "a: b", "hash": "a #b", "quote": "it's \"so\"", "backslash": "c:\\d", "dash": "- a", "star": "*x",
           "crlf": "a\r\nb", "long": "word " * 60, "percent": "%", "at": "@x", "tick": "`x`", "brace": "{a}", "escape": "\u001b[1m"}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Seed:
    def __init__(self, env, kubelet_port):
        self.env, self.kubelet_port = env, kubelet_port
        context = ssl.create_default_context(cafile=env["K8S_CA"])
        self.http = http.client.HTTPSConnection("127.0.0.1", int(env["K8S_PORT"]), context=context, timeout=30)

    def call(self, method, path, body=None, kind="application/json"):
        self.http.request(method, path, None if body is None else json.dumps(body), {
            "Authorization": "Bearer " + self.env["K8S_ADMIN_TOKEN"], "Content-Type": kind, "Accept": "application/json"})
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"seed: {method} {path}: HTTP {answer.status}: {text.decode()}")
        return json.loads(text)

    def post(self, path, name, **members):
        metadata = {"name": name, **members.pop("metadata", {})}
        return self.call("POST", path, {"metadata": metadata, **members})

    def status(self, path, status):
        return self.call("PATCH", path + "/status", {"status": status}, "application/merge-patch+json")

    def wait(self, path, is_done):
        end = time.monotonic() + 60
        while not is_done(self.call("GET", path)):
            if time.monotonic() > end:
                raise SystemExit(f"seed: {path} does not become what it should")
            time.sleep(0.2)

    def run(self):
        for name in ("shop", "empty"):
            self.post("/api/v1/namespaces", name)
            self.wait(f"/api/v1/namespaces/{name}/serviceaccounts", lambda x: x["items"])
        self.nodes()
        self.pods()
        self.workloads()
        self.network()
        self.odd_objects()
        self.custom_resources()
        self.wait(PODS, lambda x: sum(p["metadata"]["name"].startswith("web-") for p in x["items"]) == 2)
        time.sleep(3)  # the controllers come to rest

    def nodes(self):
        for name, ready in (("node-a", "True"), ("node-b", "False")):
            self.post("/api/v1/nodes", name, metadata={"labels": {"kubernetes.io/os": "linux", "kubernetes.io/hostname": name}})
            room = {"cpu": "4", "memory": "8Gi", "pods": "110"}
            self.status("/api/v1/nodes/" + name, {
                "capacity": room, "allocatable": room, "daemonEndpoints": {"kubeletEndpoint": {"Port": self.kubelet_port}},
                "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
                "conditions": [{"type": "Ready", "status": ready, "reason": "Kubelet", "message": "m",
                                "lastHeartbeatTime": now(), "lastTransitionTime": now()}],
                "nodeInfo": {"kubeletVersion": "v1.20.2", "kubeProxyVersion": "v1.20.2", "architecture": "amd64", "bootID": "b",
                             "operatingSystem": "linux", "osImage": "Debian GNU/Linux 12 (bookworm)", "kernelVersion": "6.1.0",
                             "containerRuntimeVersion": "containerd://1.6.20", "machineID": "m", "systemUUID": "u"}})
            if ready == "True":
                self.call("PATCH", "/api/v1/nodes/" + name, {"spec": {"taints": None}}, "application/merge-patch+json")

    def pod(self, name, node, state=None, last=None, restarts=0, ready=False, phase="Running", containers=1, inits=(), annotations=None):
        spec = {"containers": [{"name": f"c{i}" if containers > 1 else "c", "image": f"example/{name}:1",
                                "resources": {"requests": {"cpu": "100m" if node else "64"}}} for i in range(containers)]}
        if node:
            spec["nodeName"] = node
        if inits:
            spec["initContainers"] = [{"name": each, "image": "example/init:1"} for each in inits]
        self.post(PODS, name, metadata={"labels": {"app": name}, "annotations": annotations or {}}, spec=spec)
        if not node:
            return
        statuses = [{"name": each["name"], "image": "i", "imageID": "", "ready": ready, "started": ready,
                     "restartCount": restarts, "state": state or {}, "lastState": last or {}} for each in spec["containers"]]
        self.status(f"{PODS}/{name}", {
            "phase": phase, "startTime": now(), "containerStatuses": statuses, "podIP": "10.1.0.5", "podIPs": [{"ip": "10.1.0.5"}],
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}]})

    def pods(self):
        ended = {"exitCode": 137, "reason": "OOMKilled", "startedAt": now(), "finishedAt": now()}
        running = {"running": {"startedAt": now()}}
        self.pod("crash", "node-a", {"waiting": {"reason": "CrashLoopBackOff"}}, {"terminated": {**ended, "exitCode": 1}}, 7)
        self.pod("pull", "node-a", {"waiting": {"reason": "ImagePullBackOff"}}, phase="Pending")
        self.pod("oom", "node-a", running, {"terminated": ended}, 3, True)
        self.pod("ok", "node-a", running, ready=True)
        self.pod("two", "node-a", running, ready=True, containers=2)
        self.pod("init", "node-a", running, ready=True, inits=("first", "second"))
        self.pod("annotated", "node-a", running, ready=True, containers=2,
                 annotations={"kubectl.kubernetes.io/default-container": "c1"})
        self.pod("done", "node-a", {"terminated": {**ended, "exitCode": 0, "reason": "Completed"}}, phase="Succeeded")
        self.pod("pending", "")

    def workloads(self):
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"nodeName": "node-a", "containers": [
            {"name": "web", "image": "example/web:1"}, {"name": "side", "image": "example/side:2"}]}}
        self.post(APPS + "/deployments", "web", metadata={"labels": {"app": "web", "tier": "front"}}, spec={
            "replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template})
        job = {"template": {"spec": {"restartPolicy": "Never", "nodeName": "node-b", "containers": [{"name": "j", "image": "j"}]}}}
        self.post("/apis/batch/v1/namespaces/shop/jobs", "once", spec=job)
        self.post("/apis/batch/v1beta1/namespaces/shop/cronjobs", "nightly",
                  spec={"schedule": "0 3 * * *", "suspend": True, "jobTemplate": {"spec": job}})
        self.post("/apis/autoscaling/v1/namespaces/shop/horizontalpodautoscalers", "web", spec={
            "maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}})
        self.post("/apis/policy/v1beta1/namespaces/shop/poddisruptionbudgets", "web",
                  spec={"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}})
        self.post("/api/v1/namespaces/shop/persistentvolumeclaims", "data", spec={
            "accessModes": ["ReadWriteOnce"], "storageClassName": "missing", "resources": {"requests": {"storage": "1Gi"}}})
        self.post("/apis/storage.k8s.io/v1/storageclasses", "slow", provisioner="example.com/none", metadata={
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}})
        self.post("/api/v1/namespaces/shop/resourcequotas", "some", spec={"hard": {"pods": "50"}})
        self.post("/api/v1/namespaces/shop/limitranges", "some", spec={"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "9Gi"}}]})

    def network(self):
        services = "/api/v1/namespaces/shop/services"
        self.post(services, "with-endpoints", spec={"selector": {"app": "ok"}, "ports": [{"port": 80}]})
        self.post(services, "no-endpoints", spec={"selector": {"app": "nothing-has-this"}, "ports": [
            {"name": "a", "port": 80, "nodePort": 30080}, {"name": "b", "port": 443, "protocol": "UDP"}], "type": "NodePort"})
        self.post(services, "outside", spec={"type": "ExternalName", "externalName": "example.com"})
        rule = {"host": "shop.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {
            "service": {"name": "with-endpoints", "port": {"number": 80}}}}]}}
        self.post("/apis/networking.k8s.io/v1/namespaces/shop/ingresses", "front", spec={"rules": [rule]})
        self.post("/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies", "closed", spec={"podSelector": {}})

    def odd_objects(self):
        maps = "/api/v1/namespaces/shop/configmaps"
        self.post(maps, "strange", data=STRANGE, binaryData={"b": "AAECAw=="}, metadata={"annotations": {"a/b": "<&>\u2028"}})
        self.post(maps, "plain", data={"a": "b"})
        self.post(maps, "nothing")
        self.post("/api/v1/namespaces/shop/events", "crash.1", type="Warning", reason="BackOff", count=42,
                  message="Back-off restarting failed container\nsecond line\twith a tab", firstTimestamp=now(),
                  lastTimestamp=now(), source={"component": "kubelet", "host": "node-a"},
                  involvedObject={"apiVersion": "v1", "kind": "Pod", "name": "crash", "namespace": "shop"})

    def definition(self, kind, plural, scope, short, columns):
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        self.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", plural + ".example.com", spec={
            "group": "example.com", "scope": scope,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "shortNames": short, "categories": ["all", "tree"]},
            "versions": [{"name": "v1", "served": True, "storage": True, "additionalPrinterColumns": columns,
                          "schema": {"openAPIV3Schema": schema}}]})
        self.wait(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.example.com",
                  lambda x: any(c["type"] == "Established" and c["status"] == "True" for c in x["status"].get("conditions") or []))
        self.wait("/apis", lambda x: any(group["name"] == "example.com" for group in x["groups"]))
        end = time.monotonic() + 30
        while all(r["name"] != plural for r in self.call("GET", "/apis/example.com/v1")["resources"]):
            if time.monotonic() > end:
                raise SystemExit("seed: the custom resource does not appear")
            time.sleep(0.2)

    def custom_resources(self):
        self.definition("Widget", "widgets", "Namespaced", ["wd"], [
            {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
            {"name": "Ratio", "type": "number", "jsonPath": ".spec.ratio"},
            {"name": "On", "type": "boolean", "jsonPath": ".spec.on"},
            {"name": "Text", "type": "string", "jsonPath": ".spec.text"},
            {"name": "Hidden", "type": "string", "jsonPath": ".spec.hidden", "priority": 1},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}])
        self.definition("Gadget", "gadgets", "Cluster", [], [])
        path = "/apis/example.com/v1/namespaces/shop/widgets"
        self.post(path, "left", apiVersion="example.com/v1", kind="Widget", spec={
            "size": 9007199254740993, "ratio": 0.1, "on": True, "text": "one\ntwo", "hidden": "h", "deep": [[], {}, [{}], None],
            "numbers": [0, -1, 1.5, 1e21, 1e-7, 123456789.125, 9223372036854775807, -9223372036854775808, 100000.0, 2.0e3]})
        self.post(path, "right", apiVersion="example.com/v1", kind="Widget", spec={
            "size": -3, "ratio": 1234567.5, "on": False, "text": "tab\tbed \u001b[31m h\u00e9 \u4e16\u754c"})
        self.post(path, "bare", apiVersion="example.com/v1", kind="Widget")
        self.post("/apis/example.com/v1/gadgets", "one", apiVersion="example.com/v1", kind="Gadget")
