"""The faults. Each is a function of (ground, rng, hold) that brings one about, lets it last by `hold()`, and makes good again what it broke."""
import contextlib
import os
import random
import signal
import sqlite3
import threading
import time

import harness

CLOCK = threading.Lock()    # faults that change the same thing wait for each other
CONFIG = threading.Lock()
PROVIDER = threading.Lock()
DISK = threading.Lock()


def kill_worker(ground, rng, hold):
    """The youngest, mostly, so that the others grow old enough to show what they lose."""
    workers = sorted(ground.service.workers(), reverse=True)
    if workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(workers[0] if rng.random() < 0.8 else rng.choice(workers), signal.SIGKILL)
    hold(0.2)


def kill_master(ground, rng, hold):
    ground.service.kill_master()
    hold(0.2)


def disk_full(ground, rng, hold):
    with DISK:
        try:
            for _ in range(5):
                ground.disk.fill()
                hold(0.2)
        finally:
            ground.disk.free()


def locked(ground, rng, hold):
    """Another process holds the write lock of one of both databases."""
    path = f"{ground.instance.database}{rng.choice(('', '', '-flows'))}"
    with DISK, contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
        db.execute(f"BEGIN {rng.choice(('IMMEDIATE', 'EXCLUSIVE'))}")
        hold(1.3)
        db.execute("ROLLBACK")


def provider_stopped(ground, rng, hold):
    with PROVIDER:
        ground.provider.popen.send_signal(signal.SIGSTOP)
        try:
            hold(1)
        finally:
            ground.provider.popen.send_signal(signal.SIGCONT)


def provider_told(first, last="well"):
    def fault(ground, rng, hold):
        with PROVIDER:
            ground.provider.tell(first)
            try:
                hold(1)
            finally:
                ground.provider.tell(last)
    return fault


def names(ground, rng, hold):
    """No name is found. A worker that has just begun has none in memory, and the provider ends the connections that are open."""
    with PROVIDER:
        ground.control.break_names(True)
        try:
            for pid in ground.service.workers()[-1:]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            ground.provider.tell("drop")
            hold(1)
        finally:
            ground.control.break_names(False)


def provider_keys(ground, rng, hold):
    with PROVIDER:
        ground.provider.tell("rotate")
    hold(0.5)


def own_keys(ground, rng, hold):
    with CONFIG:
        done = ground.command("keys", "rotate")
    ground.note("own keys rotated" if done.returncode == 0 else f"keys rotate: {done.stderr.strip()[:200]}")
    hold(0.5)


def master_key(ground, rng, hold):
    """A new first key, and workers that seal with it; and when nothing of the one before can be under way any more, an end of that one."""
    with CONFIG:
        old = time.monotonic() - ground.master_since
        if ground.master_since and old > ground.finish_after:
            done = ground.command("keys", "master", "--finish")
            ground.master_since = 0 if done.returncode == 0 else ground.master_since
            what = "finished"
        else:
            done = ground.command("keys", "master")
            ground.master_since = time.monotonic()
            what = "begun"
            hang_up(ground)
    ground.note(f"change of the master key {what}" if done.returncode == 0 else f"keys master: {done.stderr.strip()[:200]}")
    hold(0.5)


def hang_up(ground):
    """SIGHUP to the master, and what it says to that."""
    said = ground.service.log.stat().st_size
    with contextlib.suppress(ProcessLookupError):
        ground.service.popen.send_signal(signal.SIGHUP)
    return said


def says(ground, since, *words, seconds=20, meanwhile=lambda: True):
    """Whether the log says one of these within the time, and while that is so."""
    end = time.monotonic() + seconds * harness.PATIENCE
    while time.monotonic() < end and meanwhile():
        with open(ground.service.log, "rb") as log:
            log.seek(since)
            text = log.read()
        if found := next((w for w in words if w.encode() in text), None):
            return found
        time.sleep(0.05)
    return None


