"""Analyses through the server against a real kube-apiserver, and against clusters that misbehave."""
import http.client
import json
import time
import unittest

import events
from client import User
from fake_cluster import BlackHole
from harness import KubeSage, Nats, token, wait_until
from kube import Kube

REPORT_KEYS = ["cluster_id", "cluster_name", "server_url", "provider_name", "namespace", "analyzed_resource_types",
               "total_problems", "problems_with_solutions", "coverage"]
PROBLEM_KEYS = ["kind", "name", "namespace", "errors", "details", "parentObject", "severity", "rule_ids", "finding_id"]
SOLUTION_KEYS = ["solution_summary", "detailed_solution", "remediation_steps", "confidence_score", "estimated_time_mins",
                 "additional_notes", "source"]
DEFAULT_TYPES = ["pods", "deployments", "services", "secrets", "storageclasses", "ingress", "pvc"]
SPACE = "analysis-e2e"


def service(name, selector):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": selector, "ports": [{"port": 80}]}}


def setUpModule():
    global kube, nats, server
    kube, nats = Kube(), Nats()
    server = KubeSage(nats.url)
    kube.call("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
    kube.call("POST", f"/api/v1/namespaces/{SPACE}/services", service("nobody", {"app": "nobody"}))


class Analysis(unittest.TestCase):
    next_user = 7000

    def setUp(self):
        Analysis.next_user += 1
        self.number = Analysis.next_user
        self.user = User(server, self.number)
        self.addCleanup(self.user.close)

    def onboard(self, **more):
        return self.user.onboard(kube.body("prod", **more))

    def analyze(self, cluster, query=f"namespace={SPACE}"):
        answer = self.user.post(f"/analyze-k8s-with-solutions/{cluster}?{query}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def named(self, report, kind, name):
        return [x for x in report["problems_with_solutions"]
                if (x["problem"]["kind"], x["problem"]["name"]) == (kind, name)]

    def test_the_report_has_the_keys_of_the_contract(self):
        for prefix in ["", "/kubeconfig", "/api/v2.0"]:
            cluster = self.user.onboard(kube.body("prod" + prefix.replace("/", "-").replace(".", "-")))
            answer = self.user.post(f"{prefix}/analyze-k8s-with-solutions/{cluster}?namespace={SPACE}")
            self.assertEqual(answer.status, 200, answer)
            report = answer.json
            self.assertEqual(list(report), REPORT_KEYS)
            self.assertEqual(report["namespace"], SPACE)
            self.assertEqual(report["analyzed_resource_types"], DEFAULT_TYPES)
            self.assertEqual(report["total_problems"], len(report["problems_with_solutions"]))
            found = self.named(report, "Service", "nobody")
            self.assertEqual(len(found), 1, report)
            self.assertEqual(list(found[0]["problem"]), PROBLEM_KEYS)
            self.assertEqual(list(found[0]["solution"]), SOLUTION_KEYS)
            self.assertEqual(found[0]["solution"]["source"], "rules")
            self.assertIn("no language model is configured", found[0]["solution"]["additional_notes"])
            self.assertTrue(found[0]["solution"]["remediation_steps"])
            self.assertTrue(all(row["status"] == "ok" for row in report["coverage"]), report["coverage"])

    def test_history_events_and_diff_tell_what_came_and_went(self):
        kube.call("POST", f"/api/v1/namespaces/{SPACE}/services", service("passing", {"app": "passing"}))
        cluster = self.onboard()
        first = self.analyze(cluster)
        self.assertTrue(self.named(first, "Service", "passing"))
        kube.call("DELETE", f"/api/v1/namespaces/{SPACE}/services/passing")
        second = self.analyze(cluster)
        self.assertFalse(self.named(second, "Service", "passing"))
        def of(kind):
            found = [event.data for event in events.stream_events(nats.port, self.number)]
            return [data for data in found if data["event_type"] == kind]

        wait_until("two runs' events", lambda: len(of("k8s_analysis_with_solutions_performed")) == 2)
        opened, resolved, done = of("finding_opened"), of("finding_resolved"), of("k8s_analysis_with_solutions_performed")
        self.assertEqual((done[0]["namespace"], done[0]["resource_types"]), (SPACE, DEFAULT_TYPES))
        self.assertEqual(done[0]["problem_count"], first["total_problems"])
        self.assertIn("passing", [e["name"] for e in opened])
        self.assertEqual({e["name"] for e in resolved}, {"passing"})
        self.assertLessEqual({"finding_id", "rule_id", "severity", "kind", "namespace", "name"}, set(opened[0]))
        runs = self.user.get(f"/api/v1/clusters/{cluster}/analyses").json["items"]
        self.assertEqual([run["state"] for run in runs], ["SUCCEEDED", "SUCCEEDED"])
        self.assertEqual(runs[0]["resolved"], len(resolved))
        diff = self.user.get(f"/api/v1/clusters/{cluster}/analyses/{runs[0]['id']}/diff").json
        self.assertEqual({x["name"] for x in diff["resolved"]}, {"passing"})
        self.assertEqual((diff["base"], diff["same_scope"], diff["opened"]), (runs[1]["id"], True, []))
        open_now = self.user.get(f"/api/v1/clusters/{cluster}/findings").json["items"]
        self.assertIn("nobody", [x["name"] for x in open_now])
        self.assertNotIn("passing", [x["name"] for x in open_now])

    def test_a_started_one_is_watched_and_read_later(self):
        cluster = self.onboard()
        answer = self.user.post(f"/api/v1/clusters/{cluster}/analyses",
                                {"namespace": SPACE, "resource_types": ["services"], "explain": False})
        self.assertEqual(answer.status, 202, answer)
        where = answer.headers["location"]
        self.assertEqual(where, f"/api/v1/clusters/{cluster}/analyses/{answer.json['id']}")
        ended = wait_until("the analysis", lambda: (lambda x: x if x["state"] != "RUNNING" else None)(
            self.user.get(where).json))
        self.assertEqual(ended["state"], "SUCCEEDED")
        self.assertEqual(list(ended["result"]), REPORT_KEYS)
        self.assertEqual(self.user.get(f"/api/v1/analyses/{ended['id']}").json, ended)
        gone = self.user.delete(where)
        self.assertEqual((gone.status, gone.code), (409, "ANALYSIS_FINISHED"))

    def test_progress_streams_and_the_report_comes_last(self):
        cluster = self.onboard()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("POST", f"/analyze-k8s-with-solutions/{cluster}?resource_types=all&severity=all",
                           headers={"Authorization": f"Bearer {token(self.number)}", "Accept": "text/event-stream"})
        answer = connection.getresponse()
        self.assertEqual(answer.headers["content-type"], "text/event-stream; charset=utf-8")
        parts = [part.split("\n") for part in answer.read().decode().split("\n\n") if part.startswith("event")]
        names = [part[0].removeprefix("event: ") for part in parts]
        self.assertEqual(names[-1], "result", names)
        self.assertIn("progress", names)
        last = json.loads([p for p in parts if p[0] == "event: progress"][-1][1].removeprefix("data: "))
        self.assertEqual(last["progress"]["kinds_read"], last["progress"]["kinds_total"])
        self.assertGreater(last["progress"]["findings"], 0)
        self.assertEqual(list(json.loads(parts[-1][1].removeprefix("data: "))), REPORT_KEYS)

    def test_what_may_not_be_read_is_never_healthy(self):
        for name in ("VIEWER_TOKEN", "NOBODY_TOKEN"):
            cluster = self.user.onboard(kube.body("as-" + name[:4].lower(), token=name))
            report = self.analyze(cluster, "resource_types=all")
            status = {row["resource_type"]: row["status"] for row in report["coverage"]}
            self.assertEqual(status["secrets"], "forbidden", status)
            self.assertTrue(all(row["reason"] for row in report["coverage"] if row["status"] == "forbidden"))

    def test_bad_questions_are_answered_with_what_is_known(self):
        cluster = self.onboard()
        for query, pointer in [("resource_types=poods", "/resource_types"), ("severity=BAD", "/severity"),
                               ("explain=perhaps", "/explain"), ("timeout_seconds=0", "/timeout_seconds")]:
            answer = self.user.post(f"/analyze-k8s-with-solutions/{cluster}?{query}")
            self.assertEqual((answer.status, answer.code), (422, "VALIDATION_FAILED"), answer)
            self.assertEqual([e["pointer"] for e in answer.json["errors"]], [pointer])
        known = self.user.post(f"/analyze-k8s-with-solutions/{cluster}?resource_types=poods").json["errors"][0]["detail"]
        self.assertIn("storageclasses", known)
        strict = self.user.post(f"/api/v1/clusters/{cluster}/analyses", {"namespaces": "x"})
        self.assertEqual((strict.status, strict.json["errors"][0]["code"]), (422, "UNKNOWN_FIELD"))
        missing = self.user.get(f"/api/v1/clusters/{cluster}/analyses/999999")
        self.assertEqual((missing.status, missing.code), (404, "ANALYSIS_NOT_FOUND"))

    def test_words_may_be_repeated_or_joined_by_commas(self):
        cluster = self.onboard()
        report = self.analyze(cluster, "resource_types=services%2Cpods&resource_types=nodes&explain=false")
        self.assertEqual(report["analyzed_resource_types"], ["pods", "services", "nodes"])

    def test_a_viewer_reads_and_does_not_start(self):
        cluster = self.onboard()
        viewer = User(server, self.number, roles=["viewer"])
        self.addCleanup(viewer.close)
        self.assertEqual(viewer.post(f"/analyze-k8s-with-solutions/{cluster}").status, 403)
        self.assertEqual(viewer.get(f"/api/v1/clusters/{cluster}/analyses").status, 200)

    def test_another_users_cluster_and_analysis_are_none(self):
        cluster = self.onboard()
        self.analyze(cluster)
        run = self.user.get(f"/api/v1/clusters/{cluster}/analyses").json["items"][0]["id"]
        other = User(server, self.number + 500)
        self.addCleanup(other.close)
        self.assertEqual(other.post(f"/analyze-k8s-with-solutions/{cluster}").code, "CLUSTER_NOT_FOUND")
        self.assertEqual(other.get(f"/api/v1/clusters/{cluster}/analyses/{run}").code, "CLUSTER_NOT_FOUND")
        self.assertEqual(other.get(f"/api/v1/analyses/{run}").code, "ANALYSIS_NOT_FOUND")

    def test_a_cluster_that_hangs_or_refuses_is_an_error_in_time(self):
        hole = BlackHole()
        self.addCleanup(hole.close)
        body = kube.body("hole")
        body["server_url"] = f"https://127.0.0.1:{hole.port}"
        cluster = self.user.onboard(body)
        begun = time.monotonic()
        answer = self.user.post(f"/analyze-k8s-with-solutions/{cluster}?timeout_seconds=5")
        self.assertIn(answer.status, (502, 504), answer)
        self.assertLess(time.monotonic() - begun, 15)
        refused = self.user.onboard(kube.body("wrong-token") | {"token": "not-a-token"})
        answer = self.user.post(f"/analyze-k8s-with-solutions/{refused}")
        self.assertEqual((answer.status, answer.code), (502, "CLUSTER_UNAUTHORIZED"), answer)

    def test_a_hanging_one_can_be_cancelled_and_a_removed_cluster_ends_its_own(self):
        hole = BlackHole()
        self.addCleanup(hole.close)
        body = kube.body("hole")
        body["server_url"] = f"https://127.0.0.1:{hole.port}"
        cluster = self.user.onboard(body)
        where = self.user.post(f"/api/v1/clusters/{cluster}/analyses").headers["location"]
        self.assertEqual(self.user.delete(where).status, 204)
        state = wait_until("the end", lambda: (lambda x: x if x["state"] != "RUNNING" else None)(
            self.user.get(where).json))
        self.assertEqual(state["state"], "CANCELLED")
        self.user.post(f"/api/v1/clusters/{cluster}/analyses")
        self.assertEqual(self.user.delete(f"/remove-cluster/{cluster}").status, 200)
        self.assertEqual(self.user.get(where).code, "CLUSTER_NOT_FOUND")


if __name__ == "__main__":
    unittest.main()
