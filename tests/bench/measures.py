"""The measures, each a function of the stage that gives rows. What stands side by side runs alternately, so that what else the machine does
meets both."""
import contextlib
import dataclasses
import json
import pathlib
import signal
import sqlite3
import statistics
import subprocess
import time

import load
import stage as stages
from clients import Direct
from gate_people import Person
from harness import BIN, Process

LIMIT = {">=": lambda value, target: value >= target, "<=": lambda value, target: value <= target}


@dataclasses.dataclass
class Row:
    measure: str
    figure: float
    unit: str
    floor: float = None     # what it stands beside
    judged: float = None    # the value that the target is about: a ratio or the figure
    sign: str = ""
    target: float = None

    @property
    def verdict(self):
        return "" if self.target is None else "ok" if LIMIT[self.sign](self.judged, self.target) else "MISSED"

    @property
    def ratio(self):
        return self.figure / self.floor if self.floor else None


def against(measure, figure, unit, floor, sign, target):
    return Row(measure, figure, unit, floor, figure / floor, sign, target)


def absolute(measure, figure, unit, sign, target):
    return Row(measure, figure, unit, None, figure, sign, target)


@dataclasses.dataclass
class Side:
    """One of two programs behind the same nginx, over all rounds."""
    url: str
    pids: list
    headers: dict = dataclasses.field(default_factory=dict)
    rates: list = dataclasses.field(default_factory=list)
    costs: list = dataclasses.field(default_factory=list)   # CPU us of its processes for a request
    waits: list = dataclasses.field(default_factory=list)   # switches from one thread to another for a request

    def go(self, seconds):
        before, waited = stages.cpu(self.pids), stages.switches(self.pids)
        done = load.wrk(self.url, seconds, headers=self.headers)
        self.rates.append(done.rate)
        self.costs.append((stages.cpu(self.pids) - before) / done.requests * 1e6)
        self.waits.append((stages.switches(self.pids) - waited) / done.requests)

    rate = property(lambda self: statistics.median(self.rates))
    cost = property(lambda self: statistics.median(self.costs))


def side_by_side(stage, path, rounds, seconds, headers=()):
    sides = [Side(stage.url(path), stage.workers(), dict(headers)), Side(stage.url(path, floor=True), stage.floor_workers(), dict(headers))]
    for side in sides:
        load.wrk(side.url, 1, headers=side.headers)   # connections made, caches warm
    for _ in range(rounds):
        for side in sides:
            side.go(seconds)
    return sides


def begin(stage, rounds, seconds):
    ours, floor = side_by_side(stage, stage.begin_path(), rounds, seconds)
    yield against("GET begin", ours.rate, "/s", floor.rate, ">=", 0.7)
    yield Row("  CPU of the workers", ours.cost, "us", floor.cost)
    yield Row("  waits of their threads", statistics.median(ours.waits), "each", statistics.median(floor.waits))


def health(stage, rounds, seconds):
    ours, floor = side_by_side(stage, "/healthz", rounds, seconds)
    yield Row("GET /healthz", ours.rate, "/s", floor.rate)


def gate(stage, rounds, seconds):
    """One browser that is signed in, at a page with a rule."""
    cookie = Person(stage.instance, "gate", provider="bench", email="gate@example.com").session()
    ours, floor = side_by_side(stage, "/gate?rule=team", rounds, seconds, cookie)
    yield against("gate check", ours.rate, "/s", floor.rate, ">=", 0.7)
    yield Row("  CPU of the workers", ours.cost, "us", floor.cost)


def collect(stage, provider, least):
    """Begins at least so many logins; the file of their states and the cookie of the browser that may finish them."""
    file, cookie, count = stage.folder / "states", stage.cookie(), 0
    seconds = 1
    while count < least:
        load.wrk(stage.url(stage.begin_path(provider)), seconds, 32, "states.lua", file, cookie)
        count = sum(len(pathlib.Path(f"{file}.{n}").read_text().split()) for n in range(2))
        seconds = max(seconds + 1, int(seconds * least / max(count, 1)) + 1)
        if seconds > 60:
            raise SystemExit(f"bench: {count} states collected, {least} wanted")
    return file, cookie


