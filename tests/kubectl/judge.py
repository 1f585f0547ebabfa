#!/usr/bin/env python3
"""A second judge of kubectl commands, written from kubectl_policy.json and not from the C++ sources.

Reads JSON lines {command or args, roles, version} and prints for each allow, deny (403), unparsable (422), or
unknown where it cannot tell: it has neither a YAML parser nor one for basic regular expressions."""
import json
import pathlib
import re
import sys
import unicodedata

ROOT = pathlib.Path(__file__).parents[2]
TABLE = json.loads((ROOT / "k8s/policy/kubectl_policy.json").read_text())
KINDS = json.loads((ROOT / "k8s/kinds.json").read_text())
LIMITS = TABLE["limits"]


class Deny(Exception):
    pass


class Unparsable(Exception):
    pass


class Unknown(Exception):
    pass


# -- words ------------------------------------------------------------------------------------------------------------

def check_text(text):
    for x in text:
        code = ord(x)
        if unicodedata.category(x) in ("Cc", "Cs") or 0x2028 <= code <= 0x202E or 0x2066 <= code <= 0x2069 \
                or code in (0x200E, 0x200F, 0xFEFF):
            raise Unparsable("characters")


def tokens(line):
    """Words and the places of pipes (None) of a line."""
    result, i, word = [], 0, None
    while i < len(line):
        x = line[i]
        if x in " |":
            if word is not None:
                result.append(word)
            word = None
            if x == "|":
                result.append(None)
        elif x in "'\"":
            end = line.find(x, i + 1)
            inside = line[i + 1:end]
            if end < 0 or (x == '"' and re.search(r"[$`\\]", inside)):
                raise Unparsable("quotes")
            word = (word or "") + inside
            i = end
        else:
            if x in ";&<>(){}$*?~!#\\`":
                last = result[-1] if result and result[-1] is not None else ""
                in_path = re.match(r"(--output=|--sort-by=|--for=|-o.)", word or "", re.S) \
                    or re.fullmatch(r"--output|--sort-by|--for|-[A-Za-z0-9]{0,2}o", last)
                if x not in "{}()*?$" or not in_path or line[i:i + 2] in ("$(", "${"):
                    raise Unparsable("shell")
            word = (word or "") + x
        i += 1
    if word is not None:
        result.append(word)
    return result


def check_filter(words):
    if not words:
        raise Unparsable("filter")
    program, rest = words[0], words[1:]
    if program in ("head", "tail"):
        joined = "\0".join(rest)
        if joined and not re.fullmatch(r"-[0-9]{1,6}|-n[0-9]{1,6}|-n\0[0-9]{1,6}", joined):
            raise Unparsable("filter")
        if joined and int(re.search(r"[0-9]+", joined)[0]) > 100000:
            raise Unparsable("filter")
    elif program == "wc":
        if rest != ["-l"]:
            raise Unparsable("filter")
    elif program == "grep":
        patterns, wants = [], False
        for word in rest:
            if not wants and len(word) > 1 and word[0] == "-":
                if not re.fullmatch(r"-[iv]*e?", word):
                    raise Unparsable("filter")
                wants = word.endswith("e")
            else:
                patterns.append(word)
                wants = False
        if wants or len(patterns) != 1 or len(patterns[0].encode()) > 256:
            raise Unparsable("filter")
        if re.search(r"[\\\[]", patterns[0]):
            raise Unknown("regular expression")
    else:
        raise Unparsable("filter")


def words_of(request):
    if "args" in request:
        words = list(request["args"])
        if sum(len(w.encode()) + 1 for w in words) > LIMITS["command_bytes"] + 1:
            raise Unparsable("length")
        for word in words:
            check_text(word)
    else:
        line = request["command"]
        check_text(line)
        if len(line.encode()) > LIMITS["command_bytes"]:
            raise Unparsable("length")
        segments = [[]]
        for token in tokens(line):
            if token is None:
                segments.append([])
            else:
                segments[-1].append(token)
        if len(segments) - 1 > LIMITS["filters"]:
            raise Unparsable("filters")
        for segment in segments[1:]:
            check_filter(segment)
        words = segments[0]
    if words[:1] == ["kubectl"]:
        words = words[1:]
    if not words or len(words) > LIMITS["words"]:
        raise Unparsable("words")
    return words


