"""The process: start, refusals to start, probes, metrics, request ids, stop."""
import os
import subprocess
import threading
import time
import unittest

from client import User, admin, raw
from fake_cluster import BlackHole
from harness import KubeSage, Nats, binary, clean_environment, temporary_folder, token, wait_until

GOOD = {"cluster_name": "prod", "server_url": "https://10.0.0.1:6443", "token": "abc"}


def setUpModule():
    global nats
    nats = Nats()


def run(*arguments, **settings):
    """Runs a kubesage that ends by itself; returns (exit code, output, errors)."""
    folder = temporary_folder()
    done = subprocess.run([binary(), *arguments], env=clean_environment(folder, settings), cwd=folder, timeout=60,
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


class Start(unittest.TestCase):
    def test_without_a_key_it_says_so(self):
        missing = str(temporary_folder() / "no.key")
        code, _, said = run("serve", KUBESAGE_DATA_MASTER_KEY_FILE=missing, KUBESAGE_HTTP_PORT="0",
                            KUBESAGE_HTTP_ADMIN_PORT="0", KUBESAGE_AUTH_DEV="true", KUBESAGE_NATS_URL=nats.url)
        self.assertEqual(code, 78, said)
        self.assertIn("key", said)
        self.assertIn("keys init", said)

    def test_without_a_way_to_log_in_it_says_so(self):
        folder = temporary_folder()
        self.assertEqual(run("keys", "init", "--file", str(folder / "k"))[0], 0)
        code, _, said = run("serve", KUBESAGE_DATA_MASTER_KEY_FILE=str(folder / "k"), KUBESAGE_HTTP_PORT="0",
                            KUBESAGE_HTTP_ADMIN_PORT="0", KUBESAGE_NATS_URL=nats.url)
        self.assertEqual(code, 78, said)

    def test_unknown_settings_are_refused_with_the_nearest_name(self):
        code, _, said = run("serve", KUBESAGE_HTTP_PROT="1")
        self.assertEqual(code, 78)
        self.assertIn("KUBESAGE_HTTP_PORT", said)
        folder = temporary_folder()
        (folder / "c.yaml").write_text("http:\n  prot: 1\n")
        code, _, said = run("serve", "--config", str(folder / "c.yaml"))
        self.assertEqual(code, 78)
        self.assertIn("http.port", said)
        self.assertNotEqual(run("serve", "--http.prot", "1")[0], 0)
        self.assertEqual(run("serve", KUBESAGE_HTTP_PORT="seventy")[0], 78)

    def test_dev_mode_needs_loopback(self):
        folder = temporary_folder()
        run("keys", "init", "--file", str(folder / "k"))
        code, _, said = run("serve", KUBESAGE_AUTH_DEV="true", KUBESAGE_HTTP_ADDRESS="0.0.0.0",
                            KUBESAGE_DATA_MASTER_KEY_FILE=str(folder / "k"))
        self.assertEqual(code, 78, said)

    def test_a_key_is_never_overwritten(self):
        folder = temporary_folder()
        self.assertEqual(run("keys", "init", "--file", str(folder / "k"))[0], 0)
        before = (folder / "k").read_bytes()
        self.assertNotEqual(run("keys", "init", "--file", str(folder / "k"))[0], 0)
        self.assertEqual((folder / "k").read_bytes(), before)

    def test_the_key_of_another_store_is_refused(self):
        server = KubeSage(nats.url)
        User(server, 1).onboard(GOOD)
        server.end()
        os.unlink(server.key_file)
        run("keys", "init", "--file", str(server.key_file))
        server.start(wait=False)
        self.assertNotEqual(server.child.wait(60), 0)
        self.assertNotIn("Traceback", server.err())

    def test_a_store_has_one_server(self):
        server = KubeSage(nats.url)
        code, _, said = run("serve", **{k: v for k, v in server.environment.items() if k.startswith("KUBESAGE_")})
        self.assertNotEqual(code, 0, said)
        self.assertEqual(User(server, 1).get("/clusters").status, 200)

    def test_help_and_version(self):
        for arguments in (["--help"], ["--version"], ["serve", "--help"], ["demo", "--help"], ["keys", "init", "--help"]):
            code, said, _ = run(*arguments)
            self.assertEqual(code, 0, arguments)
            self.assertTrue(said.strip())
        self.assertNotEqual(run()[0], 0)
        self.assertNotEqual(run("nonsense")[0], 0)


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        begun = time.monotonic()
        cls.server = KubeSage(nats.url)
        cls.start_seconds = time.monotonic() - begun
        cls.user = User(cls.server, 5)

    def test_probes(self):
        for path in ("/livez", "/readyz", "/healthz", "/health"):
            with self.subTest(path=path):
                self.assertEqual(User(self.server, 1, authorization="").get(path).status, 200)
        for path in ("/livez", "/readyz", "/healthz", "/metrics"):
            with self.subTest(path=path, where="admin"):
                self.assertEqual(admin(self.server, path).status, 200)

    def test_metrics_stand_on_the_admin_listener_only(self):
        self.user.clusters()
        found = admin(self.server, "/metrics")
        self.assertTrue(found.headers["content-type"].startswith("text/plain"))
        self.assertIn("# TYPE ", found.body.decode())
        self.assertIn("kubesage_", found.body.decode())
        self.assertEqual(self.user.get("/metrics").status, 404)
        self.assertEqual(admin(self.server, "/clusters").status, 404)

    def test_openapi_describes_the_routes(self):
        found = User(self.server, 1, authorization="").get("/openapi.json")
        self.assertEqual(found.status, 200, found)
        self.assertTrue(found.json["openapi"].startswith("3."))
        for path in ("/onboard-cluster", "/clusters", "/remove-cluster/{cluster_id}", "/cluster/{cluster_name}/credentials",
                     "/get-namespaces/{cluster_id}", "/select-cluster-and-get-namespaces/{cluster_id}"):
            self.assertIn(path, found.json["paths"])

    def test_request_ids(self):
        given = "Abc.1_2-3"
        self.assertEqual(self.user.get("/clusters", headers={"X-Request-Id": given}).headers["x-request-id"], given)
        self.assertEqual(self.user.get("/nope", headers={"X-Request-Id": given}).json["request_id"], given)
        for bad in ("a b", "x" * 129, "a/b", "<script>"):
            made = self.user.get("/clusters", headers={"X-Request-Id": bad}).headers["x-request-id"]
            self.assertRegex(made, r"^[A-Za-z0-9._-]{1,128}$")
            self.assertNotEqual(made, bad)
        self.assertNotEqual(self.user.get("/clusters").headers["x-request-id"], self.user.get("/clusters").headers["x-request-id"])
        wait_until("the access log", lambda: any(given in str(line) for line in self.server.log()))

    def test_logs_are_json_on_stderr_and_nothing_is_on_stdout(self):
        self.user.clusters()
        for line in self.server.log():
            self.assertLessEqual({"ts", "level", "msg"}, set(line))
        self.assertEqual(self.server.out(), "")

    def test_keep_alive_and_pipelining(self):
        one = f"GET /clusters HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token(5)}\r\n"
        answer = raw(self.server.port, ((one + "\r\n") * 19 + one + "Connection: close\r\n\r\n").encode())
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 20)

    def test_head_has_no_body(self):
        answer = raw(self.server.port, b"HEAD /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"\r\n\r\n"), answer)

    def test_a_slow_sender_holds_nobody_up(self):
        import socket
        slow = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(50)]
        for connection in slow:
            connection.sendall(b"POST /onboard-cluster HTTP/1.1\r\nHost: a\r\n")
        self.assertEqual(User(self.server, 6).get("/clusters").status, 200)
        for connection in slow:
            connection.close()


