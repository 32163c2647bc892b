"""One run: the ground, the crowd, the storm, the watch; then the checks at the end, and the verdict."""
import collections
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import book
import ground as grounds
import harness
import ledger
import report
import storm
import watch

HERE = pathlib.Path(__file__).resolve().parent
PROCESSES = 2


class Crowd:
    """The processes of the load. They end when their standard input does."""

    def __init__(self, ground, given, start, lasts):
        self.folder, self.names = ground.folder, [f"c{n}" for n in range(PROCESSES)]
        self.running, self.stuck = [], []
        for number, name in enumerate(self.names):
            told = {"folder": str(ground.folder), "name": name, "control": str(ground.control.path), "start": start, "seconds": lasts,
                    "people": given.people, "port": ground.instance.port, "origin": f"http://127.0.0.1:{ground.instance.port}",
                    "grace": grounds.GRACE, "seed": given.seed + number}
            with open(ground.folder / f"{name}.err", "ab") as err:
                self.running.append(subprocess.Popen([sys.executable, str(HERE / "crowd.py"), json.dumps(told)], stdin=subprocess.PIPE,
                                                     stdout=subprocess.PIPE, stderr=err, text=True))
        for process in self.running:
            if process.stdout.readline() != "ready\n":
                raise AssertionError("a process of the load did not start: " + self.errors())
        self.ticks = [book.Ticks(ground.folder / f"{name}.ticks", start, lasts) for name in self.names]

    def errors(self):
        return "".join((self.folder / f"{name}.err").read_text() for name in self.names)[-3000:]

    def alive(self):
        return all(process.poll() is None for process in self.running)

    def leave(self):
        for process in self.running:
            process.stdin.close()
        for process in self.running:
            try:
                if process.wait(120 * harness.PATIENCE) != 0:
                    self.stuck.append("a process of the load has failed: " + self.errors())
            except subprocess.TimeoutExpired:
                self.stuck.append("a process of the load did not come to an end")
        self.kill()

    def kill(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()

    def results(self):
        return [json.loads((self.folder / f"{name}.json").read_text()) for name in self.names]

    def journals(self):
        return [self.folder / f"{name}.journal" for name in self.names]


def log_facts(log):
    """How workers ended, who gave requests up, what was said about reloads."""
    text = log.read_text(errors="replace")
    deaths = collections.Counter(why or plain for plain, why in re.findall(r'ev=worker_died pid=\d+ why=(?:"([^"]*)"|(\S+))', text))
    facts = {"reloads": text.count("ev=reload\n"), "reloads refused": text.count("ev=reload_failed"), "workers ready": text.count("ev=worker_ready")}
    given_up = re.findall(r"ev=drain pid=\d+ why=.*", text)
    return deaths, facts, given_up, text


class Campaign:
    def __init__(self, given, mount):
        self.given = given
        self.ground = grounds.Ground(mount, megabytes=max(512, 6 * given.time))
        self.crowd = self.watch = self.storm = None

    def storm_of(self, rng, began):
        length = min(max(self.given.time / 24, 0.4), 6)
        return storm.Storm(self.ground, rng, began + self.given.time, length, self.given.only)

    def rage(self):
        """The load, and the storm over it."""
        given, began = self.given, time.monotonic()
        self.crowd = Crowd(self.ground, given, began, given.time * 3 + 300)
        self.watch = watch.Watch(self.ground.service, min(1, given.time / 60))
        self.watch.start()
        self.warm = time.monotonic() + min(given.time / 10, 10)
        harness.wait_for("logins", lambda: any(1 in t.row("login") for t in self.crowd.ticks), 30)
        while time.monotonic() < self.warm:
            time.sleep(0.1)
        self.storm = self.storm_of(random.Random(given.seed), began)
        self.storm.run()
        self.recover()
        self.raged = time.monotonic()
        if not self.crowd.alive():
            self.ground.wrong("a process of the load died: " + self.crowd.errors())
        self.crowd.leave()
        self.watch.over.set()

    def recover(self):
        """After the last fault all is well again, by itself."""
        since, kinds = time.monotonic(), ("login", "refresh", "gate")
        def done():
            times = watch.Times(self.crowd.ticks)
            return all(times.recovery(kind, since) is not None for kind in kinds)
        try:
            harness.wait_for("logins, refreshes and gate checks after the last fault", done, 60)
        except AssertionError as error:
            self.ground.wrong(str(error))

    def check(self):
        """Everything that was acknowledged, by a clock at which all tokens are of the past."""
        self.ground.move_clock(self.ground.furthest + 60)
        harness.wait_for("all workers", self.ground.service.serving, 60)
        self.results = self.crowd.results()
        self.claims = ledger.read(self.crowd.journals(), self.ground.moves)
        self.missing = ledger.against_database(self.ground.instance.database, self.claims)
        self.asked = ledger.Asked(self.claims, self.given.seed)
        self.late = self.asked.run(self.ground.instance.port, min(max(self.given.time * 0.25, 4), 120))
        self.ground.service.stop()
        for name in ("latchstring.db", "latchstring.db-flows"):
            self.missing += ledger.whole(self.ground.disk.folder / name)

    def stop(self):
        if self.storm:
            self.storm.stop.set()
        if self.crowd:
            self.crowd.kill()
        if self.watch:
            self.watch.over.set()
        if self.given.keep:
            kept = pathlib.Path(f"{self.ground.folder}-kept")
            shutil.copytree(self.ground.folder, kept, ignore=lambda *_: ["disk", "l.sock"])
            shutil.copy(self.ground.service.log, kept / "log")
            print(f"kept: {kept}", flush=True)
        self.ground.stop()
        for pid in sorted(self.watch.pids if self.watch else ()):
            if self.ground.service.alive(pid):
                self.ground.service.stuck.append(f"worker {pid} still runs at the end")
                os.kill(pid, signal.SIGKILL)


def run(given, mount, reports):
    campaign = Campaign(given, mount)
    try:
        campaign.ground.start()
        campaign.rage()
        campaign.check()
        campaign.log = log_facts(campaign.ground.service.log)
    except KeyboardInterrupt:
        print("soak: interrupted")
        return 130
    finally:
        campaign.stop()
    return report.of(campaign, reports)
