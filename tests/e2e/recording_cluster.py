"""An API server with a handful of objects that writes down every request, over HTTP/1.1 and TLS. It can misbehave:
hang, redirect, or have 200 MB of pods, in pages or in one answer whatever limit was asked for."""
import http.server
import json
import re
import socketserver
import ssl
import subprocess
import threading
import urllib.parse

POD = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p", "namespace": "default", "uid": "1"},
       "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "registry.example/c:1"}]}, "status": {"phase": "Running"}}
DEPLOYMENT = {"kind": "Deployment", "apiVersion": "apps/v1",
              "metadata": {"name": "x", "namespace": "default", "uid": "2", "resourceVersion": "7"},
              "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "x"}}, "template": {
                  "metadata": {"labels": {"app": "x"}}, "spec": POD["spec"]}}, "status": {"replicas": 1}}
NODE = {"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1", "uid": "3", "resourceVersion": "7"}, "spec": {}}
METRICS = {"kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {"name": "p", "namespace": "default"},
           "containers": [{"name": "c", "usage": {"cpu": "5m", "memory": "10Mi"}}]}
KINDS = {  # group and version: (plural, kind, namespaced)
    "v1": [("pods", "Pod", True), ("services", "Service", True), ("nodes", "Node", False), ("events", "Event", True),
           ("secrets", "Secret", True), ("configmaps", "ConfigMap", True), ("namespaces", "Namespace", False)],
    "apps/v1": [("deployments", "Deployment", True)],
    "authorization.k8s.io/v1": [("selfsubjectaccessreviews", "SelfSubjectAccessReview", False)],
    "metrics.k8s.io/v1beta1": [("pods", "PodMetrics", True)],
}
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
SHORT = {"pods": ["po"], "services": ["svc"], "deployments": ["deploy"], "nodes": ["no"], "events": ["ev"]}
OBJECTS = {("v1", "pods"): POD, ("apps/v1", "deployments"): DEPLOYMENT, ("v1", "nodes"): NODE,
           ("metrics.k8s.io/v1beta1", "pods"): METRICS}
LIST_BYTES = 200 << 20


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1"], cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def merged(old, patch):
    """JSON merge patch, which is near enough to a strategic one for objects without lists."""
    if not isinstance(old, dict) or not isinstance(patch, dict):
        return patch
    return {key: merged(old.get(key), patch.get(key, old.get(key))) for key in {**old, **patch}
            if patch.get(key, old.get(key)) is not None}


def resource_list(version):
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": [
        {"name": plural, "singularName": kind.lower(), "kind": kind, "namespaced": namespaced, "verbs": VERBS,
         "shortNames": SHORT.get(plural, [])} for plural, kind, namespaced in KINDS[version]]
        + ([{"name": "deployments/scale", "singularName": "", "kind": "Scale", "namespaced": True, "group": "autoscaling",
             "version": "v1", "verbs": ["get", "patch", "update"]}] if version == "apps/v1" else [])}


