#!/usr/bin/python3
"""One process of the load: many lives (lives.py) over one wire (wire.py). It ends when its standard input does, once everybody is done with what
they are at.   usage: crowd.py JSON"""
import json
import pathlib
import selectors
import signal
import sys

import book
import control
import lives
import wire


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)   # whoever started us tells us when to end
    given = json.loads(sys.argv[1])
    folder = pathlib.Path(given["folder"])
    ticks = book.Ticks(folder / f"{given['name']}.ticks", given["start"], given["seconds"], make=True)
    journal = book.Book(folder, given["name"], ticks)
    people = lives.Lives(journal, control.Control(pathlib.Path(given["control"])), given["origin"], given["grace"], given["name"],
                         given["seed"])
    over = wire.Wire(given["port"])
    told = selectors.DefaultSelector()
    told.register(sys.stdin, selectors.EVENT_READ)

    def until():
        if told.select(0):
            people.leave = True
    print("ready", flush=True)
    for number in range(given["people"]):
        over.add(people.life(resident={0: people.by_token, 4: people.by_cookie}.get(number % 8)))
    over.run(until)
    journal.save(over.never_ended)
    return 0


if __name__ == "__main__":
    sys.exit(main())
