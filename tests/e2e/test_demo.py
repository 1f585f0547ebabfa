"""`kubesage demo` tells its story, with `--once` ends with 0, and leaves nothing behind."""
import json
import os
import pathlib
import re
import subprocess
import unittest
import urllib.request

from harness import Process, binary, clean_environment, temporary_folder, wait_until

DEFAULT_RULES = {
    "deployment-not-progressing", "deployment-replica-failure", "deployment-unavailable", "ingress-missing-backend",
    "ingress-missing-class", "ingress-missing-tls-secret", "pod-container-create", "pod-crash-loop", "pod-image-pull",
    "pod-missing-configmap", "pod-oom-killed", "pod-unschedulable", "pvc-pending", "secret-certificate-expired",
    "service-selects-nothing", "service-target-port", "service-unready-endpoints"}
FURTHER_RULES = {"hpa-missing-target", "job-failed", "node-not-ready", "node-pressure", "pdb-blocks-eviction", "quota-exhausted"}


def mine(folder):
    """Ids of the processes whose environment names `folder`."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder()
        (self.folder / "tmp").mkdir()
        self.environment = {**clean_environment(self.folder), "TMPDIR": str(self.folder / "tmp")}
        self.environment["PATH"] = self.environment.get("PATH", "") + os.pathsep + "/usr/sbin"

    def test_once(self):
        done = subprocess.run([binary(), "demo", "--once", "--port", "0"], cwd=self.folder, env=self.environment, timeout=120,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for word in ("payments", "storefront", "cluster_onboarded", "namespaces_retrieved", "finding_opened",
                     "k8s_analysis_with_solutions_performed"):
            self.assertIn(word, done.stdout)
        head, table = done.stdout.split("\n  SEVERITY  KIND", 1)
        problems, rules = map(int, re.search(r"^analyzed +(\d+) objects with problems, found by (\d+) rules:$", head, re.M).groups())
        self.assertGreaterEqual(rules, 10)
        shown = re.findall(r"^  (?:CRITICAL|HIGH|MEDIUM) +\w+ +\S+ +\S.*$", table, re.M)
        self.assertEqual(len(shown), 12, table)
        self.assertIn(f"\n  and {problems - 12} more\n", table)
        self.assertEqual(mine(self.folder), [])
        self.assertEqual([str(path) for path in self.folder.rglob("*") if path != self.folder / "tmp"], [])

    def analyze(self, story, query=""):
        url, token, number = (re.search(pattern, story, re.M)[1] for pattern in (
            r"^API +(\S+)$", r"^token +(\S+)$", r"^onboarded .* as id (\d+);"))
        request = urllib.request.Request(f"{url}/analyze-k8s-with-solutions/{number}{query}", b"", {"Authorization": "Bearer " + token})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)

    def test_the_clusters_problems(self):
        demo = Process([binary(), "demo", "--port", "0"], self.folder, "demo", self.environment)
        self.addCleanup(demo.end)
        wait_until("the story's end", lambda: "Ctrl-C" in demo.out(), 60)
        report = self.analyze(demo.out())
        found = {rule for each in report["problems_with_solutions"] for rule in each["problem"]["rule_ids"]}
        self.assertLessEqual(DEFAULT_RULES, found)
        self.assertGreaterEqual(len(found), 10)
        report = self.analyze(demo.out(), "?resource_types=all")
        found = {rule for each in report["problems_with_solutions"] for rule in each["problem"]["rule_ids"]}
        self.assertLessEqual(DEFAULT_RULES | FURTHER_RULES, found)
        self.assertEqual([row for row in report["coverage"] if row["status"] != "ok"], [])
        unwell = {(each["problem"]["namespace"], each["problem"]["name"]) for each in report["problems_with_solutions"]
                  if each["problem"]["kind"] == "Deployment"}
        self.assertEqual(unwell, {("ci-runners", "runner"), ("monitoring", "alerts"), ("payments", "ledger"),
                                  ("search", "indexer"), ("staging", "web")})


if __name__ == "__main__":
    unittest.main(verbosity=2)
