#!/usr/bin/env python3
"""Prints commands as JSON lines {command or args, roles, version}: good ones, ones with a fault, and noise.

    generate.py --seed 1 --count 1000"""
import argparse
import json
import pathlib
import random

ROOT = pathlib.Path(__file__).parents[2]
TABLE = json.loads((ROOT / "k8s/policy/kubectl_policy.json").read_text())
KINDS = json.loads((ROOT / "k8s/kinds.json").read_text())
WORDS = ["x", "web-1", "a.b", "default", "Upper", "x_y", "-x", "--", "-", "", "..", "a/b", "pods", "token", "exec", "é",
         "a=b", "a-", "A=b", "c=nginx:1.2", "k=v:NoSchedule", "k:NoExecute-", "x=", "=x", "a..b", "*", "x" * 64, "secret",
         "kubectl.kubernetes.io/last-applied-configuration=x", "pod-security.kubernetes.io/enforce=a", "a b", "/healthz"]
VALUES = ["true", "false", "json", "yaml", "wide", "name", "0", "1", "5", "500", "501", "-1", "010", "1s", "25s", "26s", "1h30m",
          "169h", "168h", "-1s", "none", "client", "server", "default", "a=b", "a=b,c!=d", "a in (b,c)", "!a", "a>1", "a,", "",
          "jsonpath={.items[*].metadata.name}", "jsonpath={..x}", "jsonpath=", "custom-columns=A:.a", "jsonpath-file=/x",
          "go-template=x", "metadata.name=x", "a.b!=c,d==e", "x", "a,b", "*", "condition=Ready", "condition=Ready=false", "delete",
          "jsonpath={.a}=b", "pod/x", "secret/x", "pods/x/y", "widgets/x", "nginx", "nginx:1.2", "a.b:5000/c/d:t@sha256:" + "a" * 64,
          "a@sha256:1", "cpu=200m,memory=512Mi", "cpu=", "*/5 * * * *", "@hourly", "@never", "80", "80:http", "80:8080,443",
          "65536", "50%", "101%%", "cronjob/c", "job/c", "foo.com/bar=svc:80", "foo.com/*=svc:http,tls=s", "v1", "apps/v1",
          "v1beta1", "v1gamma", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+01:00", "2026-01-31", "A=b", "=b", "--server=x",
          "-x", "cpu", "memory", "Never", "OnFailure", "ClusterIP", "LoadBalancer", "TCP", "background", "orphan", "Normal",
          "Normal,Warning", "{.metadata.name}", ".a..b", "merge", "strategic", "'", "a b c", "é", "status", "scale", "x" * 300]
PATCHES = ['{"spec":{"replicas":1}}', '{"spec":{"hostNetwork":true}}', '{"metadata":null}', '{"metadata":{"annotations":null}}',
           '{"metadata":{"annotations":{"a":null}}}', '[{"op":"replace","path":"/spec/replicas","value":1}]', "{", "[]", "{}",
           '[{"op":"add","path":"/metadata/finalizers/0","value":"x"}]', '[{"op":"remove","path":"/metadata"}]', '"x"', "1",
           '{"a":[{"b":{"Privileged":true}}]}', '[{"op":"copy","from":"/a~1b","path":"/spec/x"}]', "[1]", '[{"path":1}]',
           '{"metadata":{"$patch":"delete"}}', '{"$deleteFromPrimitiveList/finalizers":["x"]}', '{"a":{"b":{"c":[{}]}}}']
FILTERS = ["head -3", "head", "tail -n 5", "wc -l", "grep x", "grep -iv x", "grep -e -x", "grep 'a b'", "grep -E x", "sh", "", "wc",
           "head -n", "tail -f", "grep a b", "head 3", "grep -i", "head -n5"]


