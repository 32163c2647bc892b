"""The soak (tests/soak), as short as it can be with each of its faults once: nothing that was acknowledged is lost, nothing is stuck."""
import pathlib
import re
import subprocess
import sys
import unittest

import harness

SOAK = pathlib.Path(__file__).resolve().parent.parent / "soak" / "soak.py"


class Soak(unittest.TestCase):
    def test_each_fault_once(self):
        done = subprocess.run([sys.executable, str(SOAK), "--time", "12s", "--mode", harness.MODE, "--people", "12"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=250 * harness.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout[-8000:])
        for what in ("lost", "wrong", "stuck", "grown", "faults that could not be made"):
            self.assertRegex(done.stdout, rf"(?m)^{what}: 0$")
        for kind in ("login", "refresh", "logout", "gate"):   # a run in which nobody got in shows nothing
            self.assertGreater(int(re.search(rf"(?m)^  {kind} +([\d,]+)$", done.stdout)[1].replace(",", "")), 20, done.stdout)


if __name__ == "__main__":
    unittest.main()
