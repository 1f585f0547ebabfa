"""Reads events from NATS over its text protocol: a plain subscriber, and the stream message by message."""
import base64
import hashlib
import json
import socket
import threading

from harness import wait_until

STREAM = "KUBESAGE_EVENTS"


class Event:
    """One message: its subject, headers and CloudEvent."""

    def __init__(self, subject, headers, payload):
        self.subject, self.headers, self.payload = subject, headers, payload
        self.payload, self.cloud = payload, json.loads(payload)
        self.data = self.cloud["data"]
        self.type = self.data["event_type"]
        self.user = self.data["user_id"]

    def chain_after(self, previous):
        """The chain value that this event must have when the one before it had `previous` (empty: it is the first)."""
        member = f',"chain":"{self.cloud["chain"]}"}}'.encode()
        assert self.payload.endswith(member), "the chain is not the last member"
        return hashlib.sha256(previous.encode() + self.payload[:-len(member)] + b"}").hexdigest()

    def __repr__(self):
        return f"<{self.subject} {self.cloud.get('sequence')}>"


def parse_headers(raw):
    lines = raw.decode().split("\r\n")[1:]
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


class Connection:
    """A NATS client connection; replies arrive on a thread of its own."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.settimeout(None)
        self.stream = self.socket.makefile("rb")
        self.stream.readline()
        self.handlers, self.lock, self.pongs = {}, threading.Lock(), threading.Semaphore(0)
        self.send(b'CONNECT {"verbose":false,"pedantic":false,"headers":true,"lang":"python","version":"0"}\r\n')
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def read(self):
        try:
            while line := self.stream.readline():
                words = line.split()
                if words[0] == b"PING":
                    self.send(b"PONG\r\n")
                elif words[0] == b"PONG":
                    self.pongs.release()
                elif words[0] in (b"MSG", b"HMSG"):
                    body = self.stream.read(int(words[-1]) + 2)[:-2]
                    split = int(words[-2]) if words[0] == b"HMSG" else 0
                    self.handlers[int(words[2])](words[1].decode(), body[:split], body[split:])
        except (OSError, ValueError):
            pass  # Closed, or the server is gone.

    def subscribe(self, subject, handler):
        number = len(self.handlers) + 1
        self.handlers[number] = handler
        self.send(f"SUB {subject} {number}\r\n".encode())
        self.flush()

    def flush(self):
        """Returns when the server has taken all that was sent."""
        self.send(b"PING\r\n")
        assert self.pongs.acquire(timeout=30), "NATS does not answer a ping"

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(10)
        self.stream.close()
        self.socket.close()


class Subscriber:
    """A plain core subscriber on everything that KubeSage publishes."""

    def __init__(self, port):
        self.events = []
        self.connection = Connection(port)
        self.connection.subscribe("kubesage.v1.>", lambda subject, headers, body: self.events.append(
            Event(subject, parse_headers(headers) if headers else {}, body)))

    def of(self, user):
        return [event for event in list(self.events) if event.user == user]

    def close(self):
        self.connection.close()


def ask(connection, requests):
    """Sends JetStream API requests (subject, body) at once and returns the answers in the same order."""
    answers, done = {}, threading.Semaphore(0)

    def on_answer(subject, _headers, body):
        answers[int(subject.rsplit(".", 1)[1])] = json.loads(body)
        done.release()

    inbox = f"_INBOX.{id(answers):x}"
    connection.subscribe(inbox + ".*", on_answer)
    for index, (subject, body) in enumerate(requests):
        connection.send(f"PUB {subject} {inbox}.{index} {len(body)}\r\n{body}\r\n".encode())
    for _ in requests:
        assert done.acquire(timeout=30), "JetStream does not answer"
    return [answers[index] for index in range(len(requests))]


def stream_events(port, user=None):
    """The whole stream in its order, or one user's part of it. Empty while there is no stream."""
    connection = Connection(port)
    try:
        [info] = ask(connection, [(f"$JS.API.STREAM.INFO.{STREAM}", "")])
        if "state" not in info:
            return []
        first, last = info["state"]["first_seq"], info["state"]["last_seq"]
        found = []
        for start in range(first, last + 1, 500):
            for answer in ask(connection, [(f"$JS.API.STREAM.MSG.GET.{STREAM}", json.dumps({"seq": seq}))
                                           for seq in range(start, min(start + 500, last + 1))]):
                if "message" not in answer:
                    continue  # Not there yet: a stream that comes back counts before it answers.
                message = answer["message"]
                event = Event(message["subject"], parse_headers(base64.b64decode(message.get("hdrs", ""))),
                              base64.b64decode(message["data"]))
                if user is None or event.user == user:
                    found.append(event)
        return found
    finally:
        connection.close()


def wait_events(port, user, count, seconds=30):
    """Waits until the stream holds `count` events of `user` and returns them; more than that is a failure."""
    seen = []

    def enough():
        seen[:] = stream_events(port, user)
        return len(seen) >= count

    try:
        wait_until(f"{count} events of user {user}", enough, seconds, pause=0.1)
    except AssertionError as error:
        raise AssertionError(f"{error}; seen {seen}") from None
    assert len(seen) == count, f"{len(seen)} events of user {user}, not {count}: {seen}"
    return seen
