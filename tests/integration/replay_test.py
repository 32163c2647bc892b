"""Every recorded exchange of python-social-auth, through the real binary (tests/data/exchanges). One test for each; those that cannot run are
printed with their reason. `replay_run.py NAME` shows one provider's."""
import concurrent.futures
import json
import unittest

import harness
import replay
import replay_data
import replay_instance
import replayer

RESULTS, IDLE = {}, []


def setUpModule():
    """Runs them all, two batches at a time; the tests look at what came out."""
    authority = replayer.Authority(harness.temporary_folder())

    def report(case, differences):
        RESULTS[str(case)] = differences

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        batches = replay_instance.batches(CASES)
        for done in [pool.submit(replay_instance.run, b.cases, authority, replay.Run, report) for b in batches]:
            done.result()
    print(f"NOTE {len(CASES)} recorded exchanges; {len(IDLE)} more are not run:")
    for reason in sorted({r for _, r in IDLE}):
        names = [n for n, r in IDLE if r == reason]
        print(f"NOTE   {len(names)}: {reason}" + (f" ({', '.join(sorted(set(names)))})" if len(names) < 15 else ""))


def short(reason):
    """Without the name of the case that is the same."""
    return reason.partition(' "')[0] + " another case" if '"' in reason else reason


def load():
    cases = []
    for name in replay_data.names():
        more, not_run = replay_data.load(name)
        cases += more
        IDLE.extend((name, short(n["reason"])) for n in not_run)
    return cases


CASES = load()
EXPLAINED = replay_data.Differences()


class Replay(unittest.TestCase):
    maxDiff = None


class Complete(unittest.TestCase):
    def test_every_recording_is_run_or_told_why_not(self):
        for name in replay_data.names():
            file = json.loads((replay_data.FOLDER / f"{name}.json").read_text())
            # The refreshing half of a recording stands beside its login.
            halves = sum(n["case"].startswith("refresh of ") for n in file["not_run"])
            with self.subTest(name):
                self.assertEqual(file["vectors"], len(file["cases"]) + len(file["not_run"]) - halves)

    def test_no_two_cases_have_one_name(self):
        names = [str(c) for c in CASES]
        self.assertEqual([n for n in names if names.count(n) > 1], [])


class Explained(unittest.TestCase):
    def test_every_difference_on_purpose_still_exists(self):
        counted = replay_data.Differences()
        for case in CASES:
            counted.left(case.provider, RESULTS.get(str(case), []))
        self.assertEqual([row for row, used in zip(counted.rows, counted.used) if not used], [])


def test_of(case):
    def test(self):
        self.assertIn(str(case), RESULTS, "it did not run")
        left = EXPLAINED.left(case.provider, RESULTS[str(case)])
        if left:
            self.fail("\n  ".join([str(case), *left]))
    return test


for _case in CASES:
    setattr(Replay, f"test {_case}", test_of(_case))

if __name__ == "__main__":
    unittest.main()
