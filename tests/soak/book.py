"""What a process of the crowd writes down: every acknowledged operation in a journal that is only appended to; a mark for every moment at which
there was a good answer (ticks); counters; and the first of what is wrong.

The journal, a line each, tab-separated:  L session user name refresh cookie    a login was acknowledged
    P session refresh|logout   is about to be tried                R session refresh   it has this successor
    O session                  its end was acknowledged            X session why       nothing is claimed of it any more
    F session when             a refresh is on its way of which nobody knows when it is served"""
import collections
import json
import mmap
import time

KINDS = ("login", "refresh", "logout", "gate", "other", "refused")   # a row of ticks each; the last one is for what was no good answer
SLOT = 0.01


class Ticks:
    """KINDS rows of one byte per slot of time since `start` (CLOCK_MONOTONIC, which processes share)."""

    def __init__(self, path, start, seconds, make=False):
        self.start, self.slots = start, int(seconds / SLOT)
        if make:
            path.write_bytes(bytes(len(KINDS) * self.slots))
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 0)

    def mark(self, kind):
        at = int((time.monotonic() - self.start) / SLOT)
        if at < self.slots:
            self.map[KINDS.index(kind) * self.slots + at] = 1

    def row(self, kind):
        first = KINDS.index(kind) * self.slots
        return self.map[first:first + self.slots]


class Book:
    def __init__(self, folder, name, ticks):
        self.journal = open(folder / f"{name}.journal", "a", encoding="utf-8")
        self.result = folder / f"{name}.json"
        self.ticks = ticks
        self.good, self.refusals = collections.Counter(), collections.Counter()
        self.told = {"lost": [], "wrong": []}
        self.counted = collections.Counter()

    def answered(self, kind, reply, status):
        """Whether it was the good answer. A refusal is counted by its status."""
        if reply is not None and reply.status == status:
            self.good[kind] += 1
            self.ticks.mark(kind if kind in KINDS else "other")
            return True
        self.ticks.mark("refused")
        if reply is None:
            what = "no answer"
        elif reply.status == 503 and reply.header("retry-after") is None:
            what = "503 without Retry-After"
        else:
            what = str(reply.status)
            if 200 <= reply.status < 400:
                self.wrong(f"{kind}: status {reply.status}, not {status}")
        if reply is not None and kind == "login" and reply.status == 400:
            what += " a page" if reply.body.startswith(b"<") else " " + reply.body[:100].decode(errors="replace")
        self.refusals[f"{kind}: {what}"] += 1
        return False

    def write(self, *words):
        self.journal.write("\t".join(map(str, words)) + "\n")

    def login(self, session, name):
        self.good["session by cookie" if session.cookie else "session by token"] += 1
        self.write("L", session.number, session.user, name, session.refresh or "-", session.cookie or "-")

    def pending(self, session, what):
        self.write("P", session.number, what)

    def refreshed(self, session):
        self.write("R", session.number, session.refresh)

    def loose(self, session):
        self.write("F", session.number, f"{time.monotonic():.2f}")

    def left(self, session):
        self.write("O", session.number)

    def let_go(self, session, why):
        session.gone = True
        self.counted["let go"] += 1
        self.write("X", session.number, why)

    def tell(self, what, text):
        self.counted[what] += 1
        if len(self.told[what]) < 20:
            self.told[what].append(f"{time.monotonic() - self.ticks.start:.2f} s: {text}")
            self.save()

    def lost(self, session, text):
        self.tell("lost", f"session {session.number} of {session.user}: {text}")
        session.gone = True
        self.write("X", session.number, "lost")   # counted once

    def wrong(self, text):
        self.tell("wrong", text)

    def save(self, never_ended=0):
        self.journal.flush()
        self.result.write_text(json.dumps({"good": self.good, "refusals": self.refusals, "told": self.told, "counted": self.counted,
                                           "never_ended": never_ended}))
