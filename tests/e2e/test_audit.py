"""`kubesage audit`: the record of a stopped server is checked without its keys, and against what was kept elsewhere."""
import json
import subprocess
import unittest

from client import User
from fake_cluster import refused_port
from harness import KubeSage, binary, clean_environment, temporary_folder, wait_until

BODY = {"server_url": "https://10.0.0.1:6443", "token": "planted-token"}


class Audit(unittest.TestCase):
    def setUp(self):
        held, port = refused_port()
        self.addCleanup(held.close)
        self.file = temporary_folder() / "checkpoints.jsonl"
        self.server = KubeSage(f"nats://127.0.0.1:{port}", {"KUBESAGE_AUDIT_CHECKPOINT_FILE": str(self.file)})
        self.count = 0

    def audit(self, command, *more):
        done = subprocess.run([binary(), "audit", command, "--data-dir", str(self.server.data), *more], capture_output=True,
                              text=True, timeout=60, check=False, env=clean_environment(self.server.folder))
        return done.returncode, done.stdout + done.stderr

    def caller(self, user):
        made = User(self.server, user)
        self.addCleanup(made.close)
        return made

    def onboard(self, user, count):
        for _ in range(count):
            self.caller(user).onboard({**BODY, "cluster_name": f"c{self.count}"})
            self.count += 1

    def lines(self):
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def covered(self):
        """Through which event of each user the lines in the file go."""
        return {user["user"]: user["sequence"] for line in self.lines() for user in line["users"]}

    def test_checkpoints_cover_every_event_and_survive_kills(self):
        self.onboard(31, 3)
        self.onboard(32, 2)
        wait_until("a checkpoint", lambda: self.covered() == {31: 3, 32: 2})
        checked = self.caller(31).get("/api/v1/audit/verify").json
        self.assertEqual((checked["verified"], checked["checkpoint"]["sequence"]), (True, 3))
        code, text = self.audit("verify")
        self.assertEqual(code, 69, text)
        self.assertIn("in use", text)
        self.server.kill()
        self.assertEqual(self.audit("verify", "--checkpoint-file", str(self.file))[0], 0)
        self.server.start()
        self.onboard(31, 2)
        self.assertEqual(self.server.end(), 0)
        self.assertEqual(self.covered(), {31: 5, 32: 2})  # The end of a server is covered too.
        lines = self.lines()
        self.assertEqual([line["number"] for line in lines], list(range(1, len(lines) + 1)))
        code, text = self.audit("verify", "--checkpoint-file", str(self.file))
        self.assertEqual((code, text), (0, f"verified: 7 events of 2 users, {len(lines)} checkpoints\n"))
        code, text = self.audit("verify", "--user", "32")
        self.assertEqual((code, text), (0, f"verified: 2 events of 1 users, {len(lines)} checkpoints\n"))
        self.assertNotIn("planted-token", self.file.read_text())

    def test_what_does_not_fit_is_named(self):
        self.onboard(31, 2)
        wait_until("a checkpoint", lambda: self.covered() == {31: 2})
        self.assertEqual(self.server.end(), 0)
        code, key = self.audit("key")
        self.assertEqual((code, key.strip()), (0, self.lines()[0]["key"]))
        self.assertEqual(self.audit("verify", "--key", key.strip())[0], 0)
        code, text = self.audit("verify", "--key", "ab" * 32)
        self.assertEqual(code, 1)
        self.assertIn("checkpoint 1 is not signed by the audit key", text)
        self.assertEqual(self.audit("verify", "--key", "ab")[0], 2)
        good = self.file.read_text()
        self.file.write_text(good.replace('"sequence":2', '"sequence":3'))
        code, text = self.audit("verify", "--checkpoint-file", str(self.file))
        self.assertEqual(code, 1)
        self.assertIn("not signed by the audit key (in the file)", text)
        self.file.unlink()
        self.assertEqual(self.audit("verify", "--checkpoint-file", str(self.file))[0], 69)
        nothing = subprocess.run([binary(), "audit", "verify", "--data-dir", str(self.server.folder / "none")],
                                 capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(nothing.returncode, 69)
        self.assertFalse((self.server.folder / "none").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
