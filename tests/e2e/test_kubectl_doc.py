"""The session of docs/kubectl.md, run by bash as it stands, gives the output that it shows; ages, generated names and ids
may differ. KUBESAGE_TEST_WRITE=1 writes the output anew."""
import os
import re
import subprocess
import unittest

from client import User
from harness import ROOT, KubeSage, Nats, clean_environment, token, wait_until
from shop import Shop

DOC = ROOT / "docs/kubectl.md"
USER = 8100
# What differs from run to run, and what stands for it.
LOOSE = [
    (r"^  managedFields:\n(?:  (?:-| ) .*\n)+", ""),  # kubectl 1.20 shows them
    (r"^Throttling request took .*\n", ""),  # the same one, when its own rate limit has held it up
    (r"\b\d+-\d\d-\d\dT[\d:.]+Z", "<time>"), (r"-[0-9a-z]{7,10}-[0-9a-z]{5}\b", "-<hash>"),
    (r"\b(?:\d+[dhms]){1,2}\b", "<age>"), (r"<invalid>", "<age>"), (r"\b10\.96\.\d+\.\d+\b", "<address>"),
    (r'("?(?:uid|resourceVersion|selfLink|id|execution_id|duration_ms|cluster_id)"?: ?)"?[\w/.-]+"?', r"\1<value>"),
    (r"https://127\.0\.0\.1:\d+", "<cluster>"), (r"[ \t]+", " "), (r" +$", ""),
]


def loosely(text):
    for pattern, stand_in in LOOSE:
        text = re.sub(pattern, stand_in, text, flags=re.M)
    return text.strip()


def steps(block):
    """(command, output) of each `$ ` line of a console block."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in found]


class KubectlDoc(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.shop = Shop(cls.addClassCleanup)
        cls.server = KubeSage(Nats().url)
        user = User(cls.server, USER)
        cls.cluster = user.onboard(cls.shop.body("shop"))
        user.close()

    def run_step(self, bash, command):
        """Runs one command in the bash of the session; its output, both streams."""
        bash.stdin.write(f"{command} 2>&1; printf '\\n%s\\n' END-OF-STEP\n")
        bash.stdin.flush()
        lines = []
        for line in bash.stdout:
            if line == "END-OF-STEP\n":
                return "".join(lines)[:-1]
            lines.append(line)
        self.fail(f"bash ended at: {command}")

    def test_the_session_is_as_it_says(self):
        text = DOC.read_text(encoding="utf-8")
        prelude = re.search(r"^```sh\n(.*?)^```", text, re.M | re.S)[1]
        self.assertIn("http://127.0.0.1:8080", prelude)
        environment = clean_environment(self.server.folder, {
            "TOKEN": token(USER), "VIEWER": token(USER, roles=["viewer"]), "ID": str(self.cluster)})
        bash = subprocess.Popen(["bash", "--noprofile", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                cwd=self.server.folder, env=environment)
        self.addCleanup(bash.wait, 30)
        self.addCleanup(bash.stdin.close)
        self.addCleanup(bash.stdout.close)
        bash.stdin.write(prelude.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{self.server.port}"))
        commands, written = 0, []

        def block(found):
            nonlocal commands
            lines = ["```console"]
            for command, expected in steps(found[1]):
                wait_until("the shop is at rest", self.shop.is_settled, 60)
                output = self.run_step(bash, command)
                commands += command.startswith("k ")
                lines += ["$ " + command, *output.rstrip("\n").split("\n")] if output.strip() else ["$ " + command]
                if not os.environ.get("KUBESAGE_TEST_WRITE"):
                    with self.subTest(command=command):
                        self.assertEqual(loosely(expected), loosely(output))
            written.append("\n".join(lines))
            return "\n".join(lines) + "\n```"

        text = re.sub(r"^```console\n(.*?)^```", block, text, flags=re.M | re.S)
        self.assertGreaterEqual(commands, 20)
        self.assertNotIn(self.shop["ADMIN_TOKEN"], "".join(written))
        if os.environ.get("KUBESAGE_TEST_WRITE"):
            DOC.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    unittest.main(verbosity=2)
