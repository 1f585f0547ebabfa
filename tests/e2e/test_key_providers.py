"""Where the root key may be: a file, an open file, a vault; and what happens while the vault is away."""
import os
import pathlib
import subprocess
import unittest

from client import User, admin
from harness import KubeSage, binary, clean_environment, temporary_folder, wait_until
from test_keys import keys, new_key
from transit import Transit

BODY = {"cluster_name": "first", "server_url": "https://10.0.0.1:6443", "token": "token-of-7"}
NO_NATS = {"KUBESAGE_NATS_URL": ""}


class Vault(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder()
        self.vault = Transit(self.folder)
        self.addCleanup(lambda: self.vault.server and self.vault.stop())
        self.token = self.folder / "vault-token"
        self.token.write_text(Transit.TOKEN + "\n")
        self.token.chmod(0o600)

    def serve(self, **settings):
        settings = {**NO_NATS, **self.vault.settings(self.token), "KUBESAGE_DATA_MASTER_KEY_FILE": None, **settings}
        return KubeSage("", settings)

    def user(self, server, id=7):
        made = User(server, id)
        self.addCleanup(made.close)
        return made

    def assert_sealed(self, server, why):
        self.assertIn(why, self.wait_for_readiness(server, 503))
        self.assertEqual(self.user(server).get("/clusters").status, 200)
        refused = self.user(server, 8).post("/onboard-cluster", BODY)
        self.assertEqual((refused.status, refused.code), (503, "SEALED"))

    def wait_for_readiness(self, server, status):
        def answer():
            said = admin(server, "/readyz?verbose")
            return said.body.decode() if said.status == status else None
        return wait_until(f"/readyz is {status}", answer, 60)

    def test_the_root_key_stays_in_the_vault_and_the_store_opens_again(self):
        server = self.serve()
        user = self.user(server)
        user.onboard(BODY)
        self.assertEqual(keys(server, "status")["root"], "vault transit/kubesage")
        asked = len(self.vault.asked)
        for _ in range(5):
            self.assertEqual(user.get("/cluster/first/credentials").json["cluster"]["token"], "token-of-7")
        self.assertEqual(len(self.vault.asked), asked, "keys are asked for at the start only")
        keys(server, "rotate")
        server.kill()
        server.start()
        self.assertEqual(self.user(server).get("/cluster/first/credentials").json["cluster"]["token"], "token-of-7")
        for path, token, body in self.vault.asked:
            self.assertEqual(token, Transit.TOKEN)
            self.assertNotIn("token-of-7", path + str(body))
        self.assertNotIn(Transit.TOKEN, server.err() + server.out())

    def test_an_outage_after_the_start_harms_nothing(self):
        server = self.serve()
        user = self.user(server)
        user.onboard(BODY)
        self.vault.stop()
        self.assertEqual(user.get("/cluster/first/credentials").json["cluster"]["token"], "token-of-7")
        user.onboard({**BODY, "cluster_name": "second"})
        self.assertEqual(admin(server, "/readyz").status, 200)
        self.assertIn("vault", keys(server, "rotate", code=1))
        self.assertEqual(len(keys(server, "status")["keys"]), 1)

    def test_a_start_without_the_vault_is_sealed_until_it_is_there(self):
        server = self.serve()
        self.user(server).onboard(BODY)
        server.kill()
        for mode, why in (("broken", "status 500"), ("garbage", "not that of a transit engine"), ("hang", "in time"),
                          ("gone", "cannot be connected to")):
            with self.subTest(mode):
                if mode == "gone":
                    self.vault.stop()
                self.vault.mode = mode
                self.vault.released.clear()
                server.start()
                self.assert_sealed(server, why)
                self.assertEqual(self.user(server).get("/cluster/first/credentials").code, "SEALED")
                self.vault.mode = "ok"
                self.vault.released.set()
                if mode == "gone":
                    self.vault.start()
                self.wait_for_readiness(server, 200)
                self.assertEqual(self.user(server).get("/cluster/first/credentials").json["cluster"]["token"], "token-of-7")
                server.kill()

    def test_a_token_that_is_renewed_is_taken(self):
        server = self.serve()
        server.kill()
        self.vault.token = "hvs.renewed"
        server.start()
        self.assert_sealed(server, "refuses the token")
        self.token.write_text("hvs.renewed")
        self.wait_for_readiness(server, 200)

    def test_a_certificate_of_another_is_not_trusted_and_sees_no_token(self):
        other = temporary_folder()
        stranger = Transit(other)  # Its own root: not the one in the settings.
        self.addCleanup(stranger.stop)
        server = self.serve(KUBESAGE_VAULT_ADDRESS=f"https://localhost:{stranger.port}")
        self.assert_sealed(server, "no trusted TLS connection")
        self.assertEqual(stranger.asked, [])

    def test_a_certificate_for_another_name_is_not_trusted(self):
        named = Transit(temporary_folder(), "DNS:elsewhere.test")
        self.addCleanup(named.stop)
        server = self.serve(KUBESAGE_VAULT_ADDRESS=f"https://localhost:{named.port}", KUBESAGE_VAULT_CA_FILE=str(named.ca))
        self.assert_sealed(server, "no trusted TLS connection")
        self.assertEqual(named.asked, [])

    def test_what_waiting_does_not_mend_ends_the_start(self):
        for settings, why in (({"KUBESAGE_VAULT_KEY": "other"}, "no transit key"), ({"KUBESAGE_VAULT_MOUNT": "a/b"}, "must be names"),
                              ({"KUBESAGE_VAULT_ADDRESS": "http://localhost:1"}, "vault.address"),
                              ({"KUBESAGE_VAULT_TOKEN_FILE": ""}, "vault.token-file")):
            with self.subTest(settings):
                settings = {**NO_NATS, **self.vault.settings(self.token), "KUBESAGE_DATA_MASTER_KEY_FILE": None, **settings}
                server = KubeSage("", settings, wait=False)
                self.assertEqual(server.child.wait(40), 78, server.err())
                self.assertIn(why, server.err())

    def test_a_vault_that_lost_the_key_opens_nothing_and_nothing_is_made_anew(self):
        server = self.serve()
        self.user(server).onboard(BODY)
        server.kill()
        kept, self.vault.wrapped = self.vault.wrapped, {}
        server.start(wait=False)
        self.assertEqual(server.child.wait(40), 78)
        self.assertIn("does not open", server.err())
        self.vault.wrapped = kept
        server.start()
        self.assertEqual(self.user(server).get("/cluster/first/credentials").json["cluster"]["token"], "token-of-7")

    def test_a_store_moves_from_a_file_to_the_vault_and_back(self):
        server = KubeSage("", {**NO_NATS, **self.vault.settings(self.token), "KUBESAGE_DATA_KEY_PROVIDER": "file"})
        self.user(server).onboard(BODY)
        self.assertEqual(keys(server, "change-root", "--vault")["root"], "vault transit/kubesage")
        server.kill()
        server.start()  # Before the setting was changed: it knows the vault.
        self.assertEqual(self.user(server).get("/cluster/first/credentials").status, 200)
        server.kill()
        server.environment["KUBESAGE_DATA_KEY_PROVIDER"] = "vault"
        del server.environment["KUBESAGE_DATA_MASTER_KEY_FILE"]
        server.start()
        back = new_key(server, "back.key")
        keys(server, "change-root", "--new-file", str(back))
        server.kill()
        self.vault.stop()
        server.environment = {name: value for name, value in server.environment.items() if "VAULT" not in name}
        server.environment.update({"KUBESAGE_DATA_KEY_PROVIDER": "file", "KUBESAGE_DATA_MASTER_KEY_FILE": str(back)})
        server.start()
        self.assertEqual(self.user(server).get("/cluster/first/credentials").json["cluster"]["token"], "token-of-7")


class OpenFile(unittest.TestCase):
    """`data.key-provider: fd`, as a supervisor hands a key over without a name."""

    def start(self, text):
        folder = temporary_folder()
        read, write = os.pipe()
        os.write(write, text)
        os.close(write)
        environment = clean_environment(folder, {
            "KUBESAGE_HTTP_PORT": "0", "KUBESAGE_HTTP_ADMIN_PORT": "0", "KUBESAGE_DATA_DIRECTORY": str(folder / "data"),
            "KUBESAGE_NATS_URL": "", "KUBESAGE_DATA_KEY_PROVIDER": "fd", "KUBESAGE_DATA_MASTER_KEY_FD": str(read),
            "KUBESAGE_AUTH_DEV": "true"})
        child = subprocess.Popen([binary(), "serve"], pass_fds=[read], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=environment)
        pipe = os.readlink(f"/proc/self/fd/{read}")
        os.close(read)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        return child, pipe

    def test_the_key_is_read_from_it_and_it_is_closed(self):
        child, pipe = self.start(b"0123456789abcdef" * 4 + b"\n")
        self.addCleanup(child.wait, 40)
        self.addCleanup(child.terminate)
        for line in child.stderr:
            if b'"ready"' in line:
                break
        else:
            self.fail("the server is not ready")
        links = [os.readlink(f"/proc/{child.pid}/fd/{name}") for name in os.listdir(f"/proc/{child.pid}/fd")]
        self.assertGreater(len(links), 5)
        self.assertNotIn(pipe, links)
        self.assertNotIn(b"0123456789abcdef", pathlib.Path(f"/proc/{child.pid}/environ").read_bytes())

    def test_what_is_no_key_ends_the_start(self):
        for text in (b"", b"short\n", b"zz" * 32 + b"\n"):
            child, _ = self.start(text)
            self.assertEqual(child.wait(40), 78)
            self.assertIn(b"master key", child.stderr.read())


if __name__ == "__main__":
    unittest.main(verbosity=2)
