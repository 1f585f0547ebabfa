"""The store of the built server: backup, restore, and what is said when something is missing."""
import contextlib
import resource
import shutil
import subprocess
import time
import unittest

from client import User
from harness import KubeSage, binary, clean_environment, wait_until


def run(server, *arguments):
    """A command on the data directory of a server that is stopped."""
    return subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=120, env=server.environment,
                          cwd=server.folder)


class Store(unittest.TestCase):
    def setUp(self):
        self.server = KubeSage("", {"KUBESAGE_DATA_RESERVE": "0"})
        self.addCleanup(lambda: self.server.is_alive() and self.server.end())

    def ask(self, method, path, body=None):
        with contextlib.closing(User(self.server, 41)) as user:
            return user.request(method, path, body)

    def post(self, name):
        return self.ask("POST", "/onboard-cluster", {
            "cluster_name": name, "server_url": "https://10.0.0.1:6443", "token": f"token-of-{name}"})

    def onboard(self, *names):
        for name in names:
            answer = self.post(name)
            self.assertEqual(answer.status, 201, answer)

    def names(self):
        return sorted(x["cluster_name"] for x in self.ask("GET", "/clusters").json["clusters"])

    def newest_log(self):
        return max(self.server.data.glob("*.log"), key=lambda path: path.stat().st_size)

    def refused_start(self):
        """The sentence of a start that is refused with exit code 78."""
        self.server.start(wait=False)
        self.assertEqual(self.server.child.wait(60), 78, self.server.err()[-2000:])
        return self.server.err().splitlines()[-1]

    def test_a_backup_brings_everything_back_and_holds_no_key(self):
        self.onboard("one", "two")
        self.assertEqual(self.server.end(), 0)
        backup = self.server.folder / "backup"
        made = run(self.server, "backup", "--to", str(backup))
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("every digest holds", made.stdout)
        self.assertEqual(run(self.server, "backup", "--verify", str(backup)).returncode, 0)
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=backup, check=True, timeout=60)
        key = self.server.key_file.read_text().strip()
        for path in backup.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                for planted in (b"token-of-one", b"token-of-two", key.encode(), bytes.fromhex(key)):
                    self.assertNotIn(planted, content, path)
        shutil.rmtree(self.server.data)
        restored = run(self.server, "restore", "--from", str(backup))
        self.assertEqual(restored.returncode, 0, restored.stderr)
        self.server.start()
        self.assertEqual(self.names(), ["one", "two"])
        secrets = self.ask("GET", "/cluster/two/credentials")
        self.assertEqual(secrets.status, 200, secrets)
        self.assertEqual(secrets.json["cluster"]["token"], "token-of-two")

    def test_a_restored_store_opens_nothing_without_its_key(self):
        self.onboard("one")
        self.assertEqual(self.server.end(), 0)
        self.server.key_file.unlink()
        subprocess.run([binary(), "keys", "init", "--file", str(self.server.key_file)], check=True, timeout=60,
                       stdout=subprocess.DEVNULL, env=clean_environment(self.server.folder))
        self.assertIn("master key", self.refused_start())

    def test_a_log_without_its_end_is_refused_and_the_loss_can_be_accepted(self):
        self.onboard("one", "two", "three")
        self.server.kill()
        log = self.newest_log()
        with open(log, "r+b") as file:
            file.truncate(log.stat().st_size - 10)
        said = self.refused_start()
        self.assertIn("lacks the last 1 of ", said)
        self.assertIn("kubesage restore", said)
        looked = run(self.server, "recover")
        self.assertEqual(looked.returncode, 78)
        accepted = run(self.server, "recover", "--accept-loss")
        self.assertEqual(accepted.returncode, 0, accepted.stderr)
        self.assertIn("1 acknowledged batches of changes are lost", accepted.stdout)
        self.server.start()
        self.assertEqual(self.names(), ["one", "two"])
        self.onboard("four")
        self.assertEqual(self.server.end(), 0)
        self.assertEqual(run(self.server, "recover").returncode, 0)

    def test_a_deleted_log_is_refused_and_not_an_empty_store(self):
        self.onboard("one")
        self.server.kill()
        self.newest_log().unlink()
        self.assertIn("kubesage restore", self.refused_start())

    def test_a_store_in_use_is_left_alone(self):
        self.onboard("one")
        for command in (["backup", "--to", "elsewhere"], ["recover", "--accept-loss"]):
            said = run(self.server, *command)
            self.assertEqual(said.returncode, 69, said.stderr)
            self.assertIn("in use by another KubeSage process", said.stderr)
        said = run(self.server, "restore", "--from", "nowhere")
        self.assertNotEqual(said.returncode, 0)
        self.assertEqual(self.names(), ["one"])

    def test_a_directory_without_a_store_is_named_and_none_is_made(self):
        self.assertEqual(self.server.end(), 0)
        elsewhere = self.server.folder / "elsewhere"
        for command in (["backup", "--to", "new"], ["recover"], ["recover", "--accept-loss"]):
            said = run(self.server, *command, f"--data.directory={elsewhere}")
            self.assertEqual(said.returncode, 69, said.stderr)
            self.assertIn("holds no store", said.stderr)
        self.assertFalse(elsewhere.exists())

    def test_a_running_server_makes_backups_that_can_be_restored(self):
        self.assertEqual(self.server.end(), 0)
        backups = self.server.folder / "backups"
        self.server.environment |= {"KUBESAGE_BACKUP_DIRECTORY": str(backups), "KUBESAGE_BACKUP_INTERVAL": "1",
                                    "KUBESAGE_BACKUP_KEEP": "2"}
        self.server.start()
        self.onboard("one", "two")
        after = time.strftime("kubesage-%Y%m%dT%H%M%SZ", time.gmtime(time.time() + 1))
        newest = wait_until("a backup of it all", lambda: [x for x in backups.glob("kubesage-*Z") if x.name >= after])
        self.assertEqual(self.server.end(), 0)
        self.assertLessEqual(len(list(backups.iterdir())), 2)
        shutil.rmtree(self.server.data)
        self.assertEqual(run(self.server, "restore", "--from", str(newest[0])).returncode, 0)
        del self.server.environment["KUBESAGE_BACKUP_DIRECTORY"]
        self.server.start()
        self.assertEqual(self.names(), ["one", "two"])

    def test_a_failed_write_ends_the_process_and_the_next_start_has_all_that_was_acknowledged(self):
        self.onboard("one")
        # No file may grow any more: the write fails, and not for lack of room, which would pass.
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (1, 1))
        answer = self.post("two")
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.json["code"], "STORAGE_UNAVAILABLE")
        self.assertEqual(self.server.child.wait(60), 74)
        self.server.start()
        self.assertIn(self.names(), (["one"], ["one", "two"]))  # Nobody was told about the second.
        self.onboard("three")

    def test_too_little_room_refuses_changes_and_answers_reads(self):
        self.onboard("one")
        self.assertEqual(self.server.end(), 0)
        self.server.environment["KUBESAGE_DATA_RESERVE"] = "1048576"  # A terabyte is not free here.
        if shutil.disk_usage(self.server.folder).free >= 1 << 40:
            self.fail("this machine has a terabyte free: the test needs another reserve")
        self.server.start()
        answer = self.post("two")
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.json["code"], "STORAGE_UNAVAILABLE")
        self.assertEqual(self.names(), ["one"])
        ready = self.ask("GET", "/readyz?verbose")
        self.assertEqual(ready.status, 503)
        self.assertIn("less free room", ready.body.decode())
        self.server.end()
        self.server.environment["KUBESAGE_DATA_RESERVE"] = "0"
        self.server.start()
        self.onboard("two")


if __name__ == "__main__":
    unittest.main()
