"""The real kube-apiserver of the tests: what up.sh wrote, ready-made onboarding bodies, and its API."""
import atexit
import http.client
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile

from harness import ROOT


def load(with_controllers=False):
    """Reads the file that KUBESAGE_KUBE_ENV names; without it, or where controllers shall run, a server is started
    for this process."""
    path = os.environ.get("KUBESAGE_KUBE_ENV")
    if not path or with_controllers:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="kubesage-kube-"))
        scripts = ROOT / "tests/kube"
        atexit.register(lambda: (subprocess.run([scripts / "down.sh", folder / "kube"], check=False),
                                 shutil.rmtree(folder, ignore_errors=True)))
        flags = ["--with-controllers"] if with_controllers else []
        subprocess.run([scripts / "up.sh", folder / "kube", *flags], check=True, stdout=subprocess.DEVNULL)
        path = folder / "kube/env"
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file)


class Kube:
    def __init__(self, env=None, with_controllers=False):
        self.env = env or load(with_controllers)
        self.url = self.env["K8S_SERVER"]
        self.http = None

    def __getitem__(self, name):
        return self.env["K8S_" + name]

    def pem(self, name):
        return pathlib.Path(self[name]).read_text(encoding="ascii")

    def body(self, name, token="ADMIN_TOKEN", ca="CA", **more):
        """An onboarding body with a verified connection and a token."""
        return {"cluster_name": name, "server_url": self.url, "use_secure_tls": True,
                "ca_data": self.pem(ca), "token": self[token], **more}

    def certificate_body(self, name):
        """The same with a client certificate instead of the token."""
        return {"cluster_name": name, "server_url": self.url, "use_secure_tls": True, "ca_data": self.pem("CA"),
                "tls_cert": self.pem("ADMIN_CERT"), "tls_key": self.pem("ADMIN_KEY")}

    def call(self, method, path, body=None, content_type="application/json"):
        if self.http is None:
            context = ssl.create_default_context(cafile=self["CA"])
            self.http = http.client.HTTPSConnection("127.0.0.1", int(self["PORT"]), context=context, timeout=60)
        self.http.request(method, path, json.dumps(body) if body else None,
                          {"Authorization": "Bearer " + self["ADMIN_TOKEN"], "Content-Type": content_type})
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read())

    def namespaces(self):
        status, body = self.call("GET", "/api/v1/namespaces")
        assert status == 200, body
        return [item["metadata"]["name"] for item in body["items"]]
