#!/usr/bin/env python3
"""Runs every test. usage: run.py [--mode MODE] [--only GROUP|FILE] [--jobs N]

Groups, in this order:
  check        tests/check/*.py: layers and drift
  unit         build/MODE/tests/unit_tests: unit and conformance cases (Boost.Test)
  fuzz         build/MODE/tests/fuzz_replay: every seed of tests/fuzz/seeds through its fuzz target
  integration  tests/integration/{,*/}*_test.py against the real program, real web servers, real providers
  browser      tests/browser/run.mjs in Chromium
The last line is "N passed, N failed"; the exit status is 1 after any failure. A test that could not run has failed: there are no skips.
"""
import argparse
import concurrent.futures
import importlib.util
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
GROUPS = ("check", "unit", "fuzz", "integration", "browser")
SANITIZED = {"asan": 3, "tsan": 8}  # how much more patient bounded waits are there
FILE_LIMIT = 300                    # seconds for one integration file, unless it says TIME_LIMIT = N


class Tally:
    """What passed and what failed in one group."""

    def __init__(self, name):
        self.name, self.passed, self.failed, self.began = name, 0, 0, time.monotonic()

    def add(self, passed, failed, text=""):
        self.passed += passed
        self.failed += failed
        if failed:
            print(text.rstrip(), flush=True)

    def close(self):
        print(f"{self.name}: {self.passed} passed, {self.failed} failed ({time.monotonic() - self.began:.0f} s)", flush=True)


def run(command, limit, env, cwd=ROOT):
    """(exit status, output) of a command in a process group of its own, all of which has ended when this returns; status -1 = out of time."""
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            output, status = process.communicate(timeout=limit)[0], process.returncode
        except subprocess.TimeoutExpired:
            status, output = -1, b""
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if status == -1:
            output = process.communicate()[0] + f"\nstopped: more than {limit} s\n".encode()
    return status, output.decode(errors="replace")


# ---- the groups ---------------------------------------------------------------------------------------------------------------
def count_lines(tally, what, status, output):
    """Counts lines `ok NAME` and `FAIL NAME why`; a program that prints none is one test by its status."""
    passed, failed = len(re.findall(r"^ok ", output, re.M)), len(re.findall(r"^FAIL ", output, re.M))
    if passed + failed == 0:
        passed = int(status == 0)
    if status != 0 and failed == 0:
        failed = 1
    tally.add(passed, failed, f"FAIL {what}\n{output}")


def check(tally, env, _mode):
    for name, command in {"layers": ["layers.py", "src", "tests/check/layers.txt"], "drift": ["drift.py"]}.items():
        count_lines(tally, f"check {name}", *run([sys.executable, TESTS / "check" / command[0], *command[1:]], 120, env))


def unit(tally, env, mode):
    binary = ROOT / "build" / mode / "tests" / "unit_tests"
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.xml")
        command = [str(binary), "--report_level=short", "--report_format=XML", f"--report_sink={report}", "--log_level=error"]
        try:
            status, output = run(command, 600, env)
            suite = xml.parse(report).getroot().find("TestSuite")
        except (OSError, xml.ParseError) as error:
            tally.add(0, 1, f"FAIL unit: {error}\n{locals().get('output', '')}")
            return
    passed, failed = int(suite.get("test_cases_passed")), int(suite.get("test_cases_failed")) + int(suite.get("test_cases_skipped"))
    if status != 0 and failed == 0:
        failed = 1  # a sanitizer's report, or a crash at exit
    tally.add(passed, failed, f"FAIL unit\n{output}")


def fuzz(tally, env, mode):
    """One test for each target, and one that every target has seeds."""
    seeds, binary = TESTS / "fuzz" / "seeds", ROOT / "build" / mode / "tests" / "fuzz_replay"
    count_lines(tally, "fuzz", *run([binary, seeds], 120 * int(env["LATCHSTRING_PATIENCE"]), env))
    bare = [path.name for path in (TESTS / "fuzz").glob("*_fuzz.cc") if not (seeds / path.name.removesuffix("_fuzz.cc")).is_dir()]
    tally.add(int(not bare), int(bool(bare)), f"FAIL fuzz: no seeds for {', '.join(bare)}")


def time_limit(path, env):
    stated = re.search(r"^TIME_LIMIT = (\d+)", path.read_text(encoding="utf-8"), re.M)
    return int(stated[1] if stated else FILE_LIMIT) * int(env["LATCHSTRING_PATIENCE"])


