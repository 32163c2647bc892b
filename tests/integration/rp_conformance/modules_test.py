"""Every module has its test, every test its module, and the table in DEVELOPMENT.md says the same."""
import importlib
import re
import unittest

import harness
import modules

TABLE = re.compile(r"<!-- rp-modules -->\n(.*?)<!-- /rp-modules -->", re.S)


def tests_of(file):
    """Names of the module tests of a file, by class."""
    loaded = importlib.import_module(file)
    cases = [c for c in vars(loaded).values() if isinstance(c, type) and issubclass(c, unittest.TestCase) and c.__module__ == file]
    return [{name for name in dir(case) if re.match("test_(oidcc|fapi2)_", name)} for case in cases]


class Modules(unittest.TestCase):
    def test_every_module_has_its_test(self):
        for plan, (file, names) in modules.PLANS.items():
            for case in tests_of(file):
                if plan in ("Basic", "Form-Post Basic"):  # the whole list, through each door
                    self.assertEqual(case, {modules.test_name(n) for n in names}, plan)
            there = set().union(*tests_of(file))
            self.assertLessEqual({modules.test_name(n) for n in names}, there, plan)

    def test_every_test_has_its_module(self):
        for file in {file for file, _ in modules.PLANS.values()}:
            known = {modules.test_name(n) for other, names in modules.PLANS.values() if other == file for n in names}
            self.assertLessEqual(set().union(*tests_of(file)), known, file)

    def test_the_table_says_the_same(self):
        rows = {}
        text = TABLE.search((harness.ROOT / "DEVELOPMENT.md").read_text(encoding="utf-8"))[1]
        for line in text.splitlines()[2:]:
            module, what, tests = (cell.strip().strip("`") for cell in line.strip("|").split("|"))
            self.assertNotIn(module, rows)
            self.assertTrue(what, line)
            rows[module] = set(re.findall(r"\b(\w+_test)\b", tests))
        expected = {}
        for file, names in modules.PLANS.values():
            for name in names:
                expected.setdefault(name, set()).add(file)
        for name in modules.NOT_APPLICABLE:
            expected[name] = set()
        self.assertEqual(rows, expected)

    def test_all_57_are_accounted_for(self):
        oidcc = {n for _, names in modules.PLANS.values() for n in names if n.startswith("oidcc")}
        self.assertEqual(len(oidcc | set(modules.NOT_APPLICABLE)), 57)
        counts = [f"{plan} {len(names)}" for plan, (_, names) in modules.PLANS.items()]
        total = sum(len(names) for _, names in modules.PLANS.values())
        print(f"\nNOTE {total} modules pass ({', '.join(counts)}); {len(modules.NOT_APPLICABLE)} do not apply", flush=True)


if __name__ == "__main__":
    unittest.main()
