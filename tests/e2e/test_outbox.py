"""NATS as it fails: away under load, its store wiped or cut, full. Every event gets into the stream, in order."""
import os
import shutil
import threading
import time
import unittest

from client import User, admin
from events import stream_events
from harness import KubeSage, Nats, wait_until

GOOD = {"server_url": "https://10.0.0.1:6443", "token": "abc"}
OUTAGE_SECONDS = float(os.environ.get("KUBESAGE_OUTAGE_SECONDS", "3"))  # scripts/soak: a minute
USERS = range(300, 304)


def metric(server, name):
    text = admin(server, "/metrics").body.decode()
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " "))


class Outbox(unittest.TestCase):
    def expect_whole(self, nats, counts):
        """Of each user the events 1, 2, 3, … in the order of their first appearance."""
        def all_there():
            seen = {}
            for event in stream_events(nats.port):
                numbers = seen.setdefault(event.user, [])
                if event.cloud["sequence"] not in numbers:
                    numbers.append(event.cloud["sequence"])
            return seen if {user: len(numbers) for user, numbers in seen.items()} == counts else None

        seen = wait_until(f"all events {counts}", all_there, 90, pause=0.3)
        for user, numbers in seen.items():
            self.assertEqual(numbers, list(range(1, counts[user] + 1)), f"user {user}")

    def check(self, server, name):
        lines = admin(server, "/readyz?verbose").body.decode().splitlines()
        return next(line for line in lines if line.split("]")[1].split()[0] == name)

    def test_away_under_load(self):
        nats = Nats()
        server = KubeSage(nats.url)
        counts, faults = dict.fromkeys(USERS, 0), []
        is_over = threading.Event()

        def write(number):
            user = User(server, number)
            try:
                while not is_over.is_set():
                    user.onboard({**GOOD, "cluster_name": f"c{counts[number]}"})
                    counts[number] += 1
            except Exception as fault:  # pylint: disable=broad-except
                faults.append(fault)
            user.close()

        writers = [threading.Thread(target=write, args=(number,)) for number in USERS]
        for writer in writers:
            writer.start()
        wait_until("a first event", lambda: stream_events(nats.port))
        nats.kill()
        end = time.monotonic() + OUTAGE_SECONDS
        wait_until("degraded", lambda: self.check(server, "nats").startswith("[-]nats degraded: not connected"))
        self.assertEqual(admin(server, "/readyz").status, 200)
        is_over.wait(max(0.0, end - time.monotonic()))
        nats.start()
        is_over.wait(0.5)  # Publication catches up while more comes.
        is_over.set()
        for writer in writers:
            writer.join(60)
        self.assertEqual(faults, [])
        self.expect_whole(nats, counts)
        self.assertEqual(metric(server, "kubesage_publish_regress_total"), 0)
        self.assertEqual(self.check(server, "nats"), "[+]nats ok")
        self.assertEqual(server.end(), 0)

    def test_a_wiped_stream_is_published_again(self):
        nats = Nats()
        server = KubeSage(nats.url)
        user = User(server, 300)
        self.addCleanup(user.close)
        for number in range(30):
            user.onboard({**GOOD, "cluster_name": f"c{number}"})
        self.expect_whole(nats, {300: 30})
        nats.kill()
        shutil.rmtree(nats.folder / "jetstream")
        user.onboard({**GOOD, "cluster_name": "meanwhile"})
        nats.start()
        self.expect_whole(nats, {300: 31})
        self.assertEqual(metric(server, "kubesage_publish_regress_total"), 1)
        self.assertTrue(any("lost events" in line["msg"] for line in server.log()))

    def test_a_stream_that_was_wiped_while_nobody_watched_too(self):
        nats = Nats()
        server = KubeSage(nats.url)
        user = User(server, 300)
        self.addCleanup(user.close)
        for number in range(30):
            user.onboard({**GOOD, "cluster_name": f"c{number}"})
        self.expect_whole(nats, {300: 30})
        user.close()
        self.assertEqual(server.end(), 0)
        nats.kill()
        shutil.rmtree(nats.folder / "jetstream")
        nats.start()
        server.start()
        self.expect_whole(nats, {300: 30})
        self.assertEqual(metric(server, "kubesage_publish_regress_total"), 1)

    def test_the_bound_on_what_waits(self):
        nats = Nats()
        nats.kill()
        server = KubeSage(nats.url, {"KUBESAGE_NATS_MAX_WAITING_EVENTS": "10"})
        user = User(server, 300)
        self.addCleanup(user.close)
        for number in range(8):
            user.onboard({**GOOD, "cluster_name": f"c{number}"})
        self.assertEqual(self.check(server, "outbox"), "[-]outbox degraded: 8 events wait")
        self.assertEqual(metric(server, "kubesage_events_waiting"), 8)
        self.assertGreater(metric(server, "kubesage_events_waiting_bytes"), 800)
        ids = [user.onboard({**GOOD, "cluster_name": f"c{number}"}) for number in (8, 9)]
        refused = user.post("/onboard-cluster", {**GOOD, "cluster_name": "c10"})
        self.assertEqual((refused.status, refused.code), (503, "STORAGE_UNAVAILABLE"))
        self.assertIn("wait for NATS", refused.json["detail"])
        self.assertEqual(len(user.clusters()), 10)
        self.assertEqual(user.get("/cluster/c1/credentials").status, 200)  # Recorded out of the reserve.
        self.assertEqual(user.get("/cluster/c1/credentials").status, 503)
        self.assertEqual(user.delete(f"/remove-cluster/{ids[0]}").status, 200)
        user.close()
        self.assertEqual(server.end(), 0)
        server.start()  # The bound holds over a start.
        self.assertEqual(user.post("/onboard-cluster", {**GOOD, "cluster_name": "c10"}).status, 503)
        nats.start()
        wait_until("changes are taken again", lambda: user.post(
            "/onboard-cluster", {**GOOD, "cluster_name": "after"}).status == 201)
        self.expect_whole(nats, {300: 13})
        self.assertEqual(self.check(server, "outbox"), "[+]outbox ok")
        self.assertEqual(metric(server, "kubesage_events_waiting"), 0)

    def test_an_old_server_is_told_and_stops_nothing(self):
        nats = Nats()
        server = KubeSage(nats.url)
        wait_until("connected", lambda: self.check(server, "nats") == "[+]nats ok")
        line = self.check(server, "nats-version")
        told = [entry for entry in server.log() if "sync_interval" in entry["msg"]]
        if line != "[+]nats-version ok":
            self.assertRegex(line, r"^\[-\]nats-version degraded: nats-server \d+\.\d+ acknowledges")
            self.assertEqual(len(told), 1)
        self.assertEqual(admin(server, "/readyz").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
