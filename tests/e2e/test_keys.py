"""Keys are changed while the server works: no request fails, kill -9 in between included, and nothing stays behind."""
import http.client
import json
import os
import random
import subprocess
import threading
import time
import unittest

from client import User
from harness import KubeSage, binary, clean_environment, token, wait_until

ROUNDS = int(os.environ.get("KUBESAGE_KEY_ROUNDS", "4"))
USERS = int(os.environ.get("KUBESAGE_KEY_USERS", "48"))
SEED = int(os.environ.get("KUBESAGE_KEY_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
FIRST = 700
# Events are not looked at here, and a short budget makes the wait before a key may be destroyed short.
SETTINGS = {"KUBESAGE_KEYS_REWRAP_RATE": "60", "KUBESAGE_HTTP_REQUEST_TIMEOUT": "1500", "KUBESAGE_HTTP_ACCESS_LOG": "false",
            "KUBESAGE_NATS_URL": ""}


def keys(server, *arguments, code=0):
    """`kubesage keys …` beside the server; its answer, or with another `code` what it complains of."""
    done = subprocess.run([binary(), "keys", *arguments, "--http.admin-port", str(server.admin_port)], capture_output=True,
                          text=True, timeout=150, env=server.environment)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout) if code == 0 else done.stderr


def seeds(status):
    return {key["id"]: key["seeds"] for key in status["keys"]}


def new_key(server, name):
    path = server.folder / name
    subprocess.run([binary(), "keys", "init", "--file", str(path)], check=True, timeout=60, stdout=subprocess.DEVNULL,
                   env=clean_environment(server.folder))
    return path


class Load(threading.Thread):
    """Reads, lists and onboards as one user until the server is gone; keeps what failed."""

    def __init__(self, port, user, prefix):
        super().__init__(daemon=True)
        self.port, self.user, self.prefix = port, user, prefix
        self.answers, self.faults, self.is_stopping = 0, [], False

    def run(self):
        headers = {"Authorization": f"Bearer {token(self.user)}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            while not self.is_stopping:
                turn = self.answers % 8
                if turn == 0:
                    body = json.dumps({"cluster_name": f"{self.prefix}-{self.answers}", "server_url": "https://10.0.0.1:6443",
                                       "token": f"token-of-{self.user}"})
                    connection.request("POST", "/onboard-cluster", body, headers)
                elif turn % 2:
                    connection.request("GET", "/cluster/first/credentials", headers=headers)
                else:
                    connection.request("GET", "/clusters", headers=headers)
                answer = connection.getresponse()
                text = answer.read()
                if answer.status not in (200, 201):
                    self.faults.append((answer.status, text))
                elif turn % 2 and json.loads(text)["cluster"]["token"] != f"token-of-{self.user}":
                    self.faults.append((answer.status, "another token"))
                self.answers += 1
                time.sleep(0.01)
        except (OSError, http.client.HTTPException):
            return  # The server was killed.
        finally:
            connection.close()


class Keys(unittest.TestCase):
    def start(self, **more):
        server = KubeSage("", {**SETTINGS, **more})
        for user in range(FIRST, FIRST + USERS):
            client = User(server, user)
            client.onboard({"cluster_name": "first", "server_url": "https://10.0.0.1:6443", "token": f"token-of-{user}"})
            client.close()
        return server

    def assert_all_readable(self, server):
        for user in range(FIRST, FIRST + USERS):
            client = User(server, user)
            answer = client.get("/cluster/first/credentials")
            client.close()
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.json["cluster"]["token"], f"token-of-{user}")

    def wait_for_rotation(self, server):
        def only_the_active_key_is_used():
            status = keys(server, "status")
            active = status["keys"][-1]["id"]
            return set(seeds(status)) and all(n == 0 for id, n in seeds(status).items() if id != active) and status
        return wait_until("every seed is wrapped by the active key", only_the_active_key_is_used, 60, 0.2)

    def test_seeds_are_wrapped_anew_under_load_and_through_kill_9(self):
        print(f"seed {SEED} (KUBESAGE_KEY_SEED), {ROUNDS} rounds, {USERS} users", flush=True)
        chance = random.Random(SEED)
        server = self.start()
        answers = 0
        for turn in range(ROUNDS):
            load = [Load(server.port, FIRST + chance.randrange(USERS), f"r{turn}l{index}") for index in range(6)]
            for one in load:
                one.start()
            keys(server, "rotate")
            time.sleep(chance.random() * 0.6)  # The kill is to fall into the work, wherever that is.
            if turn % 2 == 0:
                server.kill()
                server.start()
            else:
                self.wait_for_rotation(server)
                for one in load:
                    one.is_stopping = True
            for one in load:
                one.join(40)
                self.assertEqual(one.faults, [])
                answers += one.answers
        status = self.wait_for_rotation(server)
        self.assertEqual(len(status["keys"]), ROUNDS + 1)
        self.assertEqual(status["keys"][-1]["seeds"], USERS + 1)  # The node has one, too: it signs the audit.
        self.assertEqual([key["state"] for key in status["keys"]], ["retired"] * ROUNDS + ["active"])
        self.assert_all_readable(server)
        print(f"{answers} requests, none failed; {USERS} seeds under key {ROUNDS + 1}", flush=True)

        # An old key is kept as long as backups may need it, then it goes.
        self.assertIn("backup", keys(server, "destroy", "--key", "1", code=1))
        self.assertIn("no retired key", keys(server, "destroy", "--key", str(ROUNDS + 1), "--force", code=1))
        time.sleep(3)
        for key in range(1, ROUNDS + 1):
            keys(server, "destroy", "--key", str(key), "--force")
        self.assertEqual(seeds(keys(server, "status")), {ROUNDS + 1: USERS + 1})
        server.kill()
        server.start()
        self.assert_all_readable(server)

    def test_a_key_that_wraps_seeds_is_not_destroyed(self):
        server = self.start(KUBESAGE_KEYS_REWRAP_RATE="1")
        keys(server, "rotate")
        time.sleep(3.2)
        self.assertIn("still wraps seeds", keys(server, "destroy", "--key", "1", "--force", code=1))

    def test_the_root_is_changed_under_load_and_the_old_file_opens_nothing_any_more(self):
        server = self.start()
        load = [Load(server.port, FIRST + index, f"l{index}") for index in range(6)]
        for one in load:
            one.start()
        wait_until("the load runs", lambda: all(one.answers > 8 for one in load))
        before = keys(server, "status")
        new = new_key(server, "new.key")
        after = keys(server, "change-root", "--new-file", str(new))
        self.assertNotEqual(after["root"], before["root"])
        seen = [one.answers for one in load]
        wait_until("the load goes on", lambda: all(one.answers > n + 16 for one, n in zip(load, seen)))
        for one in load:
            one.is_stopping = True
        for one in load:
            one.join(40)
            self.assertEqual(one.faults, [])
        server.kill()
        server.start(wait=False)
        self.assertEqual(server.child.wait(40), 78)
        self.assertIn("master key does not open", server.err())
        for settings in ({"KUBESAGE_DATA_NEXT_MASTER_KEY_FILE": str(new)}, {"KUBESAGE_DATA_MASTER_KEY_FILE": str(new)}):
            server.environment = {**server.environment, **settings}
            server.start()
            self.assert_all_readable(server)
            server.kill()

    def test_a_crash_amid_the_change_of_the_root_leaves_a_store_that_opens(self):
        chance = random.Random(SEED)
        server = self.start()
        files = [server.key_file]
        for turn in range(ROUNDS):
            files.append(new_key(server, f"new{turn}.key"))
            server.kill()
            server.environment["KUBESAGE_DATA_NEXT_MASTER_KEY_FILE"] = str(files[-1])
            server.start()
            change = subprocess.Popen([binary(), "keys", "change-root", "--new-file", str(files[-1]), "--http.admin-port",
                                       str(server.admin_port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      env=server.environment)
            time.sleep(chance.random() * 0.08)
            server.kill()
            change.wait(60)
            server.start()
            self.assert_all_readable(server)
            if keys(server, "status")["root"] != self.root_of(server, files[-1]):
                keys(server, "change-root", "--new-file", str(files[-1]))
            server.environment["KUBESAGE_DATA_MASTER_KEY_FILE"] = str(files[-1])
        self.assert_all_readable(server)

    def root_of(self, server, path):
        """The mark of the key in `path`, as a store of its own shows it."""
        other = KubeSage("", {**SETTINGS, "KUBESAGE_DATA_MASTER_KEY_FILE": str(path)})
        root = keys(other, "status")["root"]
        other.end()
        return root

    def test_only_who_reads_the_data_directory_may_administer(self):
        server = self.start()
        for authorization in (None, "Bearer x", f"Bearer {token(1)}"):
            connection = http.client.HTTPConnection("127.0.0.1", server.admin_port, timeout=30)
            connection.request("POST", "/admin/keys/rotate", headers={"Authorization": authorization} if authorization else {})
            self.assertEqual(connection.getresponse().status, 401)
            connection.close()
        self.assertEqual(len(keys(server, "status")["keys"]), 1)
        self.assertEqual((server.data / "admin.token").stat().st_mode & 0o777, 0o600)
        other = {**server.environment, "KUBESAGE_DATA_DIRECTORY": str(server.folder / "elsewhere")}
        done = subprocess.run([binary(), "keys", "status"], capture_output=True, text=True, timeout=60, env=other)
        self.assertEqual(done.returncode, 78)
        self.assertIn("admin.token", done.stderr)

    def test_a_file_that_is_no_key_changes_nothing(self):
        server = self.start()
        before = keys(server, "status")
        bad = server.folder / "bad.key"
        for text, mode in (("short\n", 0o400), ("0" * 64 + "\n", 0o644)):
            bad.unlink(missing_ok=True)
            bad.write_text(text)
            bad.chmod(mode)
            self.assertIn("bad.key", keys(server, "change-root", "--new-file", str(bad), code=1))
        keys(server, "change-root", "--new-file", str(server.folder / "none.key"), code=1)
        self.assertEqual(keys(server, "status"), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
