"""What people of the soak do, and what must be true of every answer. A life is a generator for wire.py.

What was acknowledged holds. What got no answer, or an error, may have been done or not: it is tried again while that is safe, and otherwise
left alone. Times are latchstring's own (control.py), so that a token is only called lost when it was valid by its clock."""
import base64
import hashlib
import html
import json
import random
import re
import urllib.parse

from wire import Pause, Request

BACK = "https://app.example/cb"
LEEWAY = 55      # RFC 7519 iat: latchstring takes tokens from up to 60 s ahead
MARGIN = 3       # seconds by which our view of its clock may be off


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def continued(reply):
    """What the page sends that has the browser come again ("continue" in www/templates); {} if it is another page."""
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', reply.body.decode(errors="replace"))
    form = {html.unescape(name): html.unescape(value) for name, value in fields}
    return form if "latchstring_continued" in form else {}


class Session:
    """Of one login that was acknowledged."""

    def __init__(self, number, user, access=None, refresh=None, cookie=None):
        self.number, self.user, self.cookie = number, user, cookie
        self.access, self.refresh = access, refresh
        self.gone = False     # lost, or given up
        self.loose = None     # `moves` of the clock when a refresh was sent of which nobody knows when it is served


class Moment:
    """From the sending of a request to its answer, by latchstring's clock."""

    def __init__(self, control):
        self.control, self.moves, self.began = control, control.moves, control.now()

    def steady(self):
        """The clock stood still, but for its own pace."""
        return self.moves == self.control.moves and self.moves % 2 == 0

    def valid(self, session, claims):
        """The token must be taken: the clock stood still, is between its times, and did not stand elsewhere since a refresh got loose. (That one
        may be served late, outside of its window by the new clock: reuse, which ends the session.)"""
        if not self.steady() or session.loose not in (None, self.moves):
            return False
        return claims["iat"] < self.began + LEEWAY and self.control.now() + MARGIN < claims["exp"]


