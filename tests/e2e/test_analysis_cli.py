"""`kubesage analyze` against a real API server with its controllers: every rule is broken and mended there."""
import datetime
import http.client
import http.server
import json
import re
import ssl
import subprocess
import threading
import time
import unittest

from analysis_cluster import Cluster
from analysis_fixtures import FIXTURES, IMPOSSIBLE
from fake_cluster import BlackHole, refused_port
from harness import ROOT, binary, clean_environment, temporary_folder, wait_until
from healthy_objects import CLASS, NODE, make_node
from kube import Kube

PHASES = ("together", "no default class", "no class")  # The last two take every class away.
SETTLE_SECONDS = 150  # Controllers look at some things every 15 s, and the machine may be busy.


def setUpModule():
    global kube, cluster, folder
    kube, folder = Kube(with_controllers=True), temporary_folder()
    cluster = Cluster(kube)
    make_node(cluster, NODE)
    cluster.create("IngressClass", "", CLASS, spec={"controller": "example.com/none"})


def rules_of_the_table():
    """The ids in the generated table of rules."""
    text = (ROOT / "docs/analysis-rules.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE))


def kubeconfig(name, token=None, server=None, ca=None, **user):
    user = {"token": kube[token]} if token else user
    path = folder / name
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "real",
        "clusters": [{"name": "c", "cluster": {"server": server or kube.url, "certificate-authority": str(ca or kube["CA"])}}],
        "users": [{"name": "u", "user": user}], "contexts": [{"name": "real", "context": {"cluster": "c", "user": "u"}}]}))
    return path


def analyze(config, *arguments, now=None, output="json"):
    command = [binary(), "analyze", "--kubeconfig", str(config), "-o", output, *arguments]
    if now:
        command += ["--now", now.strftime("%Y-%m-%dT%H:%M:%S.000Z")]
    return subprocess.run(command, cwd=folder, env=clean_environment(folder), timeout=180, capture_output=True, text=True,
                          check=False)


def report(config, *arguments, now=None):
    done = analyze(config, "--resource-types", "all", "--severity", "all", *arguments, now=now)
    if done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def soon():
    """A time when things that are new now have been there for a while."""
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)


def found_in(answer):
    """(rule, kind, namespace, name) of every finding."""
    return {(rule, each["problem"]["kind"], each["problem"]["namespace"], each["problem"]["name"])
            for each in answer["problems_with_solutions"] for rule in each["problem"]["rule_ids"]}


def expected_of(fixture):
    return fixture.rule, fixture.kind, fixture.rule if fixture.is_namespaced else None, fixture.name


class Rules(unittest.TestCase):
    maxDiff = None

    def settle(self, probe, what):
        """Analyzes until `probe` gives nothing any more; fails with what it gives."""
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            left = probe(found_in(report(kubeconfig("admin", "ADMIN_TOKEN"), now=soon())))
            if not left:
                return
            if time.monotonic() > end:
                self.fail(f"{what}: {sorted(map(str, left))}")
            time.sleep(1)

    def test_every_rule_speaks_when_broken_and_is_silent_when_mended(self):
        self.assertEqual({each.phase for each in FIXTURES}, set(PHASES))
        for phase in PHASES:
            fixtures = [each for each in FIXTURES if each.phase == phase]
            expected = {expected_of(each) for each in fixtures}
            for each in fixtures:
                cluster.create("Namespace", "", each.rule)
            for each in fixtures:
                wait_until("a service account with its token", lambda each=each: cluster.has_account(each.rule), 60)
                each.breaks(cluster, each.rule)
            self.settle(lambda found, wanted=expected: wanted - found, f"{phase}: broken, but not found")
            for each in fixtures:
                each.mends(cluster, each.rule)
            self.settle(lambda found, gone=expected: gone & found, f"{phase}: mended, but still found")

    def test_no_rule_of_the_table_is_left_out(self):
        mine = {name.removeprefix("test_").replace("_", "-") for name in dir(ClusterRules) if name.startswith("test_cluster_")}
        self.assertEqual(rules_of_the_table(), {each.rule for each in FIXTURES} | set(IMPOSSIBLE) | mine)


class Rewriting(http.server.ThreadingHTTPServer):
    """A way to the API server on which answers are changed: what no fixture can do to the server itself."""

    daemon_threads = True

    def __init__(self, version=None, date=None):
        self.version, self.date = version, date
        super().__init__(("127.0.0.1", 0), Rewriter)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                        "way.key", "-out", "way.crt", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1"], cwd=folder, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "way.crt", folder / "way.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server_address[1]}"

    def close(self):
        self.shutdown()
        self.server_close()


