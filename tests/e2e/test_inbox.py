"""The consumer of docs/examples: exactly one effect for each event, whatever ends it, comes twice or gets lost."""
import json
import random
import re
import sqlite3
import subprocess
import sys
import time
import unittest

from client import User
from events import Connection, ask, stream_events, wait_events
from harness import ROOT, KubeSage, Nats, Process, clean_environment, temporary_folder, token

CONSUMER = ROOT / "docs/examples/inbox_consumer.py"
BODY = {"server_url": "https://10.0.0.1:6443", "token": "abc"}
USER = 77


class Inbox(unittest.TestCase):
    def setUp(self):
        self.nats = Nats()
        self.server = KubeSage(self.nats.url)
        self.user = User(self.server, USER)
        self.addCleanup(self.user.close)
        self.folder = temporary_folder()
        (self.folder / "token").write_text(token(USER))
        self.count = 0

    def onboard(self, count):
        for _ in range(count):
            self.user.onboard({**BODY, "cluster_name": f"c{self.count}"})
            self.count += 1
        wait_events(self.nats.port, USER, self.count)

    def start(self, *more):
        api = ("--api", f"http://127.0.0.1:{self.server.port}", "--token-file", str(self.folder / "token"))
        return Process([sys.executable, str(CONSUMER), "--nats", f"127.0.0.1:{self.nats.port}", "--inbox",
                        str(self.folder / "inbox.db"), "--subject", f"kubesage.v1.u{USER}.>", *(more or api), "--once"],
                       self.folder, "consumer", clean_environment(self.folder))

    def run_to_the_end(self, *more):
        consumer = self.start(*more)
        self.assertEqual(consumer.child.wait(60), 0, consumer.err())

    def rows(self, query):
        database = sqlite3.connect(self.folder / "inbox.db")
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def check(self):
        """Each event once, in the inbox and in the effect."""
        self.assertEqual([row[0] for row in self.rows("select sequence from inbox order by sequence")],
                         list(range(1, self.count + 1)))
        self.assertEqual(self.rows("select user, kind, count from effect"), [(USER, "cluster_onboarded", self.count)])

    def test_killed_at_random_and_delivered_again(self):
        seed = int(time.time())
        print("seed", seed)
        dice = random.Random(seed)
        self.onboard(120)
        for _ in range(8):
            consumer = self.start()
            try:
                consumer.child.wait(dice.uniform(0.05, 0.4))
            except subprocess.TimeoutExpired:  # Still at work: the moment to kill it.
                consumer.kill()
        # A second consumer without a memory of its own hands everything over again.
        self.run_to_the_end("--durable", "another")
        self.check()
        self.run_to_the_end("--durable", "third")
        self.check()
        self.onboard(5)
        self.run_to_the_end("--durable", "third")
        self.check()

    def test_what_the_stream_has_lost_comes_from_the_api(self):
        self.onboard(10)
        self.run_to_the_end()
        self.onboard(10)
        connection = Connection(self.nats.port)
        self.addCleanup(connection.close)
        lost = [("$JS.API.STREAM.MSG.DELETE.KUBESAGE_EVENTS", json.dumps({"seq": number})) for number in (11, 12, 13, 17)]
        self.assertTrue(all(answer.get("success") for answer in ask(connection, lost)))
        self.assertEqual(len(stream_events(self.nats.port)), 16)
        without = self.start("--durable", "inbox")  # No API.
        self.assertEqual(without.child.wait(60), 1)
        self.assertIn("events 11 to 13 of user 77 are missing", without.err())
        self.run_to_the_end("--durable", "again", "--api", f"http://127.0.0.1:{self.server.port}",
                            "--token-file", str(self.folder / "token"))
        self.check()

    def test_a_forged_event_is_refused(self):
        self.onboard(3)
        forged = re.sub(r'"cluster_name":"c2"', '"cluster_name":"c9"', stream_events(self.nats.port)[2].payload.decode())
        connection = Connection(self.nats.port)
        self.addCleanup(connection.close)
        asked = [("$JS.API.STREAM.MSG.DELETE.KUBESAGE_EVENTS", json.dumps({"seq": 3})),
                 (f"kubesage.v1.u{USER}.c1.cluster_onboarded", forged)]
        self.assertNotIn("error", json.dumps(ask(connection, asked)))
        consumer = self.start()
        self.assertEqual(consumer.child.wait(60), 1)
        self.assertIn("event 3 of user 77 was changed", consumer.err())
        self.assertEqual(len(self.rows("select * from inbox")), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
