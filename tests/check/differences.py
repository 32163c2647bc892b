#!/usr/bin/env python3
"""The table of deliberate differences from djoser, from tests/data/wire/differences.json.

differences.py --print    the table in Markdown
differences.py --write    puts it into DEVELOPMENT.md, between its two marks
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data" / "wire" / "differences.json"
DOCUMENT = ROOT / "DEVELOPMENT.md"
BEGIN, END = "<!-- differences -->\n", "<!-- /differences -->"


def table():
    """One line for each group of rows that differ in the same way."""
    groups = {}
    for row in json.loads(DATA.read_text(encoding="utf-8")):
        groups.setdefault((row["djoser"], row["ours"], row["why"]), []).append(row["id"])
    lines = ["| rows | djoser | latchstring | why |", "|---|---|---|---|"]
    lines += [f"| {', '.join(ids)} | {' | '.join(cells)} |" for cells, ids in groups.items()]
    return "\n".join(lines) + "\n"


def split(text):
    """(before, between, after) the marks of the document."""
    head, mark, rest = text.partition(BEGIN)
    between, end, tail = rest.partition(END)
    if not mark or not end:
        sys.exit(f"{DOCUMENT.name} has no {BEGIN.strip()} ... {END}")
    return head + mark, between, end + tail


def main(argument):
    if argument == "--print":
        print(table(), end="")
    else:
        before, _, after = split(DOCUMENT.read_text(encoding="utf-8"))
        DOCUMENT.write_text(before + table() + after, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] not in (["--print"], ["--write"]):
        sys.exit(__doc__)
    main(sys.argv[1])
