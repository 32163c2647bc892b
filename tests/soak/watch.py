"""Memory and descriptors of the workers over time, and what comes of the ticks: the longest time without a good answer, and how long it took
after a fault."""
import pathlib
import statistics
import threading
import time

import book

ROOM = {"rss": 6.0, "fds": 12}   # MB, descriptors: differences that are not growth, however long it took


def look(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    return rss, len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))


class Watch(threading.Thread):
    def __init__(self, service, pause):
        super().__init__(daemon=True)
        self.service, self.pause, self.over = service, pause, threading.Event()
        self.samples = []   # (when, {pid: (rss MB, descriptors)}) while all workers serve
        self.pids = set()

    def run(self):
        while not self.over.wait(self.pause):
            workers = self.service.workers()
            self.pids.update(workers)
            try:
                seen = {pid: look(pid) for pid in workers}
            except (OSError, StopIteration):
                continue   # one has just gone
            if seen:
                self.samples.append((time.monotonic(), seen))

    def growth(self, workers):
        """Rows (what, middle third, last third, grown?): of all workers together, and of the one that lived longest."""
        full = [(when, list(seen.values())) for when, seen in self.samples if len(seen) == workers]
        lives = {}
        for when, seen in self.samples:
            for pid, value in seen.items():
                lives.setdefault(pid, []).append((when, [value]))
        oldest = max(lives.values(), key=lambda life: life[-1][0] - life[0][0], default=[])
        rows = []
        for name, samples, least in (("all workers", full, 90), ("the oldest worker", oldest, 60)):
            span = samples[-1][0] - samples[0][0] if samples else 0
            third = len(samples) // 3
            for what, at in (("rss", 0), ("fds", 1)):
                sums = [sum(value[at] for value in values) for _, values in samples]
                if third < 3:
                    continue
                first, middle, last = (statistics.median(part) for part in (sums[:third], sums[third:2 * third], sums[2 * third:]))
                judged = span >= least
                rows.append((f"{name}, {what}, over {span:.0f} s", first, middle, last, judged,
                             judged and last > middle * 1.1 + ROOM[what]))
        return rows


class Times:
    """The ticks of all processes of the crowd together."""

    def __init__(self, ticks):
        self.start = ticks[0].start
        self.rows = {kind: self.together([t.row(kind) for t in ticks]) for kind in book.KINDS}
        good = [self.rows[k] for k in book.KINDS if k != "refused"]
        self.rows["any"] = self.together(good)

    @staticmethod
    def together(rows):
        number = 0
        for row in rows:
            number |= int.from_bytes(row, "little")
        return number.to_bytes(len(rows[0]), "little")

    def slot(self, when):
        return max(0, int((when - self.start) / book.SLOT))

    def pause(self, kind, began, ended):
        """The longest time without a good answer that touches the time from `began` to `ended`: (seconds, when)."""
        row, first, last = self.rows[kind], self.slot(began), min(self.slot(ended), len(self.rows[kind]) - 1)
        before = row.rfind(1, 0, first + 1)
        longest, at, here = 0, first, max(before, 0)
        while here < last:
            after = row.find(1, here + 1)
            if after < 0:
                after = len(row)
            if after - here > longest:
                longest, at = after - here, here
            here = after
        return longest * book.SLOT, at * book.SLOT

    def recovery(self, kind, ended):
        """Seconds from the end of a fault to the first good answer; None if there was none."""
        after = self.rows[kind].find(1, self.slot(ended))
        return None if after < 0 else max(0, after * book.SLOT - (ended - self.start))

    def outside(self, kind, faults, began, ended, margin):
        """The longest pause in the time that no fault touches."""
        longest, at = 0, began
        for _, one, other, _ in sorted(faults, key=lambda f: f[1]):
            if one > at:
                longest = max(longest, self.within(kind, at, one))
            at = max(at, other + margin)
        return max(longest, self.within(kind, at, ended)) if ended > at else longest

    def within(self, kind, began, ended):
        row, first, last = self.rows[kind], self.slot(began), self.slot(ended)
        longest = here = 0
        here = first
        while here < last:
            after = row.find(1, here + 1, last)
            after = last if after < 0 else after
            longest, here = max(longest, after - here), after
        return longest * book.SLOT