class Rewriter(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        context = ssl.create_default_context(cafile=kube["CA"])
        upstream = http.client.HTTPSConnection("127.0.0.1", int(kube["PORT"]), context=context, timeout=60)
        upstream.request("GET", self.path, headers={k: self.headers[k] for k in ("Accept", "Authorization")})
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        if self.path == "/version" and self.server.version:
            body = json.dumps({**json.loads(body), "gitVersion": self.server.version}).encode()
        self.send_response_only(answer.status)
        self.send_header("Date", self.server.date or answer.headers["Date"])
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class ClusterRules(unittest.TestCase):
    """Rules about the cluster itself, which holds no object for them. A test is named after its rule."""

    def rules(self, config, now=None):
        return {found[0] for found in found_in(report(config, now=now))}

    def through(self, **changes):
        way = Rewriting(**changes)
        self.addCleanup(way.close)
        return self.rules(kubeconfig("way", "ADMIN_TOKEN", way.url, folder / "way.crt"))

    def test_cluster_version(self):
        self.assertIn("cluster-version", self.rules(kubeconfig("admin", "ADMIN_TOKEN")))
        self.assertNotIn("cluster-version", self.through(version="v1.99.0"))

    def test_cluster_clock_skew(self):
        self.assertIn("cluster-clock-skew", self.through(date="Sun, 06 Nov 1994 08:49:37 GMT"))
        self.assertNotIn("cluster-clock-skew", self.through())

    def credential(self, rule, **left):
        config = kubeconfig("certificate", **{"client-certificate": kube["ADMIN_CERT"], "client-key": kube["ADMIN_KEY"]})
        text = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", kube["ADMIN_CERT"]], check=True,
                              capture_output=True, text=True).stdout
        end = datetime.datetime.strptime(text.strip(), "notAfter=%b %d %H:%M:%S %Y GMT")
        mine = {name for name in self.rules(config, end - datetime.timedelta(**left)) if name.startswith("cluster-credential")}
        self.assertEqual(mine, {rule})
        self.assertNotIn(rule, self.rules(config))

    def test_cluster_credential_1_day(self):
        self.credential("cluster-credential-1-day", hours=12)

    def test_cluster_credential_7_days(self):
        self.credential("cluster-credential-7-days", days=3)

    def test_cluster_credential_30_days(self):
        self.credential("cluster-credential-30-days", days=20)


