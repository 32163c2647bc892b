"""The end check: what the journals claim against the database, all of it, and against latchstring itself, as much as time allows."""
import contextlib
import hashlib
import random
import sqlite3
import time

import wire
from lives import claims_of

SERVED = 60   # seconds within which a request without an answer is served, if at all


class Claim:
    """What must be true of a session."""
    __slots__ = ("user", "name", "refresh", "cookie", "state", "loose")

    def __init__(self, user, name, refresh, cookie):
        self.user, self.name, self.refresh, self.cookie, self.state = user, name, refresh, cookie, "live"
        self.loose = []


def read(paths, moves):
    """session -> Claim; state: live, ended, or unknown (something was tried that was never acknowledged, or, for all that is known, a refresh was
    served after the clock had moved). `moves`: when it moved."""
    claims = {}
    for path in paths:
        with open(path, encoding="utf-8") as journal:
            for line in journal:
                what, number, *words = line.rstrip("\n").split("\t")
                if what == "L":
                    user, name, refresh, cookie = (w if w != "-" else None for w in words)
                    claims[int(number)] = Claim(user, name, refresh, cookie)
                    continue
                claim = claims[int(number)]
                if what == "R":
                    claim.refresh, claim.state = words[0], "live"
                elif what == "F":
                    claim.loose.append(float(words[0]))
                else:
                    claim.state = {"P": "unknown", "O": "ended", "X": "unknown"}[what]
    for claim in claims.values():
        if claim.state == "live" and any(when < move < when + SERVED for when in claim.loose for move in moves):
            claim.state = "unknown"
    return claims


def jti_hash(token):
    return hashlib.sha256(claims_of(token)["jti"].encode()).digest()


def against_database(path, claims):
    """What is not there: lines of text."""
    missing = []
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as db:
        ended = dict(db.execute("SELECT id, ended FROM sessions"))
        users = {(number, uid) for number, uid in db.execute("SELECT s.id, i.uid FROM sessions s JOIN identities i ON i.user_id = s.user_id")}
        for number, claim in claims.items():
            if number not in ended:
                missing.append(f"session {number} of {claim.user} ({claim.state}) is not in the database")
            elif (number, claim.user) not in users:
                missing.append(f"session {number}: it is not of a user with the identity {claim.user}")
            elif claim.state == "ended" and not ended[number]:
                missing.append(f"session {number} of {claim.user}: its end was acknowledged, and it goes on")
            elif claim.state == "live" and ended[number]:
                missing.append(f"session {number} of {claim.user}: nobody ended it, and it has ended")
            elif claim.state == "live" and claim.refresh:
                row = db.execute("SELECT next_issued FROM refresh_tokens WHERE hash = ? AND expires = ?",
                                 (jti_hash(claim.refresh), claims_of(claim.refresh)["exp"])).fetchone()
                if row is None:
                    missing.append(f"session {number} of {claim.user}: its newest refresh token is not in the database")
    return missing


def whole(path):
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as db:
        found = db.execute("PRAGMA integrity_check").fetchall(), db.execute("PRAGMA foreign_key_check").fetchall()
    return [] if found == ([("ok",)], []) else [f"{path.name}: {str(found)[:300]}"]


class Asked:
    """Everybody whom the time allows is asked for: who is live comes in, who has ended does not."""

    def __init__(self, claims, seed):
        self.order = [(n, c) for n, c in claims.items() if c.state != "unknown"]
        random.Random(seed).shuffle(self.order)
        self.counted, self.wrong, self.over = {"live": 0, "ended": 0}, [], 0

    def ask(self):
        while self.order and time.monotonic() < self.over:
            number, claim = self.order.pop()
            for _ in range(50):   # until it is a yes or a no
                reply = yield from self.question(claim)
                if reply is not None and reply.status in (200, 401):
                    break
                yield wire.Pause(0.1)
            good = reply is not None and reply.status == 200
            if good != (claim.state == "live"):
                self.wrong.append(f"session {number} of {claim.user} ({claim.state}): {reply.status if reply else 'no answer'} "
                                  f"{reply.body[:150] if reply else ''}")
            elif good and claim.refresh:
                reply = yield wire.Request("GET", "/users/me/", {"Authorization": "Bearer " + reply.json()["access"]})
                if reply is None or reply.status != 200 or reply.json()["username"] != claim.name:
                    self.wrong.append(f"session {number} of {claim.user}: /users/me/ with its new access token: {reply and reply.status}")
            self.counted[claim.state] += 1

    def question(self, claim):
        if claim.cookie:
            return (yield wire.Request("GET", "/gate", {"Cookie": "latchstring=" + claim.cookie}))
        return (yield wire.Request("POST", "/jwt/refresh/", json={"refresh": claim.refresh}))

    def run(self, port, seconds):
        self.over = time.monotonic() + seconds
        over = wire.Wire(port)
        for _ in range(16):
            over.add(self.ask())
        over.run(lambda: None)
        return over.never_ended
