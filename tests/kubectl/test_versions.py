#!/usr/bin/env python3
"""The table is sound, and each kubectl of this machine agrees with it: test_versions.py KUBECTL_JUDGE

For each kubectl that is found (on PATH, and where the tests keep an old one) the table's verbs and flags are compared
with its help, and what the policy would run is run against a closed port: kubectl must fail at the connection and not
at its command line. Where no kubectl is found only the table is checked."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import versions

ROOT = pathlib.Path(__file__).parents[2]
OLD = pathlib.Path.home() / ".cache/kubesage/kubectl-1.20/usr/bin/kubectl"
ROWS = json.loads((ROOT / "tests/k8s/policy/kube_commands.json").read_text())
MOST_LINES = 40  # a kubectl takes 50 ms of a processor
CONFIG = """apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {}}]
current-context: c
"""


def unsound(table):
    asked = table["versions"]
    rows = [("--" + n, r) for n, r in table["global"].items()]
    for verb, row in table["verbs"].items():
        rows.append((verb, row))
        rows += [(f"{verb} --{n}", r) for n, r in row["flags"].items()]
        rows += [(f"{verb} --{n}={v['value']}", v) for n, r in row["flags"].items() for v in r.get("values", [])]
        rows += [(f"{verb} --{n} (forced)", c) for n, f in row.get("forced", {}).items() for c in f]
    for name, row in rows:
        since, until = row.get("since", asked[0]), row.get("until", asked[-1])
        if versions.key(since) > versions.key(until):
            yield f"{name}: since {since} until {until}"
        if row.get("decision") == "allow" and row["value"].partition(":")[0] not in table["grammars"]:
            yield f"{name}: no such grammar: {row['value']}"
        if row.get("decision", row.get("class")) in ("deny", "never") and not row.get("reason"):
            yield f"{name}: no reason"


def refused_by(kubectl, judge, version):
    """What kubectl says to command lines that the policy would give it, other than that nobody listens."""
    text = "".join(json.dumps({**row, "version": version, "roles": "all"}) + "\n" for row in ROWS)
    answers = subprocess.run([judge, "--argv"], input=text, capture_output=True, text=True, check=True).stdout
    lines = sorted({line for line in answers.splitlines() if line != "[]"})
    # Values that are younger than their flag are all tried.
    young = [line for line in lines if '"--for=' in line]
    lines = sorted({*lines[::max(1, len(lines) // MOST_LINES)], *young})
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(CONFIG)
        config.flush()
        for line in lines:
            argv = json.loads(line)
            done = subprocess.run([kubectl, *argv[1:]], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
                                  timeout=60, env={"KUBECONFIG": config.name, "HOME": "/nonexistent"})
            if done.returncode != 0 and "refused" not in done.stderr:
                yield f"{version}: {' '.join(argv)}: {done.stderr.strip()[-200:]}"
    print(f"kubectl exercised: {version}: verbs and flags compared with the table, {len(lines)} command lines run "
          f"({kubectl})", flush=True)


def main():
    judge = sys.argv[1]
    table = json.loads(versions.TABLE.read_text())
    faults = list(unsound(table))
    found = [str(path) for path in (shutil.which("kubectl"), OLD) if path and pathlib.Path(path).exists()]
    for kubectl in found:
        version = versions.version_of(kubectl)
        if version not in table["versions"]:
            print(f"{kubectl}: {version} is not in the table, so it is not compared")
            continue
        faults += versions.differences(table, {version: versions.ask(kubectl, table["verbs"])})
        faults += refused_by(kubectl, judge, version)
    if not found:
        print("no kubectl on this machine: the table is compared with none")
    print("\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
