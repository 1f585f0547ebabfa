"""Runs commands with each kubectl of this machine and without one, against the same API server."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile

import replay_server

HERE = pathlib.Path(__file__).resolve().parent
RECORDING = HERE.parent / "k8s/native/recorded/answers.json"


def kubectls():
    """(release, path) of each usable kubectl."""
    text = subprocess.run([HERE / "find.sh"], capture_output=True, text=True, check=True).stdout
    return [tuple(line.split()) for line in text.splitlines()]


def commands():
    """The argument lists of native_commands.txt: words stand apart by blanks, `~` is a blank within one."""
    lines = [line.split("#")[0].split() for line in (HERE / "native_commands.txt").read_text().splitlines()]
    return [[word.replace("~", " ") for word in line] for line in lines if line]


class Comparison:
    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        (pathlib.Path(folder) / "token").write_text(replay_server.TOKEN)
        self.kubeconfig = os.path.join(folder, "kubeconfig")
        pathlib.Path(self.kubeconfig).write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": server.url, "certificate-authority": server.ca}}],
            "users": [{"name": "u", "user": {"token": replay_server.TOKEN}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}))

    def run_kubectl(self, binary, release, args):
        cache = os.path.join(self.folder, "cache-" + release)
        ran = subprocess.run([binary, "--cache-dir", cache, *args], capture_output=True, timeout=120, text=True,
                             env={"HOME": "/nonexistent", "KUBECONFIG": self.kubeconfig, "KUBECTL_KUBERC": "false"})
        return {"exit_code": ran.returncode, "output": ran.stdout, "error": ran.stderr}

    def run_kubectls(self, binaries, asked):
        """Runs what `asked` holds, (release, words) by any key, and gives what was printed by the same keys."""
        paths = dict(binaries)
        for release, binary in binaries:  # fills the release's cache of discovery
            self.run_kubectl(binary, release, ["get", "pods"])
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            jobs = {key: pool.submit(self.run_kubectl, paths[release], release, words)
                    for key, (release, words) in asked.items()}
            return {key: job.result() for key, job in jobs.items()}

    def run_native(self, tool, releases, args_list):
        """(release, index of the arguments) → what was printed, with `how` it came about and kubectl's `argv`."""
        asked = [(release, index) for release in releases for index in range(len(args_list))]
        lines = "".join(json.dumps({"version": ".".join(release.split(".")[:2]), "args": args_list[index]}) + "\n"
                        for release, index in asked)
        ran = subprocess.run([tool, self.server.url, self.server.ca, os.path.join(self.folder, "token")], input=lines,
                             capture_output=True, text=True, timeout=300)
        if ran.returncode != 0 or ran.stderr:
            raise AssertionError(f"{tool} ended with {ran.returncode}: {ran.stderr}")
        return dict(zip(asked, map(json.loads, ran.stdout.splitlines()), strict=True))


def working_folder():
    return tempfile.TemporaryDirectory(prefix="kubectl-native-")
