#!/usr/bin/python3
"""Measures latchstring beside what the same work costs at least, in one run on one machine, and prints the ratios that count.

  floors: a bare libfcgi responder behind the same nginx (floor_fcgi.cc), and a program that makes the same two HTTPS calls, one ES256
  signature and one durable SQLite commit per login (floor_login.cc). The load is wrk's; the provider is an nginx of its own.
"""
import argparse
import os
import pathlib
import shutil
import sys

import measures
import profile_run
import stage as stages
from harness import BIN

PARTS = ("start", "idle", "begin", "health", "gate", "login", "in_hand")
BUSY = 0.5   # processes of others that want to run, above which figures are to be read with care


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each pair is run (3)")
    parser.add_argument("--seconds", type=int, default=3, help="how long a run takes (3)")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; may be given again")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures there too")
    parser.add_argument("--growth", type=int, metavar="USERS", 
                        help="also the cost of a login with so many users (10,000,000: minutes, 4 GB)")
    parser.add_argument("--profile", choices=("begin", "login"), help="where the workers' CPU goes, instead of measuring")
    return parser.parse_args()


def measure(stage, given):
    wanted = given.only or PARTS
    timed = {"rounds": given.rounds, "seconds": given.seconds}
    if "start" in wanted:
        yield from measures.start(stage)
        yield from measures.more_providers(stage)
    if "idle" in wanted:
        yield from measures.idle(stage)
    for name in ("begin", "health", "gate", "login"):
        if name in wanted:
            yield from getattr(measures, name)(stage, **timed)
    if "in_hand" in wanted:
        yield from measures.in_hand(stage)
    if given.growth:
        yield from measures.growth(stage, **timed, people=given.growth)


def main():
    given = arguments()
    for program in ("nginx", "wrk", "openssl"):
        if not shutil.which(program):
            sys.exit(f"bench: {program} is not installed")
    if not pathlib.Path(BIN).exists():
        sys.exit(f"bench: {BIN} is not built")
    load = os.getloadavg()[0]
    if load > BUSY:
        print(f"note: this machine is busy with other work (load {load:.1f} on {os.cpu_count()} cores)", flush=True)
    stage = stages.Stage()
    try:
        stage.start_provider()
        stage.start()
        if given.profile:
            print(profile_run.run(stage, given.profile))
            return 0
        rows = list(measure(stage, given))
    finally:
        stage.stop()
    print(measures.table(rows))
    if given.json:
        given.json.write_text(measures.as_json(rows))
    return 1 if any(row.verdict == "MISSED" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
