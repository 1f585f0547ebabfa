"""Each row of kubectl_attacks.json sent over HTTP, with an API server that writes down what reaches it: a refused command
sends nothing and is recorded as denied, an allowed one works, and a cluster that misbehaves costs its own command only."""
import json
import os
import pathlib
import socket
import threading
import unittest

from client import User
from events import wait_events
from harness import ROOT, KubeSage, Nats, temporary_folder, token, wait_until
from recording_cluster import RecordingCluster

ROWS = json.loads((ROOT / "tests/e2e/kubectl_attacks.json").read_text())
PLANTED = "planted-TOKEN-51b8e7d6c5b4a39281706f5e4d3c2b1a"
ALL_ROLES = ["admin", "operator", "secret-reader"]
CODES = {403: "COMMAND_DENIED", 413: "BODY_TOO_LARGE", 422: "VALIDATION_FAILED"}
MAX_OUTPUT = 4 << 20


def setUpModule():
    global nats, server
    nats = Nats()
    server = KubeSage(nats.url)


def children(pid):
    """Process ids of the children of a process."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int((path / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(path.name))
        except (OSError, ValueError):
            pass
    return found


def resident():
    """Bytes of the server's memory."""
    return int(pathlib.Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def most_growth():
    """A sanitizer keeps what was freed for a while."""
    is_sanitized = "libasan" in pathlib.Path(f"/proc/{server.pid}/maps").read_text()
    return (1 << 30) if is_sanitized else (128 << 20)


class Sink:
    """Counts who connects."""

    def __init__(self):
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        try:
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                connection.close()
        except OSError:
            pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Attacks(unittest.TestCase):
    next_user = 7000

    def setUp(self):
        Attacks.next_user += 1
        self.id = Attacks.next_user
        self.sink = Sink()
        self.addCleanup(self.sink.close)

    def cluster(self, name="recorder", **behaviour):
        made = RecordingCluster(temporary_folder(), **behaviour)
        self.addCleanup(made.close)
        user = self.user()
        self.number = user.onboard(made.body(name, PLANTED))
        return made

    def user(self, roles=None):
        user = User(server, self.id, roles=roles or ALL_ROLES)
        self.addCleanup(user.close)
        return user

    def rows(self, *effects):
        found = [row for row in ROWS if row["effect"] in effects]
        self.assertTrue(found)
        return found

    def body(self, row):
        if "body" in row:
            return json.dumps(row["body"])
        if "command_bytes" in row:
            return '{"command":"kubectl get pods ' + "a" * row["command_bytes"] + '"}'
        words = [row["command"].format_map({"sink": self.sink.url}) if "{sink}" in row["command"] else row["command"]]
        if "repeated_word" in row:
            words += [row["repeated_word"][0]] * row["repeated_word"][1]
        return json.dumps({"command": " ".join(words)})

    def send(self, row):
        answer = self.user(row.get("roles")).post(f"/execute-kubectl-direct/{self.number}", self.body(row))
        self.assertEqual(answer.status, row["status"], (row, answer))
        self.assertNotIn(PLANTED, answer.body.decode(), row)
        return answer

    def test_every_effect_is_checked(self):
        checked = {"denied", "refused", "ran", "changed", "truncated", "bounded", "cancelled", "contained"}
        self.assertEqual({row["effect"] for row in ROWS}, checked)
        self.assertGreaterEqual(len(ROWS), 96)

    def test_refused_commands_reach_nobody_and_are_recorded(self):
        cluster = self.cluster()
        denied = 0
        for row in self.rows("denied", "refused"):
            with self.subTest(row=self.body(row)[:100]):
                answer = self.send(row)
                self.assertEqual(answer.code, CODES[answer.status], answer)
                denied += answer.status == 403 or answer.json.get("errors", [{}])[0].get("code") == "UNPARSABLE"
                self.assertEqual((cluster.connections, cluster.requests, self.sink.connections), (0, [], 0), row)
                self.assertEqual(children(server.pid), [], row)
        self.assertGreater(denied, 70)
        events = wait_events(nats.port, self.id, 1 + denied)[1:]
        self.assertEqual({e.type for e in events}, {"kubectl_command_denied"})
        self.assertNotIn(PLANTED, "".join(e.payload.decode() for e in events))

    def test_everyday_commands_work_and_change_what_they_say(self):
        cluster = self.cluster()
        for row in self.rows("ran", "changed"):
            with self.subTest(row=self.body(row)[:100]):
                before = len(cluster.requests)
                answer = self.send(row).json
                self.assertEqual((answer["success"], answer["return_code"]), (True, 0), answer)
                sent = cluster.requests[before:]
                self.assertTrue(sent, row)
                # Every request goes to the cluster's own address with the stored token.
                self.assertEqual({each[3] for each in sent}, {"Bearer " + PLANTED}, sent)
                writes = [each for each in sent if each[0] != "GET" and "selfsubjectaccessreviews" not in each[1]]
                self.assertEqual(bool(writes), row["effect"] == "changed", sent)
        self.assertEqual((self.sink.connections, children(server.pid)), (0, []))

    def test_a_redirect_ends_where_it_began(self):
        cluster = self.cluster(redirects_to=self.sink.url + "/api/v1/namespaces/default/pods")
        for row in self.rows("contained"):
            with self.subTest(row=row["command"]):
                answer = self.send(row)
                self.assertFalse(answer.status == 200 and answer.json["success"], answer)
        self.assertTrue(cluster.requests)
        self.assertEqual(self.sink.connections, 0)

    def test_a_client_that_leaves_takes_its_command_along(self):
        cluster = self.cluster(hangs=True)
        for told, row in enumerate(self.rows("cancelled"), 1):
            with self.subTest(row=row["command"]):
                body = self.body(row)
                before = len(cluster.requests)
                with socket.create_connection(("127.0.0.1", server.port)) as client:
                    client.sendall((f"POST /execute-kubectl-direct/{self.number} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                    f"Authorization: Bearer {token(self.id, roles=ALL_ROLES)}\r\nContent-Length: {len(body)}\r\n"
                                    f"\r\n{body}").encode())
                    wait_until("the cluster is asked", lambda: len(cluster.requests) > before)
                wait_until("its kubectl has ended", lambda: children(server.pid) == [], 10)
                last = wait_events(nats.port, self.id, 1 + 2 * told)[-1]
                self.assertEqual((last.type, last.data["success"], last.data["return_code"]),
                                 ("kubectl_command_executed", False, -1))

    def test_a_list_without_end_is_cut_off_and_costs_no_memory(self):
        self.cluster(long_list="pages")
        paged = self.number
        self.cluster("whole", long_list="whole")
        whole = self.number
        before = peak = resident()
        done = threading.Event()

        def watch():
            nonlocal peak
            while not done.wait(0.01):
                peak = max(peak, resident())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            for row in self.rows("truncated", "bounded"):
                with self.subTest(row=row["command"], cluster=row["cluster"]):
                    self.number = paged if row["effect"] == "truncated" else whole
                    answer = self.send(row).json
                    self.assertLessEqual(len(answer["output"].encode()), MAX_OUTPUT)
                    if row["effect"] == "truncated":
                        self.assertTrue(answer["truncated"], {**answer, "output": len(answer["output"])})
        finally:
            done.set()
            watcher.join()
        self.assertEqual(children(server.pid), [])
        self.assertLess(peak - before, most_growth(), f"from {before >> 20} to {peak >> 20} MiB")


if __name__ == "__main__":
    unittest.main(verbosity=2)