# -- values -----------------------------------------------------------------------------------------------------------

NAME = r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?"
LABEL_VALUE = r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)"
DNS_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
IMAGE_PART = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"


def full(pattern, text):
    return re.fullmatch(pattern, text, re.S) is not None


def is_name(text):
    return full(NAME, text)


def is_label_value(text):
    return text == "" or full(LABEL_VALUE, text)


def is_label_key(text):
    prefix, slash, rest = text.partition("/")
    if slash:
        return is_name(prefix) and full(LABEL_VALUE, rest)
    return full(LABEL_VALUE, text)


def is_image(text):
    return len(text) <= 512 and full(
        rf"{IMAGE_PART}(:[0-9]+(?=/))?(/{IMAGE_PART}){{0,15}}(:[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}})?(@sha256:[0-9a-f]{{64}})?", text)


def is_path(text, limit):
    return 0 < len(text) <= limit and ".." not in text and all(" " <= x <= "~" for x in text)


def is_selector(text):
    if not text or len(text.encode()) > LIMITS["selector_bytes"]:
        return False
    terms, start, depth = [], 0, False
    for i, x in enumerate(text + ","):
        depth = True if x == "(" else False if x == ")" else depth
        if i == len(text) or (x == "," and not depth):
            terms.append(text[start:i])
            start = i + 1
    return len(terms) <= LIMITS["selector_terms"] and all(map(is_term, terms))


def is_term(term):
    term = term.strip(" ")
    if "(" in term:
        match = re.fullmatch(r"([^ ]*) +(?:not)?in *\((.*)\)", term)
        return bool(match) and is_label_key(match[1]) and match[2].count(",") < LIMITS["selector_terms"] \
            and all(is_label_value(v.strip(" ")) for v in match[2].split(","))
    if term.startswith("!"):
        return is_label_key(term[1:].strip(" "))
    match = re.match(r"([^=!<>]*)(==|=|!=|<|>)(.*)", term, re.S)
    if not match:
        return is_label_key(term)
    value = match[3].strip(" ")
    good = full(r"[0-9]+", value) if match[2] in "<>" else is_label_value(value)
    return is_label_key(match[1].strip(" ")) and good


def parts(text, limit, test, mark=","):
    found = text.split(mark)
    return len(found) <= limit and all(map(test, found))


def is_port(text):
    return full(r"[1-9][0-9]{0,4}", text) and int(text) <= 65535


def is_port_or_name(text):
    return is_port(text) or (full(DNS_LABEL, text) and len(text) <= 15 and not full("[0-9]+", text))


def pair_of(key_test, value_test):
    def test(text):
        key, mark, value = text.partition("=")
        return bool(mark) and key_test(key) and value_test(value)
    return test


def printable(text):
    return not re.search(r"[\x00-\x1f\x7f]", text)


def is_word(text):
    return full(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,62}", text)


def is_environment_name(text):
    return full(r"[A-Za-z_][A-Za-z0-9._-]{0,252}", text)


def is_service_port(text):
    name, mark, port = text.partition(":")
    return bool(mark) and full(DNS_LABEL, name) and is_port_or_name(port)


def is_ingress_rule(text):
    place, mark, target = text.partition("=")
    service, comma, tls = target.partition(",")
    return bool(mark) and full(r"[A-Za-z0-9.*_/~-]+", place) and is_service_port(service) \
        and (not comma or tls == "tls" or (tls.startswith("tls=") and is_name(tls[4:])))


def is_wait(text):
    if text in ("delete", "create"):
        return True
    if text.startswith("jsonpath="):
        return is_path(text[9:], LIMITS["wait_path_bytes"])
    name, mark, value = text.removeprefix("condition=").partition("=")
    return text.startswith("condition=") and is_label_key(name) and (not mark or is_label_key(value))


def is_cron(text):
    return text in ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly") or \
        (len(text) <= 128 and full(r"[A-Za-z0-9*/,?-]+( [A-Za-z0-9*/,?-]+){4}", text))


