#!/usr/bin/env python3
"""Consumes KubeSage's events with effects that happen exactly once, although events arrive at least once.

An inbox makes the difference: the event's id, what it causes (here: a count for each user and kind) and how far the user's
events have come are written in one transaction, and only then the event is acknowledged. Whatever ends this program in
between, the event comes again, is found in the inbox, and causes nothing. A number that is missing in a user's `sequence` is
fetched from the API, and `chain` is computed again over every event. Standard library only; docs/events.md explains it.

    inbox_consumer.py --nats 127.0.0.1:4222 --inbox inbox.db --api http://127.0.0.1:8080 --token-file token.42
"""
import argparse
import hashlib
import json
import re
import socket
import sqlite3
import sys
import urllib.request

STREAM = "KUBESAGE_EVENTS"
CHAIN = re.compile(rb',"chain":"([0-9a-f]{64})"}$')
SCHEMA = """
create table if not exists inbox(id text primary key, user integer not null, sequence integer not null, unique(user, sequence));
create table if not exists position(user integer primary key, sequence integer not null, chain text not null);
create table if not exists effect(user integer not null, kind text not null, count integer not null, primary key(user, kind));
"""


class Refused(Exception):
    """An event that must not be acted on."""


class Nats:
    """As much of NATS' text protocol as a pull consumer needs."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), 30)
        self.lines = self.socket.makefile("rb")
        self.lines.readline()  # INFO
        options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "name": "inbox-consumer"}
        self.socket.sendall(f"CONNECT {json.dumps(options)}\r\nSUB inbox.answers 1\r\nSUB inbox.events 2\r\n".encode())

    def publish(self, subject, body=b"", reply=""):
        self.socket.sendall(f"PUB {subject} {reply} {len(body)}\r\n".encode() + body + b"\r\n")

    def receive(self):
        """The next message: number of the subscription, subject to answer to, headers, body."""
        while line := self.lines.readline():
            words = line.split()
            if words[0] == b"PING":
                self.socket.sendall(b"PONG\r\n")
            elif words[0] == b"-ERR":
                raise ConnectionError(line.decode())
            elif words[0] in (b"MSG", b"HMSG"):
                text = self.lines.read(int(words[-1]) + 2)[:-2]
                sizes = 2 if words[0] == b"HMSG" else 1
                split = int(words[-2]) if sizes == 2 else 0
                reply = words[3].decode() if len(words) == 4 + sizes else ""
                return int(words[2]), reply, text[:split], text[split:]
        raise ConnectionError("NATS has closed the connection")

    def make_consumer(self, durable, subject):
        """Makes the durable consumer, or finds it: its place in the stream outlives this program."""
        wanted = {"stream_name": STREAM, "config": {"durable_name": durable, "ack_policy": "explicit", "filter_subject": subject,
                                                    "deliver_policy": "all", "ack_wait": 5_000_000_000}}
        self.publish(f"$JS.API.CONSUMER.DURABLE.CREATE.{STREAM}.{durable}", json.dumps(wanted).encode(), "inbox.answers")
        answer = json.loads(self.receive()[3] or b"{}")
        if "config" not in answer:
            raise ConnectionError(f"no consumer: {answer}")

    def events(self, durable, is_once):
        """Every event as (payload, subject of its acknowledgement), forever or until there is none."""
        want = {"batch": 50, "no_wait": True} if is_once else {"batch": 50, "expires": 5_000_000_000}
        while True:
            self.publish(f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}", json.dumps(want).encode(), "inbox.events")
            for _ in range(want["batch"]):
                _, reply, headers, payload = self.receive()
                if headers.startswith(b"NATS/1.0 4"):  # No message, or none any more.
                    if is_once:
                        return
                    break
                yield payload, reply


class Inbox:
    """What has arrived and what it has caused. Every change is one transaction."""

    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("pragma synchronous = full")
        self.database.executescript(SCHEMA)

    def position(self, user):
        return self.database.execute("select sequence, chain from position where user = ?", (user,)).fetchone() or (0, "")

    def take(self, payload):
        """Acts on the user's next event. Raises `Refused` for one that was changed or does not follow."""
        event = json.loads(payload)
        user, sequence = event["data"]["user_id"], event["sequence"]
        last, chain = self.position(user)
        stated = CHAIN.search(payload)
        if sequence != last + 1 or not stated:
            raise Refused(f"event {sequence} of user {user} does not follow {last}")
        if hashlib.sha256(chain.encode() + payload[: stated.start()] + b"}").hexdigest() != stated[1].decode():
            raise Refused(f"event {sequence} of user {user} was changed, or one before it")
        with self.database:
            self.database.execute("begin immediate")
            self.database.execute("insert into inbox values (?, ?, ?)", (event["id"], user, sequence))
            self.database.execute("insert into effect values (?, ?, 1) on conflict do update set count = count + 1",
                                  (user, event["data"]["event_type"]))
            self.database.execute("insert or replace into position values (?, ?, ?)", (user, sequence, stated[1].decode()))


def split_items(body):
    """The bytes of each item of a page, as they are: the chain is over bytes, not over what they mean."""
    text, decoder = body.decode(), json.JSONDecoder()
    at = text.index("[") + 1
    while text[at] != "]":
        end = decoder.raw_decode(text, at)[1]
        yield text[at:end].encode()
        at = end + (text[end] == ",")


def fill_gap(inbox, user, until, api, token):
    """Takes the user's events before `until` that have not arrived from the API, which has them all."""
    while inbox.position(user)[0] < until - 1:
        after = inbox.position(user)[0]
        request = urllib.request.Request(f"{api}/api/v1/events?after={after}&limit={min(500, until - 1 - after)}",
                                         headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            items = list(split_items(answer.read()))
        if not items:
            raise Refused(f"the API has no event {after + 1} of user {user}")
        for payload in items:
            if json.loads(payload)["data"]["user_id"] != user:
                raise Refused(f"the token is not that of user {user}")
            inbox.take(payload)


def consume(options):
    inbox, nats = Inbox(options.inbox), Nats(options.nats)
    nats.make_consumer(options.durable, options.subject)
    for payload, reply in nats.events(options.durable, options.once):
        event = json.loads(payload)
        user, sequence = event["data"]["user_id"], event["sequence"]
        last = inbox.position(user)[0]
        if sequence > last + 1:
            if not options.api:
                raise Refused(f"events {last + 1} to {sequence - 1} of user {user} are missing, and there is no --api")
            with open(options.token_file, encoding="utf-8") as file:
                fill_gap(inbox, user, sequence, options.api, file.read().strip())
        if sequence > last:
            inbox.take(payload)
        nats.publish(reply, b"+ACK")  # What was taken before is only acknowledged again.
    nats.socket.close()


def main():
    arguments = argparse.ArgumentParser(description="Counts events, each exactly once.")
    arguments.add_argument("--nats", default="127.0.0.1:4222")
    arguments.add_argument("--inbox", default="inbox.db", help="SQLite file of the inbox and its effects")
    arguments.add_argument("--subject", default="kubesage.v1.>", help="for one user: kubesage.v1.u42.>")
    arguments.add_argument("--durable", default="inbox", help="name of the consumer in the stream")
    arguments.add_argument("--api", help="where to fetch what is missing, such as http://127.0.0.1:8080")
    arguments.add_argument("--token-file", help="with the token for it, of the user of --subject")
    arguments.add_argument("--once", action="store_true", help="ends when nothing waits any more")
    try:
        consume(arguments.parse_args())
    except Refused as refusal:
        sys.exit(f"inbox_consumer: {refusal}")


if __name__ == "__main__":
    main()
