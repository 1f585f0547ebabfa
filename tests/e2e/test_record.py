"""The record of what happened, through the API: events by page and as a stream, audit, and the check of its chain."""
import http.client
import json
import socket
import threading
import unittest

from client import User
from fake_cluster import refused_port
from harness import KubeSage, token, wait_until

BODY = {"server_url": "https://10.0.0.1:6443", "token": "planted-token"}


class Stream:
    """An event stream in a thread: every event as (id, type, CloudEvent), and the comments between them."""

    def __init__(self, server, user, after=None, last=None, **claims):
        self.http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Authorization": f"Bearer {token(user, **claims)}"}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.http.request("GET", "/api/v1/events/stream" + ("" if after is None else f"?after={after}"), headers=headers)
        self.socket = self.http.sock  # The answer ends with the connection, and takes it over.
        self.answer = self.http.getresponse()
        self.events, self.comments, self.is_over = [], [], False
        if self.answer.status == 200:
            self.thread = threading.Thread(target=self.read, daemon=True)
            self.thread.start()

    def read(self):
        fields = {}
        try:
            for raw in self.answer:
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    self.comments.append(line)
                elif line:
                    name, value = line.split(": ", 1)
                    fields[name] = value
                else:
                    if "data" in fields:
                        self.events.append((int(fields.get("id", 0)), fields["event"], json.loads(fields["data"])))
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.is_over = True

    def wait(self, count):
        wait_until(f"{count} events", lambda: len(self.events) >= count)
        return self.events

    def status(self):
        """Of a stream that is to be refused."""
        self.answer.read()
        self.close()
        return self.answer.status

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The server was first.
        if self.answer.status == 200:
            self.thread.join(10)
        self.answer.close()
        self.http.close()


