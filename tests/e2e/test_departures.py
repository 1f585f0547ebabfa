"""Users that another service deletes: all they have goes, from the disk too; what they did stays in the log."""
import json
import unittest

from client import User, admin
from events import Connection, ask, wait_events
from harness import KubeSage, Nats, wait_until

TOKEN = "planted-TOKEN-7d1d0c2b9a8e7d6c5b4a39281706f5e4"
SUBJECT = "auth.user_deleted"
GOOD = {"server_url": "https://10.0.0.1:6443", "token": TOKEN}


def publish(nats, payload):
    connection = Connection(nats.port)
    try:
        body = payload if isinstance(payload, str) else json.dumps(payload)
        connection.send(f"PUB {SUBJECT} {len(body)}\r\n{body}\r\n".encode())
        connection.flush()
    finally:
        connection.close()


def make_stream(nats):
    connection = Connection(nats.port)
    try:
        [answer] = ask(connection, [("$JS.API.STREAM.CREATE.AUTH", json.dumps({
            "name": "AUTH", "subjects": ["auth.>"], "retention": "limits", "storage": "file", "max_consumers": -1,
            "max_msgs": -1, "max_bytes": -1, "max_age": 0, "num_replicas": 1}))])
        assert "error" not in answer, answer
    finally:
        connection.close()


class Departures(unittest.TestCase):
    def serve(self, with_stream=True):
        nats = Nats()
        if with_stream:
            make_stream(nats)
        server = KubeSage(nats.url, {"KUBESAGE_NATS_USER_DELETED_SUBJECT": SUBJECT})
        wait_until("somebody listens", lambda: any("departures" in line["msg"] for line in server.log()))
        return nats, server

    def files_with(self, server, needle):
        return [path.name for path in server.data.rglob("*") if path.is_file() and needle in path.read_bytes()]

    def wait_gone(self, server, user, seconds=10):
        asking = User(server, user)
        self.addCleanup(asking.close)
        wait_until("the user is forgotten", lambda: not asking.clusters(), seconds, pause=0.05)

    def wait_done(self, server, times=1, seconds=30):
        """Until the message is dealt with; before that, it comes again and takes whoever has come back."""
        wait_until("the departure is done", lambda: sum("is forgotten" in line["msg"] for line in server.log()) == times,
                   seconds)

    def test_all_goes_and_the_log_stays(self):
        nats, server = self.serve()
        user, other = User(server, 500), User(server, 501)
        user.onboard({**GOOD, "cluster_name": "first", "provider_name": "CANARY-500"})
        user.onboard({**GOOD, "cluster_name": "second"})
        kept = other.onboard({**GOOD, "cluster_name": "kept"})
        publish(nats, {"user_id": 500})
        self.wait_gone(server, 500)
        self.wait_done(server)
        self.assertEqual(user.get("/cluster/first/credentials").status, 404)
        events = wait_events(nats.port, 500, 4)
        self.assertEqual([event.type for event in events], ["cluster_onboarded"] * 2 + ["cluster_deleted"] * 2)
        self.assertEqual([event.cloud["sequence"] for event in events], [1, 2, 3, 4])
        self.assertEqual([row["id"] for row in other.clusters()], [kept])
        self.assertEqual(other.get("/cluster/kept/credentials").json["cluster"]["token"], TOKEN)
        # Who comes back under the same id goes on in the log, with keys of their own.
        user.onboard({**GOOD, "cluster_name": "again"})
        self.assertEqual(wait_events(nats.port, 500, 5)[-1].cloud["sequence"], 5)
        user.close()
        other.close()
        self.assertEqual(server.end(), 0)
        server.start()
        self.assertEqual(User(server, 500).get("/cluster/again/credentials").json["cluster"]["token"], TOKEN)

    def test_no_row_of_theirs_is_left_on_the_disk(self):
        nats, server = self.serve()
        for number, name in ((500, "first"), (501, "kept")):
            user = User(server, number)
            self.addCleanup(user.close)
            user.onboard({**GOOD, "cluster_name": name})
        # The facts of a cluster stand in the clear beside its sealed secrets, so its name marks the row.
        mark = b"first"
        self.assertTrue(self.files_with(server, mark), "the test would not notice")
        publish(nats, {"data": {"user_id": "500"}})
        wait_until("the user is forgotten",
                   lambda: any("is forgotten" in line["msg"] for line in server.log()), 5)
        for path in server.data.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                at = data.find(mark)
                while at >= 0:
                    # Only events may still name the cluster: JSON.
                    self.assertIn(b'"cluster_name":"', data[max(0, at - 40):at], path.name)
                    at = data.find(mark, at + 1)

    def test_a_message_waits_for_a_server_that_is_down(self):
        nats, server = self.serve()
        User(server, 500).onboard({**GOOD, "cluster_name": "first"})
        self.assertEqual(server.end(), 0)
        publish(nats, {"user_id": "500"})
        server.start()
        self.wait_gone(server, 500, 30)
        events = wait_events(nats.port, 500, 2)
        self.assertEqual(events[-1].type, "cluster_deleted")

    def test_a_kill_meanwhile_loses_nothing(self):
        nats, server = self.serve()
        User(server, 500).onboard({**GOOD, "cluster_name": "first"})
        publish(nats, {"user_id": 500})
        server.kill()
        server.start()
        # What was not acknowledged comes again, after the server's own patience at most.
        self.wait_gone(server, 500, 90)

    def test_plain_messages_and_bad_ones(self):
        nats, server = self.serve(with_stream=False)
        user = User(server, 500)
        user.onboard({**GOOD, "cluster_name": "first"})
        for bad in ("no JSON, CANARY", {"user": 500}, {"user_id": [500]}):
            publish(nats, bad)
        publish(nats, {"user_id": 500})
        self.wait_gone(server, 500)
        self.assertNotIn("CANARY", server.err())
        self.assertEqual(sum("names no user" in line["msg"] for line in server.log()), 3)
        self.assertIn("[+]departures ok", admin(server, "/readyz?verbose").body.decode())


if __name__ == "__main__":
    unittest.main(verbosity=2)
