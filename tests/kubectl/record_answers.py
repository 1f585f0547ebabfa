"""record_answers.py ENV TOOL: seeds the API server that ENV (of tests/kube/up.sh --with-controllers) describes, runs each
command of native_commands.txt with each kubectl of this machine and with TOOL
against it, and writes down what it answered."""
import http.server
import pathlib
import ssl
import sys
import threading
import urllib.parse

import equality
import replay_server
import seed


class Kubelet(http.server.BaseHTTPRequestHandler):
    """What the API server asks for the log of a container."""

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        lines = [f"line {i} of {parts.path} <&> h\u00e9 \x1b[1m" for i in range(1, 6)] + ["", "end without a line feed"]
        if "timestamps" in query:
            lines = ["2026-11-25T10:00:00.000000001Z " + line for line in lines]
        lines = lines[len(lines) - min(len(lines), int(query.get("tailLines", 100))):]
        body = "\n".join(lines).encode()[:int(query.get("limitBytes", 1 << 20))]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start_kubelet(pki):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Kubelet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "apiserver.crt", pki / "apiserver.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main():
    env = dict(line.split("=", 1) for line in pathlib.Path(sys.argv[1]).read_text().splitlines())
    seed.Seed(env, start_kubelet(pathlib.Path(env["K8S_DIR"]) / "pki")).run()
    binaries, commands = equality.kubectls(), equality.commands()
    with equality.working_folder() as folder:
        answers = {}
        server = replay_server.Server(folder, answers, replay_server.Upstream(env))
        runs = equality.Comparison(server, folder)
        ours = runs.run_native(sys.argv[2], [release for release, _ in binaries], commands)
        runs.run_kubectls(binaries, {key: (key[0], printed["argv"][1:]) for key, printed in ours.items() if printed["argv"]})
        server.stop()
    equality.RECORDING.parent.mkdir(parents=True, exist_ok=True)
    replay_server.save(equality.RECORDING, answers)
    print(f"record: {len(answers)} answers, {equality.RECORDING.stat().st_size} bytes")


if __name__ == "__main__":
    main()