def discovery(path):
    if path == "/version":
        return {"major": "1", "minor": "33", "gitVersion": "v1.33.1", "gitCommit": "0", "gitTreeState": "clean",
                "buildDate": "2025-05-15T08:27:33Z", "goVersion": "go1.24.2", "compiler": "gc", "platform": "linux/amd64"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "/apis":
        groups = [version.split("/") for version in KINDS if "/" in version]
        each = [{"groupVersion": f"{group}/{version}", "version": version} for group, version in groups]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": group, "versions": [one], "preferredVersion": one} for (group, _), one in zip(groups, each)]}
    found = re.fullmatch(r"/apis?/(.+)", path)
    return resource_list(found[1]) if found and found[1] in KINDS else None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        cluster = self.server
        cluster.requests.append((self.command, path, query, self.headers.get("Authorization")))
        if cluster.hangs:
            cluster.ended.wait(60)
            self.close_connection = True
        elif cluster.redirects_to:
            self.reply(302, {}, {"Location": cluster.redirects_to})
        elif cluster.long_list and re.fullmatch(r"/api/v1/(namespaces/\w+/)?pods", path):
            self.stream_list(query)
        else:
            self.reply(*self.answer(path, query, json.loads(body) if body.startswith(b"{") else {}))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def answer(self, path, query, body):
        found = discovery(path)
        if found:
            return 200, found
        if path.endswith("/selfsubjectaccessreviews"):
            return 201, {**body, "status": {"allowed": True}}
        found = re.fullmatch(r"/(?:api|apis/([^/]+))/(v\w+)(?:/namespaces/[^/]+)?/(\w+)(?:/([^/]+)(?:/(\w+))?)?", path)
        if not found:
            return self.missing(path)
        group, version, plural, name, part = found.groups()
        version = f"{group}/{version}" if group else version
        if version not in KINDS:
            return self.missing(path)
        if plural not in {each for each, _, _ in KINDS[version]}:
            return self.missing(path)
        given = OBJECTS.get((version, plural))
        if name is None:
            kind = next(kind for each, kind, _ in KINDS[version] if each == plural)
            return 200, {"kind": kind + "List", "apiVersion": version, "metadata": {"resourceVersion": "9"},
                         "items": [given] if given else []}
        if given is None or given["metadata"]["name"] != name:
            return self.missing(path)
        if part == "log":
            return 200, "first line\nsecond line\n"
        if part == "scale":
            replicas = body.get("spec", {}).get("replicas", 1)
            return 200, {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": given["metadata"],
                         "spec": {"replicas": replicas}, "status": {"replicas": 1}}
        if self.command in ("PATCH", "PUT"):
            return 200, merged(given, body)
        return 200, given

    @staticmethod
    def missing(path):
        return 404, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "NotFound",
                     "message": "the server could not find the requested resource", "details": {}, "code": 404}

    def reply(self, status, body, headers=()):
        text = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(body, str) else "application/json")
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        # In one piece, or the second would wait for the acknowledgement of the first.
        self._headers_buffer.append(b"\r\n" + text)
        self.flush_headers()

    def stream_list(self, query):
        """A page of LIST_BYTES in all; `pages` has it keep to the limit that was asked for."""
        asked = urllib.parse.parse_qs(query)
        piece = json.dumps(merged(POD, {"metadata": {"annotations": {"note": "x" * 60_000}}})).encode() + b","
        count, first = LIST_BYTES // len(piece), int(asked.get("continue", ["0"])[0])
        last = min(count, first + int(asked["limit"][0])) if self.server.long_list == "pages" else count
        following = f'"continue":"{last}",' if last < count else ""
        head = b'{"kind":"PodList","apiVersion":"v1","metadata":{%s"resourceVersion":"9"},"items":[' % following.encode()
        tail = json.dumps(POD).encode() + b"]}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(head) + (last - first) * len(piece) + len(tail)))
        self.end_headers()
        self.wfile.write(head)
        for _ in range(first, last):
            self.wfile.write(piece)
        self.wfile.write(tail)

    def log_message(self, *_):
        pass


class RecordingCluster(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder, hangs=False, redirects_to=None, long_list=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.hangs, self.redirects_to, self.long_list = hangs, redirects_to, long_list
        self.requests, self.ended = [], threading.Event()
        self.connections = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate, key = make_certificate(folder)
        self.context.load_cert_chain(certificate, key)
        self.ca = certificate.read_text()
        self.url = f"https://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)

    def finish_request(self, request, client_address):  # on the connection's own thread
        with self.context.wrap_socket(request, server_side=True) as secured:
            self.RequestHandlerClass(secured, client_address, self)

    def handle_error(self, request, client_address):
        pass  # a client that went away

    def body(self, name, token):
        """What onboards it."""
        return {"cluster_name": name, "server_url": self.url, "token": token, "use_secure_tls": True, "ca_data": self.ca}

    def close(self):
        self.ended.set()
        self.shutdown()
        self.server_close()
