"""Many people at once over HTTP/1.1, in one thread: each is a generator that yields a Request, a Pause, or several Requests that are to be
under way together, and is given the Reply or Replies; None is one that never came."""
import dataclasses
import heapq
import itertools
import json
import os
import selectors
import socket
import time
import urllib.parse

# Seconds after which an answer is taken not to come any more. nginx gives up after 60.
LIMIT = 45 * int(os.environ.get("LATCHSTRING_PATIENCE", "1"))


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict = dataclasses.field(default_factory=dict)
    form: dict = None
    json: dict = None
    cut: bool = False   # hang up as soon as it is sent

    def wire(self, mount):
        headers, body = dict(self.headers), b""
        if self.form is not None:
            body, headers["Content-Type"] = urllib.parse.urlencode(self.form).encode(), "application/x-www-form-urlencoded"
        elif self.json is not None:
            body, headers["Content-Type"] = json.dumps(self.json).encode(), "application/json"
        if self.method == "POST":
            headers["Content-Length"] = str(len(body))
        lines = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        return f"{self.method} {mount}{self.path} HTTP/1.1\r\nHost: soak\r\n{lines}\r\n".encode() + body


@dataclasses.dataclass
class Pause:
    seconds: float


class Reply:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.status, self.body = int(lines[0].split()[1]), body
        self.headers = [(k.lower(), v.strip()) for k, _, v in (line.partition(":") for line in lines[1:])]

    def header(self, name):
        return next((v for k, v in self.headers if k == name), None)

    def cookie(self, name):
        return next((v.partition(";")[0].partition("=")[2] for k, v in self.headers if k == "set-cookie" and v.startswith(name + "=")), None)

    def json(self):
        return json.loads(self.body)


def whole(data):
    """(Reply, rest) once it is all there, else None."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None
    low = head.lower()
    if b"transfer-encoding: chunked" in low:
        body = bytearray()
        while True:
            size, found, rest = rest.partition(b"\r\n")
            if not found or len(rest) < int(size, 16) + 2:
                return None
            n = int(size, 16)
            body += rest[:n]
            rest = rest[n + 2:]
            if n == 0:
                return Reply(head, bytes(body)), rest
    at = low.find(b"content-length:")
    n = int(low[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return (Reply(head, rest[:n]), rest[n:]) if len(rest) >= n else None


class Line:
    """A connection of one person, kept from request to request."""

    def __init__(self, person, number):
        self.person, self.number, self.socket, self.data, self.since = person, number, None, b"", None


class Person:
    def __init__(self, life):
        self.life, self.lines, self.waiting, self.replies = life, {}, set(), []


class Wire:
    def __init__(self, port, mount="/auth"):
        self.address, self.mount = ("127.0.0.1", port), mount
        self.selector, self.timers, self.number = selectors.DefaultSelector(), [], itertools.count()
        self.people, self.never_ended = set(), 0

    def add(self, life):
        person = Person(life)
        self.people.add(person)
        self.resume(person, None)

    def resume(self, person, value):
        try:
            wanted = person.life.send(value)
        except StopIteration:
            self.people.discard(person)
            for line in person.lines.values():
                self.hang_up(line)
            return
        if isinstance(wanted, Pause):
            heapq.heappush(self.timers, (time.monotonic() + wanted.seconds, next(self.number), person))
            return
        requests = wanted if isinstance(wanted, list) else [wanted]
        person.single = not isinstance(wanted, list)
        person.replies, person.waiting = [None] * len(requests), set(range(len(requests)))
        for number, request in enumerate(requests):
            self.send(person.lines.setdefault(number, Line(person, number)), request)

    def send(self, line, request):
        try:
            if line.socket is None:
                line.socket = socket.create_connection(self.address, 10)
                line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.selector.register(line.socket, selectors.EVENT_READ, line)
            line.since, line.data = time.monotonic(), b""
            line.socket.settimeout(10)
            line.socket.sendall(request.wire(self.mount))
            line.socket.setblocking(False)
        except OSError:
            self.later(line)
            return
        if request.cut:
            self.later(line)

    def later(self, line):
        """Without an answer; not at once, or a person who asks again at once would recurse for ever."""
        self.hang_up(line)
        heapq.heappush(self.timers, (time.monotonic() + 0.001, next(self.number), line))

    def hang_up(self, line):
        line.since = None
        if line.socket is not None:
            self.selector.unregister(line.socket)
            line.socket.close()
            line.socket = None

    def answered(self, line, reply):
        person, line.since = line.person, None
        person.replies[line.number] = reply
        person.waiting.discard(line.number)
        if not person.waiting:
            self.resume(person, person.replies[0] if person.single else person.replies)

    def readable(self, line):
        try:
            data = line.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if line.since is None or not data:   # the other end has closed: between two requests, or instead of an answer
            asked = line.since is not None
            self.hang_up(line)
            if asked:
                self.answered(line, None)
            return
        line.data += data
        if done := whole(line.data):
            if (done[0].header("connection") or "").lower() == "close":
                self.hang_up(line)
            self.answered(line, done[0])

    def give_up(self):
        """Whoever has waited too long is told that nothing came."""
        old = time.monotonic() - LIMIT
        for line in [line for person in self.people for line in person.lines.values() if line.since is not None and line.since < old]:
            self.never_ended += 1
            self.hang_up(line)
            self.answered(line, None)

    def run(self, until):
        """Until everybody has come to an end, which `until()`, asked now and then, may hasten."""
        looked = 0
        while self.people:
            now = time.monotonic()
            if now - looked > 0.5:
                looked = now
                until()
                self.give_up()
            while self.timers and self.timers[0][0] <= now:
                _, _, who = heapq.heappop(self.timers)
                if isinstance(who, Line):
                    self.answered(who, None)
                else:
                    self.resume(who, None)
            wait = min(0.2, max(0, self.timers[0][0] - time.monotonic())) if self.timers else 0.2
            for key, _ in self.selector.select(wait):
                if key.data.socket is key.fileobj:
                    self.readable(key.data)
