"""Replays recorded exchanges of some providers and prints what differs.

  LATCHSTRING_BIN=build/release/latchstring /usr/bin/python3 tests/integration/replay_run.py gitlab facebook
  ... replay_run.py --begin gitlab         the catalogue's facts instead (tests/data/catalogue.json), for names without recordings too
  ... replay_run.py --providers-dir conf/providers --all        files of that folder instead of those in the binary
"""
import argparse
import pathlib
import sys
import time

import harness
import replay
import replay_begin
import replay_data
import replay_instance
import replayer


def facts(options):
    known = replay_begin.load()
    for name in options.names:
        if name not in {f.provider for f in known}:
            print(f"NONE {name}: not in the catalogue")
    return [f for f in known if options.all or f.provider in options.names], []


def exchanges(options):
    cases, idle = [], []
    for name in replay_data.names() if options.all else options.names:
        if name not in replay_data.names():
            print(f"NONE {name}: no recorded exchange; try --begin")
            continue
        more, not_run = replay_data.load(name)
        cases += [c for c in more if options.case in c.name]
        idle += [(name, n) for n in not_run]
    return cases, idle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--case", default="", help="only cases whose name contains this")
    parser.add_argument("--providers-dir", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--begin", action="store_true", help="the catalogue's facts instead of recordings")
    parser.add_argument("--quiet", action="store_true", help="only what fails")
    options = parser.parse_args()
    cases, idle = facts(options) if options.begin else exchanges(options)
    authority = replayer.Authority(harness.temporary_folder())
    tally, began = {"PASS": 0, "FAIL": 0}, time.monotonic()

    explained = replay_data.Differences()

    def report(case, differences):
        differences = explained.left(case.provider, differences)
        word = "FAIL" if differences else "PASS"
        tally[word] += 1
        if differences or not options.quiet:
            print(f"{word} {case}" + "".join(f"\n     {d}" for d in differences), flush=True)

    probe = replay_begin.Probe if options.begin else replay.Run
    for batch in replay_instance.batches(cases):
        replay_instance.run(batch.cases, authority, probe, report, options.providers_dir)
    if not options.quiet:
        for name, case in idle:
            print(f"IDLE {name}: {case['case']}: {case['reason']}")
    print(f"{tally['PASS']} passed, {tally['FAIL']} failed, {len(idle)} not run, {time.monotonic() - began:.1f} s")
    return 1 if tally["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
