"""1,000 refreshes of one token at the same moment, over 4 workers: one successor. An answer that was lost, and a worker that was killed:
the same successor. Reuse after the window: the whole family ends (RFC 9700 4.14.2)."""
import base64
import contextlib
import json
import os
import resource
import signal
import unittest

import fcgi_client
import harness
from clients import TIMEOUT, Direct
from fake.idp.provider import Provider

CALLERS = 1000


def claims(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


class Storm(unittest.TestCase):
    grace = "5m"   # a storm on a slow machine is within it

    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        self.instance = harness.Instance({"providers": harness.local_providers(self.idp), "tokens": {"refresh_grace": self.grace}}, workers=4)
        self.instance.start()
        self.addCleanup(lambda: self.instance.stop())
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    def login(self):
        return self.client.login(self.idp, "ok.u1").json()

    def refresh(self, token):
        return self.client.post("/jwt/refresh/", json_text={"refresh": token})

    def me(self, tokens):
        return self.client.get("/users/me/", headers={"Authorization": f"Bearer {tokens['access']}"}).status

    def wire(self, token):
        """A refresh as it goes over the socket."""
        body = json.dumps({"refresh": token}).encode()
        pairs = self.client.pairs("POST", "/auth/jwt/refresh/", {"Content-Type": "application/json"}, body)
        return fcgi_client.request(body, pairs=pairs)

    def rows(self):
        return self.instance.sql("SELECT count(*) FROM refresh_tokens")[0][0]


class Together(Storm):
    def test_a_thousand_get_one_successor(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 2 * CALLERS:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * CALLERS), hard))
        first = self.login()
        wire = self.wire(first["refresh"])
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(fcgi_client.Connection(self.instance.socket, TIMEOUT * 4)) for _ in range(CALLERS)]
            for connection in connections:   # all of them are in hand before the first answer is read
                connection.send(wire)
            answers = [connection.answer() for connection in connections]
        self.assertEqual({a.status for a in answers}, {200})
        pairs = [json.loads(a.body) for a in answers]
        self.assertEqual(len({p["refresh"] for p in pairs}), 1, "one successor, byte for byte")
        self.assertEqual({claims(p["access"])["sid"] for p in pairs}, {claims(first["access"])["sid"]})
        self.assertEqual(self.rows(), 2, "nothing of the other 999 was kept")
        self.assertTrue(all(self.me(p) == 200 for p in pairs[::100]))
        self.assertEqual(self.refresh(pairs[0]["refresh"]).status, 200, "and it is good for the next")
        self.assertEqual(self.instance.sql("SELECT count(*) FROM audit WHERE event = 'refresh_reuse'"), [(0,)])


class Lost(Storm):
    def test_a_lost_answer_is_given_again(self):
        token = self.login()["refresh"]
        with fcgi_client.Connection(self.instance.socket, TIMEOUT) as connection:
            connection.send(self.wire(token))
            harness.wait_for("the exchange to be on record", lambda: self.rows() == 2)
        # The connection is gone, the answer with it. The next try meets another worker, or none of those that were there.
        again = self.refresh(token)
        self.assertEqual(again.status, 200, again)
        for pid in self.instance.process.children():
            os.kill(pid, signal.SIGKILL)
        third = harness.wait_for("new workers", lambda: self.tried(token))
        self.assertEqual(third.json()["refresh"], again.json()["refresh"])
        self.assertEqual(self.rows(), 2)
        self.assertEqual(self.refresh(third.json()["refresh"]).status, 200)

    def tried(self, token):
        with contextlib.suppress(OSError, EOFError):
            reply = self.refresh(token)
            return reply if reply.status == 200 else None


class Reuse(Storm):
    grace = "1s"

    def test_after_the_window_the_family_ends(self):
        other_device = self.login()
        first = self.login()
        second = self.refresh(first["refresh"]).json()
        third = self.refresh(second["refresh"]).json()
        refused = harness.wait_for("the window to close", lambda: (r := self.refresh(first["refresh"])).status != 200 and r)
        self.assertEqual((refused.status, refused.json()["code"]), (401, "token_not_valid"))
        for dead in (first, second, third):
            self.assertEqual(self.refresh(dead["refresh"]).status, 401)
            self.assertEqual(self.me(dead), 401, "its access tokens too, here")
        self.assertEqual(self.refresh(other_device["refresh"]).status, 200)
        self.assertEqual(self.instance.sql("SELECT outcome, remote_addr FROM audit WHERE event = 'refresh_reuse'"),
                         [("session_ended", "127.0.0.1")])

    def test_without_a_window_every_second_use_is_reuse(self):
        self.instance.stop()
        self.instance.settings["tokens"]["refresh_grace"] = "0s"
        self.instance.write()
        self.instance.start()
        first = self.login()
        self.assertEqual([self.refresh(first["refresh"]).status for _ in range(2)], [200, 401])


if __name__ == "__main__":
    unittest.main()