class Record(unittest.TestCase):
    def setUp(self):
        held, port = refused_port()
        self.addCleanup(held.close)
        self.server = KubeSage(f"nats://127.0.0.1:{port}")
        self.user = self.caller(21, username="ada")

    def caller(self, user, **claims):
        made = User(self.server, user, **claims)
        self.addCleanup(made.close)
        return made

    def onboard(self, count, first=0):
        return [self.user.onboard({**BODY, "cluster_name": f"c{first + n}"}) for n in range(count)]

    def pages(self, path, **query):
        items, more = [], {}
        while True:
            answer = self.user.get(path, **query, **more)
            self.assertEqual(answer.status, 200, answer)
            items += answer.json["items"]
            if answer.json["metadata"]["continue"] is None:
                return items
            more = {"continue": answer.json["metadata"]["continue"]}

    def test_history_by_pages_orders_and_filters(self):
        ids = self.onboard(7)
        self.user.delete(f"/remove-cluster/{ids[2]}")
        items = self.pages("/api/v1/events", limit=3)
        self.assertEqual([item["sequence"] for item in items], list(range(1, 9)))
        self.assertEqual(items[0]["data"]["cluster_name"], "c0")
        newest = self.pages("/api/v1/events", limit=3, order="desc")
        self.assertEqual(newest, items[::-1])
        self.assertEqual(self.pages("/api/v1/events", after=6), items[6:])
        self.assertEqual([i["type"] for i in self.pages("/api/v1/events", cluster_id=ids[2])],
                         ["kubesage.cluster_onboarded", "kubesage.cluster_deleted"])
        self.assertEqual(self.pages("/api/v1/events", type="cluster_deleted"), items[7:])
        self.assertEqual(self.pages("/api/v1/events", **{"from": items[3]["time"]})[-1], items[-1])
        self.assertEqual(self.pages("/api/v1/events", to=items[0]["time"]), [])
        self.assertEqual(self.caller(22).get("/api/v1/events").json,
                         {"items": [], "metadata": {"continue": None, "last_sequence": 0}})
        bad = self.user.get("/api/v1/events", limit=0, after="x", order="up", cluster_id="-1", type="none", to="now")
        self.assertEqual((bad.status, len(bad.json["errors"])), (422, 6), bad)

    def test_stream_resumes_without_gap_or_duplicate(self):
        self.onboard(3)
        stream = Stream(self.server, 21)  # Only what comes.
        self.assertEqual(stream.answer.getheader("Content-Type").split(";")[0], "text/event-stream")
        wait_until("the stream listens", lambda: stream.comments)
        self.onboard(2, first=3)
        events = stream.wait(2)
        self.assertEqual([(e[0], e[1]) for e in events], [(4, "cluster_onboarded"), (5, "cluster_onboarded")])
        stream.close()
        self.onboard(300, first=5)  # More than a page.
        again = Stream(self.server, 21, after=0, last=4)  # The header tells what was seen since.
        again.wait(301)
        self.assertEqual([e[0] for e in again.events], list(range(5, 306)))
        history = self.pages("/api/v1/events", after=4)
        self.assertEqual([e[2] for e in again.events], history)
        everything = Stream(self.server, 21, after=0)
        everything.wait(305)
        self.assertEqual([e[0] for e in everything.events], list(range(1, 306)))
        self.assertEqual(Stream(self.server, 21, last=306).status(), 422)
        self.assertEqual(Stream(self.server, 21, last="abc").status(), 422)
        self.assertEqual(self.server.end(), 0)  # Streams hold nobody up.
        wait_until("the streams have ended", lambda: again.is_over and everything.is_over)
        again.close()
        everything.close()
        self.server.start()
        self.user.close()
        self.onboard(1, first=305)
        resumed = Stream(self.server, 21, last=305)
        self.assertEqual([e[0] for e in resumed.wait(1)], [306])
        resumed.close()

    def test_streams_of_a_user_are_bounded_and_end_with_their_clients(self):
        streams = [Stream(self.server, 21) for _ in range(8)]
        for stream in streams:
            wait_until("the stream listens", lambda: stream.comments)
        self.assertEqual(Stream(self.server, 21).status(), 429)
        other = Stream(self.server, 22)
        self.assertEqual(other.answer.status, 200)
        for stream in streams:
            stream.close()

        def opened():
            stream = Stream(self.server, 21)
            return stream if stream.answer.status == 200 else stream.status() and None
        wait_until("a place is free again", opened).close()
        other.close()

    def test_audit_tells_who_what_and_with_which_outcome(self):
        cluster = self.onboard(1)[0]
        viewer = self.caller(21, username="eve", roles=["viewer"])
        self.assertEqual(viewer.delete(f"/remove-cluster/{cluster}").status, 403)
        self.assertEqual(viewer.get("/api/v1/events").status, 200)
        self.assertEqual(viewer.get("/api/v1/audit").status, 403)
        self.assertEqual(self.user.request("GET", "/cluster/c0/credentials", headers={"X-Request-Id": "seen-1"}).status, 200)
        items = self.pages("/api/v1/audit", limit=2)
        self.assertEqual([(i["sequence"], i["username"], i["action"], i["outcome"]) for i in items],
                         [(1, "ada", "cluster_onboarded", "success"), (2, "eve", "access_denied", "denied"),
                          (3, "eve", "access_denied", "denied"), (4, "ada", "cluster_credentials_accessed", "success")])
        self.assertEqual((items[3]["request_id"], items[3]["cluster_id"], items[3]["cluster_name"]), ("seen-1", cluster, "c0"))
        self.assertEqual(items[1]["details"], {"route": "/remove-cluster/{cluster_id}", "reason": "needs role admin"})
        self.assertNotIn("planted-token", json.dumps(items))
        checked = self.user.get("/api/v1/audit/verify").json
        self.assertEqual((checked["verified"], checked["events"], checked["first_bad"]), (True, 4, None))
        self.assertEqual(checked["head"], items[3]["chain"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