def quoted(word):
    if word and all(x.isascii() and (x.isalnum() or x in "-./_=:,@%+") for x in word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def kind(r):
    row = r.choice(KINDS)
    forms = [row["name"], row["singular"] or row["name"], row["kind"], row["name"] + "." + row["group"],
             f'{row["name"]}.{row["version"]}.{row["group"]}', row["name"].upper()] + row.get("shortNames", [])
    return r.choice(forms) if r.random() < 0.9 else r.choice(["all", "widgets", "v1.secrets", "", "secrets", "Secret", "x.y"])


def operands(r, shape):
    words = []
    if r.random() < 0.1:
        return [r.choice(WORDS) for _ in range(r.randrange(4))]
    name = lambda: r.choice(["x", "web-1", "a.b", "n1"]) if r.random() < 0.9 else r.choice(WORDS)
    if shape.startswith(("resources", "objects", "object")):
        if r.random() < 0.4:
            words = [f"{kind(r)}/{name()}" for _ in range(1 if r.random() < 0.8 else 2)]
        else:
            words = [",".join(kind(r) for _ in range(1 if r.random() < 0.8 else r.randrange(1, 10)))]
            words += [name() for _ in range(r.choice([0, 1, 1, 1, 2]) if r.random() < 0.97 else 33)]
    elif shape.startswith("nodes"):
        words = (["nodes"] if "+" in shape and r.random() < 0.9 else []) + [name()]
    elif shape in ("optional-name", "new-name", "log-source"):
        words = [name() for _ in range(r.choice([0, 1, 1, 1, 2]))]
        if shape == "log-source" and r.random() < 0.3:
            words = [f"{kind(r)}/{name()}"]
    elif shape == "field-path":
        words = [kind(r) + r.choice(["", ".spec", ".spec.x", "..", "."])]
    elif shape == "access":
        words = [r.choice(["get", "list", "*", "de lete"]), r.choice([kind(r), "/healthz", "pods/x", "pods/exec", "*"])][:r.choice([0, 1, 2, 2, 2])]
    pairs = {"labels": ["a=b", "a-", "a.b/c=d", "a=b c", "=b", "a:", "a:b"], "annotations": ["a=b", "a-", "a=b c", "é=x"],
             "images": ["c=nginx:1.2", "*=a/b", "c=-x", "c="], "environment": ["A=b", "A-", "A=", "1=x", "A:", "A"],
             "taints": ["k=v:NoSchedule", "k:NoExecute-", "k-", "k=v:Never", "k=v"]}.get(shape.partition("+")[2])
    if pairs:
        words += [r.choice(pairs) if r.random() < 0.95 else r.choice(WORDS) for _ in range(r.choice([0, 1, 1, 1, 2]))]
    return words


def value_for(r, flag):
    grammar = flag.get("value", "")
    if grammar == "patch":
        return r.choice(PATCHES)
    if grammar.startswith("enum:") and r.random() < 0.6:
        word = r.choice(grammar[5:].split("|"))
        return word + ("{.a}" if word.endswith("=") else "")
    if grammar.startswith("int:") and r.random() < 0.6:
        low, high = map(int, grammar[4:].split(".."))
        return str(r.choice([low, high, low - 1, high + 1, (low + high) // 2]))
    good = {"bool": "true", "dns-label": "default", "name": "x", "selector": "a=b", "image": "nginx", "key-value": "a=b",
            "environment": "A=b", "quantities": "cpu=1", "port-pair": "80:80", "wait-condition": "delete", "kind-name": "pod/x"}
    if grammar in good and r.random() < 0.5:
        return good[grammar]
    return r.choice(VALUES)


def use_of(r, name, flag):
    value = value_for(r, flag)
    short = flag.get("short")
    if flag["type"] == "bool":
        forms = [[f"--{name}"]] * 4 + [[f"--{name}={value}"], [f"--{name}", value]]
        if short:
            forms += [[f"-{short}"]] * 2 + [[f"-{short}={value}"], [f"-{short}{value}"]]
    else:
        forms = [[f"--{name}={value}"]] * 3 + [[f"--{name}", value]] * 2
        if short:
            forms += [[f"-{short}", value], [f"-{short}{value}"], [f"-{short}={value}"], [f"-A{short}", value]]
        if r.random() < 0.05:
            forms = [[f"--{name}"]]
    words = list(r.choice(forms))
    if r.random() < 0.02:
        words[0] = words[0].replace("-", "_", 3).replace("__", "--", 1)
    if r.random() < 0.02:
        words[0] = words[0][:-1]
    return words


def words_of(r):
    verbs = [v for v, row in TABLE["verbs"].items() if row["class"] != "never"]
    verb = r.choice(verbs) if r.random() < 0.93 else r.choice(list(TABLE["verbs"]) + ["foo", "-n", "Get", "", "top pods", "create ns"])
    row = TABLE["verbs"].get(verb, {"flags": {}})
    flags = []
    for _ in range(r.choice([0, 0, 1, 1, 2, 3])):
        rows = row["flags"] if row["flags"] and r.random() < 0.85 else TABLE["global"]
        allowed = [n for n in rows if rows[n]["decision"] == "allow"]
        name = r.choice(allowed) if allowed and r.random() < 0.85 else r.choice(list(rows))
        flags.append(use_of(r, name, rows[name]))
    if verb == "patch" and r.random() < 0.9:
        flags.append(["-p", r.choice(PATCHES)])
    if r.random() < 0.3:
        flags.append(["-n", "shop"])
    rest = [[word] for word in operands(r, row.get("operands", "resources"))]
    if r.random() < 0.05:
        rest.insert(r.randrange(len(rest) + 1), ["--"])
    for flag in flags:
        rest.insert(r.randrange(len(rest) + 1) if r.random() < 0.8 else 0, flag)
    return (["kubectl"] if r.random() < 0.5 else []) + verb.split(" ") + [word for group in rest for word in group]


def noise(r, line):
    for _ in range(r.choice([1, 1, 2, 3])):
        place = r.randrange(len(line) + 1)
        line = line[:place] + r.choice(list(";|&<>(){}$*?~!#\\`'\" =-/,.\n\t\0aA1é") + ["\u202e", "$("]) + line[place + r.choice([0, 1]):]
    return line


def line(r):
    made = {"roles": r.choice(["all", "all", "viewer", "operator", "admin", "viewer+secret-reader", "none"]),
            "version": r.choice(["1.20", "1.27", "1.30", "1.33", "1.33"])}
    words = words_of(r)
    if r.random() < 0.2:
        made["args"] = words
        return made
    text = " ".join(quoted(word) if r.random() < 0.97 else word for word in words)
    for _ in range(r.choice([0] * 8 + [1, 2])):
        text += " | " + r.choice(FILTERS)
    made["command"] = noise(r, text) if r.random() < 0.08 else text
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    given = parser.parse_args()
    r = random.Random(given.seed)
    for _ in range(given.count):
        print(json.dumps(line(r)))


if __name__ == "__main__":
    main()