NAMED = {
    "bool": lambda t: t in ("true", "false"), "false": lambda t: t == "false",
    "dns-label": lambda t: full(DNS_LABEL, t), "name": is_name,
    "names": lambda t: t == "*" or parts(t, 8, is_name), "word": is_word, "words": lambda t: parts(t, 32, is_word),
    "group": lambda t: t == "" or is_name(t),
    "group-version": lambda t: len(t.rpartition("/")[2]) <= 20 and full(r"(.*/)?v[0-9]+((alpha|beta)[0-9]+)?", t)
    and t.count("/") <= 1 and ("/" not in t or is_name(t.partition("/")[0])),
    "digits": lambda t: full(r"[0-9]{1,20}", t), "selector": is_selector,
    "field-selector": lambda t: len(t) <= 256
    and parts(t, 32, lambda x: full(r"[A-Za-z0-9.]+(==|=|!=)[A-Za-z0-9._:/-]*", x)),
    "label-keys": lambda t: parts(t, 8, is_label_key),
    "sort-path": lambda t: is_path(t, LIMITS["path_bytes"]) and full(r"(?!-)[A-Za-z0-9.\[\]{}'\"*/\\_-]+", t),
    "image": is_image,
    "key-value": pair_of(lambda k: full(r"(?!-)[A-Za-z0-9._/-]{1,253}", k), printable),
    "label-list": lambda t: parts(t, 32, pair_of(is_label_key, is_label_value)),
    "environment": pair_of(is_environment_name, printable), "ingress-rule": is_ingress_rule,
    "service-port": is_service_port, "cronjob-name": lambda t: t.partition("/")[0] in ("cronjob", "cronjobs", "cj")
    and "/" in t and is_name(t.partition("/")[2]),
    "cron": is_cron, "port-or-name": is_port_or_name,
    "port-pair": lambda t: parts(t, 32, lambda p: is_port(p.partition(":")[0])
                                 and (":" not in p or is_port_or_name(p.partition(":")[2]))),
    "count-or-percent": lambda t: full(r"[0-9]{1,3}%|[0-9]{1,5}", t),
    "quantities": lambda t: parts(t, 32, pair_of(is_word, lambda q: full(
        r"(?=[0-9.]{1,18}(?![0-9.]))[0-9]+(\.[0-9]+)?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi)?", q))),
    "kind-name": lambda t: full(r"[A-Za-z0-9.-]+/.*", t) and is_name(t.partition("/")[2]), "wait-condition": is_wait,
    "rfc3339": lambda t: full(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
                              r"(Z|[+-][0-9]{2}:[0-9]{2})", t),
    "patch": lambda t: t != "", "text": lambda t: len(t.encode()) <= LIMITS["text_bytes"] and printable(t),
}


def seconds(text):
    if not full(r"([0-9]{1,6}[hms]){1,3}", text):
        return None
    return sum(int(n) * {"h": 3600, "m": 60, "s": 1}[u] for n, u in re.findall(r"([0-9]+)([hms])", text))


def takes(grammar, value):
    name, _, rest = grammar.partition(":")
    if name == "enum":
        return any(value == w or (w.endswith("=") and value.startswith(w) and is_path(value[len(w):], LIMITS["path_bytes"]))
                   for w in rest.split("|") if w == value or w.endswith("=")) and value not in \
            [w for w in rest.split("|") if w.endswith("=")]
    if name == "int":
        low, high = map(int, rest.split(".."))
        return full(r"-?(0|[1-9][0-9]{0,17})", value) and low <= int(value) <= high
    if name == "duration":
        low, high = map(seconds, rest.split(".."))
        return seconds(value) is not None and low <= seconds(value) <= high
    return NAMED[grammar](value)


# -- verb and flags ---------------------------------------------------------------------------------------------------

def spelled():
    found = {}
    for verb in sorted(TABLE["verbs"], key=lambda v: v.count(" ")):
        parent, _, own = verb.rpartition(" ")
        heads = [s for s, v in found.items() if v == parent] if parent else [""]
        for head in heads:
            for word in [own, *TABLE["verbs"][verb].get("aliases", [])]:
                found.setdefault(f"{head} {word}".strip(" "), verb)
    return found


SPELLED = spelled()


def number(version):
    return tuple(map(int, version.split(".")))


def known(row, version):
    return number(row.get("since", "0.0")) <= version <= number(row.get("until", "999.0"))


