"""Mistake 36: what a token costs before it is believed. The attack against the real program; README.md is the ledger."""
import json
import unittest

import harness
from clients import Jar
from common import VICTIM, House, b64, bearer, memory, together

LONG = 60_000   # as much as a body may have, nearly
ROOM = (2 if harness.MODE in ("release", "debug") else 64) << 20   # a sanitizer keeps for a while what was freed


def head(**more):
    return b64(json.dumps({"alg": "ES256", "typ": "JWT", **more}).encode())


DOTS = {"dots alone": "." * LONG, "a letter between": "a." * (LONG // 2), "a header and dots": head() + "." * (LONG - 60),
        "as many headers": (head() + ".") * (LONG // 60)}
SIZES = {"a long header": head(kid="k" * 40_000) + ".e30.AA", "a deep header": b64(b'{"alg":"ES256","a":' + b"[" * 20_000) + ".e30.AA",
         "a deep payload": head() + "." + b64(b"[" * 40_000) + ".AA", "many members": head() + "." + b64(b"{" + b'"a":1,' * 6000 + b'"b":1}') + ".AA",
         "a long signature": head() + ".e30." + "A" * LONG, "five parts (JWE)": head(enc="A256GCM", zip="DEF") + "." + "A" * 1000 + ".A.A.A"}


class Size(House):
    settings = {"introspection": {"client_id": "api", "client_secret": "0123456789abcdef0123456789abcdef"}}

    def brought(self, token):
        """It is brought to every place that takes a token of somebody; (place, reply)."""
        client = self.connect()
        client_of_ours = {"client_id": "api", "client_secret": "0123456789abcdef0123456789abcdef"}
        yield "header", client.get("/users/me/", headers=bearer(token))
        yield "gate", client.get("/gate", headers=bearer(token))
        yield "verify", client.post("/jwt/verify/", json_text={"token": token})
        yield "refresh", client.post("/jwt/refresh/", form={"refresh": token})
        yield "revoke", client.post("/jwt/revoke/", form={"refresh": token})
        yield "introspect", client.post("/token/introspect/", form={"token": token, **client_of_ours})
        yield "app", client.post("/o/op/", form={"id_token": token})
        yield "backchannel", client.post("/o/op/backchannel-logout", form={"logout_token": token})
        yield "events", client.post("/o/op/events", body=token, headers={"Content-Type": "application/secevent+jwt"})
        client.close()

    def at_provider(self, token):
        """The same from the provider: its id_token, four times as long."""
        user = self.idp.somebody({"sub": "u1"}, token=lambda _: token * 3)
        jar = Jar()
        form = self.idp.approve(self.client.begin("op", jar), user)
        return self.connect().post("/o/op/", form=form, jar=jar)

    def growth(self, token):
        """By how much the worker's memory peaks above what it was, 8 times 9 requests in hand."""
        [pid] = self.instance.process.children()
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as peak:
            peak.write("5")   # proc(5): VmHWM begins anew
        before = memory(pid)[0]
        together([lambda: list(self.brought(token)) for _ in range(8)])
        return memory(pid)[1] - before

    def test_36_cve_2025_30204_go_jwt_many_dots(self):
        """CVE-2025-30204 (golang-jwt), CVE-2025-22868 (x/oauth2/jws). A header full of dots was split into as many strings. Rule: 16 KiB and exactly
        two dots before anything is split or decoded; the header 4 KiB, its depth 4 (jws.cc; RFC 7515 7.1: a compact JWS has three parts)."""
        for _ in range(2):
            self.growth("x" * LONG)   # buffers grow once
        plain = max(self.growth("x" * LONG) for _ in range(2))
        for name, token in {**DOTS, **SIZES}.items():
            grown = self.growth(token)
            self.assertLess(grown, plain + ROOM, f"{name}: {grown} bytes, without dots {plain}")

    def test_36_and_each_is_refused(self):
        """The same: refused everywhere, with a reason, and a token is still a token."""
        self.enter("op", {"sub": "u1"})
        access, refresh = (self.login("a", VICTIM).json()[name] for name in ("access", "refresh"))
        before = self.count()
        for name, token in {**DOTS, **SIZES}.items():
            for place, reply in self.brought(token):
                with self.subTest(f"{name}, {place}"):
                    if place == "introspect" and reply.status == 200:
                        self.assertEqual(reply.json(), {"active": False})
                    else:
                        self.assertIn(reply.status, (400, 401, 413, 431), reply)
            self.news()
            self.assert_refused(self.at_provider(token), "", "why=")
        self.news()
        for dots in (0, 1, 3, 4):
            token = ".".join([head()] * (dots + 1))
            self.assertEqual(self.client.post("/jwt/verify/", json_text={"token": token}).status, 401)
            self.assertIn("jws: not three parts", self.news())
        self.assertEqual(self.client.post("/jwt/verify/", json_text={"token": head() + ".e30." + "A" * 16384}).status, 401)
        self.assertIn("jws: more than 16 KiB", self.news())
        self.assertEqual(self.count(), before)
        self.assertEqual(self.me(access).status, 200)
        self.assertEqual(self.client.post("/jwt/refresh/", form={"refresh": refresh}).status, 200)


if __name__ == "__main__":
    unittest.main()
