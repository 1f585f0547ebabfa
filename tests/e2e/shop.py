"""A real control plane of its own with a small shop in it, and somebody who plays the kubelet: pods that are scheduled
become ready, but for one that crashes, and the API server gets their logs."""
import http.server
import ssl
import subprocess
import threading
import time

from harness import ROOT, temporary_folder, wait_until
from kube import Kube
from recording_cluster import make_certificate

NODE = "worker-a"
APPS = "/apis/apps/v1/namespaces/shop"
LOGS = {"web": "listening on :8080\n", "api": "listening on :9090\n",
        "worker": "reading /etc/worker/queue\nqueue not found: orders\n"}
IMAGES = {"web": "registry.example/web:1.4.2", "api": "registry.example/api:2.0.1", "worker": "registry.example/worker:0.9.0"}


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Logs(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # /containerLogs/<namespace>/<pod>/<container>
        text = LOGS.get(self.path.partition("?")[0].rsplit("/", 1)[-1], "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Api(Kube):
    """The API server for one thread."""

    def __init__(self, env, cleanup):
        super().__init__(env)
        cleanup(lambda: self.http and self.http.close())

    def need(self, method, path, body=None):
        status, answer = self.call(method, path, body)
        if status not in (200, 201):
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def put_status(self, path, item, status):
        """By a whole object, for Kube.call knows no other kind of body. A newer one wins."""
        code, answer = self.call("PUT", path + "/status", {**item, "status": status})
        if code not in (200, 404, 409):
            raise AssertionError(f"{path}: {code} {answer}")


class Kubelet(Api):
    """Plays the kubelet of the one node, on a thread of its own once it is started."""

    def __init__(self, env, cleanup):
        super().__init__(env, cleanup)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Logs)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*make_certificate(temporary_folder()))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cleanup(server.server_close)
        cleanup(server.shutdown)
        self.ended = threading.Event()
        self.need("POST", "/api/v1/nodes", {"metadata": {"name": NODE, "labels": {"kubernetes.io/os": "linux"}}})
        self.beat()
        wait_until("the node takes pods", self.untaint, 30)
        thread = threading.Thread(target=self.play, daemon=True)
        thread.start()
        cleanup(thread.join)
        cleanup(self.ended.set)

    def beat(self):
        node = self.need("GET", "/api/v1/nodes/" + NODE)
        room = {"cpu": "4", "memory": "8Gi", "pods": "110"}
        self.put_status("/api/v1/nodes/" + NODE, node, {
            "capacity": room, "allocatable": room, "daemonEndpoints": {"kubeletEndpoint": {"Port": self.port}},
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status",
                            "lastHeartbeatTime": now(), "lastTransitionTime": now()}],
            "nodeInfo": {"kubeletVersion": "v1.20.2", "kubeProxyVersion": "v1.20.2", "architecture": "amd64", "bootID": "b",
                         "operatingSystem": "linux", "osImage": "Debian GNU/Linux 12 (bookworm)", "kernelVersion": "6.1.0",
                         "containerRuntimeVersion": "containerd://1.6.20", "machineID": "m", "systemUUID": "u"}})

    def untaint(self):
        """A new node is tainted until its kubelet is known to be ready, which the controllers would find out later."""
        node = self.need("GET", "/api/v1/nodes/" + NODE)
        return self.call("PUT", "/api/v1/nodes/" + NODE, {**node, "spec": {}})[0] == 200

    def play(self):
        rounds = 0
        while not self.ended.wait(0.2):
            rounds += 1
            if rounds % 25 == 0:
                self.beat()
            for pod in self.need("GET", "/api/v1/pods")["items"]:
                self.tend(pod)

    def tend(self, pod):
        """Starts a pod that is scheduled, and takes one away that is to go."""
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        if "deletionTimestamp" in metadata:
            self.call("DELETE", path + "?gracePeriodSeconds=0")
        elif pod["spec"].get("nodeName") and "containerStatuses" not in pod["status"]:
            self.run(path, pod, pod["spec"]["containers"][0])

    def run(self, path, pod, container):
        crashes = container["image"] == IMAGES["worker"]
        conditions = [{"type": kind, "status": "False" if crashes and kind == "Ready" else "True", "lastTransitionTime": now()}
                      for kind in ("PodScheduled", "Initialized", "Ready")]
        state = ({"restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                  "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}}} if crashes
                 else {"restartCount": 0, "state": {"running": {"startedAt": now()}}})
        self.put_status(path, pod, {
            "phase": "Running", "startTime": now(), "podIP": "10.1.0.7", "podIPs": [{"ip": "10.1.0.7"}], "hostIP": "127.0.0.1",
            "conditions": conditions, "containerStatuses": [{
                "name": container["name"], "image": container["image"], "imageID": "", "ready": not crashes, "started": not crashes,
                **state}]})
        if crashes:
            name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
            self.call("POST", "/api/v1/namespaces/shop/events", {
                "metadata": {"name": name + ".1"}, "type": "Warning", "reason": "BackOff", "count": 4,
                "message": "Back-off restarting failed container", "firstTimestamp": now(), "lastTimestamp": now(),
                "source": {"component": "kubelet", "host": NODE},
                "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": name, "namespace": "shop", "uid": uid}})