class Command:
    def __init__(self, request):
        self.version = number(request["version"])
        words = words_of(request)
        count = 0
        self.verb = None
        for i in range(1, 4):
            spelling = " ".join(words[:i])
            if len(words) < i or spelling not in SPELLED:
                break
            count, self.verb = i, SPELLED[spelling]
        if self.verb is None:
            raise Deny("verb")
        self.row = TABLE["verbs"][self.verb]
        if self.row["class"] == "never":
            raise Deny("verb")
        if not known(self.row, self.version):
            raise Unparsable("version")
        self.flags, self.operands, self.rest = [], [], words[count:]
        only_operands = False
        while self.rest:
            word = self.rest.pop(0)
            if only_operands or len(word) < 2 or word[0] != "-":
                if word[:1] in ("", "-"):
                    raise Deny("operand")
                self.operands.append(word)
            elif word == "--":
                only_operands = True
            elif word.startswith("--"):
                self.long(*word[2:].partition("="))
            else:
                self.short(word[1:])

    def rows(self):
        yield from self.row["flags"].items()
        yield from TABLE["global"].items()

    def use(self, name, flag):
        if flag["decision"] != "allow":
            raise Deny("flag")
        if not known(flag, self.version):
            raise Unparsable("version")
        if [n for n, _ in self.flags].count(name) >= flag.get("max", 1):
            raise Deny("repeated")

    def long(self, name, mark, value):
        flag = next((f for n, f in self.rows() if n == name), None)
        if flag is None:
            raise Deny("flag")
        self.use(name, flag)
        if mark:
            self.add(name, flag, value)
        elif flag["type"] == "bool":
            self.add(name, flag, "true")
        elif "bare" in flag:
            self.add(name, flag, flag["bare"])
        else:
            self.next(name, flag)

    def short(self, text):
        while text:
            name, flag = next(((n, f) for n, f in self.rows() if f["short"] == text[0]), (None, None))
            if flag is None:
                raise Deny("flag")
            text = text[1:]
            self.use(name, flag)
            if text.startswith("="):
                return self.add(name, flag, text[1:])
            if flag["type"] != "bool":
                return self.add(name, flag, text) if text else self.next(name, flag)
            self.add(name, flag, "true")
        return None

    def next(self, name, flag):
        if not self.rest:
            raise Unparsable("value")
        self.add(name, flag, self.rest.pop(0))

    def add(self, name, flag, value):
        grammar = flag["value"]
        negative = grammar.startswith("int:-")
        if value.startswith("-") and not negative:
            raise Deny("value")
        if flag["type"] == "list" and grammar.startswith("enum:"):
            good = len(value.split(",")) <= flag.get("max", 1) and all(takes(grammar, v) for v in value.split(","))
        else:
            good = takes(grammar, value)
        if not good:
            raise Deny("value")
        for row in flag.get("values", []):
            if full(".*".join(map(re.escape, row["value"].split("*"))), value):
                if not known(row, self.version):
                    raise Unparsable("version")
                break
        self.flags.append((name, value))

    def value(self, name):
        return next((v for n, v in reversed(self.flags) if n == name), None)


# -- operands ---------------------------------------------------------------------------------------------------------

def find_kind(word):
    name, dot, rest = word.lower().partition(".")

    def search(fits):
        for row in KINDS:
            if fits(row) and name in (row["name"], row["singular"] or "\0", row["kind"].lower()):
                return row
        return next((row for row in KINDS if fits(row) and name in row.get("shortNames", [])), None)

    if not name:
        return None
    if not dot:
        return search(lambda row: True)
    version, second, group = rest.partition(".")
    found = search(lambda row: row["version"] == version and row["group"] == group) if second else None
    found = found or search(lambda row: row["group"] == rest)
    return found or (search(lambda row: row["group"].startswith(rest)) if rest else None)


def full_name(kind):
    return kind["name"] + ("." + kind["group"] if kind["group"] else "")


