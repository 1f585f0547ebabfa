"""`kubesage demo --once` tells its story, ends with 0 and leaves nothing behind."""
import os
import pathlib
import subprocess
import unittest

from harness import binary, clean_environment, temporary_folder


def mine(folder):
    """Ids of the processes whose environment names `folder`."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            pass
    return found


class Demo(unittest.TestCase):
    def test_once(self):
        folder = temporary_folder()
        (folder / "tmp").mkdir()
        environment = {**clean_environment(folder), "TMPDIR": str(folder / "tmp")}
        environment["PATH"] = environment.get("PATH", "") + os.pathsep + "/usr/sbin"
        done = subprocess.run([binary(), "demo", "--once", "--port", "0"], cwd=folder, env=environment, timeout=120,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for word in ("payments", "storefront", "cluster_onboarded", "namespaces_retrieved"):
            self.assertIn(word, done.stdout)
        self.assertEqual(mine(folder), [])
        self.assertEqual([str(path) for path in folder.rglob("*") if path != folder / "tmp"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
