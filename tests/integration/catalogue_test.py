"""All 217 names of python-social-auth's catalogue: listed, enabled by their own settings, and used as its facts say
(tests/data/catalogue.json)."""
import concurrent.futures
import json
import unittest

import harness
import replay_begin
import replay_data
import replay_instance
import replayer

FACTS = replay_begin.load()
RESULTS = {}


def setUpModule():
    authority = replayer.Authority(harness.temporary_folder())

    def report(fact, differences):
        RESULTS[str(fact)] = differences

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        batches = replay_instance.batches(FACTS, 80)
        for done in [pool.submit(replay_instance.run, b.cases, authority, replay_begin.Probe, report) for b in batches]:
            done.result()


class Listed(unittest.TestCase):
    def test_every_name_is_listed(self):
        listed = {p["id"] for p in json.loads(harness.Instance().command("providers", "--json").stdout)}
        names = {f.provider for f in FACTS}
        self.assertEqual(len(names), 217)
        self.assertEqual(sorted(names - listed), [])


class Begin(unittest.TestCase):
    maxDiff = None


EXPLAINED = replay_data.Differences()


def test_of(fact):
    def test(self):
        self.assertIn(str(fact), RESULTS, "it did not run")
        left = EXPLAINED.left(fact.provider, RESULTS[str(fact)])
        if left:
            self.fail("\n  ".join([str(fact), *left]))
    return test


for _fact in FACTS:
    setattr(Begin, f"test {_fact}", test_of(_fact))

if __name__ == "__main__":
    unittest.main()