def login_floor(stage, program, threads, seconds):
    words = [program, stage.provider_url, stage.ca, stage.folder / f"floor{threads}.db", threads, seconds]
    text = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    count, cost = text.split()
    return int(count) / seconds, float(cost)


@dataclasses.dataclass
class Logins:
    """A run of logins: how many a second, and the CPU us of each, ours and the provider's."""
    rate: float
    cost: float
    provider: float


def run_logins(stage, seconds, people=1000):
    file, cookie = collect(stage, "bench", seconds * 6000)
    before, served, counted = stages.cpu(stage.workers()), stages.cpu(stage.provider.children()), stage.counted_logins("bench")
    done = load.wrk(stage.url("/o/bench/"), seconds, 32, "login.lua", file, cookie, people)
    good = stage.counted_logins("bench") - counted
    if good < done.requests:
        raise SystemExit(f"bench: {done.requests} logins answered, {good} of them good")
    cost = lambda used: used / good * 1e6
    return Logins(good / done.seconds, cost(stages.cpu(stage.workers()) - before), cost(stages.cpu(stage.provider.children()) - served))


def middle(runs, name):
    return statistics.median(getattr(run, name) for run in runs)


def login(stage, rounds, seconds):
    """The floor runs with one thread and with eight: the cheaper of the two is what we stand beside."""
    program = stages.build("floor_login", "-lcurl", "-lcrypto", "-lsqlite3")
    run_logins(stage, 1)   # everybody has signed in once, connections are made
    ours, floors = [], {1: [], 8: []}
    for _ in range(rounds):
        ours.append(run_logins(stage, seconds))
        for threads, runs in floors.items():
            runs.append(Logins(*login_floor(stage, program, threads, seconds), 0))
    cheapest = min(middle(runs, "cost") for runs in floors.values())
    fastest = max(middle(runs, "rate") for runs in floors.values())
    yield against("POST login, CPU", middle(ours, "cost"), "us", cheapest, "<=", 1.5)
    yield Row("  logins", middle(ours, "rate"), "/s", fastest)
    yield Row("  the provider's CPU, apart", middle(ours, "provider"), "us")


def grow(stage, people):
    """So many users, each with an identity, as if person1000 and all after had signed in once."""
    stage.instance.stop()
    with contextlib.closing(sqlite3.connect(stage.instance.database)) as db, db:
        db.execute("PRAGMA synchronous = OFF")
        first = db.execute("SELECT max(id) + 1 FROM users").fetchone()[0]
        series = f"WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < {people - 1}) "
        db.execute("INSERT INTO users (id, username, email, created) " + series +
                   f"SELECT {first} + i, 'grown' || i, 'person' || i || '@example.com', 1 FROM n")
        columns = "user_id, provider, issuer, uid, username, email, email_verified, name, picture, created, used"
        db.execute(f"INSERT INTO identities ({columns}) " + series +
                   f"SELECT {first} + i, 'bench', 'bench', 'person' || i, 'person' || i, "
                   "'person' || i || '@example.com', 0, '', '', 1, 1 FROM n")
    stage.instance.start()


def growth(stage, rounds, seconds, people):
    """The same logins with a thousand users and with very many, drawn at random."""
    run_logins(stage, 1)
    few = [run_logins(stage, seconds) for _ in range(rounds)]
    grow(stage, people)
    run_logins(stage, 1, people)
    many = [run_logins(stage, seconds, people) for _ in range(rounds)]
    yield against(f"POST login, CPU, {people:,} users", middle(many, "cost"), "us", middle(few, "cost"), "<=", 1.2)


