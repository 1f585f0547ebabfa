#!/usr/bin/env python3
"""Holds every #include to the layer rule of ARCHITECTURE.md; prints each offence and ends with 1."""
import pathlib
import re
import subprocess
import sys

ALLOWED = {
    "messages": set(),
    "config": {"messages"},
    "persistence": {"messages"},
    "http/wire": {"messages"},
    "k8s": {"messages", "http/wire"},
    "actors": {"messages", "persistence", "k8s", "http/wire"},
    "http/edge": {"messages", "http/wire"},
}
# Each of these libraries is included by one layer's files only.
OWNERS = {"nats/nats.h": "actors/nats_handles", "nats.h": "actors/nats_handles", "rocksdb/": "persistence/",
          "yaml-cpp/": ("config/", "k8s/policy/"), "prometheus/": "http/wire/metrics"}


def layer(path):
    text = path.as_posix()
    return next((k for k in sorted(ALLOWED, key=len, reverse=True) if text.startswith(k + "/")), None)


def main():
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.cpp", "*.hpp"],
                             capture_output=True, text=True, check=True).stdout.split()
    bad = []
    for name in tracked:
        source = pathlib.Path(name)
        if not source.exists():
            continue
        mine = layer(source)
        for number, line in enumerate(source.read_text().splitlines(), 1):
            quoted = re.match(r'#include "([^"]+)"', line)
            theirs = quoted and layer(pathlib.Path(quoted[1]))
            if mine and theirs and theirs != mine and theirs not in ALLOWED[mine]:
                bad.append(f"{name}:{number}: {mine} may not include {quoted[1]}")
            angled = re.match(r"#include <([^>]+)>", line)
            for library, owner in OWNERS.items():
                if mine and angled and angled[1].startswith(library) and not name.startswith(owner):
                    bad.append(f"{name}:{number}: only {owner} may include <{angled[1]}>")
    print("\n".join(bad) if bad else f"layers: {len(tracked)} files, no offence")
    return bool(bad)


sys.exit(main())