def integration_file(path, env):
    """(passed, failed, text) of one file, run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        began = time.monotonic()
        status, output = run([sys.executable, "-X", "no_debug_ranges", str(TESTS / "run.py"), "--child", str(path), "--report", str(report)],
                             time_limit(path, env), env)
        took = time.monotonic() - began
        try:
            passed, failed = json.loads(report.read_text())
        except OSError:
            passed, failed = 0, 1
    if status != 0 and failed == 0:
        failed = 1
    notes = [line for line in output.splitlines() if line.startswith("NOTE ")]  # what a file wants told although it passes
    print("\n".join([f"  {path.stem}: {passed} passed, {failed} failed ({took:.0f} s)", *("    " + n[5:] for n in notes)]), flush=True)
    return passed, failed, f"FAIL {path.relative_to(ROOT)}\n{output}"


def integration(tally, env, mode, only=None, jobs=2):
    folder = TESTS / "integration"
    files = [only] if only else sorted([*folder.glob("*_test.py"), *folder.glob("[!n]*/*_test.py")])  # [!n]: not node_modules
    if not files:
        tally.add(0, 1, "FAIL integration: no test files")
    if not use_pinned_node(tally, env):
        return
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(integration_file, path, env) for path in files]):
            tally.add(*done.result())


def browser(tally, env, _mode):
    if not use_pinned_node(tally, env) or not npm_ci(TESTS / "browser", tally, env):
        return
    count_lines(tally, "browser", *run(["node", "tests/browser/run.mjs"], 600, env))


def npm_ci(folder, tally, env):
    """Installs what package-lock.json pins, unless exactly that is there already."""
    done = folder / "node_modules" / ".package-lock.json"
    if done.is_file() and done.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime:
        return True
    status, output = run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], 300, env, folder)
    if status != 0:
        tally.add(0, 1, f"FAIL npm ci in {folder.relative_to(ROOT)}\n{output}")
    elif done.is_file():
        done.touch()
    return status == 0


def use_pinned_node(tally, env):
    """Puts the node that tests/integration pins before Debian's, which is older than providers and browser driver want."""
    if not npm_ci(TESTS / "integration", tally, env):
        return False
    for folder in (TESTS / "integration" / "node_modules").glob("node-linux-*/bin"):
        env["PATH"] = f"{folder}:{env['PATH']}"
    return True


# ---- one integration file, in the child process ----------------------------------------------------------------------------------
class Counted(unittest.TextTestResult):
    """Skips and unexpected successes count as failures: what did not run has not passed."""

    def bad(self):
        return len(self.failures) + len(self.errors) + len(self.skipped) + len(self.unexpectedSuccesses)

    def addSkip(self, test, reason):
        self.stream.writeln(f"SKIPPED (counts as failure) {test}: {reason}")
        super().addSkip(test, reason)


def child(path, report):
    sys.path.insert(0, str(path.parent))
    sys.path[1:1] = [str(TESTS / "integration"), str(TESTS)]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1, resultclass=Counted).run(
        unittest.defaultTestLoader.loadTestsFromModule(module))
    failed = result.bad()
    if result.testsRun == 0:
        failed = max(failed, 1)
    if report:
        pathlib.Path(report).write_text(json.dumps([max(result.testsRun - failed, 0), failed]))
    return 1 if failed else 0


# ---- all of it ---------------------------------------------------------------------------------------------------------------------
def environment(mode, reports):
    env = dict(os.environ)
    env["LATCHSTRING_BIN"] = str(ROOT / "build" / mode / "latchstring")
    env["LATCHSTRING_MODE"] = mode
    env["LATCHSTRING_PATIENCE"] = str(SANITIZED.get(mode, 1))
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    env["NODE_NO_WARNINGS"] = "1"
    if mode in SANITIZED:
        env["ASAN_OPTIONS"] = f"exitcode=99:detect_leaks=1:log_path={reports}/asan"
        env["UBSAN_OPTIONS"] = f"print_stacktrace=1:halt_on_error=1:log_path={reports}/ubsan"
        env["TSAN_OPTIONS"] = f"exitcode=99:second_deadlock_stack=1:log_path={reports}/tsan"
        env["LSAN_OPTIONS"] = f"exitcode=99:log_path={reports}/lsan"
    return env


def sanitizer_reports(folder):
    tally = Tally("sanitizers")
    files = sorted(pathlib.Path(folder).iterdir())
    for path in files[:5]:
        tally.add(0, 1, f"FAIL {path.name}\n{path.read_text(errors='replace')[:6000]}")
    tally.add(0 if files else 1, max(len(files) - 5, 0), f"... and {len(files) - 5} more reports")
    tally.close()
    return tally


def chosen(only):
    """(groups, integration file) for --only."""
    if only is None:
        return GROUPS, None
    if only in GROUPS:
        return (only,), None
    for path in (pathlib.Path(only), TESTS / "integration" / only, TESTS / "integration" / f"{only}.py"):
        if path.is_file():
            return ("integration",), path.resolve()
    sys.exit(f"--only {only}: neither one of {', '.join(GROUPS)} nor a file of tests/integration")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", default="release", choices=("release", "debug", "asan", "tsan"))
    parser.add_argument("--only", metavar="GROUP|FILE")
    parser.add_argument("--jobs", type=int, default=2, help="integration files at a time")
    parser.add_argument("--child", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--report", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(options.child, options.report)
    groups, only = chosen(options.only)
    reports = tempfile.mkdtemp(prefix="latchstring-reports-")
    os.chmod(reports, 0o777)  # a web server's user starts the program too
    tallies = []
    for group in groups:
        env = environment(options.mode, reports)
        tally = Tally(group)
        arguments = (only, options.jobs) if group == "integration" else ()
        globals()[group](tally, env, options.mode, *arguments)
        tally.close()
        tallies.append(tally)
    if options.mode in SANITIZED:
        tallies.append(sanitizer_reports(reports))
    shutil.rmtree(reports)
    passed, failed = sum(t.passed for t in tallies), sum(t.failed for t in tallies)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
