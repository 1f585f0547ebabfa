"""Planted secrets stay where they belong: sealed on disk, never in logs, events, errors or the process's face."""
import base64
import pathlib
import unittest

from client import User, admin
from events import stream_events, wait_events
from harness import JWT_SECRET, KubeSage, Nats
from kube import Kube

TOKEN = "planted-TOKEN-5f1d0c2b9a8e7d6c5b4a39281706f5e4"


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kube = Kube()
        cls.nats = Nats()
        cls.server = KubeSage(cls.nats.url)
        cls.user = User(cls.server, 77)
        cls.answers = []
        user, kube, said = cls.user, cls.kube, cls.answers
        planted = {**kube.body("planted"), "token": TOKEN}
        cluster = user.onboard(planted)
        said.append(user.get(f"/get-namespaces/{cluster}"))  # 401 from the cluster.
        said.append(user.post(f"/select-cluster-and-get-namespaces/{cluster}"))
        said.append(user.post("/onboard-cluster", planted))  # 409
        said.append(user.post("/onboard-cluster", {**planted, "cluster_name": "x", "server_url": "no"}))
        said.append(user.post("/onboard-cluster", {**planted, "cluster_name": "x", "ca_data": TOKEN}))
        said.append(user.post("/onboard-cluster", f'{{"token":"{TOKEN}",'))
        said.append(user.post("/onboard-cluster", {**planted, "cluster_name": "x"}, verify="true"))
        said.append(user.post("/onboard-cluster", {**planted, "cluster_name": "x"}, dry_run="true"))
        said.append(user.get(f"/{TOKEN}"))
        said.append(User(cls.server, 77, authorization=f"Bearer {TOKEN}").get("/clusters"))
        user.onboard(kube.certificate_body("certificate"))
        said.append(user.get("/clusters"))
        cls.given = [user.get("/cluster/planted/credentials"), user.get("/cluster/certificate/credentials")]
        cls.events = wait_events(cls.nats.port, 77, 7)
        key = kube.pem("ADMIN_KEY")
        der = base64.b64decode("".join(line for line in key.splitlines() if "-----" not in line))
        cls.secrets = {"token": TOKEN.encode(), "token, base64": base64.b64encode(TOKEN.encode()),
                       "key, PEM": "".join(key.splitlines()[1:-1]).encode()[:60], "key, PEM line": key.splitlines()[1].encode(),
                       "key, DER": der[:48], "JWT secret": JWT_SECRET.encode(),
                       "a user's JWT": user.authorization.split(".")[2].encode(),
                       "master key": pathlib.Path(cls.server.key_file).read_bytes().strip()}

    def assert_none(self, where, data, but=()):
        for name, value in self.secrets.items():
            if name not in but:
                self.assertNotIn(value, data, f"{name} in {where}")

    def test_credentials_do_come_back_to_their_owner(self):
        self.assertEqual(self.given[0].json["cluster"]["token"], TOKEN)
        self.assertIn("PRIVATE KEY", self.given[1].json["cluster"]["tls_config"]["tls_key"])

    def test_other_answers(self):
        for answer in self.answers:
            # An unknown path is the caller's own word; it may stand in `instance`.
            but = ("token",) if answer.status == 404 else ()
            self.assert_none(repr(answer), answer.body, but)

    def test_the_stream(self):
        for event in stream_events(self.nats.port):
            self.assert_none(event.subject, event.payload + repr(event.headers).encode())

    def test_the_face_of_the_process(self):
        for name in ("cmdline", "environ"):
            self.assert_none(name, pathlib.Path(f"/proc/{self.server.pid}/{name}").read_bytes())
        self.assert_none("/metrics", admin(self.server, "/metrics").body)

    def test_the_last_word_data_directory_and_logs(self):
        # Runs last by its name: the server is stopped, so that everything is written out.
        self.assertEqual(self.server.end(), 0)
        files = [path for path in self.server.data.rglob("*") if path.is_file()]
        self.assertGreater(sum(path.stat().st_size for path in files), 1000)
        for path in files:
            self.assert_none(path.name, path.read_bytes())
        self.assertGreater(len(self.server.log()), 1)
        self.assert_none("the log", self.server.err_path.read_bytes() + self.server.out_path.read_bytes())
        self.assertEqual(self.server.data.stat().st_mode & 0o077, 0)
        self.assertEqual(self.server.key_file.stat().st_mode & 0o077, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
