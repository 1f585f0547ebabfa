"""Proves that every test ran: check_suites.py <build folder> <junit file of ctest> [--label <label>]

Compares three lists: the cases that stand in tests/**/*_test.cpp and the files tests/**/test_*.py (what should
run), what ctest knows in that build folder, and what the junit file says has run. Ends with 1 and a line for each
test that is unknown to ctest, was skipped, disabled or did not run; a failed one is ctest's own business.
With --label only the tests that carry the label must have run."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

CASE = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.M)


def known_tests(build):
    """Name → (labels, command line) of each test that ctest knows."""
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True)
    known = {}
    for test in json.loads(listing.stdout)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        known[test["name"]] = (properties.get("LABELS", []), " ".join(test.get("command", [])))
    return known


def wanted(tests, known):
    """(what, names of the ctest tests that are it) for each case and each Python test file below `tests`."""
    for source in sorted(tests.rglob("*_test.cpp")):
        layer = source.relative_to(tests).parts[0]
        cases = CASE.findall(source.read_text())
        if not cases:
            yield f"{source}: no case in it", []
        for suite, case in cases:
            exact = re.compile(rf"{layer}:(\w+/)?{suite}(/\w+)?\.{case}(/.*)?")
            yield f"{source}: {suite}.{case}", [name for name in known if exact.fullmatch(name)]
    for source in sorted(tests.rglob("test_*.py")):
        relative = source.relative_to(tests.parent).as_posix()
        module = relative.removesuffix(".py").replace("/", ".")
        yield str(source), [name for name, (_, command) in known.items()
                            if relative in command or module in command or
                            re.search(rf"\b{source.stem}\b", command)]


def faults(build, junit, label, tests):
    known = known_tests(build)
    ran = {}
    for case in xml.etree.ElementTree.parse(junit).getroot().iter("testcase"):
        text = case.findtext("system-out") or ""
        inner = re.search(r"skipped=\d+", text)
        ran[case.get("name")] = "skipped a part" if inner else case.get("status")
    selected = {name for name, (labels, _) in known.items() if label is None or label in labels}
    for what, names in wanted(tests, known):
        if not names:
            yield f"{what}: unknown to ctest in {build}"
    for name in sorted(selected):
        status = ran.get(name, "absent")
        if status not in ("run", "fail"):
            yield f"{name}: {status}"
    if not selected:
        yield f"no test with label {label}" if label else "no test at all"
    print(f"suites: {len(selected)} of {len(known)} tests are selected, {len(ran)} ran")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("junit")
    parser.add_argument("--label")
    parser.add_argument("--tests", type=pathlib.Path, default=pathlib.Path("tests"), help="folder of the tests' sources")
    given = parser.parse_args()
    found = list(faults(given.build, given.junit, given.label, given.tests))
    for fault in found:
        print(f"suites: {fault}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