class Shop(Api):
    def __init__(self, cleanup):
        folder, scripts = temporary_folder() / "kube", ROOT / "tests/kube"
        cleanup(subprocess.run, [scripts / "down.sh", folder], check=False)
        subprocess.run([scripts / "up.sh", folder, "--with-controllers"], check=True, stdout=subprocess.DEVNULL)
        super().__init__(dict(line.split("=", 1) for line in (folder / "env").read_text().splitlines()), cleanup)
        Kubelet(self.env, cleanup)
        self.seed()
        wait_until("the shop runs", self.is_settled, 60)

    def seed(self):
        self.need("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
        wait_until("the namespace has an account", lambda: self.call(
            "GET", "/api/v1/namespaces/shop/serviceaccounts/default")[0] == 200, 60)
        for name, replicas in (("web", 3), ("api", 2), ("worker", 1)):
            labels = {"app": name}
            containers = [{"name": name, "image": IMAGES[name], "resources": {"requests": {"cpu": "50m"}}}]
            self.need("POST", APPS + "/deployments", {"metadata": {"name": name, "labels": labels}, "spec": {
                "replicas": replicas, "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}}})
            if name != "worker":
                self.need("POST", "/api/v1/namespaces/shop/services", {"metadata": {"name": name}, "spec": {
                    "selector": labels, "ports": [{"port": 80, "targetPort": 8080}]}})
        self.need("POST", "/api/v1/namespaces/shop/configmaps", {"metadata": {"name": "worker"}, "data": {"queue": "oders"}})
        self.need("POST", "/api/v1/namespaces/shop/secrets", {"metadata": {"name": "db"}, "stringData": {"password": "x"}})

    def is_settled(self):
        """Nothing of the shop is on its way up or down."""
        items = self.need("GET", APPS + "/deployments")["items"]
        pods = self.need("GET", "/api/v1/namespaces/shop/pods")["items"]
        return (len(items) == 3 and len(pods) == sum(item["spec"]["replicas"] for item in items)
                and all(item["status"].get("observedGeneration") == item["metadata"]["generation"]
                        and item["status"].get("updatedReplicas", 0) == item["spec"]["replicas"] for item in items)
                and all("containerStatuses" in pod["status"] for pod in pods)
                # The endpoints follow the pods.
                and all(item["status"].get("readyReplicas", 0) == sum(
                    pod["status"]["containerStatuses"][0]["ready"] for pod in pods
                    if pod["metadata"]["labels"]["app"] == item["metadata"]["name"]) for item in items))
