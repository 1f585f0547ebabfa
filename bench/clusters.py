"""The API servers that commands are measured against: the demo's, which costs next to nothing, and a real one."""
import http.client
import json
import pathlib
import ssl
import subprocess

import servers

KUBE = servers.ROOT / "tests" / "kube"
PODS = 50


class cluster:
    """What a client needs: `port` on 127.0.0.1, `token`, `ca` (PEM); `list_path` is what `command` asks for."""

    def __init__(self, port, token, ca, command, list_path):
        self.port, self.token, self.ca = port, token, ca
        self.command, self.list_path = command, list_path

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    @property
    def authorization(self):
        return f"Authorization: Bearer {self.token}"


def start_demo(folder, stack):
    """The demo's API server in a process of its own; it replays a list of 9 pods."""
    authority = folder / "demo-ca.pem"
    child = subprocess.Popen([str(servers.BUILD / "bench" / "api_server"), str(authority)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True, env=servers.inherited())

    def end():
        child.stdin.close()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    stack.callback(end)
    port, token = child.stdout.readline().split()
    return cluster(int(port), token, authority.read_text(), "kubectl get pods -A -o json", "/api/v1/pods?limit=500")


def pod(number):
    resources = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}
    labels = {"app.kubernetes.io/name": "web", "pod-template-hash": "7d4b9c6f5"}
    return {"metadata": {"name": f"web-7d4b9c6f5-{number:05}", "labels": labels},
            "spec": {"automountServiceAccountToken": False, "serviceAccountName": "default", "containers": [
                {"name": "web", "image": "registry.example/web:1.4.2", "ports": [{"containerPort": 8080}],
                 "env": [{"name": "MODE", "value": "fast"}], "resources": resources,
                 "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}}}]}}


def start_real(folder, stack):
    """A kube-apiserver with its etcd and PODS pods; built once into the user's cache, which takes minutes."""
    place = folder / "kube"
    stack.callback(lambda: subprocess.run([str(KUBE / "down.sh"), str(place)], check=False))
    done = subprocess.run([str(KUBE / "up.sh"), str(place)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          env=servers.inherited())
    if done.returncode != 0:
        raise RuntimeError(f"no kube-apiserver: {done.stderr[-500:]}")
    env = dict(line.split("=", 1) for line in (place / "env").read_text().splitlines())
    ca = pathlib.Path(env["K8S_CA"]).read_text()
    link = http.client.HTTPSConnection("127.0.0.1", int(env["K8S_PORT"]), timeout=30,
                                       context=ssl.create_default_context(cadata=ca))
    headers = {"Authorization": "Bearer " + env["K8S_ADMIN_TOKEN"], "Content-Type": "application/json"}
    account = ("serviceaccounts", {"metadata": {"name": "default"}})
    for kind, body in [account, *(("pods", pod(number)) for number in range(PODS))]:
        link.request("POST", f"/api/v1/namespaces/default/{kind}", json.dumps(body), headers)
        answer = link.getresponse()
        text = answer.read()
        if answer.status != 201:
            raise RuntimeError(f"the kube-apiserver does not take {kind}: {answer.status} {text[:300]!r}")
    link.close()
    return cluster(int(env["K8S_PORT"]), env["K8S_ADMIN_TOKEN"], ca, "kubectl get pods -o json",
                   "/api/v1/namespaces/default/pods?limit=500")
