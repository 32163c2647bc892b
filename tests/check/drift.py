#!/usr/bin/env python3
"""Fails where two things that must agree have drifted apart. Prints `ok NAME` or `FAIL NAME why` for each check.

A check that finds nothing to check fails: silence is no success. The program to ask is $LATCHSTRING_BIN (build/release/latchstring).
"""
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import differences  # noqa: E402

ROOT = differences.ROOT
BIN = pathlib.Path(os.environ.get("LATCHSTRING_BIN", ROOT / "build" / "release" / "latchstring"))
METRIC = re.compile(r"latchstring_[a-z_]+_(?:total|seconds|open|bytes)\b")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def tracked(*patterns):
    """Files of the tree, new ones included, ignored ones not."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    files = [ROOT / p for p in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n") if p]
    return sorted(p for p in files if p.is_file())


def hits(pattern, files):
    """FILE:LINE of every line that matches."""
    found = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return found


# ---- the checks: each yields what is wrong ----------------------------------------------------------------------------------------
def reference_configuration():
    """conf/latchstring.toml is what `latchstring reference` prints."""
    printed = subprocess.run([BIN, "reference"], capture_output=True, text=True, check=True, timeout=60).stdout
    if not printed or printed != read("conf/latchstring.toml"):
        yield "conf/latchstring.toml differs from `latchstring reference`: write it anew"


def documented_metrics():
    """Every metric that a document or a configuration names is counted somewhere in src."""
    counted = {m for path in tracked("src") for m in re.findall(r'"(latchstring_[a-z_]+)"', path.read_text(encoding="utf-8"))}
    if not counted:
        yield "src counts no metrics"
    for path in tracked("*.md", "conf"):
        for name in set(METRIC.findall(path.read_text(encoding="utf-8"))):
            if name not in counted:
                yield f"{path.relative_to(ROOT)} names {name}, which nothing counts"


def one_package_list():
    """Debian packages are listed in tools/deps and nowhere else."""
    if "libfcgi-dev" not in read("tools/deps"):
        yield "tools/deps lists no packages"
    others = [p for p in tracked() if p.relative_to(ROOT).as_posix() not in ("tools/deps", "tests/check/drift.py")]
    yield from hits(r"apt(-get)? +(-\S+ +)*install +[a-z]", others)


def two_commands():
    """The README shows the way in; continuous integration runs the second of the two."""
    for command in ("make run", "make test"):
        if not re.search(rf"^{command}\b", read("README.md"), re.M):
            yield f"README.md does not show `{command}`"
    if "make test" not in read(".ci/run") or not os.access(ROOT / ".ci/run", os.X_OK):
        yield ".ci/run does not run `make test`"


def no_provider_in_a_condition():
    """What one provider needs is data in conf/providers, never an `if`."""
    names = [p.stem for p in tracked("conf/providers/*.toml")]
    if not names:
        yield "conf/providers is empty"
    alternatives = "|".join(map(re.escape, names))
    yield from hits(rf'[=!]= *"(?:{alternatives})"|"(?:{alternatives})" *[=!]=', tracked("src"))


def nothing_unfinished():
    """No marks of unfinished work."""
    mark = r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b"
    yield from hits(mark, tracked("src", "tests", "conf", "sql", "www", "tools", "Makefile"))


def unit_tests():
    """Every src/FOLDER/x.cc has tests/unit/FOLDER/x_test.cc, or is covered by what tests/check/tested_elsewhere.txt names."""
    elsewhere = re.findall(r"^(src/\S+) *: *(tests/\S+) *: *\S.*$", read("tests/check/tested_elsewhere.txt"), re.M)
    sources = [p.relative_to(ROOT).as_posix() for p in tracked("src/*.cc")]
    alone = [s for s in sources if not (ROOT / re.sub(r"^src/(.*)\.cc$", r"tests/unit/\1_test.cc", s)).is_file()]
    if not sources or not elsewhere:
        yield "nothing found to check"
    for source in alone:
        if not any(fnmatch.fnmatchcase(source, pattern) for pattern, _ in elsewhere):
            yield f"{source} has no unit test"
    for pattern, test in elsewhere:
        if not fnmatch.filter(alone, pattern):
            yield f"tested_elsewhere.txt: {pattern} is gone, or has a unit test of its own"
        if not (ROOT / test).is_file():
            yield f"tested_elsewhere.txt: {test} is gone"


def every_test_is_built():
    """A unit test that the Makefile's wildcards miss would never run."""
    build = BIN.parent
    tests = tracked("tests/unit/*_test.cc", "tests/conformance/*.cc")
    if not tests:
        yield "no unit tests"
    for test in tests:
        if not (build / test.relative_to(ROOT).with_suffix(".o")).is_file():
            yield f"{test.relative_to(ROOT)} is not part of build/{build.name}/tests/unit_tests"


