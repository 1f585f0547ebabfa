"""kill -9 at random moments under concurrent writers: no acknowledged write is lost, each has one event, and the events'
chain holds."""
import collections
import http.client
import os
import random
import threading
import time
import unittest

from client import User
from events import stream_events
from harness import KubeSage, Nats, token, wait_until

ROUNDS = int(os.environ.get("KUBESAGE_CRASH_ROUNDS", "50"))
WRITERS, USERS = 64, 16
SEED = int(os.environ.get("KUBESAGE_CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)


class Writer(threading.Thread):
    """Onboards until its connection breaks; keeps the names that were answered 201."""

    def __init__(self, port, user, prefix, kept):
        super().__init__(daemon=True)
        self.port, self.user, self.prefix, self.kept = port, user, prefix, kept
        self.fault = None

    def run(self):
        headers = {"Authorization": f"Bearer {token(self.user)}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        number = 0
        try:
            while True:
                name = f"{self.prefix}-{number}"
                number += 1
                body = f'{{"cluster_name":"{name}","server_url":"https://10.0.0.1:6443","token":"abc"}}'
                connection.request("POST", "/onboard-cluster", body, headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status == 201:
                    self.kept.append((self.user, name))
                elif answer.status not in (429, 503):
                    self.fault = (answer.status, text)
                    return
        except (OSError, http.client.HTTPException):
            return  # The server was killed.
        finally:
            connection.close()


class Crash(unittest.TestCase):
    def test_no_201_is_lost_and_each_has_one_event(self):
        print(f"seed {SEED} (KUBESAGE_CRASH_SEED), {ROUNDS} rounds, {WRITERS} writers, {USERS} users", flush=True)
        chance = random.Random(SEED)
        nats = Nats()
        server = KubeSage(nats.url, {"KUBESAGE_HTTP_ACCESS_LOG": "false", "KUBESAGE_LOG_LEVEL": "info"})
        server.kill()
        kept = []
        for turn in range(ROUNDS):
            server.start()
            writers = [Writer(server.port, 9000 + index % USERS, f"r{turn}w{index}", kept) for index in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.02, 0.4))
            server.kill()
            for writer in writers:
                writer.join(60)
                self.assertFalse(writer.is_alive())
                self.assertIsNone(writer.fault)
        server.start()
        self.assertGreater(len(kept), ROUNDS, "the writers hardly wrote")
        stored = {}
        for user in range(9000, 9000 + USERS):
            rows = User(server, user).clusters()
            self.assertEqual(len({row["cluster_name"] for row in rows}), len(rows))
            stored.update({row["id"]: (user, row["cluster_name"]) for row in rows})
        lost = set(kept) - set(stored.values())
        self.assertEqual(lost, set(), f"seed {SEED}: {len(lost)} of {len(kept)} acknowledged writes are gone")

        def all_published():
            return len(stream_events(nats.port)) >= len(stored)

        wait_until("all events", all_published, 120, pause=0.5)
        events = stream_events(nats.port)
        self.assertEqual({event.type for event in events}, {"cluster_onboarded"})
        count = collections.Counter(event.data["cluster_id"] for event in events)
        self.assertEqual({cluster: n for cluster, n in count.items() if n != 1}, {}, f"seed {SEED}: not exactly once")
        self.assertEqual(set(count), set(stored), f"seed {SEED}: events and clusters differ")
        sequences, chains = collections.defaultdict(list), collections.defaultdict(str)
        for event in events:
            sequences[event.user].append(event.cloud["sequence"])
            chains[event.user] = event.chain_after(chains[event.user])
            self.assertEqual(event.cloud["chain"], chains[event.user], f"seed {SEED}: {event}")
        for user, numbers in sequences.items():
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)), f"seed {SEED}: user {user}")
        print(f"{len(kept)} answered 201, {len(stored)} stored, {len(events)} events in the stream", flush=True)
        self.assertEqual(server.end(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
