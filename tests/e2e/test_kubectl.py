"""kubectl for users: real kubectl in its sandbox, a real API server, and clusters that misbehave."""
import json
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time
import unittest

from client import User, admin
from events import wait_events
from fake_cluster import BlackHole, Scripted
from harness import ROOT, KubeSage, Nats, binary, clean_environment, temporary_folder, token, wait_until
from kube import Kube

RESULT_KEYS = ["success", "output", "error", "command", "return_code", "cluster_info", "executed_at",
               "execution_method", "duration_ms", "truncated"]
PLANTED = "planted-TOKEN-0c2b9a8e7d6c5b4a39281706f5e45f1d"


def setUpModule():
    global kube, nats, server
    kube, nats = Kube(), Nats()
    server = KubeSage(nats.url)


def children(pid):
    """(pid, argv, environment) of the children of a process, now."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid:
                found.append((int(path.name), (path / "cmdline").read_bytes(), (path / "environ").read_bytes()))
        except (OSError, ValueError):
            pass
    return found


def hanging_body(name, hole):
    return {"cluster_name": name, "server_url": f"https://127.0.0.1:{hole.port}", "token": PLANTED}


class Kubectl(unittest.TestCase):
    next_user = 4000

    def setUp(self):
        Kubectl.next_user += 1
        self.user = User(server, Kubectl.next_user)
        self.addCleanup(self.user.close)

    def run_command(self, cluster, command, user=None, **more):
        return (user or self.user).post(f"/execute-kubectl-direct/{cluster}", {"command": command, **more})

    def hole(self):
        hole = BlackHole()
        self.addCleanup(hole.close)
        return hole

    def test_reads_and_writes_with_the_keys_of_the_contract(self):
        cluster = self.user.onboard(kube.body("prod"))
        name = f"made-{self.user.id}"
        for prefix in ("", "/kubeconfig", "/api/v2.0"):
            answer = self.user.post(f"{prefix}/execute-kubectl-direct/{cluster}", {"command": "kubectl get namespaces"})
            self.assertEqual(answer.status, 200, answer)
            found = answer.json
            self.assertEqual(list(found), RESULT_KEYS)
            self.assertEqual(list(found["cluster_info"]), ["cluster_id", "cluster_name", "server_url", "provider_name"])
            self.assertEqual((found["success"], found["return_code"], found["execution_method"], found["truncated"]),
                             (True, 0, "direct", False))
            self.assertIn("kube-system", found["output"])
        made = self.run_command(cluster, f"create namespace {name}").json
        self.assertEqual((made["success"], made["output"]), (True, f"namespace/{name} created\n"), made)
        described = self.run_command(cluster, f"kubectl describe ns {name}").json
        self.assertIn("Status:       Active", described["output"])
        words = self.user.post(f"/execute-kubectl-direct/{cluster}", {"args": ["get", "ns", name, "-o", "name"]}).json
        self.assertEqual(words["output"], f"namespace/{name}\n")
        missing = self.run_command(cluster, "get pods nobody-has").json
        self.assertEqual((missing["success"], missing["return_code"], missing["output"]), (False, 1, ""))
        self.assertIn("NotFound", missing["error"])
        counted = self.run_command(cluster, "get ns | grep kube- | wc -l").json
        self.assertEqual(counted["output"], "3\n")

    def test_native_answers_are_those_of_kubectl(self):
        other = KubeSage(nats.url, {"KUBESAGE_KUBECTL_NATIVE": "false"})
        user = User(other, self.user.id)
        native, real = self.user.onboard(kube.body("prod")), user.onboard(kube.body("prod"))
        for command in ("get ns default -o json", "get ns -o name", "get nodes", "get pods -n default", "get pod none",
                        "get clusterroles view -o json", "get svc kubernetes -n default --no-headers -o name"):
            with self.subTest(command=command):
                one, two = self.run_command(native, command).json, self.run_command(real, command, user).json
                # kubectl 1.20 tells how long its own rate limit has held it up, when it has.
                two["error"] = re.sub(r"^Throttling request took .*\n", "", two["error"] or "", flags=re.M) or None
                self.assertEqual([one[k] for k in ("output", "error", "return_code")],
                                 [two[k] for k in ("output", "error", "return_code")])
        user.close()

    def test_hostile_commands_are_refused_and_send_nothing(self):
        rows = json.loads((ROOT / "tests/k8s/policy/kube_commands.json").read_text())
        connections = []
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(listener.close)

        def count():
            try:
                while True:
                    connection, _ = listener.accept()
                    connections.append(connection.recv(1))
                    connection.close()
            except OSError:
                pass

        threading.Thread(target=count, daemon=True).start()
        cluster = self.user.onboard({"cluster_name": "recorder", "token": PLANTED,
                                     "server_url": f"https://127.0.0.1:{listener.getsockname()[1]}"})
        told = 0
        for row in rows:
            if row["expect"] == "allow" or row["roles"] != "all" or "version" in row:
                continue
            body = {"args": row["args"]} if "args" in row else {"command": row["command"]}
            answer = self.user.post(f"/execute-kubectl-direct/{cluster}", body)
            told += 1
            if answer.json.get("detail", "").find("kind:unknown") >= 0 or answer.status in (502, 504):
                connections.clear()  # A kind that is not built in is asked of the cluster.
                continue
            self.assertIn(answer.status, (403, 413, 422), (body, answer))
            self.assertEqual(connections, [], body)
        self.assertGreater(told, 100)

    def test_roles_count_where_the_command_runs(self):
        cluster = self.user.onboard(kube.body("prod"))
        viewer = User(server, self.user.id, roles=["viewer"])
        admin_alone = User(server, self.user.id, roles=["admin"])
        self.assertEqual(self.run_command(cluster, "get ns", viewer).status, 200)
        for user, command in ((viewer, "create namespace x"), (viewer, "get secrets"), (admin_alone, "get SECRETS"),
                              (admin_alone, "get cm,secrets -A"), (viewer, "scale deploy/x --replicas=1")):
            answer = self.run_command(cluster, command, user)
            self.assertEqual((answer.status, answer.code), (403, "COMMAND_DENIED"), answer)
        events = wait_events(nats.port, self.user.id, 8)
        denied = [e for e in events if e.type == "kubectl_command_denied"]
        self.assertEqual(len(denied), 5)
        self.assertEqual({"verb", "reason"} - set(denied[0].data), set())
        ran = [e.type for e in events if e.type.startswith("kubectl_command_") and e not in denied]
        self.assertEqual(ran, ["kubectl_command_requested", "kubectl_command_executed"])

    def test_another_users_cluster_is_like_none(self):
        theirs = User(server, self.user.id + 500_000).onboard(kube.body("prod"))
        for which in (theirs, theirs + 1_000_000):
            for method, path in (("POST", "/execute-kubectl-direct/{}"), ("POST", "/api/v1/clusters/{}/executions"),
                                 ("GET", "/api/v1/clusters/{}/executions"), ("GET", "/api/v1/clusters/{}/executions/1"),
                                 ("DELETE", "/api/v1/clusters/{}/executions/1"), ("GET", "/api/v1/clusters/{}/kubectl-rules")):
                answer = self.user.request(method, path.format(which), {"command": "get ns"} if method == "POST" else None)
                self.assertEqual((answer.status, answer.code), (404, "CLUSTER_NOT_FOUND"), (path, answer))

    def test_bad_bodies(self):
        cluster = self.user.onboard(kube.body("prod"))
        path = f"/execute-kubectl-direct/{cluster}"
        for body in ({}, {"command": None}, {"command": {"a": 1}}, {"command": 7}, {"args": "get"}, {"args": [1]},
                     {"command": "get ns", "args": ["get"]}, {"command": "get ns", "timeout_seconds": 0},
                     {"command": "get ns", "timeout_seconds": 301}, {"command": "get ns", "timeout_seconds": "5"},
                     {"command": "x" * 5000}, {"command": "get \u0000 ns"}, {"command": "get 'ns"}):
            with self.subTest(body=str(body)[:60]):
                answer = self.user.post(path, body)
                self.assertEqual((answer.status, answer.code), (422, "VALIDATION_FAILED"), answer)
                self.assertTrue(answer.json["errors"])
        self.assertEqual(self.user.post(path, {"command": "get ns", "surprise": 1}).status, 200)
        strict = self.user.post(f"/api/v1/clusters/{cluster}/executions", {"command": "get ns", "surprise": 1})
        self.assertEqual((strict.status, strict.json["errors"][0]["code"]), (422, "UNKNOWN_FIELD"))
        self.assertEqual(self.user.post(path, {"command": "x" * 20_000}).status, 413)

    def test_a_hanging_cluster_ends_at_the_commands_time(self):
        cluster = self.user.onboard(hanging_body("hole", self.hole()))
        begun = time.monotonic()
        found = self.run_command(cluster, "describe pods", timeout_seconds=1).json
        self.assertEqual((found["success"], found["return_code"]), (False, -1), found)
        self.assertIn("in time", found["error"])
        self.assertLess(time.monotonic() - begun, 10)

    def test_nothing_secret_is_in_sight_while_a_command_runs(self):
        hole = self.hole()
        cluster = self.user.onboard(hanging_body("hole", hole))
        seen = []
        answers = []
        runner = User(server, self.user.id)
        thread = threading.Thread(target=lambda: answers.append(
            self.run_command(cluster, "describe pods", runner, timeout_seconds=3)))
        thread.start()
        while thread.is_alive():
            seen += children(server.pid)
            time.sleep(0.01)
        thread.join()
        kubectls = [entry for entry in seen if b"describe" in entry[1]]
        self.assertTrue(kubectls, "no kubectl was seen")
        for _, argv, environment in kubectls:
            self.assertNotIn(PLANTED.encode(), argv + environment)
            names = {pair.split(b"=")[0] for pair in environment.split(b"\0") if pair}
            self.assertLessEqual(names, {b"HOME", b"KUBECONFIG", b"GOTRACEBACK", b"GOMAXPROCS", b"GOMEMLIMIT", b"KUBECTL_KUBERC"})
        self.assertNotIn(PLANTED, answers[0].body.decode())
        self.assertEqual([c for c in children(server.pid) if b"describe" in c[1]], [])
        runner.close()

    def test_a_client_that_leaves_ends_its_command(self):
        cluster = self.user.onboard(hanging_body("hole", self.hole()))
        body = json.dumps({"command": "describe pods", "timeout_seconds": 200})
        request = (f"POST /execute-kubectl-direct/{cluster} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                   f"Authorization: Bearer {token(self.user.id)}\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(request.encode())
            wait_until("kubectl runs", lambda: any(b"describe" in c[1] for c in children(server.pid)))
        wait_until("kubectl has ended", lambda: not any(b"describe" in c[1] for c in children(server.pid)), 10)
        events = wait_events(nats.port, self.user.id, 3)
        self.assertEqual(events[-1].type, "kubectl_command_executed")
        self.assertFalse(events[-1].data["success"])

    def test_a_redirect_is_not_followed_with_the_token(self):
        sink_connections = []
        sink = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(sink.close)

        def count():
            try:
                while True:
                    sink_connections.append(sink.accept())
            except OSError:
                pass

        threading.Thread(target=count, daemon=True).start()
        target = f"https://127.0.0.1:{sink.getsockname()[1]}/"
        redirecting = Scripted(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode(),
                               kube["SERVER_CERT"], kube["SERVER_KEY"]) if "K8S_SERVER_CERT" in kube.env else None
        if redirecting is None:
            folder = temporary_folder()
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
                            "-days", "2", "-subj", "/CN=127.0.0.1"], cwd=folder, check=True, capture_output=True)
            redirecting = Scripted(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode(),
                                   folder / "cert.pem", folder / "key.pem")
        self.addCleanup(redirecting.close)
        cluster = self.user.onboard({"cluster_name": "redirecting", "token": PLANTED,
                                     "server_url": f"https://127.0.0.1:{redirecting.port}"})
        for command in ("get pods", "describe pods"):
            answer = self.run_command(cluster, command, timeout_seconds=10)
            self.assertIn(answer.status, (200, 502), answer)
            self.assertFalse(answer.status == 200 and answer.json["success"], answer)
            self.assertNotIn(PLANTED, answer.body.decode())
        self.assertTrue(redirecting.requests)
        self.assertEqual(sink_connections, [])

    def test_output_streams_as_events(self):
        cluster = self.user.onboard(kube.body("prod"))
        answer = self.user.request("POST", f"/execute-kubectl-direct/{cluster}", {"command": "describe ns default"},
                                   {"Accept": "text/event-stream"})
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/event-stream; charset=utf-8"))
        blocks = [dict(line.split(": ", 1) for line in block.split("\n"))
                  for block in answer.body.decode().strip().split("\n\n")]
        self.assertEqual(blocks[0]["event"], "output")
        self.assertEqual(blocks[-1]["event"], "result")
        result = json.loads(blocks[-1]["data"])
        pieces = "".join(json.loads(b["data"])["text"] for b in blocks if b["event"] == "output")
        self.assertEqual((result["success"], result["output"]), (True, pieces))
        self.user.close()
        refused = self.user.request("POST", f"/execute-kubectl-direct/{cluster}", {"command": "exec x -- y"},
                                    {"Accept": "text/event-stream"})
        self.assertEqual((refused.status, refused.headers["content-type"]), (403, "application/problem+json"))

    def test_an_execution_goes_on_alone_and_is_kept(self):
        cluster = self.user.onboard(kube.body("prod"))
        path = f"/api/v1/clusters/{cluster}/executions"
        started = self.user.post(path, {"command": "describe ns default"})
        self.assertEqual(started.status, 202, started)
        where = started.headers["location"]
        self.assertEqual(where, f"{path}/{started.json['id']}")
        done = wait_until("its end", lambda: (a := self.user.get(where)).json["state"] != "RUNNING" and a).json
        self.assertEqual((done["state"], done["return_code"]), ("SUCCEEDED", 0))
        self.assertIn("Active", done["output"])
        for _ in range(3):
            self.user.post(path, {"command": "version"})
        seen, query = [], {"limit": 2}
        while True:
            page = self.user.get(path, **query).json
            seen += [item["id"] for item in page["items"]]
            if page["metadata"]["continue"] is None:
                break
            query["continue"] = page["metadata"]["continue"]
        self.assertEqual(len(seen), 4)
        self.assertEqual(seen, sorted(seen, reverse=True))
        ended = self.user.request("DELETE", where)
        self.assertEqual((ended.status, ended.code), (409, "EXECUTION_FINISHED"))

    def test_a_running_execution_is_cancelled(self):
        cluster = self.user.onboard(hanging_body("hole", self.hole()))
        where = self.user.post(f"/api/v1/clusters/{cluster}/executions",
                               {"command": "describe pods", "timeout_seconds": 200}).headers["location"]
        wait_until("kubectl runs", lambda: any(b"describe" in c[1] for c in children(server.pid)))
        self.assertEqual(self.user.request("DELETE", where).status, 204)
        done = wait_until("its end", lambda: (a := self.user.get(where)).json["state"] != "RUNNING" and a, 10).json
        self.assertEqual((done["state"], done["reason"]), ("CANCELLED", "CANCELLED"))

    def test_rules_restrict_and_are_simulated(self):
        cluster = self.user.onboard(kube.body("prod"))
        self.run_command(cluster, "get ns")
        draft = {"rules": [{"id": "no-ns", "effect": "deny", "kinds": ["namespaces"], "reason": "not yours"}]}
        path = f"/api/v1/clusters/{cluster}/kubectl-rules"
        simulated = self.user.post(path + "/simulate", draft).json
        self.assertEqual((simulated["commands"], simulated["changed"]), (1, 1))
        self.assertEqual(self.run_command(cluster, "get ns").status, 200)
        self.assertEqual(self.user.request("PUT", path, draft).status, 200)
        refused = self.run_command(cluster, "get ns")
        self.assertEqual((refused.status, refused.code), (403, "COMMAND_DENIED"))
        self.assertIn("not yours", refused.json["detail"])
        dry = self.user.post(f"/execute-kubectl-direct/{cluster}", {"command": "get ns"}, dry_run="true").json
        self.assertEqual((dry["allowed"], dry["rule"]), (False, "user:no-ns"))
        bad = self.user.request("PUT", path, {"rules": [{"effect": "maybe"}]})
        self.assertEqual(bad.status, 422)
        self.assertTrue(all(fault["pointer"].startswith("/rules/0") for fault in bad.json["errors"]))
        viewer = User(server, self.user.id, roles=["viewer"])
        self.assertEqual(viewer.request("PUT", path, draft).status, 403)
        self.assertEqual(viewer.get(path).json, {"rules": draft["rules"]})
        self.assertEqual(self.user.request("PUT", path, {"rules": []}).status, 200)
        self.assertEqual(self.run_command(cluster, "get ns").status, 200)

    def test_the_policy_can_be_read(self):
        table = self.user.get("/api/v1/kubectl-policy").json
        self.assertTrue(table["verbs"])
        self.assertEqual(User(server, 1, authorization="").get("/api/v1/kubectl-policy").status, 401)

    def test_health_tells_of_the_sandbox(self):
        self.assertIn("[+]kubectl ok", admin(server, "/readyz?verbose").body.decode())


class Crash(unittest.TestCase):
    def test_a_crash_in_between_leaves_an_unknown_outcome_and_no_orphan(self):
        one = KubeSage(nats.url)
        hole = BlackHole()
        self.addCleanup(hole.close)
        user = User(one, 4900)
        cluster = user.onboard(hanging_body("hole", hole))
        where = user.post(f"/api/v1/clusters/{cluster}/executions",
                          {"command": "describe pods", "timeout_seconds": 200}).headers["location"]
        running = wait_until("kubectl runs", lambda: [c for c in children(one.pid) if b"describe" in c[1]])
        one.kill()
        wait_until("kubectl has died, too", lambda: not pathlib.Path(f"/proc/{running[0][0]}").exists(), 10)
        user.close()
        one.start()
        events = wait_events(nats.port, 4900, 3)
        self.assertEqual([e.type for e in events],
                         ["cluster_onboarded", "kubectl_command_requested", "kubectl_command_executed"])
        self.assertEqual((events[-1].data["outcome_unknown"], events[-1].data["success"]), (True, False))
        found = user.get(where).json
        self.assertEqual((found["state"], found["reason"], found["outcome_unknown"]), ("FAILED", "INTERRUPTED", True))


class Machine(unittest.TestCase):
    def test_without_kubectl_the_route_says_so(self):
        one = KubeSage(nats.url, {"KUBESAGE_KUBECTL_PATH": "/nonexistent/kubectl"})
        user = User(one, 4950)
        cluster = user.onboard(kube.body("prod"))
        answer = user.post(f"/execute-kubectl-direct/{cluster}", {"command": "describe ns default"})
        self.assertEqual((answer.status, answer.code), (503, "SANDBOX_UNAVAILABLE"), answer)
        self.assertIn("[-]kubectl degraded", admin(one, "/readyz?verbose").body.decode())
        self.assertEqual(user.get("/clusters").status, 200)
        user.close()

    def test_both_forms_of_the_sandbox_run_commands(self):
        for form in ("landlock", "namespace"):
            with self.subTest(form=form):
                one = KubeSage(nats.url, {"KUBESAGE_KUBECTL_SANDBOX": form})
                user = User(one, 4960)
                cluster = user.onboard(kube.body("prod"))
                found = user.post(f"/execute-kubectl-direct/{cluster}", {"command": "describe ns default"}).json
                self.assertTrue(found["success"], found)
                line = next(line for line in one.log() if line["msg"] == "kubectl commands run in a sandbox")
                self.assertEqual(line["sandbox"], form)
                print(f"\nkubectl exercised: {line['version'].removeprefix('v')}: run by the built server, sandbox {form}",
                      file=sys.stderr)
                user.close()
                self.assertEqual(one.end(), 0)

    def test_doctor_tells_what_the_machine_can_do(self):
        folder = temporary_folder()
        environment = clean_environment(folder)
        made = subprocess.run([binary(), "keys", "init"], cwd=folder, env=environment, capture_output=True, timeout=60, check=False)
        self.assertEqual(made.returncode, 0)
        done = subprocess.run([binary(), "doctor"], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("[ok] kubectl", done.stdout)
        bad = subprocess.run([binary(), "doctor", "--kubectl.path=/bin/sh"], cwd=folder, env=environment, capture_output=True,
                             text=True, timeout=60, check=False)
        self.assertEqual(bad.returncode, 1, bad.stdout)
        self.assertIn("[!!] kubectl", bad.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