def reload(ground, rng, hold):
    """Other values, which the next workers must have."""
    with CONFIG:
        tokens = ground.instance.settings["tokens"]
        tokens["access_ttl"] = "240s" if tokens["access_ttl"] == "300s" else "300s"
        ground.instance.write()
        hang_up(ground)
        hold(0.5)


def reload_broken(ground, rng, hold):
    """A file that is no configuration: refused, while the old one goes on."""
    good = ground.instance.config.read_text()
    with CONFIG:
        before, starts = ground.service.workers(), ground.service.starts
        ground.instance.config.write_text(good.replace("access_ttl", "acces_ttl"))
        try:
            # A master that is killed meanwhile cannot be started with such a file, whoever tries.
            said = says(ground, hang_up(ground), "ev=reload_failed", meanwhile=lambda: ground.service.starts == starts)
            kept = set(before) & set(ground.service.workers())
            hold(0.3)
        finally:
            ground.instance.config.write_text(good)
    if said and kept:
        ground.note("a broken file was refused, the old workers went on")
    elif ground.service.starts == starts and said is None:   # else the master itself was killed meanwhile
        ground.wrong("SIGHUP with a broken file: no ev=reload_failed in the log")


def clock(least, most):
    def fault(ground, rng, hold):
        with CLOCK:
            by = rng.uniform(least, most)
            ground.move_clock(by)
            try:
                hold(1)
            finally:
                ground.move_clock(0)
    return fault


FAULTS = {
    "kill worker": kill_worker, "kill master": kill_master, "disk full": disk_full, "database locked": locked,
    "provider stopped": provider_stopped, "provider closed": provider_told("close", "open"), "provider late": provider_told("late 1.5"),
    "provider drips": provider_told("drip"), "names broken": names, "provider's keys": provider_keys, "own keys": own_keys, "master key": master_key,
    "reload": reload, "reload, broken": reload_broken, "clock forward, minutes": clock(120, 1800), "clock forward, hours": clock(3600, 30000),
    "clock back": clock(-7200, -120),
}


def forget(ground, rng, hold):
    """No fault that is to be survived: what the database would look like if something acknowledged were lost. Shows that a run notices."""
    with DISK, contextlib.closing(sqlite3.connect(ground.instance.database, timeout=10, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = ON")
        for ended in (0, 1):
            harness.wait_for("sessions", lambda: db.execute("SELECT count(*) FROM sessions WHERE ended = ?", (ended,)).fetchone()[0] > 5, 60)
        db.execute("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ended = 0 ORDER BY id DESC LIMIT 3)")
        db.execute("UPDATE sessions SET ended = 0 WHERE id IN (SELECT id FROM sessions WHERE ended = 1 ORDER BY id DESC LIMIT 50)")
    hold(0.5)


FORGERIES = {"forget": forget}   # by --only


class Storm:
    """Rounds of all faults in random order, one at a time, now and then two, until time is up; the first round is always finished."""

    def __init__(self, ground, rng, deadline, length, only=None):
        self.kinds = only or list(FAULTS)
        self.ground, self.rng, self.deadline, self.length = ground, rng, deadline, length
        self.met = []       # (name, began, ended, number): those with one number came together
        self.errors, self.stop = [], threading.Event()

    def one(self, name, number, seed):
        rng, began = random.Random(seed), time.monotonic()
        hold = lambda share: self.stop.wait(self.length * share * rng.uniform(0.6, 1.2))
        try:
            (FAULTS | FORGERIES)[name](self.ground, rng, hold)
        except Exception as error:   # a fault that could not be made is no fault, and told
            self.errors.append(f"{name}: {error!r}")
        self.met.append((name, began, time.monotonic(), number))

    def run(self):
        def go_on():
            return not self.stop.is_set() and (time.monotonic() < self.deadline or len(self.met) < len(self.kinds))
        while go_on():
            names = list(self.kinds)
            self.rng.shuffle(names)
            while names and go_on():
                now = [names.pop()]
                if names and self.rng.random() < 0.2:
                    now.append(names.pop())
                number = len(self.met)
                threads = [threading.Thread(target=self.one, args=(name, number, self.rng.random())) for name in now]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.stop.wait(self.length * 0.4)