class Lives:
    def __init__(self, book, control, origin, grace, prefix, seed):
        self.book, self.control, self.origin, self.grace, self.prefix = book, control, origin, grace, prefix
        self.random, self.count, self.leave, self.ended = random.Random(seed), 0, False, []

    def headers(self, **more):
        """Everybody has an address of their own (nginx is a trusted proxy)."""
        n = self.random.getrandbits(24)
        return {"X-Forwarded-For": f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", **more}

    def bearer(self, session):
        return self.headers(Authorization="Bearer " + session.access)

    def life(self, resident=None):
        """One login after the other, until it is time to leave. A resident stays long, and came by the way that is named: whatever
        the provider or the disk does, somebody is at work."""
        yield Pause(self.random.random() / 10)
        while not self.leave:
            way = self.by_cookie if self.random.random() < 0.3 else self.by_token
            if resident:   # half of them ask the gate and nothing else
                way = resident
            session = yield from way("soak" if self.random.random() < 0.6 else "soakoidc")
            if session is None:
                yield Pause(0.05)
                continue
            for _ in range(1 if not resident else 300 if session.refresh else 10**9):
                yield from (self.browse(session) if session.cookie else self.work(session))
                if session.gone or self.leave:
                    break
            if self.random.random() < 0.7:
                yield from self.log_out(session)
            yield from self.old_and_strange()

    # ---- logging in -------------------------------------------------------------------------------------------------------------
    def visitor(self):
        self.count += 1
        return f"{self.prefix}{self.count}" if self.random.random() < 0.8 else f"{self.prefix}{self.random.randint(1, self.count)}"

    def code(self, url, user):
        """What the provider sends the browser back with: it is the person's word, with the nonce of the request."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        return {"state": query["state"], "code": f"{user}.{query['nonce']}" if "nonce" in query else user}

    def by_token(self, provider):
        user, headers, proof = self.visitor(), self.headers(), {}
        query = {"redirect_uri": BACK}
        if self.random.random() < 0.5:
            proof = {"flow_verifier": f"{self.random.getrandbits(256):064x}"}
            digest = hashlib.sha256(proof["flow_verifier"].encode()).digest()
            query["flow_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        reply = yield Request("GET", f"/o/{provider}/?" + urllib.parse.urlencode(query), headers)
        if not self.book.answered("begin", reply, 200):
            return None
        if not proof:
            headers["Cookie"] = "latchstring-flow=" + reply.cookie("latchstring-flow")
        form = {**self.code(reply.json()["authorization_url"], user), **proof}
        post = Request("POST", f"/o/{provider}/", headers, form=form)
        replies = [(yield post)] if self.random.random() < 0.9 else (yield [post, post])
        return (yield from self.token_login(user, post, replies))

    def token_login(self, user, post, replies):
        good = [r for r in replies if r is not None and r.status == 201]
        if len(good) > 1:
            self.book.wrong("one state was good for two logins")
        self.book.answered("login", (good or replies)[0], 201)
        if not good:
            return None
        done = good[0].json()
        session = Session(int(claims_of(done["refresh"])["sid"]), user, done["access"], done["refresh"])
        self.book.login(session, done["user"])
        if self.random.random() < 0.1:   # the state is used up
            again = yield post
            if again and again.status == 201:
                self.book.wrong("one state was good for a second login")
        return session

    def by_cookie(self, provider):
        user, headers = self.visitor(), self.headers()
        reply = yield Request("GET", f"/o/{provider}/login?next=/welcome", headers)
        if not self.book.answered("begin", reply, 303):
            return None
        cookie = {"Cookie": "latchstring-flow=" + reply.cookie("latchstring-flow")}
        target = f"/o/{provider}/callback?" + urllib.parse.urlencode(self.code(reply.header("location"), user))
        reply = yield Request("GET", target, {**headers, **cookie})
        if reply and reply.status == 200 and (form := continued(reply)):
            # A worker that does not know the cookie (yet: its maker has the new master key already) has the browser send it all once more.
            self.book.counted["sent once more"] += 1
            reply = yield Request("POST", f"/o/{provider}/callback", {**headers, **cookie, "Origin": self.origin}, form=form)
        if not self.book.answered("login", reply, 303):
            return None
        if reply.header("location") != self.origin + "/welcome":
            self.book.wrong(f"redirect mode led to {reply.header('location')}")
        value = reply.cookie("latchstring")
        number = int.from_bytes(base64.urlsafe_b64decode(value + "==")[:8], "big")
        session = Session(number, user, cookie=value)
        self.book.login(session, user)
        if self.random.random() < 0.1:
            again = yield Request("GET", target, {**headers, **cookie})
            if again and again.status == 303 and again.cookie("latchstring"):
                self.book.wrong("one state was good for a second login")
        return session

    # ---- being signed in --------------------------------------------------------------------------------------------------------
    def browse(self, session):
        for _ in range(self.random.randint(1, 6)):
            reply = yield Request("GET", "/gate", self.headers(Cookie="latchstring=" + session.cookie))
            if not self.book.answered("gate", reply, 200) and reply and reply.status == 401:
                self.book.lost(session, f"(cookie): the gate does not know it")
                return

    def work(self, session):
        for _ in range(self.random.randint(1, 5)):
            claims = claims_of(session.access)
            self.book.counted[f"life {claims['exp'] - claims['iat']}"] += 1
            for path, kind in (("/gate", "gate"), ("/users/me/", "me"))[:self.random.randint(1, 2)]:
                moment = Moment(self.control)
                reply = yield Request("GET", path, self.bearer(session))
                if not self.book.answered(kind, reply, 200) and reply and reply.status == 401 and moment.valid(session, claims):
                    self.book.lost(session, f"{path} does not take its access token: {reply.body[:200]}")
                    return
            if not (yield from self.refresh(session)):
                return

    def refresh(self, session):
        """True when there is a successor. Tried again with the same token as long as the window for that is open for sure."""
        old = session.refresh
        self.book.pending(session, "refresh")
        first = Moment(self.control)
        request = Request("POST", "/jwt/refresh/", self.headers(), json={"refresh": old})
        if self.random.random() < 0.1:
            yield Request("POST", "/jwt/refresh/", self.headers(), json={"refresh": old}, cut=True)
            self.got_loose(session, first)
        while True:
            moment = Moment(self.control)
            if not (first.steady() and first.began <= moment.began < first.began + self.grace - MARGIN):
                self.book.let_go(session, "the clock or a long pause came between a refresh and its second try")
                return False
            reply = yield request
            if self.book.answered("refresh", reply, 200):
                break
            self.perhaps_loose(session, moment, reply)
            if reply and reply.status == 401:
                if first.steady() and moment.valid(session, claims_of(old)):
                    self.book.lost(session, f"its refresh token is refused: {reply.body[:200]}")
                else:
                    self.book.let_go(session, "its tokens are of another time")
                return False
            if self.leave:
                return False   # it stays pending
            yield Pause(0.1)
        done = reply.json()
        session.access, session.refresh = done["access"], done["refresh"]
        self.book.refreshed(session)
        if self.random.random() < 0.1:   # an answer that was lost is given again
            reply = yield request
            safe = first.steady() and self.control.now() < first.began + self.grace - MARGIN
            self.perhaps_loose(session, first, reply)
            if self.book.answered("refresh again", reply, 200) and reply.json()["refresh"] != session.refresh:
                self.book.wrong(f"session {session.number}: a second successor within the window")
            elif reply and reply.status == 401:
                if safe and moment.valid(session, claims_of(old)):
                    self.book.lost(session, f"a lost answer was not given again: {reply.body[:200]}")
                else:
                    self.book.let_go(session, "asked again in another time")
                return False
        return True

    def got_loose(self, session, moment):
        session.loose = moment.moves
        self.book.loose(session)

    def perhaps_loose(self, session, moment, reply):
        """No answer, or one that nginx gave itself: latchstring may come to it later."""
        if reply is None or reply.status in (502, 504):
            self.got_loose(session, moment)

    # ---- and out ----------------------------------------------------------------------------------------------------------------
    def log_out(self, session):
        if session.gone:
            return
        self.book.pending(session, "logout")
        while True:
            if session.cookie:
                request = Request("POST", "/logout/", self.headers(Cookie="latchstring=" + session.cookie, Origin=self.origin))
            else:
                request = Request("POST", "/logout/", self.headers(), json={"refresh": session.refresh})
            moment = Moment(self.control)
            reply = yield request
            if self.book.answered("logout", reply, 200):
                break
            if reply and reply.status == 401:
                if session.cookie or moment.valid(session, claims_of(session.refresh)):
                    self.book.lost(session, f"cannot be left: {reply.body[:200]}")
                return
            if self.leave:
                return
            yield Pause(0.1)
        self.book.left(session)
        yield from self.is_out(session)
        self.ended.append(session)
        if len(self.ended) > 500:
            self.ended.pop(self.random.randrange(len(self.ended)))

    def is_out(self, session):
        headers = self.headers(Cookie="latchstring=" + session.cookie) if session.cookie else self.bearer(session)
        reply = yield Request("GET", "/gate", headers)
        if reply and reply.status == 200:
            self.book.wrong(f"session {session.number}: the gate is open after its end was acknowledged")
        self.book.answered("gate, ended", reply, 401)
        if session.refresh:
            reply = yield Request("POST", "/jwt/refresh/", self.headers(), json={"refresh": session.refresh})
            if reply and reply.status == 200:
                self.book.wrong(f"session {session.number}: refreshed after its end was acknowledged")
            self.book.answered("refresh, ended", reply, 401)

    def old_and_strange(self):
        if self.ended and self.random.random() < 0.3:
            yield from self.is_out(self.random.choice(self.ended))
        reply = yield Request("GET", "/gate", self.stranger())
        if reply and reply.status == 200:
            self.book.wrong("the gate is open for a stranger")
        self.book.answered("gate, stranger", reply, 401)

    def stranger(self):
        """Nobody, or somebody with a cookie or token that looks right."""
        kind = self.random.randrange(3)
        if kind == 0:
            return self.headers()
        if kind == 1:
            made = self.random.randrange(1, 1000).to_bytes(8, "big") + self.random.randbytes(32)
            return self.headers(Cookie="latchstring=" + base64.urlsafe_b64encode(made).rstrip(b"=").decode())
        known = next((s for s in reversed(self.ended) if s.access), None)
        if known is None:
            return self.headers(Authorization="Bearer a.b.c")
        head, body, signature = known.access.split(".")
        return self.headers(Authorization=f"Bearer {head}.{body}.{signature[::-1]}")
