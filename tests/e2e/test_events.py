"""Events: exactly the contract's, in order, once, with and without NATS."""
import datetime
import unittest

from client import User
from events import Subscriber, stream_events, wait_events
from fake_cluster import refused_port
from harness import KubeSage, Nats, wait_until
from kube import Kube

ENVELOPE = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data", "sequence", "chain", "requestid"}
COMMON = {"event_type", "cluster_id", "user_id", "username", "cluster_name", "timestamp"}
EXTRA = {"cluster_onboarded": {"server_url", "provider_name", "use_secure_tls"}, "cluster_activated": set(),
         "cluster_deleted": set(), "cluster_credentials_accessed": {"server_url", "route"},
         "namespaces_retrieved_by_cluster_id": {"namespace_count", "method"},
         "namespaces_retrieval_failed_by_cluster_id": {"error", "method"},
         "cluster_selected_and_namespaces_retrieved": {"namespace_count"}, "access_denied": {"route", "reason"}}
GOOD = {"server_url": "https://10.0.0.1:6443", "token": "abc"}


def setUpModule():
    global kube
    kube = Kube()


class Events(unittest.TestCase):
    def check_shape(self, events):
        """Envelope, subject, numbering and message id of one user's events."""
        self.assertEqual([event.cloud["sequence"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(len({event.cloud["id"] for event in events}), len(events))
        self.assertEqual(len({event.cloud["chain"] for event in events}), len(events))
        for event in events:
            cloud, data = event.cloud, event.data
            self.assertEqual(set(cloud), ENVELOPE)
            self.assertEqual((cloud["specversion"], cloud["datacontenttype"]), ("1.0", "application/json"))
            self.assertEqual(cloud["type"], "kubesage." + event.type)
            self.assertEqual(set(data), COMMON | EXTRA[event.type], event)
            cluster = "none" if data["cluster_id"] is None else f"c{data['cluster_id']}"
            self.assertEqual(event.subject, f"kubesage.v1.u{data['user_id']}.{cluster}.{event.type}")
            self.assertEqual(event.headers["Nats-Msg-Id"], cloud["id"])
            self.assertEqual(cloud["time"], data["timestamp"])
            datetime.datetime.strptime(cloud["time"], "%Y-%m-%dT%H:%M:%S.%fZ")

    def test_exactly_the_contracts_events_in_order(self):
        nats = Nats()
        subscriber = Subscriber(nats.port)
        self.addCleanup(subscriber.close)
        server = KubeSage(nats.url)
        user = User(server, 41, username="ada")
        good = user.onboard(kube.body("good", provider_name="EKS"), prefix="/kubeconfig")
        user.clusters()
        user.get(f"/get-namespaces/{good}")
        bad = user.onboard(kube.body("bad", token="BAD_TOKEN"))
        user.get(f"/api/v2.0/get-namespaces/{bad}")
        user.post(f"/select-cluster-and-get-namespaces/{good}")
        user.post(f"/select-cluster-and-get-namespaces/{good}")  # Is active already.
        user.post(f"/select-cluster-and-get-namespaces/{bad}")
        user.get("/cluster/good/credentials")
        user.post("/onboard-cluster", kube.body("trial"), dry_run="true")
        user.post("/onboard-cluster", kube.body("good"))  # 409
        user.post("/onboard-cluster", {})  # 422
        User(server, 41, username="ada", roles=["viewer"]).delete(f"/remove-cluster/{good}")
        User(server, 42).get(f"/get-namespaces/{good}")  # Not theirs: no event.
        user.delete(f"/remove-cluster/{bad}")
        user.request("DELETE", f"/remove-cluster/{good}", headers={"X-Request-Id": "the-last.one_1"})
        expected = [("cluster_onboarded", good), ("namespaces_retrieved_by_cluster_id", good), ("cluster_onboarded", bad),
                    ("namespaces_retrieval_failed_by_cluster_id", bad), ("cluster_activated", good),
                    ("cluster_selected_and_namespaces_retrieved", good),
                    ("cluster_selected_and_namespaces_retrieved", good), ("cluster_activated", bad),
                    ("namespaces_retrieval_failed_by_cluster_id", bad), ("cluster_credentials_accessed", good),
                    ("access_denied", None), ("cluster_deleted", bad), ("cluster_deleted", good)]
        events = wait_events(nats.port, 41, len(expected))
        self.assertEqual([(event.type, event.data["cluster_id"]) for event in events], expected)
        self.check_shape(events)
        names = {good: "good", bad: "bad", None: None}
        for event in events:
            self.assertEqual((event.data["username"], event.data["cluster_name"]), ("ada", names[event.data["cluster_id"]]))
        self.assertEqual((events[0].data["server_url"], events[0].data["provider_name"], events[0].data["use_secure_tls"]),
                         (kube.url, "EKS", True))
        self.assertEqual(events[2].data["provider_name"], "Standard")
        self.assertGreaterEqual(events[1].data["namespace_count"], 4)
        self.assertEqual(events[3].data["error"], "CLUSTER_UNAUTHORIZED")
        self.assertEqual(events[-1].cloud["requestid"], "the-last.one_1")
        self.assertEqual([event.user for event in stream_events(nats.port)], [41] * len(expected))
        # A plain subscriber saw the same messages in the same order.
        wait_until("the plain subscriber", lambda: len(subscriber.events) >= len(expected))
        self.assertEqual([(e.subject, e.payload) for e in subscriber.events], [(e.subject, e.payload) for e in events])

    def test_each_user_is_numbered_alone(self):
        nats = Nats()
        server = KubeSage(nats.url)
        for number in range(5):
            for user in (51, 52, 53):
                User(server, user).onboard({**GOOD, "cluster_name": f"c{number}"})
        for user in (51, 52, 53):
            self.check_shape(wait_events(nats.port, user, 5))

    def test_events_wait_for_a_nats_that_comes_later(self):
        nats = Nats()
        nats.kill()
        server = KubeSage(nats.url)
        user = User(server, 61)
        for number in range(20):
            user.onboard({**GOOD, "cluster_name": f"c{number}"})
        self.assertEqual(len(user.clusters()), 20)
        self.assertEqual(server.end(), 0)  # A restart meanwhile loses nothing either.
        server.start()
        user.close()  # Its kept connection ended with the server.
        user.onboard({**GOOD, "cluster_name": "after"})
        nats.start()
        self.check_shape(wait_events(nats.port, 61, 21, seconds=60))

    def test_nats_killed_in_between(self):
        nats = Nats()
        server = KubeSage(nats.url)
        user = User(server, 71)
        total = 0
        for _ in range(3):
            for phase in ("up", "down"):
                for _ in range(30):
                    user.onboard({**GOOD, "cluster_name": f"c{total}"})
                    total += 1
                    if phase == "up" and total % 60 == 15:
                        nats.kill()  # Amid publishing.
            nats.start()
            wait_events(nats.port, 71, total, seconds=60)
        events = wait_events(nats.port, 71, total)
        self.check_shape(events)
        self.assertEqual([event.data["cluster_name"] for event in events], [f"c{n}" for n in range(total)])

    def test_a_nats_that_was_never_there_stops_nothing(self):
        held, port = refused_port()
        self.addCleanup(held.close)
        server = KubeSage(f"nats://127.0.0.1:{port}")
        user = User(server, 81)
        cluster = user.onboard(kube.body("one"))
        self.assertEqual(user.get(f"/get-namespaces/{cluster}").status, 200)
        self.assertEqual(user.delete(f"/remove-cluster/{cluster}").status, 200)
        self.assertEqual(server.end(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
