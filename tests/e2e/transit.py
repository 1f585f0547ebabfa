"""A stand-in for the transit engine of Vault and OpenBao, over TLS, that can be told to misbehave."""
import base64
import http.server
import json
import os
import ssl
import subprocess
import threading


class Transit:
    """Wraps with a key of its own. `mode`: ok, forbidden, broken, hang, garbage, none."""

    TOKEN = "hvs.planted-vault-token"

    def __init__(self, folder, name="DNS:localhost,IP:127.0.0.1", port=0):
        self.folder, self.mode, self.token, self.wrapped, self.asked = folder, "ok", self.TOKEN, {}, []
        self.ca = folder / "vault-ca.pem"
        key = folder / "vault-key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=vault", "-addext", f"subjectAltName={name}", "-keyout", str(key), "-out", str(self.ca)],
                       check=True, capture_output=True, timeout=60)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.ca, key)
        self.released = threading.Event()
        self.server = None
        self.port = port
        self.start()

    def start(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append((self.path, self.headers.get("X-Vault-Token"), body))
                if outer.mode == "hang":
                    outer.released.wait(60)
                    return
                if outer.mode == "garbage":
                    return self.reply(200, b'{"data":["not what was asked for"')
                if outer.mode == "broken":
                    return self.reply(500, b'{"errors":["internal error"]}')
                if self.headers.get("X-Vault-Token") != outer.token:
                    return self.reply(403, b'{"errors":["permission denied"]}')
                if self.path == "/v1/transit/encrypt/kubesage":
                    name = "vault:v1:" + base64.b64encode(os.urandom(40)).decode()
                    outer.wrapped[name] = body["plaintext"]
                    return self.reply(200, json.dumps({"data": {"ciphertext": name, "key_version": 1}}).encode())
                if self.path == "/v1/transit/decrypt/kubesage":
                    if body["ciphertext"] not in outer.wrapped:
                        return self.reply(400, b'{"errors":["invalid ciphertext"]}')
                    return self.reply(200, json.dumps({"data": {"plaintext": outer.wrapped[body["ciphertext"]]}}).encode())
                self.reply(404, b'{"errors":[]}')

            def reply(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                connection, address = super().get_request()
                connection.settimeout(30)
                return outer.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def settings(self, token_file):
        return {"KUBESAGE_DATA_KEY_PROVIDER": "vault", "KUBESAGE_VAULT_ADDRESS": f"https://localhost:{self.port}",
                "KUBESAGE_VAULT_TOKEN_FILE": str(token_file), "KUBESAGE_VAULT_CA_FILE": str(self.ca),
                "KUBESAGE_VAULT_TIMEOUT": "1000"}
