"""What is printed without kubectl equals what each kubectl of this machine prints: standard output, standard error and
exit code, byte for byte, for each command of native_commands.txt against the recorded API server."""
import os
import sys
import unittest

import equality
import replay_server

TOOL = os.environ.get("KUBESAGE_KUBECTL_NATIVE", "")
PARTS = ("exit_code", "output", "error")


class NativeEquality(unittest.TestCase):
    maxDiff = None

    def test_each_command_prints_what_each_kubectl_prints(self):
        binaries = equality.kubectls()
        self.assertTrue(binaries, "no usable kubectl: apt-get download kubernetes-client failed as well")
        commands = equality.commands()
        releases = [release for release, _ in binaries]
        with equality.working_folder() as folder:
            server = replay_server.Server(folder, replay_server.load(equality.RECORDING))
            try:
                runs = equality.Comparison(server, folder)
                ours = runs.run_native(TOOL, releases, commands)
                theirs = runs.run_kubectls(binaries, {key: (key[0], printed["argv"][1:]) for key, printed in ours.items()
                                                      if printed["how"] == "answered"})
            finally:
                server.stop()
        ways = {}
        for (release, index), printed in ours.items():
            ways.setdefault(printed["how"], []).append((release, " ".join(commands[index])))
            with self.subTest(release=release, command=" ".join(commands[index])):
                self.assertIn(printed["how"], ("answered", "fall back", "not native", "refused"), printed["why"])
                if printed["how"] == "answered":
                    expected = theirs[release, index]
                    self.assertEqual({part: expected[part] for part in PARTS}, {part: printed[part] for part in PARTS})
        self.assertEqual(set(), server.missing, "requests without a recorded answer")
        answered = len(ways.get("answered", []))
        print(f"\nkubectl exercised: {', '.join(releases)}: {len(commands)} commands each compared with native answers, "
              f"{answered} of {len(ours)} answered natively", file=sys.stderr)
        for way in ("fall back", "not native", "refused"):
            for release, command in ways.get(way, []):
                print(f"{way} ({release}): {command}", file=sys.stderr)
        self.assertGreaterEqual(answered, 60 * len(binaries))


if __name__ == "__main__":
    unittest.main()
