"""The soak (tests/soak), as short as it can be with each of its faults once: nothing that was acknowledged is lost, nothing is stuck."""
import pathlib
import re
import subprocess
import sys
import unittest

import harness

SOAK = pathlib.Path(__file__).resolve().parent.parent / "soak" / "soak.py"


def soak(*arguments):
    return subprocess.run([sys.executable, str(SOAK), "--mode", harness.MODE, "--people", "12", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=140 * harness.PATIENCE)


def counted(text, what):
    return int(re.search(rf"(?m)^ *{what}:? +([\d,]+)$", text)[1].replace(",", ""))


class Soak(unittest.TestCase):
    def test_each_fault_once(self):
        done = soak("--time", "12s")
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        for what in ("lost", "wrong", "stuck", "grown", "faults that could not be made"):
            self.assertEqual(counted(done.stdout, what), 0, done.stdout)
        for kind in ("login", "refresh", "logout", "gate"):   # a run in which nobody got in shows nothing
            self.assertGreater(counted(done.stdout, kind), 20, done.stdout)

    def test_a_loss_is_noticed(self):
        """Sessions that were acknowledged are deleted behind its back, and some that have ended go on."""
        done = soak("--time", "3s", "--only", "forget")
        self.assertEqual(done.returncode, 1, done.stdout[-8000:])
        self.assertGreater(counted(done.stdout, "lost"), 0, done.stdout)
        self.assertRegex(done.stdout, "is not in the database|is refused|does not take|does not know")
        self.assertRegex(done.stdout, "after its end was acknowledged|and it goes on")


if __name__ == "__main__":
    unittest.main()
