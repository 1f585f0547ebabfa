"""HTTP as the tests speak it: a keep-alive client that belongs to one user, and a raw socket."""
import http.client
import json
import socket

from harness import token


class Answer:
    """Status, headers (names in lower case) and body of one response."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The stable code of a problem document."""
        return self.json["code"]

    def __repr__(self):
        return f"<{self.status} {self.body[:600]!r}>"


class User:
    """Requests in the name of one user, over one connection. For one thread."""

    def __init__(self, server, user, authorization=None, timeout=60, **claims):
        self.server, self.id, self.timeout = server, user, timeout
        self.authorization = f"Bearer {token(user, **claims)}" if authorization is None else authorization
        self.http = None

    def close(self):
        if self.http:
            self.http.close()
        self.http = None

    def request(self, method, path, body=None, headers=None, **query):
        if query:
            path += "?" + "&".join(f"{name}={value}" for name, value in query.items())
        sent = {"Authorization": self.authorization} if self.authorization else {}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent = {k: v for k, v in {**sent, **(headers or {})}.items() if v is not None}
        if isinstance(body, str):
            body = body.encode()
        for fresh in (self.http is None, True):
            try:
                if self.http is None:
                    self.http = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.timeout)
                self.http.request(method, path, body, sent)
                answer = self.http.getresponse()
                return Answer(answer.status, answer.getheaders(), answer.read())
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.close()
                # A kept connection may have been closed for idleness; only what changes nothing is sent again.
                if fresh or method != "GET":
                    raise
            except BaseException:
                self.close()
                raise

    def get(self, path, **named):
        return self.request("GET", path, **named)

    def post(self, path, body=None, **named):
        return self.request("POST", path, {} if body is None else body, **named)

    def delete(self, path, **named):
        return self.request("DELETE", path, **named)

    def onboard(self, body, prefix="", **query):
        """Onboards and returns the cluster's id."""
        answer = self.post(prefix + "/onboard-cluster", body, **query)
        assert answer.status == 201, answer
        return answer.json["id"]

    def clusters(self):
        answer = self.get("/clusters")
        assert answer.status == 200, answer
        return answer.json["clusters"]


def raw(port, data, timeout=30):
    """Sends bytes as they are and returns all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.sendall(data)
        answer = b""
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                return answer
            if not part:
                return answer
            answer += part


def admin(server, path):
    """GET on the admin listener."""
    connection = http.client.HTTPConnection("127.0.0.1", server.admin_port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()