class Rights(unittest.TestCase):
    def coverage(self, token):
        answer = report(kubeconfig(token, token))
        return answer, {row["resource_type"]: row["status"] for row in answer["coverage"]}

    def test_an_administrator_sees_everything(self):
        _, rows = self.coverage("ADMIN_TOKEN")
        self.assertEqual({status for status in rows.values()}, {"ok"})
        self.assertLessEqual({"pods", "nodes", "secrets", "rbac", "webhooks", "cronjobs"}, set(rows))

    def test_a_viewer_is_told_what_was_not_seen(self):
        answer, rows = self.coverage("VIEWER_TOKEN")
        for kind in ("pods", "deployments", "services", "configmaps", "pvc", "events", "hpa", "pdb"):
            self.assertEqual(rows[kind], "ok", kind)
        for kind in ("secrets", "nodes", "pv", "webhooks", "rbac", "storageclasses"):
            self.assertEqual(rows[kind], "forbidden", kind)
        # What nobody could look for is not missing.
        rules = {rule for rule, *_ in found_in(answer)}
        self.assertEqual({rule for rule in rules if rule.endswith(("-missing-secret", "-missing-pull-secret", "-missing-role"))}, set())
        self.assertFalse({"storageclass-none", "storageclass-no-default", "rbac-wildcard", "secret-unused"} & rules)
        table = analyze(kubeconfig("viewer", "VIEWER_TOKEN"), output="table")
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn("secrets: forbidden", table.stdout)

    def test_nobody_is_not_told_that_all_is_well(self):
        answer, rows = self.coverage("NOBODY_TOKEN")
        self.assertEqual({status for status in rows.values()}, {"forbidden"})
        self.assertEqual({kind for _, kind, *_ in found_in(answer)} - {"Cluster"}, set())
        table = analyze(kubeconfig("nobody", "NOBODY_TOKEN"), output="table")
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn("No problems found in what could be read.", table.stdout)
        self.assertIn("pods: forbidden", table.stdout)
        peer = json.loads(analyze(kubeconfig("nobody", "NOBODY_TOKEN"), output="k8sgpt").stdout)
        self.assertEqual(peer["status"], "OK")
        self.assertTrue(any(text.startswith("pods: forbidden") for text in peer["errors"]))


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cluster.create("Namespace", "", "cli")
        cluster.create("ConfigMap", "cli", "lint", data={"a": "\x1b[2J"})
        cluster.create("NetworkPolicy", "cli", "all", spec={"podSelector": {}})
        cluster.create("PodDisruptionBudget", "cli", "none", spec={"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}})
        cluster.create("Service", "cli", "broken", spec={"selector": {"a": "b"}, "ports": [{"port": 80}]})

    def run_it(self, *arguments, output="json", config=None):
        return analyze(config or kubeconfig("admin", "ADMIN_TOKEN"), "-n", "cli", *arguments, output=output)

    def test_looks_at_one_namespace_in_the_shape_of_the_api(self):
        done = self.run_it()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        answer = json.loads(done.stdout)
        self.assertEqual(list(answer), ["cluster_id", "cluster_name", "server_url", "provider_name", "namespace",
                                        "analyzed_resource_types", "total_problems", "problems_with_solutions", "coverage"])
        self.assertEqual((answer["cluster_name"], answer["server_url"], answer["namespace"]), ("real", kube.url, "cli"))
        self.assertEqual(answer["analyzed_resource_types"],
                         ["pods", "deployments", "services", "secrets", "storageclasses", "ingress", "pvc"])
        self.assertEqual(answer["total_problems"], len(answer["problems_with_solutions"]))
        broken = [each for each in answer["problems_with_solutions"] if each["problem"]["name"] == "broken"]
        self.assertEqual(list(broken[0]["problem"]), ["kind", "name", "namespace", "errors", "details", "parentObject", "severity",
                                                      "rule_ids", "finding_id"])
        self.assertTrue(broken[0]["solution"]["remediation_steps"])
        self.assertEqual(self.run_it().stdout, done.stdout)  # The same objects, the same bytes.

    def test_exit_codes(self):
        self.assertEqual(self.run_it("--fail-on", "high").returncode, 3)
        self.assertEqual(self.run_it("--fail-on", "critical", "--resource-types", "services").returncode, 0)
        self.assertEqual(self.run_it("--fail-on", "info", "--resource-types", "networkpolicies").returncode, 3)
        for wrong in (["--severity", "awful"], ["--resource-types", "pod"], ["--fail-on", "x"], ["--context", "gone"], ["-n", "A b"]):
            done = self.run_it(*wrong)
            self.assertEqual((done.returncode, done.stdout), (2, ""), wrong)
        self.assertEqual(analyze(folder / "gone").returncode, 2)
        for text in ("x: &a [1]\ny: *a", "[", "users: [{name: u, user: {exec: {command: touch}}}]"):
            (folder / "bad").write_text(text)
            self.assertEqual(analyze(folder / "bad").returncode, 2)

    def test_a_cluster_that_fails_ends_with_1(self):
        held, port = refused_port()
        self.addCleanup(held.close)
        hole = BlackHole()
        self.addCleanup(hole.close)
        for config, code in ((kubeconfig("refused", "ADMIN_TOKEN", f"https://127.0.0.1:{port}"), "CLUSTER_UNREACHABLE"),
                             (kubeconfig("other", "ADMIN_TOKEN", ca=kube["OTHER_CA"]), "CLUSTER_TLS_FAILED"),
                             (kubeconfig("bad-token", "BAD_TOKEN"), "CLUSTER_UNAUTHORIZED"),
                             (kubeconfig("hole", "ADMIN_TOKEN", f"https://127.0.0.1:{hole.port}"), "CLUSTER_TIMEOUT")):
            done = analyze(config, "--timeout", "3")
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn(code, done.stderr)

    def test_tables_and_peers(self):
        table = self.run_it("--resource-types", "services,networkpolicies", "--severity", "all", output="table").stdout
        self.assertEqual(table.split("\n")[0].split(), ["SEVERITY", "KIND", "NAMESPACE/NAME", "PROBLEM", "FIX"])
        self.assertRegex(table, r"HIGH +Service +cli/broken ")
        self.assertRegex(table, r"INFO +NetworkPolicy +cli/all ")
        self.assertNotIn("\x1b", table)
        peer = json.loads(self.run_it("--resource-types", "services", output="k8sgpt").stdout)
        self.assertEqual(list(peer), ["provider", "errors", "status", "problems", "results"])
        self.assertEqual((peer["status"], peer["results"][0]["kind"], peer["results"][0]["name"]),
                         ("ProblemDetected", "Service", "cli/broken"))

    def test_a_namespace_that_is_not_there_is_not_healthy(self):
        done = analyze(kubeconfig("admin", "ADMIN_TOKEN"), "-n", "gone")
        rows = {row["resource_type"]: row["status"] for row in json.loads(done.stdout)["coverage"]}
        self.assertEqual(rows["pods"], "failed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
