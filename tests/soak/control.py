"""The file through which shim.c is told what to do, and what the time is where latchstring runs."""
import mmap
import os
import struct
import time

SIZE = 4096
OFFSET, NAMES, DISK, MOVES = 0, 8, 12, 16   # shim.c's struct; `moves` is ours: how often the clock was moved


class Control:
    def __init__(self, path, make=False):
        self.path = path
        if make:
            path.write_bytes(bytes(SIZE))
        with open(path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), SIZE)

    def environment(self, shim):
        before = f"{os.environ['LD_PRELOAD']}:" if os.environ.get("LD_PRELOAD") else ""
        return {"LD_PRELOAD": f"{before}{shim}", "SOAK_CONTROL": str(self.path)}

    @property
    def offset(self):
        """Seconds that latchstring's clock is ahead of ours."""
        return struct.unpack_from("q", self.map, OFFSET)[0] / 1e6

    @property
    def moves(self):
        return struct.unpack_from("I", self.map, MOVES)[0]

    def now(self):
        return time.time() + self.offset

    def move_clock(self, seconds):
        """The clock is ahead by so much from now on. Who saw the same `moves` before and after something knows that it did not move meanwhile."""
        struct.pack_into("I", self.map, MOVES, self.moves + 1)
        struct.pack_into("q", self.map, OFFSET, int(seconds * 1e6))
        struct.pack_into("I", self.map, MOVES, self.moves + 1)

    def break_names(self, broken):
        struct.pack_into("I", self.map, NAMES, int(broken))

    def fill_disk(self, full):
        struct.pack_into("I", self.map, DISK, int(full))
