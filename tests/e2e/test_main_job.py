"""The main job against a real kube-apiserver: onboard, list, namespaces, select, credentials, remove."""
import re
import threading
import time
import unittest

from client import User
from fake_cluster import BlackHole, Scripted, refused_port
from harness import KubeSage, Nats, wait_until
from kube import Kube

CLUSTER_KEYS = ["id", "cluster_name", "server_url", "context_name", "provider_name", "tags", "use_secure_tls",
                "ca_data", "tls_key", "tls_cert", "user_id", "is_operator_installed", "is_active", "created_at",
                "updated_at", "message"]
NAMESPACES_KEYS = ["success", "cluster_id", "cluster_name", "server_url", "provider_name", "context_name",
                   "use_secure_tls", "namespace_count", "namespaces", "retrieved_at"]
SELECTED_KEYS = ["success", "namespaces_retrieved", "cluster_info", "namespaces", "namespace_count", "message"]
SELECTED_INFO_KEYS = ["id", "cluster_name", "server_url", "context_name", "provider_name", "tags", "use_secure_tls",
                      "is_operator_installed", "is_active", "created_at", "updated_at"]
FAILED_KEYS = ["success", "namespaces_retrieved", "cluster_info", "namespaces", "namespace_count", "error", "message"]
CREDENTIALS_KEYS = ["cluster_id", "cluster_name", "server_url", "token", "context_name", "provider_name",
                    "use_secure_tls", "tls_config", "is_operator_installed", "tags", "created_at", "updated_at"]