class Judge:
    def __init__(self, command, roles):
        self.command, self.row, self.verb = command, command.row, command.verb
        self.kinds, self.names, self.count = [], 0, 0
        self.operands(command.operands)
        self.kind_rules()
        self.roles(roles)

    def reference(self, word):
        if word.count("/") != 1:
            raise Deny("slash")
        kind, name = word.split("/")
        found = find_kind(kind)
        if found is None or not is_name(name) or name in TABLE["never_named_subresources"]:
            raise Deny("reference")
        return found

    def resources(self, words):
        if not words:
            raise Deny("missing")
        if "/" in words[0]:
            if len(words) > LIMITS["names"]:
                raise Deny("names")
            self.kinds += [self.reference(word) for word in words]
            self.count = len(words)
            return
        listed = words[0].split(",")
        if len(listed) > LIMITS["kinds"]:
            raise Deny("kinds")
        for word in listed:
            found = find_kind(word)
            if found:
                self.kinds.append(found)
                continue
            category = [row for row in KINDS if word.lower() in row.get("categories", [])]
            if not category or self.row.get("writes"):
                raise Deny("kind")
            self.kinds += category
        if len(self.kinds) > 64 or len(words) - 1 > LIMITS["names"] or not all(map(is_name, words[1:])):
            raise Deny("names")
        self.count = len(words) - 1

    def objects(self, words, single=False):
        self.resources(words)
        if self.count == 0 or (single and (self.count > 1 or (len(self.kinds) > 1))):
            raise Deny("objects")

    def operands(self, words):
        shape, _, pairs = self.row["operands"].partition("+")
        own = [find_kind(self.row["kind"])] if "kind" in self.row else []
        if pairs:
            first = next((i for i, w in enumerate(words) if w.endswith("-") or "=" in w or ":" in w), len(words))
            self.objects(words[:first])
            changes = words[first:]
            if (not changes and self.command.value("env") is None) or len(changes) > 64:
                raise Deny("changes")
            if not all(self.change(pairs, word) for word in changes):
                raise Deny("change")
            if shape == "nodes" and any(full_name(k) != "nodes" for k in self.kinds):
                raise Deny("nodes")
        elif shape == "resources":
            self.resources(words)
        elif shape in ("objects", "object"):
            self.objects(words, shape == "object")
        elif shape == "none":
            self.kinds = own
            if words:
                raise Deny("surplus")
        elif shape in ("nodes", "optional-name", "new-name"):
            self.kinds = own
            limit = {"nodes": range(1, 33), "optional-name": range(0, 2), "new-name": range(1, 2)}[shape]
            good = is_name if self.verb != "create namespace" else lambda t: full(DNS_LABEL, t)
            if len(words) not in limit or not all(map(good, words)):
                raise Deny("names")
        elif shape == "log-source":
            if len(words) > 2 or (not words and self.command.value("selector") is None):
                raise Deny("logs")
            if words and "/" in words[0]:
                self.kinds = [self.reference(words[0])]
            else:
                self.kinds = own
                if words and not is_name(words[0]):
                    raise Deny("name")
            if len(words) == 2 and not is_name(words[1]):
                raise Deny("name")
        elif shape == "field-path":
            if len(words) != 1 or ".." in words[0] or not full(r"[A-Za-z]([A-Za-z0-9.-]{0,251}[A-Za-z0-9-])?", words[0]):
                raise Deny("path")
        elif shape == "access":
            self.access(words)
        else:
            raise AssertionError(shape)

    def access(self, words):
        if not words:
            if self.command.value("list") != "true":
                raise Deny("missing")
            return
        if not 2 <= len(words) <= 3 or not (words[0] == "*" or full(r"[A-Za-z0-9-]{1,63}", words[0])):
            raise Deny("access")
        target = words[1]
        if target.startswith("/"):
            good = len(target) <= 253 and ".." not in target and full(r"[A-Za-z0-9._/*-]+", target)
        else:
            kind, slash, name = target.partition("/")
            good = (kind == "*" or full(r"[A-Za-z0-9.-]{1,253}", kind)) and \
                (not slash or (is_name(name) and name not in TABLE["never_named_subresources"]))
        if not good or (len(words) == 3 and not is_name(words[2])):
            raise Deny("access")

    @staticmethod
    def change(pairs, word):
        key, mark, value = word.partition("=")
        if not mark and pairs != "taints":
            if not word.endswith("-"):
                return False
            key = word[:-1]
        if pairs in ("labels", "annotations"):
            protected = any(key.startswith(p) if p.endswith("/") else key == p for p in TABLE["protected_keys"])
            return is_label_key(key) and not protected and (pairs == "annotations" or not mark or is_label_value(value))
        if pairs == "images":
            return bool(mark) and (key == "*" or full(DNS_LABEL, key)) and is_image(value)
        if pairs == "environment":
            return is_environment_name(key)
        effects = "(NoSchedule|PreferNoSchedule|NoExecute)"
        match = re.fullmatch(rf"([^=]*?)(=(.*))?:{effects}(-?)", word)
        if match:
            return is_label_key(match[1]) and (match[2] is None or (not match[5] and is_label_value(match[3])))
        return word.endswith("-") and ":" not in word and is_label_key(word[:-1])

    def kind_rules(self):
        asks = self.row["operands"] in ("field-path", "access")
        self.secrets = False
        self.needs = self.row["class"]
        if not asks:
            for kind in self.kinds:
                if kind["group"] in TABLE["never_groups"]:
                    raise Deny("group")
                if self.row.get("writes") and kind["group"] in TABLE["never_written_groups"]:
                    raise Deny("group")
                self.secrets = self.secrets or full_name(kind) == "secrets"
        if self.verb == "delete":
            names = {full_name(kind) for kind in self.kinds}
            operator, admin = set(TABLE["delete"]["operator"]), set(TABLE["delete"]["admin"])
            if names - operator - admin:
                raise Deny("delete")
            self.needs = "operator" if names <= operator else "admin"
        if self.verb == "patch":
            self.patch()
        if self.verb == "events" and self.command.value("for") is not None:
            self.secrets = full_name(self.reference(self.command.value("for"))) == "secrets"

    def patch(self):
        body, kind = self.command.value("patch"), self.command.value("type") or "strategic"
        if body is None:
            raise Deny("patch")
        if body.lstrip(" \t\r\n")[:1] not in ("{", "["):
            if ":" in body:
                raise Unknown("YAML")
            raise Deny("patch")
        try:
            parsed = json.loads(body, object_pairs_hook=Pairs, parse_constant=lambda _: 1 / 0)
        except (ValueError, ZeroDivisionError, RecursionError):
            raise Deny("JSON") from None
        if kind == "json":
            if not isinstance(parsed, list) or isinstance(parsed, Pairs):
                raise Deny("patch")
            for operation in parsed:
                if not isinstance(operation, Pairs):
                    raise Deny("patch")
                for name, value in operation:
                    if name in ("path", "from"):
                        self.pointer(value)
                    if name == "value":
                        self.walk(value, False)
        elif isinstance(parsed, Pairs):
            self.walk(parsed, False)
        else:
            raise Deny("patch")

    @staticmethod
    def protected(name):
        if name.startswith("$"):
            name = name.split("/", 1)[1] if "/" in name else ""
        name = name.lower()
        return name in [m.lower() for m in TABLE["protected_members"]] or any(
            name.startswith(k) if k.endswith("/") else name == k for k in TABLE["protected_keys"])

    def pointer(self, text):
        if not isinstance(text, str) or not text.startswith("/") or text.count("/") > 64:
            raise Deny("pointer")
        steps = [re.sub("~[01]", lambda m: "/" if m[0] == "~1" else "~", s) for s in text[1:].split("/")]
        if any(map(self.protected, steps)) or steps[-1].lower() in ("", "metadata", "annotations"):
            raise Deny("pointer")

    def walk(self, value, in_metadata):
        if isinstance(value, Pairs):
            for name, child in value:
                holder = name.lower() == "metadata" or (in_metadata and name.lower() == "annotations")
                if self.protected(name) or (holder and child is None) or (in_metadata and name in ("$patch", "$retainKeys")):
                    raise Deny("protected")
                self.walk(child, name.lower() == "metadata")
        elif isinstance(value, list):
            for item in value:
                self.walk(item, False)

    def roles(self, text):
        ranks = {"none": 0, "viewer": 1, "operator": 2, "admin": 3, "all": 3}
        have = max(ranks.get(word, 0) for word in text.split("+"))
        if self.secrets and not (text == "all" or "secret-reader" in text):
            raise Deny("role")
        needs = "admin" if self.secrets and self.row.get("writes") else self.needs
        if have < {"read": 1, "operator": 2, "admin": 3}[needs]:
            raise Deny("role")


class Pairs(list):
    """The members of an object, all of them."""


def judge(request):
    try:
        Judge(Command(request), request["roles"])
        return "allow"
    except Deny:
        return "deny"
    except Unparsable:
        return "unparsable"
    except Unknown:
        return "unknown"


def main():
    for line in sys.stdin:
        print(judge(json.loads(line)))


if __name__ == "__main__":
    main()
