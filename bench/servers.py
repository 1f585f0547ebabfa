"""Starts and stops what is measured: nats-server, KubeSage, the baseline. Everything listens on loopback only."""
import http.client
import json
import os
import pathlib
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def inherited():
    """The caller's environment without settings: none may leak into what is measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KUBESAGE_")}


class server:
    """A child process with a port; its output goes to <folder>/<name>.log."""

    def __init__(self, folder, name, command, port, environment=None):
        self.name, self.port = name, port
        self.log = folder / f"{name}.log"
        self.output = self.log.open("ab")
        self.started = time.monotonic()
        self.child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=self.output,
                                      stderr=subprocess.STDOUT, env={**inherited(), **(environment or {})})

    def await_answer(self, path="/", port=None, statuses=(200,), limit=20):
        """Seconds from the start to the first answer with one of the statuses."""
        while time.monotonic() - self.started < limit:
            if self.child.poll() is not None:
                break
            connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=2)
            try:
                connection.request("GET", path)
                if connection.getresponse().status in statuses:
                    return time.monotonic() - self.started
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.002)
        raise RuntimeError(f"{self.name} is not ready: {self.log.read_text(errors='replace')[-2000:]}")

    def rss(self):
        """Resident bytes."""
        return int(pathlib.Path(f"/proc/{self.child.pid}/statm").read_text().split()[1]) * PAGE

    def cpu(self):
        """Seconds of processor time so far."""
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(25)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.output.close()


def settle(servers, limit=60):
    """Waits until nobody works any more: events that are still being published would slow down the next run."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        before = sum(one.cpu() for one in servers)
        time.sleep(0.25)
        if sum(one.cpu() for one in servers) - before <= 0.02:
            return True
    return False


def start_nats(folder):
    port = free_port()
    store = folder / "jetstream"
    found = server(folder, "nats", ["nats-server", "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(store)], port)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return found
        except OSError:
            if time.monotonic() - found.started > 10 or found.child.poll() is not None:
                raise
            time.sleep(0.01)


def ready_line(one, offset, limit=20):
    """The log line `ready` that a start writes, behind `offset` in its log: it names the ports."""
    while time.monotonic() - one.started < limit and one.child.poll() is None:
        with one.log.open("rb") as file:
            file.seek(offset)
            for line in file.read().split(b"\n")[:-1]:
                if b'"ready"' in line and (found := json.loads(line))["msg"] == "ready":
                    return found
        time.sleep(0.002)
    raise RuntimeError(f"{one.name} is not ready: {one.log.read_text(errors='replace')[-2000:]}")


def start_kubesage(folder, name, nats, secret, **settings):
    """`kubesage serve` over the data folder <folder>/<name>-data, ready; `settings` by the names of the environment,
    without the prefix. Its seconds to readiness are in `.ready`."""
    key_file = folder / f"{name}.key"
    if not key_file.exists():
        subprocess.run([str(BUILD / "kubesage"), "keys", "init", "--file", str(key_file)], cwd=folder,
                       env=inherited(), check=True, capture_output=True, timeout=20)
    environment = {
        "HTTP_PORT": 0, "HTTP_ADMIN_PORT": 0, "DATA_DIRECTORY": folder / f"{name}-data",
        "DATA_MASTER_KEY_FILE": key_file, "NATS_URL": f"nats://127.0.0.1:{nats.port}" if nats else "",
        "AUTH_JWT_SECRET": secret.decode(), "HTTP_ACCESS_LOG": "false",
        # One user over 64 connections is what is measured here, not what is allowed.
        "HTTP_MAX_IN_FLIGHT_PER_USER": 256, **settings}
    log = folder / f"{name}.log"
    offset = log.stat().st_size if log.exists() else 0
    found = server(folder, name, [str(BUILD / "kubesage"), "serve"], None,
                   {f"KUBESAGE_{setting}": str(value) for setting, value in environment.items()})
    try:
        ready = ready_line(found, offset)
        found.port = int(ready["port"])
        found.admin_port = int(ready["admin_port"])
        found.ready = found.await_answer("/readyz", found.admin_port)
    except BaseException:
        found.stop()
        raise
    return found


def start_baseline(folder, name, body):
    """bench/edge_baseline: bare Beast that answers GET with the bytes of the file `body`, and POST when a bare
    group-commit writer has made the request's bytes durable."""
    port = free_port()
    found = server(folder, name, [str(BUILD / "bench" / "edge_baseline"), "--port", str(port), "--body", str(body),
                                  "--data", str(folder / f"{name}-data")], port)
    found.await_answer("/clusters")
    return found
