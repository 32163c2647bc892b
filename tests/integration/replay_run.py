"""Replays recorded exchanges of some providers and prints what differs.

  LATCHSTRING_BIN=build/release/latchstring /usr/bin/python3 tests/integration/replay_run.py gitlab facebook
  ... replay_run.py --providers-dir conf/providers --all        files of that folder instead of those in the binary
"""
import argparse
import pathlib
import sys
import time

import harness
import replay
import replay_data
import replayer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--case", default="", help="only cases whose name contains this")
    parser.add_argument("--providers-dir", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--quiet", action="store_true", help="only what fails")
    options = parser.parse_args()
    names = replay_data.names() if options.all else options.names
    missing = [n for n in names if n not in replay_data.names()]
    for name in missing:
        print(f"NONE {name}: no recorded exchange")
    cases, idle = [], []
    for name in names:
        if name in missing:
            continue
        more, not_run = replay_data.load(name)
        cases += [c for c in more if options.case in c.name]
        idle += [(name, n) for n in not_run]
    authority = replayer.Authority(harness.temporary_folder())
    tally, began = {"PASS": 0, "FAIL": 0}, time.monotonic()

    def report(case, differences):
        word = "FAIL" if differences else "PASS"
        tally[word] += 1
        if differences or not options.quiet:
            print(f"{word} {case}" + "".join(f"\n     {d}" for d in differences), flush=True)

    for batch in replay.batches(cases):
        replay.run(batch.cases, authority, report, options.providers_dir)
    if not options.quiet:
        for name, case in idle:
            print(f"IDLE {name}: {case['case']}: {case['reason']}")
    print(f"{tally['PASS']} passed, {tally['FAIL']} failed, {len(idle)} not run, {time.monotonic() - began:.1f} s")
    return 1 if tally["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
