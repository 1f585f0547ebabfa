"""The scripts themselves: syntax, the package list, the commands that the README promises, and that the checks check."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*command, cwd=ROOT, **more):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, **more)


def bash_scripts():
    for folder in ("scripts", ".ci", "tests", "tools", "deploy", "bench"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in ("", ".sh"):
                first = path.read_bytes().split(b"\n", 1)[0]
                if path.suffix == ".sh" or re.match(rb"#!.*\bbash\b", first):
                    yield path


def shell_blocks(text):
    """The commands of each ```sh block, a line each, without prompts and comments."""
    for block in re.findall(r"^```sh\b[^\n]*\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            line = line.split("#")[0].removeprefix("$ ").strip()
            if line:
                yield line


class scripts_test(unittest.TestCase):
    def test_every_bash_script_parses_and_stops_at_errors(self):
        found = list(bash_scripts())
        self.assertGreater(len(found), 5)
        for path in found:
            with self.subTest(path=path.name):
                result = run("bash", "-n", str(path))
                self.assertEqual(result.returncode, 0, result.stderr)
                text = path.read_text()
                self.assertRegex(text, r"set -e?uo pipefail|common\.sh", "neither sets nor sources strict mode")

    def test_every_command_script_is_executable_and_explains_itself(self):
        for name in ("build", "check", "demo", "soak", "test", "bench", "git-setup.sh"):
            with self.subTest(name=name):
                path = ROOT / "scripts" / name
                self.assertTrue(os.access(path, os.X_OK), f"{name} is not executable")
                result = run(str(path), "--help")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(f"scripts/{name}", result.stdout)
        self.assertTrue(os.access(ROOT / ".ci/run", os.X_OK))

    def test_package_list_gives_each_package_once_with_its_use(self):
        seen = set()
        for line in (ROOT / "scripts/apt.txt").read_text().splitlines():
            if not line or line.startswith("#"):
                continue
            self.assertRegex(line, r"^[a-z0-9][a-z0-9+.-]+ +# \S.+$")
            package = line.split()[0]
            self.assertNotIn(package, seen)
            seen.add(package)
        self.assertGreater(len(seen), 20)

    def test_documents_promise_only_commands_that_exist(self):
        for name in ("README.md", "CONTRIBUTING.md"):
            lines = list(shell_blocks((ROOT / name).read_text()))
            self.assertTrue(lines, f"{name} has no sh block")
            for line in lines:
                for word in re.findall(r"(?:^|[\s;&|])((?:\./)?(?:scripts|\.ci|tests)/[\w./-]+)", line):
                    with self.subTest(document=name, command=line):
                        self.assertTrue(os.access(ROOT / word, os.X_OK), f"{word} is no executable file")
        readme = (ROOT / "README.md").read_text()
        for command in ("./scripts/demo", "./scripts/test"):
            self.assertIn(command, readme)

    def test_documents_link_to_files_that_exist(self):
        found = 0
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
            for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text()):
                found += 1
                with self.subTest(document=path.name, link=link):
                    self.assertTrue((path.parent / link).exists())
        self.assertGreater(found, 10)

    def test_architecture_names_files_that_exist(self):
        text = (ROOT / "ARCHITECTURE.md").read_text()
        names = set(re.findall(r"`((?:[a-z0-9_]+/)+[a-z0-9_.*]*)`", text))
        self.assertGreater(len(names), 20)
        for name in sorted(names):
            with self.subTest(name=name):
                self.assertTrue(list(ROOT.glob(name.rstrip("/"))), f"nothing is called {name}")

    def test_the_tree_keeps_to_the_layers_of_architecture(self):
        result = run(sys.executable, "scripts/check_layers.py")
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_scripts_name_no_folder_of_one_machine(self):
        for path in bash_scripts():
            with self.subTest(path=path.name):
                self.assertNotRegex(path.read_text(), r"(^|[\s=\"'])/(home|root|work|Users)/")

    def test_continuous_integration_runs_what_the_readme_says(self):
        text = (ROOT / ".ci/run").read_text()
        for command in ("./scripts/test", "./scripts/demo --once", "scripts/check --fast", "check_suites.py"):
            self.assertIn(command, text)


