"""An API server on loopback that gives recorded answers, over HTTPS. With an upstream it asks that for what is not
recorded yet and keeps the answer.

A recording is a JSON file: {"answers": [{"path", "query", "accept", "status", "type", "warnings", "body"}]}. What a
request is answered with depends on its path, its query (in any order) and whether a Table is wished."""
import http.client
import http.server
import json
import os
import socketserver
import ssl
import subprocess
import threading
import urllib.parse

TOKEN = "replayed-token"


def make_certificate(folder):
    """A certificate for 127.0.0.1 that is its own authority."""
    cert, key = os.path.join(folder, "server.crt"), os.path.join(folder, "server.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "30", "-subj", "/CN=replay",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:TRUE"],
                   check=True, capture_output=True)
    return cert, key


def key_of(target, accept):
    parts = urllib.parse.urlsplit(target)
    query = sorted(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    # The release of kubectl decides whether it asks with a time-out of its own.
    query = "&".join(f"{name}={value}" for name, value in query if name != "timeout")
    return parts.path, query, "table" if "as=Table" in accept else "json"


class Upstream:
    """A real API server; `env` is what tests/kube/up.sh wrote."""

    def __init__(self, env):
        self.env = env
        self.context = ssl.create_default_context(cafile=env["K8S_CA"])

    def ask(self, target, accept):
        link = http.client.HTTPSConnection("127.0.0.1", int(self.env["K8S_PORT"]), context=self.context, timeout=30)
        headers = {"Authorization": "Bearer " + self.env["K8S_ADMIN_TOKEN"], "Accept": accept}
        link.request("GET", target, headers=headers)
        answer = link.getresponse()
        body = answer.read().decode()
        link.close()
        return {"status": answer.status, "type": answer.headers["Content-Type"],
                "warnings": answer.headers.get_all("Warning") or [], "body": body}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self):
        if self.headers.get("Authorization") != "Bearer " + TOKEN:
            return self.reply({"status": 401, "type": "text/plain", "warnings": [], "body": "no"})
        answer = self.server.answer(self.path, self.headers.get("Accept", ""))
        self.reply(answer)

    def reply(self, answer):
        body = answer["body"].encode()
        self.send_response(answer["status"])
        self.send_header("Content-Type", answer["type"])
        for warning in answer["warnings"]:
            self.send_header("Warning", warning)
        self.send_header("Content-Length", str(len(body)))
        # In one piece, or the second would wait for the acknowledgement of the first.
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder, answers, upstream=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ca, key = make_certificate(folder)
        self.answers, self.upstream = answers, upstream
        self.lock, self.missing = threading.Lock(), set()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.ca, key)
        self.url = f"https://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def finish_request(self, request, client_address):  # on the connection's own thread
        with self.context.wrap_socket(request, server_side=True) as secured:
            self.RequestHandlerClass(secured, client_address, self)

    def handle_error(self, request, client_address):
        pass  # a client that went away

    def answer(self, target, accept):
        key = key_of(target, accept)
        with self.lock:
            if key in self.answers:
                return self.answers[key]
        if self.upstream is None:
            with self.lock:
                self.missing.add(key)
            return {"status": 501, "type": "text/plain", "warnings": [], "body": "not recorded"}
        answer = self.upstream.ask(target, accept)
        with self.lock:
            return self.answers.setdefault(key, answer)

    def stop(self):
        self.shutdown()
        self.server_close()


def load(path):
    with open(path) as file:
        return {(each.pop("path"), each.pop("query"), each.pop("accept")): each for each in json.load(file)["answers"]}


def save(path, answers):
    rows = [{"path": key[0], "query": key[1], "accept": key[2], **answer} for key, answer in sorted(answers.items())]
    with open(path, "w") as file:
        file.write('{"answers": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]}\n")