def table_of_differences():
    """DEVELOPMENT.md lists exactly the rows of tests/data/wire/differences.json."""
    if differences.split(read("DEVELOPMENT.md"))[1] != differences.table():
        yield "DEVELOPMENT.md: run tests/check/differences.py --write"


def routes_and_interface():
    """www/openapi.json has the paths and methods of src/flow/routes.cc, and no others."""
    handlers = re.findall(r'Route\{"([^"]+)", *"[^"]*", *Kind::\w+, *(?:true|false)((?:, *\w+)*)\}', read("src/flow/routes.cc"))
    routes = {(path.rstrip("/"), method) for path, given in handlers
              for method, handler in zip(("get", "post", "patch", "delete"), re.findall(r"\w+", given)) if handler != "nullptr"}
    interface = {(path.rstrip("/"), method) for path, methods in json.loads(read("www/openapi.json"))["paths"].items() for method in methods}
    if len(routes) < 20:
        yield "routes.cc could not be read"
    yield from (f"{method} {path} is not in www/openapi.json" for path, method in sorted(routes - interface))
    yield from (f"{method} {path} is not in routes.cc" for path, method in sorted(interface - routes))


MISTAKES = range(1, 70)


def ledger_of_mistakes():
    """Each mistake of the ledger is a test that is named after its number, or has a reason why it cannot be made here."""
    ledger = "tests/integration/mistakes/README.md"
    rows = re.findall(r"^\| *(\d+) *\|[^|]+\|[^|]+\|[^|]+\| *([^|]*?) *\|$", read(ledger), re.M)
    code = "".join(path.read_text(encoding="utf-8") for path in tracked("tests/integration/mistakes/*_test.py"))
    tests = set(re.findall(r"^    def (test_\d\d_\w+)\(", code, re.M))
    numbers = [int(number) for number, _ in rows]
    yield from (f"{ledger} has no row {number}" for number in MISTAKES if number not in numbers)
    yield from (f"{ledger} has row {number} twice" for number in set(numbers) if numbers.count(number) > 1)
    for number, cell in rows:
        named = set(re.findall(r"`(test_\w+)`", cell))
        those = {test for test in tests if test.startswith(f"test_{int(number):02}_")}
        if not those and not re.match(r"cannot apply: \S.{20,}", cell):
            yield f"{ledger}, row {number}: want a test, or `cannot apply: ` and why"
        yield from (f"{ledger}, row {number}: {test} is {'not named' if test in those else 'no test of that number'}" for test in sorted(named ^ those))
    yield from (f"{test} has no row in {ledger}" for test in sorted(tests) if int(test[5:7]) not in numbers)
    applying = {test[5:7] for test in tests}
    print(f"mistakes: {len(applying)} are tests ({len(tests)} cases), {len(rows) - len(applying)} cannot apply")


CHECKS = (reference_configuration, documented_metrics, one_package_list, two_commands, no_provider_in_a_condition, nothing_unfinished,
          unit_tests, every_test_is_built, table_of_differences, routes_and_interface, ledger_of_mistakes)


def main():
    failed = False
    for check in CHECKS:
        try:
            faults = list(check())
        except (OSError, subprocess.SubprocessError) as error:
            faults = [str(error)]
        print("\n    ".join([f"FAIL {check.__name__} {check.__doc__.splitlines()[0]}", *faults]) if faults else f"ok {check.__name__}")
        failed = failed or bool(faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