class Stop(unittest.TestCase):
    def test_sigterm_lets_work_finish(self):
        server = KubeSage(nats.url)
        hole = BlackHole()
        self.addCleanup(hole.close)
        user = User(server, 7)
        cluster = user.onboard({**GOOD, "server_url": f"https://127.0.0.1:{hole.port}"})
        answers = []
        hole.listener.settimeout(30)
        thread = threading.Thread(target=lambda: answers.append(User(server, 7).get(f"/get-namespaces/{cluster}")))
        thread.start()
        connection, _ = hole.listener.accept()  # The request is in work.
        self.addCleanup(connection.close)
        begun = time.monotonic()
        self.assertEqual(server.end(), 0)
        self.assertLess(time.monotonic() - begun, 30)
        thread.join(20)
        self.assertEqual([answer.status for answer in answers], [504])
        self.assertEqual(server.out(), "")

    def test_sigterm_while_idle_is_quick(self):
        server = KubeSage(nats.url)
        user = User(server, 8)
        user.onboard(GOOD)  # Leaves a kept connection open.
        begun = time.monotonic()
        self.assertEqual(server.end(), 0)
        self.assertLess(time.monotonic() - begun, 8)

    def test_sigint_ends_too(self):
        import signal
        server = KubeSage(nats.url)
        self.assertEqual(server.end(signal.SIGINT), 0)

    def test_a_stop_amid_writes_loses_nothing(self):
        server = KubeSage(nats.url)
        kept = []

        def write(index):
            user = User(server, 100 + index)
            try:
                for number in range(10_000):
                    answer = user.post("/onboard-cluster", {**GOOD, "cluster_name": f"c{number}"})
                    if answer.status != 201:
                        return
                    kept.append((100 + index, answer.json["id"]))
            except OSError:
                pass
            except Exception as error:  # http.client's own family
                if type(error).__module__ != "http.client":
                    raise

        threads = [threading.Thread(target=write, args=(index,)) for index in range(8)]
        for thread in threads:
            thread.start()
        wait_until("some writes", lambda: len(kept) > 50)
        self.assertEqual(server.end(), 0)
        for thread in threads:
            thread.join(30)
        server.start()
        stored = {(user, row["id"]) for user in range(100, 108) for row in User(server, user).clusters()}
        self.assertLessEqual(set(kept), stored)


if __name__ == "__main__":
    unittest.main(verbosity=2)
