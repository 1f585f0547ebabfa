#!/usr/bin/env python3
"""Asks real kubectl binaries which verbs, aliases and flags they know, and compares k8s/policy/kubectl_policy.json.

    versions.py [--table FILE] [--update] KUBECTL...

Without --update: prints each difference between the table and the given binaries, and ends with 1 when there is one.
With --update: writes `since` and `until` anew from the given binaries, which should be all that the table names.
A member `since` is absent where the oldest version knows the thing, `until` where the newest does. Between two
asked versions nothing is known, so `since` is the first version that was seen to know it. A row with `hidden` is not
in every help text although kubectl may take it. What the table lacks altogether is refused, so it is no difference."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

TABLE = pathlib.Path(__file__).parents[2] / "k8s/policy/kubectl_policy.json"
OPTION = re.compile(r"^\s+(?:-(\w), )?--([a-z0-9-]+)(?:=(.*?))?:\s*(?:.*)$")


def run(binary, *words):
    environment = {"HOME": "/nonexistent", "KUBECONFIG": "/dev/null", "PATH": "/nonexistent"}
    done = subprocess.run([binary, *words], capture_output=True, text=True, env=environment, timeout=60, check=False)
    return done.stdout + done.stderr


def version_of(binary):
    return re.search(r'(?:gitVersion": "|GitVersion:"|Client Version: )v(\d+\.\d+)',
                     run(binary, "version", "--client", "--output=json"))[1]


def section(text, title):
    found = re.search(rf"^{title}:\n(.*?)(?=^\S[^\n]*:\n|^Use \"|\Z)", text, re.M | re.S)
    return found[1] if found else ""


def options(text):
    """Long name → short name of each flag in the help text."""
    found = {}
    for line in text.splitlines():
        match = OPTION.match(line)
        if match:
            found[match[2]] = match[1]
    return found


def ask(binary, verbs):
    """What one binary knows: {verb: {"aliases": [...], "flags": {long: short}}} and its global flags."""
    known = {}
    for verb in verbs:
        text = run(binary, *verb.split(), "--help")
        usage = section(text, "Usage").strip()
        if not re.match(rf"kubectl {re.escape(verb)}(\s|$)", usage):
            continue
        aliases = [word.strip() for word in section(text, "Aliases").replace("\n", ",").split(",") if word.strip()]
        own = verb.split()[-1]
        known[verb] = {"aliases": [a for a in aliases if a != own], "flags": options(section(text, "Options"))}
    return known, options(run(binary, "options"))


def key(version):
    return tuple(int(part) for part in version.split("."))


def span(versions, having):
    """`since` and `until` as members; the versions are in order."""
    members = {}
    if having and having[0] != versions[0]:
        members["since"] = having[0]
    if having and having[-1] != versions[-1]:
        members["until"] = having[-1]
    return members


def knows(row, version, parent=None):
    if parent and not knows(parent, version):
        return False
    return (key(row.get("since", "0.0")) <= key(version)) and (key(version) <= key(row.get("until", "999.0")))


def update(table, answers):
    versions = sorted(answers, key=key)
    table["versions"] = versions
    for name, row in table["global"].items():
        fresh(row, span(versions, [v for v in versions if name in answers[v][1]]))
    for verb, row in table["verbs"].items():
        having = [v for v in versions if verb in answers[v][0]]
        fresh(row, span(versions, having))
        if not having:
            continue
        aliases = sorted({a for v in having for a in answers[v][0][verb]["aliases"]})
        row.pop("aliases", None)
        if aliases:
            row["aliases"] = aliases
        for name, flag in row["flags"].items():
            fresh(flag, span(versions, [v for v in having if name in answers[v][0][verb]["flags"]]))
        for name, entries in row.get("forced", {}).items():
            known = row["flags"].get(name) or table["global"][name]
            if len(entries) == 1:  # several: each says itself which versions take its value
                fresh(entries[0], {n: known[n] for n in ("since", "until") if n in known})


def fresh(row, members):
    row.pop("since", None)
    row.pop("until", None)
    row.update(members)


def differences(table, answers):
    for version, (verbs, global_flags) in sorted(answers.items(), key=lambda item: key(item[0])):
        for name, row in table["global"].items():
            if not row.get("hidden") and knows(row, version) != (name in global_flags):
                yield f"{version}: --{name}: the table says {knows(row, version)}"
        for verb, row in table["verbs"].items():
            if row.get("hidden"):
                continue
            if knows(row, version) != (verb in verbs):
                yield f"{version}: {verb}: the table says {knows(row, version)}"
            if verb not in verbs:
                continue
            flags = verbs[verb]["flags"]
            for name, flag in row["flags"].items():
                if not flag.get("hidden") and knows(flag, version) != (name in flags):
                    yield f"{version}: {verb} --{name}: the table says {knows(flag, version)}"
                if row["class"] != "never" and name in flags and flag["short"] not in (None, flags[name]):
                    yield f"{version}: {verb} --{name}: short form {flags[name]}"


def write(table, path):
    """One flag a line: a change shows as one line in a diff."""
    def compact(value):
        return json.dumps(value, ensure_ascii=False)
    out = ["{"]
    for name, value in table.items():
        if name in ("global", "verbs", "grammars"):
            continue
        out.append(f"  {compact(name)}: {compact(value)},")
    for name in ("grammars", "global"):
        out.append(f"  {compact(name)}: {{")
        out.append(",\n".join(f"    {compact(n)}: {compact(row)}" for n, row in table[name].items()))
        out.append("  },")
    out.append('  "verbs": {')
    blocks = []
    for verb, row in table["verbs"].items():
        head = ", ".join(f"{compact(n)}: {compact(v)}" for n, v in row.items() if n != "flags")
        flags = ",\n".join(f"      {compact(n)}: {compact(f)}" for n, f in row["flags"].items())
        blocks.append(f"    {compact(verb)}: {{{head}, \"flags\": {{" + (f"\n{flags}\n    }}}}" if flags else "}}"))
    out.append(",\n".join(blocks))
    out.append("  }\n}")
    path.write_text("\n".join(out) + "\n")
    json.loads(path.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=pathlib.Path, default=TABLE)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("kubectl", nargs="+")
    given = parser.parse_args()
    table = json.loads(given.table.read_text())
    answers = {}
    for binary in given.kubectl:
        answers[version_of(os.path.abspath(binary))] = ask(os.path.abspath(binary), table["verbs"])
    if given.update:
        update(table, answers)
        write(table, given.table)
    found = list(differences(table, answers))
    print("\n".join(found))
    print(f"{len(answers)} versions, {len(table['verbs'])} verbs, {len(found)} differences")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
