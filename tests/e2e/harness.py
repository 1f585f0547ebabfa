"""What every end-to-end test needs: the built binary as a process, a NATS server, tokens, temporary folders.

A test starts real processes on ports that the kernel picks and ends them by process id. Nothing is shared
between test files but the kube-apiserver of kube.py. Environment: KUBESAGE_BINARY names the binary.
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
JWT_SECRET = "e2e-secret-that-signs-tokens-0123456789"
READY_SECONDS = 60  # Generous: a machine that runs all suites at once is slow.


def binary():
    path = os.environ.get("KUBESAGE_BINARY", str(ROOT / "build/release/kubesage"))
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"no binary at {path}: build it, or set KUBESAGE_BINARY")
    return path


def clean_environment(home, extra=None):
    """Nothing of the caller's but what a process needs: no setting may leak into a test."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
    return {**kept, "HOME": str(home), **(extra or {})}


def wait_until(what, probe, seconds=30, pause=0.02):
    """Returns the first true answer of `probe`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not after {seconds} s")
        time.sleep(pause)


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(user, secret=JWT_SECRET, algorithm="HS256", **claims):
    """A JWT for `user`; a claim given as None is left out."""
    body = {"sub": str(user), "exp": int(time.time()) + 3600, "username": f"user{user}", **claims}
    body = {k: v for k, v in body.items() if v is not None}
    signed = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": algorithm, "typ": "JWT"}, body))
    return signed + "." + encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())


def temporary_folder(prefix="kubesage-e2e-"):
    """A folder that goes with the test module."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    unittest.addModuleCleanup(shutil.rmtree, path, ignore_errors=True)
    return path


class Process:
    """A child with its output in files. Ended by its own id, never by name."""

    def __init__(self, command, folder, name, environment=None):
        self.name = name
        self.out_path, self.err_path = folder / f"{name}.out", folder / f"{name}.err"
        with open(self.out_path, "ab") as out, open(self.err_path, "ab") as err:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder,
                                          env=environment or clean_environment(folder))
        self.pid = self.child.pid

    def out(self):
        return self.out_path.read_text(errors="replace")

    def err(self):
        return self.err_path.read_text(errors="replace")

    def is_alive(self):
        return self.child.poll() is None

    def end(self, sign=signal.SIGTERM, seconds=40):
        """Sends `sign`, waits, and returns the exit code (killed after `seconds`)."""
        if self.is_alive():
            self.child.send_signal(sign)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(f"{self.name} did not end after {seconds} s: {self.err()[-2000:]}") from None

    def kill(self):
        return self.end(signal.SIGKILL)


class Nats(Process):
    """A nats-server with JetStream. `start` again after `kill` keeps the port and the store."""

    # A server that comes back needs its old port. Below the range that the kernel hands out, no
    # outgoing connection of a neighbour can take it meanwhile.
    LOW_PORTS = range(20000, 32000)

    def __init__(self, folder=None):
        self.folder = folder or temporary_folder()
        self.port = None
        for _ in range(50):
            self.port = random.choice(self.LOW_PORTS)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", self.port))
                except OSError:
                    continue
            try:
                self.start()
                break
            except AssertionError:
                continue
        else:
            raise RuntimeError("nats-server found no port")
        unittest.addModuleCleanup(lambda: self.is_alive() and self.kill())

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    def start(self):
        program = shutil.which("nats-server") or "/usr/sbin/nats-server"
        super().__init__([program, "-js", "-a", "127.0.0.1", "-p", str(self.port), "-sd", str(self.folder / "jetstream")],
                         self.folder, "nats")

        def answers():
            if not self.is_alive():
                raise AssertionError("nats-server ended: " + self.err()[-500:])
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                    return probe.recv(16).startswith(b"INFO")
            except OSError:
                return False

        wait_until("nats-server", answers)


class KubeSage(Process):
    """`kubesage serve` on a data folder of its own. `start` again after `kill` or `end` keeps the data."""

    def __init__(self, nats_url, settings=None, arguments=(), wait=True):
        self.folder = temporary_folder()
        self.key_file, self.secret_file = self.folder / "master.key", self.folder / "jwt.secret"
        self.data = self.folder / "data"
        self.secret_file.write_text(JWT_SECRET)
        self.secret_file.chmod(0o600)
        subprocess.run([binary(), "keys", "init", "--file", str(self.key_file)], check=True, timeout=60,
                       stdout=subprocess.DEVNULL, env=clean_environment(self.folder))
        self.environment = clean_environment(self.folder, {
            "KUBESAGE_HTTP_PORT": "0", "KUBESAGE_HTTP_ADMIN_PORT": "0", "KUBESAGE_DATA_DIRECTORY": str(self.data),
            "KUBESAGE_DATA_MASTER_KEY_FILE": str(self.key_file), "KUBESAGE_NATS_URL": nats_url,
            "KUBESAGE_AUTH_JWT_SECRET_FILE": str(self.secret_file), "KUBESAGE_K8S_ALLOW": "127.0.0.0/8",
            "KUBESAGE_LOG_LEVEL": "debug", **(settings or {})})
        self.environment = {k: v for k, v in self.environment.items() if v is not None}
        self.arguments = list(arguments)
        self.port = self.admin_port = None
        self.start(wait)
        unittest.addModuleCleanup(lambda: self.is_alive() and self.end())

    def start(self, wait=True):
        self.log_start = (self.folder / "kubesage.err").stat().st_size if (self.folder / "kubesage.err").exists() else 0
        super().__init__([binary(), "serve", *self.arguments], self.folder, "kubesage", self.environment)
        if wait:
            ready = wait_until("kubesage is ready", self.ready_line, READY_SECONDS)
            self.port, self.admin_port = int(ready["port"]), int(ready["admin_port"])

    def log(self):
        """The JSON lines of this start; a line that is not JSON fails the test."""
        with open(self.err_path, "rb") as file:
            file.seek(self.log_start)
            lines = file.read().decode()
        return [json.loads(line) for line in lines.split("\n")[:-1]]

    def ready_line(self):
        if not self.is_alive():
            raise AssertionError(f"kubesage ended with {self.child.returncode}: {self.err()[-3000:]}")
        return next((line for line in self.log() if line["msg"] == "ready"), None)
