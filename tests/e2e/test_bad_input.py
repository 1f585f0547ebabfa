"""Bad input: the contract's answers, each a problem document, and nothing stored."""
import json
import unittest

from client import User, raw
from events import stream_events, wait_events
from harness import KubeSage, Nats, token

GOOD = {"cluster_name": "prod", "server_url": "https://10.0.0.1:6443", "token": "abc"}
SECURE = {**GOOD, "use_secure_tls": True}


def setUpModule():
    global nats, server
    nats = Nats()
    server = KubeSage(nats.url)


class BadInput(unittest.TestCase):
    next_user = 2000

    def setUp(self):
        BadInput.next_user += 1
        self.user = User(server, BadInput.next_user)
        self.addCleanup(self.user.close)

    def problem(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        body = answer.json
        for key, kind in (("type", str), ("title", str), ("status", int), ("detail", str), ("instance", str),
                          ("code", str), ("request_id", str)):
            self.assertIsInstance(body.get(key), kind, (key, body))
        self.assertEqual(body["status"], status)
        self.assertEqual(body["request_id"], answer.headers["x-request-id"])
        if code:
            self.assertEqual(body["code"], code)
        return body

    def onboard(self, body, **named):
        return self.user.post("/onboard-cluster", body, **named)

    def pointers(self, body):
        found = self.problem(self.onboard(body), 422, "VALIDATION_FAILED")["errors"]
        for fault in found:
            self.assertEqual(set(fault), {"pointer", "code", "detail"})
        return sorted(fault["pointer"] for fault in found)

    def test_malformed_json(self):
        deep = b'{"cluster_name":' + b"[" * 40 + b"]" * 40 + b"}"
        for body in (b"{", b"", b"null x", b"{'a':1}", b'{"a":1,}', b'{"cluster_name":"a","cluster_name":"b"}',
                     b'{"cluster_name":"\xff\xfe"}', b'{"cluster_name":"\\ud800"}', b"\x00", deep, b'{"a":NaN}'):
            with self.subTest(body=body):
                self.problem(self.onboard(body), 400, "MALFORMED_JSON")

    def test_a_body_that_is_no_object(self):
        for body in (b"[]", b'"x"', b"1", b"null", b"true"):
            with self.subTest(body=body):
                self.assertIn(self.onboard(body).status, (400, 422))

    def test_all_missing_fields_at_once(self):
        self.assertEqual(self.pointers({}), ["/cluster_name", "/server_url", "/token"])

    def test_all_wrong_types_at_once(self):
        body = {"cluster_name": 7, "server_url": [], "token": {}, "context_name": 1, "provider_name": True,
                "tags": 3, "use_secure_tls": "yes", "ca_data": 1, "tls_cert": 2, "tls_key": 3}
        self.assertEqual(self.pointers(body), sorted("/" + key for key in body))

    def test_cluster_names(self):
        for name in ("", "a" * 254, "a/b", "a%b", "a\\b", ".", "..", "a\u0000b", "a\nb", "a\u007fb"):
            with self.subTest(name=name):
                self.assertEqual(self.pointers({**GOOD, "cluster_name": name}), ["/cluster_name"])
        for name in ("a", "a" * 253, "Prod 1", "...", "schön", "名前", "a.b-c_d"):
            with self.subTest(name=name):
                self.assertEqual(self.onboard({**GOOD, "cluster_name": name}).status, 201)

    def test_server_urls(self):
        for url in ("", "10.0.0.1", "http://10.0.0.1", "ftp://10.0.0.1", "https://", "https://u:p@10.0.0.1",
                    "https://10.0.0.1?x=1", "https://10.0.0.1#x", "https://10.0.0.1:99999", "https://10.0.0.1:0",
                    "https://169.254.169.254", "https://0.0.0.0", "https://[::]", "https://[fe80::1]", "https://0x7f.1",
                    "https://010.0.0.1", "https://10.1", "https:// 10.0.0.1", "https://a\\b", "https://a/\r\nX: y"):
            with self.subTest(url=url):
                self.assertEqual(self.pointers({**GOOD, "server_url": url}), ["/server_url"])

    def test_tokens(self):
        for secret in ("", "a b", "ü", "a\nb", "x" * 65537):
            with self.subTest(secret=secret[:9]):
                answer = self.onboard({**GOOD, "token": secret})
                self.assertEqual(self.problem(answer, 422)["errors"][0]["pointer"], "/token")
                if len(secret) > 2:
                    self.assertNotIn(secret[:64], answer.body.decode())

    def test_tls_material(self):
        self.assertEqual(self.pointers({**GOOD, "ca_data": "x"}), ["/ca_data"])  # Without use_secure_tls.
        self.assertEqual(self.pointers({**SECURE, "ca_data": "not pem"}), ["/ca_data"])
        self.assertEqual(self.pointers({**SECURE, "ca_data": "bm90IHBlbQ=="}), ["/ca_data"])
        self.assertEqual(self.pointers({**SECURE, "tls_key": "x"})[-1:], ["/tls_key"])
        faults = self.pointers({**SECURE, "ca_data": "x", "tls_cert": "y", "tls_key": "z"})
        self.assertEqual(faults, ["/ca_data", "/tls_cert", "/tls_key"])

    def test_tags_of_both_forms(self):
        for number, tags in enumerate(("a,b", ["a", "b"])):
            answer = self.onboard({**GOOD, "cluster_name": f"t{number}", "tags": tags})
            self.assertEqual((answer.status, answer.json["tags"]), (201, "a,b"))
        self.assertEqual(self.pointers({**GOOD, "tags": ["a", 1]})[0][:5], "/tags")

    def test_unknown_fields_are_ignored_here(self):
        self.assertEqual(self.onboard({**GOOD, "surprise": [1]}).status, 201)

    def test_nothing_bad_is_stored(self):
        self.pointers({})
        self.problem(self.onboard({**GOOD, "server_url": "x"}), 422)
        self.assertEqual(self.user.clusters(), [])

    def test_duplicate_name(self):
        self.assertEqual(self.onboard(GOOD).status, 201)
        self.problem(self.onboard(GOOD), 409, "CLUSTER_NAME_TAKEN")
        self.assertEqual(len(self.user.clusters()), 1)
        self.assertEqual(User(server, self.user.id + 500_000).post("/onboard-cluster", GOOD).status, 201)

    def test_query_flags(self):
        for query in ({"dry_run": "maybe"}, {"verify": "2"}):
            with self.subTest(query=query):
                self.problem(self.onboard(GOOD, **query), 422)
        self.assertEqual(self.user.clusters(), [])

    def test_dry_run_stores_nothing(self):
        answer = self.onboard({**GOOD, "server_url": "https://127.0.0.1:1"}, dry_run="true")
        self.problem(answer, 502, "CLUSTER_UNREACHABLE")
        self.assertEqual(self.user.clusters(), [])

    def test_unknown_routes(self):
        for path in ("/", "/nope", "/clusters/", "/clusters/1", "/api/v1/clusters/x/y", "/api/v2.0", "/kubeconfig",
                     "/api/v2.0/nope", "/get-namespaces", "/remove-cluster/1/2"):
            with self.subTest(path=path):
                self.problem(self.user.get(path), 404, "NOT_FOUND")

    def test_wrong_methods(self):
        for method, path, allowed in (("POST", "/clusters", {"GET", "HEAD"}), ("GET", "/onboard-cluster", {"POST"}),
                                      ("GET", "/remove-cluster/1", {"DELETE"}), ("PUT", "/kubeconfig/clusters", {"GET", "HEAD"}),
                                      ("DELETE", "/api/v2.0/get-namespaces/1", {"GET", "HEAD"})):
            with self.subTest(method=method, path=path):
                answer = self.user.request(method, path)
                self.problem(answer, 405, "METHOD_NOT_ALLOWED")
                given = {word.strip() for word in answer.headers["allow"].split(",")} - {"OPTIONS"}
                self.assertTrue(given and given <= allowed, given)

    def test_ids_that_are_none(self):
        for word in ("0", "-1", "abc", "1.5", "9007199254740992", "99999999999999999999", "%31x", "1e3"):
            with self.subTest(id=word):
                self.assertIn(self.user.get(f"/get-namespaces/{word}").status, (404, 422))

    def test_body_limits(self):
        big = {**GOOD, "ca_data": "x" * (256 << 10)}
        self.problem(self.onboard(big), 413, "BODY_TOO_LARGE")
        self.user.close()
        self.assertEqual(self.user.clusters(), [])
        declared = (f"POST /onboard-cluster HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token(self.user.id)}\r\n"
                    "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{")
        self.assertTrue(raw(server.port, declared.encode()).startswith(b"HTTP/1.1 413 "))

    def test_media_types(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None):
            with self.subTest(kind=kind):
                answer = self.user.request("POST", "/onboard-cluster", json.dumps(GOOD), {"Content-Type": kind})
                self.problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
        answer = self.user.request("POST", "/onboard-cluster", json.dumps(GOOD), {"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(answer.status, 201)

    def test_long_targets_and_headers(self):
        self.assertEqual(self.user.get("/" + "a" * 20000).status, 414)
        self.user.close()
        self.assertEqual(self.user.get("/clusters", headers={"X-Big": "a" * 200_000}).status, 431)

    def test_bad_tokens(self):
        good = token(self.user.id)
        head, body, mac = good.split(".")
        bad = {"none": "", "basic": "Basic dXNlcjpwdw==", "empty": "Bearer ", "words": "Bearer a b",
               "garbage": "Bearer not.a.token", "other secret": "Bearer " + token(1, secret="x" * 40),
               "changed": f"Bearer {head}.{body}x.{mac}", "no mac": f"Bearer {head}.{body}.",
               "alg none": "Bearer " + token(1, algorithm="none"), "alg RS256": "Bearer " + token(1, algorithm="RS256"),
               "expired": "Bearer " + token(1, exp=1_000_000_000), "no exp": "Bearer " + token(1, exp=None),
               "text exp": "Bearer " + token(1, exp="never"), "zero": "Bearer " + token(0), "negative": "Bearer " + token(-4),
               "no sub": "Bearer " + token(1, sub=None), "name": "Bearer " + token("bob"), "huge": "Bearer " + token(2**53)}
        for name, value in bad.items():
            with self.subTest(name=name):
                answer = User(server, 1, authorization=value).get("/clusters")
                self.problem(answer, 401, "UNAUTHENTICATED")
                self.assertTrue(answer.headers["www-authenticate"].startswith("Bearer"))

    def test_user_ids_of_both_forms(self):
        self.onboard(GOOD)
        for claims in ({"sub": self.user.id}, {"sub": None, "user_id": self.user.id}):
            with self.subTest(claims=claims):
                self.assertEqual(len(User(server, self.user.id, **claims).clusters()), 1)

    def test_anothers_cluster_is_like_none(self):
        theirs = User(server, self.user.id + 500_000).onboard(GOOD)
        User(server, self.user.id + 500_000).post("/onboard-cluster", {**GOOD, "cluster_name": "theirs-only"})
        missing = theirs + 1_000_000

        def same(method, path, one, other):
            answers = [self.user.request(method, path.format(which)) for which in (one, other)]
            bodies = []
            for which, answer in zip((one, other), answers):
                self.problem(answer, 404, "CLUSTER_NOT_FOUND")
                bodies.append(answer.body.decode().replace(answer.json["request_id"], "R").replace(str(which), "ID"))
                names = sorted(set(answer.headers) - {"date", "x-request-id", "content-length"})
                bodies.append(str([(name, answer.headers[name]) for name in names]))
            self.assertEqual(bodies[:2], bodies[2:])

        same("GET", "/get-namespaces/{}", theirs, missing)
        same("POST", "/select-cluster-and-get-namespaces/{}", theirs, missing)
        same("DELETE", "/remove-cluster/{}", theirs, missing)
        same("GET", "/cluster/{}/credentials", "theirs-only", "nobody-has")
        self.assertEqual(len(User(server, self.user.id + 500_000).clusters()), 2)

    def test_a_viewer_is_a_viewer(self):
        cluster = self.user.onboard(GOOD)
        for roles in (["viewer"], "viewer"):
            viewer = User(server, self.user.id, roles=roles)
            self.assertEqual(len(viewer.clusters()), 1)
            refused = [viewer.post("/onboard-cluster", {**GOOD, "cluster_name": "more"}),
                       viewer.delete(f"/remove-cluster/{cluster}"), viewer.get("/cluster/prod/credentials"),
                       viewer.post(f"/select-cluster-and-get-namespaces/{cluster}")]
            for answer in refused:
                self.problem(answer, 403, "FORBIDDEN")
        events = wait_events(nats.port, self.user.id, 9)
        self.assertEqual([event.type for event in events], ["cluster_onboarded"] + ["access_denied"] * 8)
        for event in events[1:]:
            self.assertTrue(event.data["route"] and event.data["reason"])
            self.assertIsNone(event.data["cluster_id"])
            self.assertEqual(event.subject, f"kubesage.v1.u{self.user.id}.none.access_denied")
        self.assertEqual(len(self.user.clusters()), 1)

    def test_what_each_role_may(self):
        cluster = self.user.onboard({**GOOD, "server_url": "https://127.0.0.1:1"})
        cases = {"operator": (201, 403, 403), "admin": (201, 200, 403), "secret-reader": (403, 403, 200),
                 "viewer": (403, 403, 403), "": (403, 403, 403), "king": (403, 403, 403)}
        for role, (onboards, removes, reads) in cases.items():
            with self.subTest(role=role):
                user = User(server, self.user.id, roles=[role] if role else [])
                victim = self.user.onboard({**GOOD, "cluster_name": f"victim-{role}"})
                self.assertEqual(user.post("/onboard-cluster", {**GOOD, "cluster_name": f"by-{role}"}).status, onboards)
                self.assertEqual(user.delete(f"/remove-cluster/{victim}").status, removes)
                self.assertEqual(user.get("/cluster/prod/credentials").status, reads)
        self.assertIn(cluster, [row["id"] for row in self.user.clusters()])

    def test_idempotency_keys_are_refused_not_ignored(self):
        answer = self.onboard(GOOD, headers={"Idempotency-Key": "k1"})
        self.problem(answer, 400, "IDEMPOTENCY_UNSUPPORTED")
        self.assertEqual(self.user.clusters(), [])

    def test_broken_http(self):
        for data in (b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/3.0\r\nHost: a\r\n\r\n",
                     b"GET /clusters HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                     b"POST /onboard-cluster HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"POST /onboard-cluster HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
                     b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"):
            with self.subTest(data=data):
                answer = raw(server.port, data)
                self.assertTrue(answer == b"" or answer.split(b" ")[1] in (b"400", b"505"), answer[:200])
        self.assertEqual(self.user.clusters(), [])

    def test_nothing_leaks(self):
        for answer in (self.onboard(b"{"), self.onboard({}), self.user.get("/nope"), self.user.get("/get-namespaces/1")):
            for word in ("/work", "/home", "/tmp", ".cpp", "caf", "boost", "simdjson", "rocksdb", "std::"):
                self.assertNotIn(word, answer.body.decode())

    def test_no_event_for_what_did_not_happen(self):
        self.onboard({})
        self.onboard(GOOD, headers={"Idempotency-Key": "k"})
        self.user.get("/nope")
        self.user.delete("/remove-cluster/12345")
        self.onboard(GOOD)
        wait_events(nats.port, self.user.id, 1)
        self.assertEqual([event.type for event in stream_events(nats.port, self.user.id)], ["cluster_onboarded"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
