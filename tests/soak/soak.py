#!/usr/bin/python3
"""Survival: logins, refreshes, logouts and gate checks at full load against the real program behind nginx, while workers and master are killed,
the disk is full, the database locked, the provider away, slow or renewed, names cannot be found, keys change, the configuration is reloaded and
the clock moves. Exit status 1 if anything that was acknowledged is lost, an answer was wrong, something is stuck, or memory grows.
DEVELOPMENT.md ("Soak") says how to read the figures."""
import argparse
import os
import pathlib
import random
import re
import signal
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path[:0] = [str(HERE), str(TESTS / "integration"), str(TESTS)]


def seconds(text):
    found = re.fullmatch(r"(\d+)(s|m|h)?", text)
    if not found:
        raise argparse.ArgumentTypeError("want a time such as 90s or 20m")
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600, None: 1}[found[2]]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time", type=seconds, default=1200, help="how long the storm lasts (20m); the checks at the end come on top")
    parser.add_argument("--mode", default="release", help="which build: release, asan, tsan")
    parser.add_argument("--seed", type=int, help="of all that is drawn by lot; printed, so that a run can be had again")
    parser.add_argument("--people", type=int, default=24, help="in each of the two processes of the load (24)")
    parser.add_argument("--only", action="append", help="this fault only; may be given again")
    parser.add_argument("--no-mount", action="store_true", help="mount nothing: the shim says that the disk is full")
    parser.add_argument("--keep", action="store_true", help="keep log and journals, and say where")
    return parser.parse_args()


def may_mount():
    return os.geteuid() == 0 and os.system("unshare -m true 2>/dev/null") == 0


def in_own_namespace(given):
    """Begins anew in a mount namespace of its own: what is mounted there is gone with the last of its processes."""
    if given.no_mount or os.environ.get("LATCHSTRING_SOAK_INSIDE") or not may_mount():
        return
    os.environ["LATCHSTRING_SOAK_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable, *sys.argv])


def main():
    given = arguments()
    for sign in (signal.SIGINT, signal.SIGTERM):   # also where the shell that started us had it ignored
        signal.signal(sign, signal.default_int_handler)
    in_own_namespace(given)
    import run   # tests/run.py
    with tempfile.TemporaryDirectory(prefix="soak-reports-") as reports:
        environment = run.environment(given.mode, reports)
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        os.environ.update(environment)
        import campaign   # reads the environment
        if given.seed is None:
            given.seed = random.SystemRandom().randrange(10**9)
        print(f"soak: {given.time} s, seed {given.seed}, {given.mode}", flush=True)
        return campaign.run(given, mount=bool(os.environ.get("LATCHSTRING_SOAK_INSIDE")), reports=pathlib.Path(reports))


if __name__ == "__main__":
    sys.exit(main())
