"""A token that was used in every way is gone from the memory of the process soon after, and a crash writes none of it."""
import base64
import os
import pathlib
import signal
import time
import unittest

import memory
from client import User
from harness import KubeSage, binary, temporary_folder
from recording_cluster import RecordingCluster

TOKEN = "planted-TOKEN-77aa51c0b2e94f6d8e3a1b5c7d9f0e2a"
VALUES = {"token": TOKEN.encode(), "token, base64": base64.b64encode(TOKEN.encode())[:-4]}
SETTINGS = {"KUBESAGE_NATS_URL": "", "KUBESAGE_SESSION_CREDENTIALS_TIME": "1"}
# A sanitizer keeps freed memory aside, unwiped or not.
IS_SANITIZED = b"__asan_init" in pathlib.Path(binary()).read_bytes()


def setUpModule():
    global cluster, server
    cluster = RecordingCluster(temporary_folder())
    unittest.addModuleCleanup(cluster.close)
    server = KubeSage("", SETTINGS)


@unittest.skipIf(IS_SANITIZED, "a sanitizer keeps freed memory")
class Memory(unittest.TestCase):
    def wait_for_none(self, what, values, where=None, seconds=5):
        """Looks again and again for `seconds`; the last look must find nothing."""
        end = time.monotonic() + seconds
        while True:
            found = memory.hits((where or server).pid, values)
            if not any(found.values()):
                return
            if time.monotonic() > end:
                self.fail(f"after {what}: {found}")
            time.sleep(0.2)

    def test_the_look_finds_what_is_there(self):
        # A name is in the session's memory, in the clear.
        user = User(server, 70)
        self.addCleanup(user.close)
        user.onboard({"cluster_name": "a-name-that-is-no-secret-4711", "server_url": "https://10.0.0.1:6443", "token": "x"})
        self.assertGreater(memory.hits(server.pid, {"name": b"a-name-that-is-no-secret-4711"})["name"], 0)

    def test_a_token_is_gone_after_each_of_its_uses(self):
        user = User(server, 71)
        self.addCleanup(user.close)
        body = cluster.body("planted", TOKEN)
        id = user.onboard(body)
        self.wait_for_none("onboarding", VALUES)
        self.assertEqual(user.get("/cluster/planted/credentials").json["cluster"]["token"], TOKEN)
        self.wait_for_none("reading the credentials", VALUES)
        self.assertEqual(user.get(f"/get-namespaces/{id}").status, 200)
        self.wait_for_none("asking the cluster", VALUES)
        ran = user.post(f"/execute-kubectl-direct/{id}", {"command": "get pods -o json"})
        self.assertEqual((ran.status, ran.json["success"]), (200, True), ran)
        self.wait_for_none("a native read", VALUES)
        user.post("/onboard-cluster", body)  # 409
        user.post("/onboard-cluster", {**body, "cluster_name": "bad", "server_url": "no"})  # 422
        user.post("/onboard-cluster", f'{{"cluster_name":"x","token":"{TOKEN}",')  # 400
        stranger = User(server, 71, authorization=f"Bearer {TOKEN}")
        self.addCleanup(stranger.close)
        self.assertEqual(stranger.get("/clusters").status, 401)
        self.wait_for_none("refusals", VALUES)

    def test_a_token_is_gone_after_kubectl_itself_has_run(self):
        other = KubeSage("", {**SETTINGS, "KUBESAGE_KUBECTL_NATIVE": "false"})
        user = User(other, 71)
        self.addCleanup(user.close)
        id = user.onboard(cluster.body("planted", TOKEN))
        ran = user.post(f"/execute-kubectl-direct/{id}", {"command": "get pods"})
        self.assertEqual((ran.status, ran.json["success"]), (200, True), ran)
        self.wait_for_none("kubectl", VALUES, other)

    def test_the_master_key_and_the_signing_secret_stand_in_no_text(self):
        key = server.key_file.read_text().strip()
        self.wait_for_none("the start", {"master key, hex": key.encode()})

    def test_no_core_may_be_written(self):
        limits = pathlib.Path(f"/proc/{server.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_a_crash_leaves_no_core(self):
        victim = KubeSage("", {"KUBESAGE_NATS_URL": ""})
        victim.child.send_signal(signal.SIGSEGV)
        _, status = os.waitpid(victim.pid, 0)
        victim.child.returncode = -signal.SIGSEGV  # It was waited for here.
        self.assertTrue(os.WIFSIGNALED(status))
        self.assertFalse(os.WCOREDUMP(status))


if __name__ == "__main__":
    unittest.main(verbosity=2)