PREFIXES = ["", "/kubeconfig", "/api/v2.0"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def setUpModule():
    global kube, server
    kube = Kube()
    # A hanging cluster hangs long enough here to tell it from a slow machine.
    server = KubeSage(Nats().url, {"KUBESAGE_K8S_TLS_TIMEOUT": "8000"})


class MainJob(unittest.TestCase):
    next_user = 1000

    def setUp(self):
        MainJob.next_user += 1
        self.user = User(server, MainJob.next_user)
        self.addCleanup(self.user.close)

    def namespaces_fail(self, body, status, code):
        """Onboards `body`; both namespace routes must fail as said: one hard, one soft."""
        cluster = self.user.onboard(body)
        answer = self.user.get(f"/get-namespaces/{cluster}")
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertTrue(answer.json["detail"])
        soft = self.user.post(f"/select-cluster-and-get-namespaces/{cluster}")
        self.assertEqual(soft.status, 200, soft)
        found = soft.json
        self.assertEqual(list(found), FAILED_KEYS)
        self.assertEqual(list(found["cluster_info"]), ["id", "cluster_name", "server_url", "provider_name"])
        self.assertEqual((found["success"], found["namespaces_retrieved"]), (False, False))
        self.assertEqual((found["namespaces"], found["namespace_count"]), ([], 0))
        self.assertIn(code, found["error"])
        # The cluster stays selected though it failed.
        self.assertEqual([c["id"] for c in self.user.clusters() if c["is_active"]], [cluster])
        return cluster

    def test_every_route_has_its_keys_in_order_under_every_prefix(self):
        for prefix in PREFIXES:
            with self.subTest(prefix=prefix):
                user, name = self.user, "prod" + prefix.replace("/", "-")
                body = kube.body(name, context_name="ctx", provider_name="EKS", tags="a,b")
                made = user.post(prefix + "/onboard-cluster", body)
                self.assertEqual(made.status, 201, made)
                row = made.json
                self.assertEqual(list(row), CLUSTER_KEYS)
                self.assertEqual(row["message"], "Cluster onboarded successfully")
                self.assertEqual([row[k] for k in ("cluster_name", "server_url", "context_name", "provider_name",
                                                   "tags", "use_secure_tls", "tls_key", "tls_cert", "user_id")],
                                 [name, kube.url, "ctx", "EKS", "a,b", True, None, None, user.id])
                self.assertEqual(row["ca_data"].strip(), kube.pem("CA").strip())
                self.assertTrue(0 < row["id"] < 2**53)
                for key in ("created_at", "updated_at"):
                    self.assertRegex(row[key], TIME)

                listed = user.get(prefix + "/clusters")
                self.assertEqual((listed.status, list(listed.json)), (200, ["clusters"]))
                self.assertEqual(listed.json["clusters"][0], {**row, "message": None})
                self.assertEqual(list(listed.json["clusters"][0]), CLUSTER_KEYS)

                got = user.get(f"{prefix}/get-namespaces/{row['id']}")
                self.assertEqual(got.status, 200, got)
                self.assertEqual(list(got.json), NAMESPACES_KEYS)
                self.assertEqual(got.json["namespaces"], kube.namespaces())
                self.assertEqual(got.json["namespace_count"], len(got.json["namespaces"]))
                self.assertRegex(got.json["retrieved_at"], TIME)

                selected = user.post(f"{prefix}/select-cluster-and-get-namespaces/{row['id']}")
                self.assertEqual(selected.status, 200, selected)
                self.assertEqual(list(selected.json), SELECTED_KEYS)
                self.assertEqual(list(selected.json["cluster_info"]), SELECTED_INFO_KEYS)
                self.assertEqual((selected.json["success"], selected.json["namespaces_retrieved"]), (True, True))
                self.assertTrue(selected.json["cluster_info"]["is_active"])
                self.assertEqual(selected.json["namespaces"], kube.namespaces())

                secret = user.get(f"{prefix}/cluster/{name}/credentials")
                self.assertEqual(secret.status, 200, secret)
                self.assertEqual(secret.headers["cache-control"], "no-store")
                self.assertEqual(list(secret.json), ["success", "message", "cluster"])
                self.assertEqual(list(secret.json["cluster"]), CREDENTIALS_KEYS)
                self.assertEqual(list(secret.json["cluster"]["tls_config"]), ["ca_data", "tls_cert", "tls_key"])
                self.assertEqual(secret.json["cluster"]["token"], kube["ADMIN_TOKEN"])

                gone = user.delete(f"{prefix}/remove-cluster/{row['id']}")
                self.assertEqual((gone.status, gone.json), (200, {"message": f"Cluster '{name}' successfully removed"}))
                self.assertEqual(user.clusters(), [])

    def test_prefixes_give_equal_answers(self):
        self.user.onboard(kube.body("one"))
        self.assertEqual(len({self.user.get(prefix + "/clusters").body for prefix in PREFIXES}), 1)

    def test_the_list_is_newest_first_and_only_ones_own(self):
        ids = [self.user.onboard(kube.body(f"c{n}")) for n in range(4)]
        self.assertEqual([row["id"] for row in self.user.clusters()], ids[::-1])
        self.assertEqual(User(server, self.user.id + 500_000).clusters(), [])

    def test_exactly_one_cluster_is_active(self):
        ids = [self.user.onboard(kube.body(f"c{n}")) for n in range(3)]
        for cluster in (ids[1], ids[2], ids[0]):
            self.user.post(f"/select-cluster-and-get-namespaces/{cluster}")
            self.assertEqual([row["id"] for row in self.user.clusters() if row["is_active"]], [cluster])

    def test_client_certificate(self):
        cluster = self.user.onboard(kube.certificate_body("mtls"))
        answer = self.user.get(f"/get-namespaces/{cluster}")
        self.assertEqual((answer.status, answer.json.get("namespaces")), (200, kube.namespaces()), answer)
        secret = self.user.get("/cluster/mtls/credentials").json["cluster"]
        self.assertIsNone(secret["token"])
        self.assertEqual(secret["tls_config"]["tls_key"].strip(), kube.pem("ADMIN_KEY").strip())

    def test_unverified_tls_works_and_warns(self):
        body = {"cluster_name": "classic", "server_url": kube.url, "token": kube["ADMIN_TOKEN"]}
        made = self.user.post("/onboard-cluster", body)
        self.assertEqual(list(made.json), [*CLUSTER_KEYS, "warnings"])
        self.assertEqual((made.json["use_secure_tls"], made.json["provider_name"]), (False, "Standard"))
        self.assertTrue(made.json["warnings"])
        self.assertEqual(self.user.get(f"/get-namespaces/{made.json['id']}").status, 200)
        self.assertIsNone(self.user.get("/cluster/classic/credentials").json["cluster"]["tls_config"])

    def test_wrong_authority(self):
        self.namespaces_fail(kube.body("wrong-ca", ca="OTHER_CA"), 502, "CLUSTER_TLS_FAILED")

    def test_no_authority_means_the_systems_roots(self):
        self.namespaces_fail({**kube.body("system-roots"), "ca_data": None}, 502, "CLUSTER_TLS_FAILED")

    def test_wrong_token(self):
        self.namespaces_fail(kube.body("wrong-token", token="BAD_TOKEN"), 502, "CLUSTER_UNAUTHORIZED")

    def test_token_without_rights(self):
        self.namespaces_fail(kube.body("no-rights", token="NOBODY_TOKEN"), 502, "CLUSTER_FORBIDDEN")

    def test_refused_port(self):
        held, port = refused_port()
        self.addCleanup(held.close)
        body = kube.body("refused", server_url=f"https://127.0.0.1:{port}")
        self.namespaces_fail(body, 502, "CLUSTER_UNREACHABLE")

    def test_plain_text_where_tls_should_be(self):
        fake = Scripted(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        self.addCleanup(fake.close)
        self.namespaces_fail(kube.body("plain", server_url=f"https://127.0.0.1:{fake.port}"), 502, "CLUSTER_TLS_FAILED")

    def test_garbage_answers(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        bodies = [b"hello", b'{"kind":"PodList","items":[]}', b'{"kind":"NamespaceList","items":[{}]}', b"[]"]
        answers = [head % len(body) + body for body in bodies]
        answers += [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n"]
        for number, answer in enumerate(answers):
            with self.subTest(answer=answer):
                fake = Scripted(answer, kube["DIR"] + "/pki/apiserver.crt", kube["DIR"] + "/pki/apiserver.key")
                self.addCleanup(fake.close)
                body = kube.body(f"garbage{number}", server_url=f"https://127.0.0.1:{fake.port}")
                self.namespaces_fail(body, 502, "CLUSTER_BAD_RESPONSE")

    def test_black_hole_ends_in_time_and_leaves_others_alone(self):
        hole = BlackHole()
        self.addCleanup(hole.close)
        body = kube.body("hole", server_url=f"https://127.0.0.1:{hole.port}")
        cluster = self.user.onboard(body)
        other = User(server, self.user.id + 500_000)
        other_cluster = other.onboard(kube.body("fine"))
        hanging = []

        def hang():
            mine = User(server, self.user.id)
            begun = time.monotonic()
            hanging.append((mine.get(f"/get-namespaces/{cluster}"), time.monotonic() - begun))
            mine.close()

        threads = [threading.Thread(target=hang) for _ in range(8)]
        for thread in threads:
            thread.start()
        answered = 0
        while any(thread.is_alive() for thread in threads):
            begun = time.monotonic()
            self.assertEqual(other.get(f"/get-namespaces/{other_cluster}").status, 200)
            self.assertEqual(len(other.clusters()), 1)
            # The user with the hanging cluster reads on, too.
            self.assertEqual(len(self.user.clusters()), 1)
            self.assertLess(time.monotonic() - begun, 5, "another user had to wait")
            answered += 1
        for thread in threads:
            thread.join()
        self.assertGreater(answered, 1)
        for answer, seconds in hanging:
            self.assertEqual((answer.status, answer.code), (504, "CLUSTER_TIMEOUT"), answer)
            self.assertLess(seconds, 15)
        other.close()

    def test_removal_needs_no_cluster_and_cancels_its_work(self):
        hole = BlackHole()
        self.addCleanup(hole.close)
        cluster = self.user.onboard(kube.body("hole", server_url=f"https://127.0.0.1:{hole.port}"))
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(User(server, self.user.id).get(f"/get-namespaces/{cluster}")))
        hole.listener.settimeout(20)
        waiting.start()
        connection, _ = hole.listener.accept()  # The call is on its way.
        self.addCleanup(connection.close)
        begun = time.monotonic()
        self.assertEqual(self.user.delete(f"/remove-cluster/{cluster}").status, 200)
        self.assertLess(time.monotonic() - begun, 5)
        waiting.join(20)
        self.assertFalse(waiting.is_alive())
        self.assertGreaterEqual(answers[0].status, 404)

    def test_verify_stores_only_what_works(self):
        self.assertTrue(self.user.onboard(kube.body("good"), verify="true"))
        refused = self.user.post("/onboard-cluster", kube.body("bad", token="BAD_TOKEN"), verify="true")
        self.assertEqual((refused.status, refused.code), (502, "CLUSTER_UNAUTHORIZED"))
        refused = self.user.post("/onboard-cluster", kube.body("worse", ca="OTHER_CA"), verify="true")
        self.assertEqual((refused.status, refused.code), (502, "CLUSTER_TLS_FAILED"))
        self.assertEqual([row["cluster_name"] for row in self.user.clusters()], ["good"])

    def test_dry_run_stores_nothing(self):
        answer = self.user.post("/onboard-cluster", kube.body("trial"), dry_run="true")
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("v1.20.2", answer.body.decode())
        self.assertNotIn(kube["ADMIN_TOKEN"], answer.body.decode())
        refused = self.user.post("/onboard-cluster", kube.body("trial", token="BAD_TOKEN"), dry_run="true")
        self.assertEqual(refused.status, 502, refused)
        self.assertEqual(self.user.clusters(), [])

    def test_700_namespaces_come_back_as_700(self):
        present = set(kube.namespaces())
        for number in range(700):
            name = f"crowd-{number:03}"
            if len(present) < 700 and name not in present:
                status, body = kube.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
                self.assertEqual(status, 201, body)
                present.add(name)
        cluster = self.user.onboard(kube.body("crowded"))
        answer = self.user.get(f"/get-namespaces/{cluster}").json
        self.assertEqual(answer["namespace_count"], 700)
        self.assertEqual(answer["namespaces"], sorted(present))

    def test_everything_survives_a_restart(self):
        cluster = self.user.onboard(kube.body("lasting", tags="keep"))
        self.user.post(f"/select-cluster-and-get-namespaces/{cluster}")
        before = self.user.clusters()
        self.user.close()
        self.assertEqual(server.end(), 0)
        server.start()
        wait_until("server", lambda: self.user.get("/clusters").status == 200)
        self.assertEqual(self.user.clusters(), before)
        self.assertEqual(self.user.get(f"/get-namespaces/{cluster}").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
