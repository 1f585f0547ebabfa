"""A language model may word the solutions of an analysis, and nothing else, whatever it answers."""
import http.server
import json
import threading
import unittest

from client import User, admin
from harness import KubeSage
from kube import Kube

SPACE = "planted-namespace"
SERVICE = "planted-service"
GOOD = {"solution_summary": "Start pods that the selector matches.",
        "detailed_solution": "The selector matches no pod. Start one, or change the selector.",
        "remediation_steps": [{"action_type": "MANUAL_CHECK", "description": "Compare the labels.",
                               "command": "", "expected_outcome": "The labels are the same."}],
        "confidence_score": 0.8, "estimated_time_mins": 10, "additional_notes": ""}


class Model:
    """An OpenAI-compatible server that answers what the test says and keeps what it was asked."""

    def __init__(self):
        self.answer, self.status, self.asked = GOOD, 200, []
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                model.asked.append((self.path, dict(self.headers), body))
                content = model.answer if isinstance(model.answer, str) else json.dumps(model.answer)
                answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}],
                                     "usage": {"prompt_tokens": 500, "completion_tokens": 100,
                                               "total_tokens": 600}}).encode()
                self.send_response(model.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def setUpModule():
    global kube
    kube = Kube()
    kube.call("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
    kube.call("POST", f"/api/v1/namespaces/{SPACE}/services",
              {"apiVersion": "v1", "kind": "Service", "metadata": {"name": SERVICE},
               "spec": {"selector": {"planted-label": "planted-value"}, "ports": [{"port": 80}]}})


class LanguageModel(unittest.TestCase):
    def setUp(self):
        self.model = Model()
        self.addCleanup(self.model.close)

    def serve(self, **settings):
        server = KubeSage(None, {"KUBESAGE_LLM_ENABLED": "true", "OPENAI_BASE_URL": self.model.url,
                                 "KUBESAGE_LLM_MODEL": "test-model", "KUBESAGE_LLM_API_KEY": "planted-api-key-0123456789",
                                 **settings})
        self.addCleanup(server.kill)
        self.server, self.user = server, User(server, 8800)
        self.addCleanup(self.user.close)
        self.cluster = self.user.onboard(kube.body("planted-cluster"))

    def analyze(self, query=""):
        answer = self.user.post(f"/analyze-k8s-with-solutions/{self.cluster}?namespace={SPACE}&resource_types=services{query}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json["problems_with_solutions"]

    def test_it_words_solutions_and_sees_no_name(self):
        self.serve()
        plain = self.analyze("&explain=false")
        self.assertEqual(self.model.asked, [])
        worded = self.analyze()
        self.assertEqual([x["problem"] for x in worded], [x["problem"] for x in plain])
        self.assertEqual([x["solution"]["source"] for x in plain], ["rules"])
        self.assertEqual([x["solution"]["source"] for x in worded], ["llm"], worded)
        self.assertEqual(worded[0]["solution"]["solution_summary"], GOOD["solution_summary"])
        path, headers, body = self.model.asked[0]
        self.assertEqual((path, headers["Authorization"]), ("/v1/chat/completions", "Bearer planted-api-key-0123456789"))
        for word in (b"planted", kube["ADMIN_TOKEN"].encode(), kube.url.encode()):
            self.assertNotIn(word, body)
        self.assertNotIn("planted-api-key", self.server.err())

    def test_a_repeat_asks_nothing(self):
        self.serve()
        first = self.analyze()
        calls = len(self.model.asked)
        self.assertEqual(calls, 1)
        self.assertEqual(self.analyze(), first)
        self.assertEqual(len(self.model.asked), calls)
        figures = admin(self.server, "/metrics").body.decode()
        self.assertIn("kubesage_llm_", figures)

    def test_no_answer_changes_a_finding_or_proposes_what_is_not_allowed(self):
        for number, answer in enumerate([
                "no JSON at all", "", "[" * 5000, {"solution_summary": "only this"},
                {**GOOD, "extra": 1}, {**GOOD, "solution_summary": "See https://example.com/fix for it."},
                {**GOOD, "detailed_solution": "Ask the pod other-pod-of-mine about it."},
                {**GOOD, "remediation_steps": [{**GOOD["remediation_steps"][0], "action_type": "KUBECTL_DELETE",
                                                "command": f"kubectl delete namespace {SPACE}"}]},
                {**GOOD, "remediation_steps": [{**GOOD["remediation_steps"][0], "action_type": "KUBECTL_DESCRIBE",
                                                "command": "kubectl get secrets -o yaml"}]},
                {**GOOD, "remediation_steps": [{**GOOD["remediation_steps"][0], "action_type": "MANUAL_CHECK",
                                                "command": "kubectl exec x -- sh"}]}]):
            with self.subTest(answer=str(answer)[:80]):
                self.model.answer = answer
                self.serve(KUBESAGE_LLM_MODEL=f"model-{number}")
                [problem] = self.analyze()
                self.assertEqual(problem["problem"]["name"], SERVICE)
                self.assertEqual(problem["solution"]["source"], "rules")
                self.assertTrue(problem["solution"]["additional_notes"])
                self.server.kill()

    def test_a_model_that_is_down_or_spent_leaves_the_built_in_solutions(self):
        self.model.status = 401
        self.serve()
        [problem] = self.analyze()
        self.assertEqual(problem["solution"]["source"], "rules")
        self.assertTrue(problem["solution"]["additional_notes"])
        self.server.kill()
        self.model.status, calls = 200, len(self.model.asked)
        self.serve(KUBESAGE_LLM_TOKENS_PER_USER="1")
        [problem] = self.analyze()
        self.assertEqual((problem["solution"]["source"], len(self.model.asked)), ("rules", calls))


if __name__ == "__main__":
    unittest.main()