def in_hand(stage, count=1000, seconds=6):
    """`count` logins in hand while each of the provider's two answers takes 300 ms. Counted by latchstring between two looks."""
    stage.restart_with(workers=2, threads=count)   # kept connections are not spread evenly over workers
    ideal = count / 0.6
    file, cookie = collect(stage, "slow", int(ideal * (seconds + 5)))
    words = load.command(stage.url("/o/slow/"), seconds + 4, count, "login.lua", file, cookie, 1000)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        try:
            time.sleep(2.5)   # the first wave makes the connections
            first, began = stage.counted_logins("slow"), time.monotonic()
            time.sleep(seconds)
            good, took = stage.counted_logins("slow") - first, time.monotonic() - began
            resident = sum(stages.memory(p, "Rss") for p in stage.workers())
            text = running.communicate(timeout=60)[0]
        finally:
            running.kill()
    done = load.read(text)
    yield against(f"{count} logins in hand, provider at 300 ms", good / took, "/s", ideal, ">=", 0.9)
    yield absolute("  resident memory of all workers", resident, "MB", "<=", 150)
    yield Row("  99 of 100 answered within", done.p99_ms, "ms")


def first_answer(stage):
    """Milliseconds from the start of the program to the first begun login."""
    socket = stage.folder / "start.sock"
    socket.unlink(missing_ok=True)
    path, began = stage.begin_path(), time.monotonic()
    process = Process([BIN, "serve", "--listen", socket, "--config", stage.instance.config], stage.folder / "start.out")
    try:
        while time.monotonic() < began + 10:
            try:
                reply = Direct(str(socket)).get(path)
            except OSError:
                time.sleep(0.0002)
                continue
            assert reply.status == 200, reply
            return (time.monotonic() - began) * 1e3
        raise SystemExit("bench: no answer within 10 s of the start")
    finally:
        process.stop(signal.SIGTERM)


def start(stage, times=7):
    """Needs an instance that has run before: its database is there, as it is when Apache starts one more process."""
    yield absolute("start to first answer", statistics.median(first_answer(stage) for _ in range(times)), "ms", "<=", 20)


def start_with(stage, names):
    """The same with these of the catalogue enabled besides."""
    settings = stage.instance.settings
    kept = settings["providers"]
    settings["providers"] = {**kept, **{name: {"client_id": "c", "client_secret": "s"} for name in names}}
    stage.instance.write()
    try:
        return first_answer(stage)
    finally:
        settings["providers"] = kept
        stage.instance.write()


def more_providers(stage, times=15):
    """What four more providers add to the start; taken in turns, so that the machine's moods hit both."""
    names = ("google-oauth2", "github", "gitlab", "discord")
    pairs = [(start_with(stage, ()), start_with(stage, names)) for _ in range(times)]
    added = statistics.median(b for _, b in pairs) - statistics.median(a for a, _ in pairs)
    yield absolute("start with 5 providers, more than with 1", max(added, 0), "ms", "<=", 1)


def idle(stage):
    """Private memory of a worker that has just been started and asked each once."""
    stage.instance.stop()
    stage.instance.start()
    for _ in range(8):
        Direct(stage.instance.socket).get(stage.begin_path())
    private = max(stages.memory(p, "Private_Clean", "Private_Dirty") for p in stage.workers())
    yield absolute("idle worker, private memory", private, "MB", "<=", 8)


def table(rows):
    def number(value, unit=""):
        return "" if value is None else f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}{unit and ' ' + unit}"
    lines = [("measure", "figure", "floor", "ratio", "target", "")]
    for r in rows:
        target = "" if r.target is None else f"{r.sign} {r.target:g}" + ("" if r.floor else f" {r.unit}")
        lines.append((r.measure, number(r.figure, r.unit), number(r.floor, r.unit if r.floor else ""),
                      f"{r.ratio:.2f}" if r.ratio else "", target, r.verdict))
    widths = [max(len(line[i]) for line in lines) for i in range(6)]
    def text(line):
        return "  ".join(f"{cell:<{w}}" if i in (0, 4, 5) else f"{cell:>{w}}" for i, (cell, w) in enumerate(zip(line, widths))).rstrip()
    return "\n".join(map(text, lines))


def as_json(rows):
    return json.dumps([{**dataclasses.asdict(r), "ratio": r.ratio, "verdict": r.verdict} for r in rows], indent=1) + "\n"