class deps_test(unittest.TestCase):
    def with_list(self, package, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(ROOT / "scripts/deps.sh", folder)
            (pathlib.Path(folder) / "apt.txt").write_text(f"# list\n{package}  # a use\n")
            return run("bash", f"{folder}/deps.sh", *arguments, env={**os.environ, "LC_ALL": "C"})

    def test_a_missing_package_ends_with_77_and_the_line_to_run(self):
        result = self.with_list("kubesage-no-such-package", "--check")
        self.assertEqual(result.returncode, 77)
        self.assertRegex(result.stderr, r"apt-get install -y .*kubesage-no-such-package")

    def test_nothing_missing_ends_with_0(self):
        result = self.with_list("bash", "--check")
        if "kubernetes-client" in result.stderr:
            self.assertEqual(result.returncode, 77)
            return
        self.assertEqual(result.returncode, 0, result.stderr)


class layers_test(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            run("git", "init", "-q", cwd=folder)
            for name, text in files.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return run(sys.executable, str(ROOT / "scripts/check_layers.py"), cwd=folder)

    def test_allowed_includes_pass(self):
        result = self.check({"actors/a.cpp": '#include "persistence/a.hpp"\n#include <string>\n',
                             "persistence/a.hpp": '#include "messages/a.hpp"\n#include <rocksdb/db.h>\n',
                             "main.cpp": '#include "actors/a.hpp"\n'})
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_an_include_against_the_layers_is_found(self):
        result = self.check({"http/edge/a.cpp": '#pragma once\n#include "actors/session.hpp"\n'})
        self.assertEqual(result.returncode, 1)
        self.assertIn("http/edge/a.cpp:2: http/edge may not include actors/session.hpp", result.stdout)

    def test_a_library_outside_its_layer_is_found(self):
        result = self.check({"actors/a.cpp": "#include <rocksdb/db.h>\n"})
        self.assertEqual(result.returncode, 1)
        self.assertIn("only persistence/ may include <rocksdb/db.h>", result.stdout)


class suites_test(unittest.TestCase):
    """check_suites.py against a ctest made of one line, and junit files as ctest writes them."""

    def check(self, junit_cases, sources, known=("http:a_test.works",)):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "CTestTestfile.cmake").write_text("".join(
                f'add_test([=[{test}]=] "true" "{test}")\nset_tests_properties([=[{test}]=] PROPERTIES LABELS "unit")\n'
                for test in known))
            (folder / "junit.xml").write_text(f"<testsuite>{junit_cases}</testsuite>")
            for path, text in sources.items():
                target = folder / "tests" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
            return run(sys.executable, str(ROOT / "scripts/check_suites.py"), name, f"{name}/junit.xml",
                       "--tests", f"{name}/tests")

    sources = {"http/a_test.cpp": "TEST_F(a_test, works) {}\n"}

    def test_everything_ran(self):
        result = self.check('<testcase name="http:a_test.works" status="run"/>', self.sources)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_skipped_test_is_a_fault(self):
        result = self.check('<testcase name="http:a_test.works" status="notrun"><skipped/></testcase>', self.sources)
        self.assertEqual(result.returncode, 1)
        self.assertIn("http:a_test.works: notrun", result.stderr)

    def test_a_test_that_never_ran_is_a_fault(self):
        result = self.check("", self.sources)
        self.assertEqual(result.returncode, 1)
        self.assertIn("http:a_test.works: absent", result.stderr)

    def test_a_case_that_ctest_does_not_know_is_a_fault(self):
        more = {**self.sources, "k8s/b_test.cpp": "TEST(b_test, is_forgotten) {}\n", "e2e/test_c.py": ""}
        result = self.check('<testcase name="http:a_test.works" status="run"/>', more)
        self.assertEqual(result.returncode, 1)
        self.assertIn("b_test.is_forgotten: unknown to ctest", result.stderr)
        self.assertIn("test_c.py: unknown to ctest", result.stderr)

    def test_a_part_that_was_skipped_inside_a_python_test_is_a_fault(self):
        result = self.check('<testcase name="http:a_test.works" status="run">'
                            "<system-out>OK (skipped=2)</system-out></testcase>", self.sources)
        self.assertEqual(result.returncode, 1)
        self.assertIn("skipped a part", result.stderr)


if __name__ == "__main__":
    unittest.main()
