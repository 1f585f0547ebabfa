"""The commands of README.md do what it says: the blocks `Run it`, `Listen to it` and `Use it`, run by bash as they
stand, with other ports, folders and a real cluster in place of the examples."""
import base64
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import unittest

from harness import ROOT, Process, binary, clean_environment, temporary_folder, wait_until
from kube import Kube

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(heading):
    """The first sh block below a heading."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"^```sh\n(.*?)^```", section, re.M | re.S)[1]


def replaced(text, changes):
    """Replaces examples; one that is not there any more is a fault of this test."""
    for old, new in changes.items():
        if old not in text:
            raise AssertionError(f"README.md no longer says {old!r}")
        text = text.replace(old, new)
    return text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Session(Process):
    """A script in a bash of its own, with everything that it starts in one process group."""

    def __init__(self, script, folder, name, environment):
        super().__init__(["setsid", "--wait", "bash", "-euc", f"echo $$ > {name}.group\n{script}"], folder, name, environment)
        self.group_path = folder / f"{name}.group"

    def end_all(self):
        """Ends the group by its id, as Ctrl-C would, and waits until nothing of it is left."""
        group = int(wait_until("the script runs", lambda: self.group_path.exists() and self.group_path.read_text()))

        def is_gone():
            self.child.poll()
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return True
            return False

        try:
            os.killpg(group, signal.SIGTERM)
            wait_until(f"{self.name} has ended", is_gone, 40)
        finally:
            if not is_gone():
                os.killpg(group, signal.SIGKILL)
            self.child.wait(10)


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kube = Kube()
        cls.folder = temporary_folder()
        cls.nats_port = free_port()
        place = cls.folder / "build/release"
        place.mkdir(parents=True)
        (place / "kubesage").symlink_to(pathlib.Path(binary()).resolve())
        # So that the commands stay as they are, and tell their status.
        (cls.folder / ".curlrc").write_text('silent\nshow-error\nmax-time = 60\nwrite-out = "\\n%{http_code}"\n')
        cls.environment = clean_environment(cls.folder, {
            "KUBESAGE_HTTP_PORT": "0", "KUBESAGE_HTTP_ADMIN_PORT": "0", "KUBESAGE_K8S_ALLOW": "127.0.0.0/8",
            "KUBESAGE_NATS_URL": f"nats://127.0.0.1:{cls.nats_port}"})
        cls.environment["PATH"] += os.pathsep + "/usr/sbin"
        run_it = replaced(block("Run it"), {
            "nats-server -js": f"nats-server -js -a 127.0.0.1 -p {cls.nats_port} -sd {cls.folder}/jetstream"})
        cls.server = Session(run_it, cls.folder, "run-it", cls.environment)
        cls.addClassCleanup(cls.server.end_all)
        ready = wait_until("the server is ready", cls.ready_line, 60)
        cls.port = int(ready["port"])
        cls.token = re.search(r"^development token \(user 1, loopback only\): (dev_\w+)$", cls.server.out(), re.M)[1]
        wait_until("the server publishes", lambda: "events are published to NATS" in cls.server.err())

    @classmethod
    def ready_line(cls):
        if not cls.server.is_alive():
            raise AssertionError("it ended: " + cls.server.out() + cls.server.err())
        for line in cls.server.err().splitlines():
            if line.startswith('{"ts"') and line.endswith("}") and json.loads(line)["msg"] == "ready":
                return json.loads(line)
        return None

    def use(self, prelude, command, **variables):
        """Runs one command of `Use it`; returns (status, body)."""
        done = subprocess.run(["bash", "-euc", prelude + command], cwd=self.folder, capture_output=True, text=True, timeout=90,
                              env={**self.environment, "TOKEN": self.token, **variables}, check=False)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
        body, status = done.stdout.rsplit("\n", 1)
        return int(status), json.loads(body)

    def test_the_key_is_where_it_says(self):
        key = self.folder / "kubesage-master.key"
        self.assertTrue(key.is_file())
        self.assertEqual(key.stat().st_mode & 0o077, 0)

    def test_use_it_and_listen_to_it(self):
        listen = replaced(block("Listen to it"), {"/dev/tcp/127.0.0.1/4222": f"/dev/tcp/127.0.0.1/{self.nats_port}"})
        listener = Session(listen, self.folder, "listen", self.environment)
        self.addCleanup(listener.end_all)
        wait_until("the listener is greeted", lambda: "INFO {" in listener.out())

        authority = base64.b64encode(self.kube.pem("CA").encode()).decode()
        text = replaced(block("Use it"), {
            "http://127.0.0.1:8080": f"http://127.0.0.1:{self.port}", "https://10.0.0.10:6443": self.kube.url,
            "<service account token>": self.kube["ADMIN_TOKEN"], "<PEM, or base64 of PEM>": authority})
        prelude, *commands = re.split(r"^(?=curl )", text, flags=re.M)
        self.assertEqual(len(commands), 8, commands)
        onboard, clusters, namespaces, select, execute, analyze, credentials, remove = commands

        status, cluster = self.use(prelude, onboard)
        self.assertEqual(status, 201, cluster)
        self.assertEqual(cluster["cluster_name"], "prod")
        number = str(cluster["id"])
        status, answer = self.use(prelude, clusters)
        self.assertEqual((status, [each["id"] for each in answer["clusters"]]), (200, [cluster["id"]]))
        status, answer = self.use(prelude, namespaces, ID=number)
        self.assertEqual(status, 200, answer)
        self.assertEqual(sorted(answer["namespaces"]), sorted(self.kube.namespaces()))
        status, answer = self.use(prelude, select, ID=number)
        self.assertEqual(status, 200, answer)
        self.assertIn("default", answer["namespaces"])
        status, answer = self.use(prelude, execute, ID=number)
        self.assertEqual((status, answer["success"]), (200, True), answer)
        self.assertIn("kube-system", answer["output"])
        status, answer = self.use(prelude, analyze, ID=number)
        self.assertEqual((status, answer["cluster_name"]), (200, "prod"), answer)
        self.assertLessEqual({each["problem"]["severity"] for each in answer["problems_with_solutions"]}, {"CRITICAL", "HIGH"})
        self.assertEqual({row["status"] for row in answer["coverage"]}, {"ok"})
        status, answer = self.use(prelude, credentials)
        self.assertEqual((status, answer["cluster"]["token"]), (200, self.kube["ADMIN_TOKEN"]))
        status, answer = self.use(prelude, remove, ID=number)
        self.assertEqual(status, 200, answer)
        status, answer = self.use(prelude, clusters)
        self.assertEqual((status, answer["clusters"]), (200, []))

        for kind in ("cluster_onboarded", "namespaces_retrieved_by_cluster_id", "cluster_activated",
                     "cluster_selected_and_namespaces_retrieved", "k8s_analysis_with_solutions_performed",
                     "cluster_credentials_accessed", "cluster_deleted"):
            wait_until(f"the listener sees {kind}", lambda: f'"event_type":"{kind}"' in listener.out())
        self.assertNotIn(self.kube["ADMIN_TOKEN"], listener.out() + self.server.out() + self.server.err())

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def test_find_out_what_is_wrong(self):
        home = temporary_folder()
        (home / ".kube").mkdir()
        (home / ".kube/config").write_text(json.dumps({
            "current-context": "x", "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": self.kube.url, "certificate-authority": self.kube["CA"]}}],
            "users": [{"name": "u", "user": {"token": self.kube["ADMIN_TOKEN"]}}]}))
        lines = block("Find out what is wrong").splitlines()
        self.assertEqual(len(lines), 3)
        results = [subprocess.run(["bash", "-euc", replaced(line, {"build/release/kubesage": binary()})], cwd=home,
                                  env=clean_environment(home), timeout=120, capture_output=True, text=True, check=False)
                   for line in lines]
        for done in results:
            # Other tests make objects in the same cluster, so that there may be a finding to fail on.
            self.assertIn(done.returncode, (0, 3) if done is results[2] else (0,), done.stderr)
        self.assertIn(" objects\n", results[0].stdout)
        self.assertEqual(json.loads(results[1].stdout)["namespace"], "shop")

    def test_the_table_of_routes_is_the_servers(self):
        rows = re.findall(r"^\| `(GET|POST|PUT|DELETE) (\S+)` \| (\S+) \|", README, re.M)
        self.assertTrue(rows)
        status, body = self.get("/openapi.json")
        self.assertEqual(status, 200)
        served = {}
        for path, methods in json.loads(body)["paths"].items():
            for method, operation in methods.items():
                role = re.search(r"^Needs the role ([\w-]+)\.$", operation.get("description", ""))
                if role:
                    served[(method.upper(), path)] = role[1]
        self.assertEqual({(method, path): role for method, path, role in rows}, served)

    def test_the_prefixes_and_probes_are_there(self):
        for prefix in ("/kubeconfig", "/api/v2.0"):
            self.assertIn(f"`{prefix}`", README)
            self.assertEqual(self.get(prefix + "/clusters")[0], 401)
        for path in ("/livez", "/readyz", "/healthz"):
            self.assertIn(f"`{path}`", README)
            self.assertEqual(self.get(path)[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
