"""Mistakes 30 and 31: what is sealed with a key of ours. Each test makes the mistake's attack against the real program; README.md is the ledger."""
import contextlib
import hashlib
import re
import sqlite3
import unittest
import urllib.parse

from clients import CB, Jar
from common import VICTIM, House, b64, bearer
from fake.idp import faults
from fake.idp.http_server import Reply
from fake.idp.provider import CLIENT, SECRET

NONCE, TAG = 12, 16   # bytes of AES-GCM before and behind the text (NIST SP 800-38D 5.2.1.1)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def changed(text):
    """`text` with one character changed: each by its highest bit, the last one in every way (RFC 4648 3.5: bits that stand for nothing)."""
    for at, old in enumerate(text):
        if old in ALPHABET:
            yield text[:at] + ALPHABET[ALPHABET.index(old) ^ 32] + text[at + 1:]
    yield from (text[:-1] + new for new in ALPHABET if new != text[-1])


class Kept(House):
    accounts = {"keep_provider_tokens": True}

    def providers(self):
        """one: a person's request token and its secret are kept between the halves of a login, OAuth 1.0a."""
        self.idp.routes["/one/initiate"] = self.initiate
        self.idp.routes["/one/token"] = lambda _: Reply(200, b"oauth_token=at&oauth_token_secret=x", "text/plain")
        self.idp.routes["/one/me"] = lambda _: faults.as_json({"id": 1})
        one = {"kind": "oauth1", "client_id": CLIENT, "client_secret": SECRET, "oauth1": {"signature": "HMAC-SHA1"},
               "request_token": {"url": self.idp.base + "/one/initiate"}, "authorize": {"url": self.idp.base + "/one/authorize"},
               "token": {"url": self.idp.base + "/one/token"}, "user": [{"url": self.idp.base + "/one/me"}], "map": {"uid": "u:/id"}}
        ends = {"url": self.idp.base + "/end"}
        return {"one": one, "ends": self.idp.openid(end_session=ends), **super().providers()}

    def initiate(self, request):
        callback = re.search('oauth_callback="([^"]*)"', request.headers["authorization"])[1]
        self.state = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(urllib.parse.unquote(callback)).query))["state"]
        return Reply(200, b"oauth_token=rt&oauth_token_secret=of-the-flow&oauth_callback_confirmed=true", "text/plain")

    def same_tokens(self):
        """From now on everybody is given the same token: only the seal can differ."""
        self.idp.routes["/login/oauth/access_token"] = lambda _: faults.as_json({"access_token": "at_same", "token_type": "bearer"})
        self.idp.routes["/api/user"] = lambda _: faults.as_json(self.person)

    def kept_token(self, access):
        identity = self.client.get("/users/me/identities/", headers=bearer(access)).json()[0]["id"]
        return self.client.get(f"/users/me/identities/{identity}/token/", headers=bearer(access))

    def flows(self, statement, *values):
        with contextlib.closing(sqlite3.connect(str(self.instance.database) + "-flows", timeout=30)) as db, db:
            return db.execute(statement, values).fetchall()

    def test_30_cve_2021_32791_mod_auth_openidc_static_iv(self):
        """CVE-2021-32791, mod_auth_openidc. AES-GCM with a static IV: who sees two texts has their difference, and the key of the tag. Rule: 96
        random bits for each seal (NIST SP 800-38D 8.2.2), over workers and restarts."""
        self.same_tokens()
        seen = []
        for round_ in range(3):
            for number in range(12):
                self.person = {"id": number}
                self.enter("a", {})
            seen += [sealed for sealed, in self.instance.sql("SELECT sealed FROM provider_tokens")]
            self.restart()
        self.assertEqual(len(seen), 36)
        self.assertEqual(len({len(sealed) for sealed in seen}), 1, "the texts are alike")
        self.assertEqual(len({sealed[:NONCE] for sealed in seen}), 36, "no nonce twice")
        for part in (slice(NONCE, NONCE + 8), slice(-TAG - 8, -TAG), slice(-TAG, None)):
            self.assertEqual(len({sealed[part] for sealed in seen}), 36, "and nothing of one text shows in another")
        self.assertFalse([sealed for sealed in seen if b"at_same" in sealed])

    def test_30_a_seal_belongs_to_its_row(self):
        """The same, static AAD: a sealed text in the place of another was taken. Rule: what it is for, and whose, is authenticated with it."""
        self.same_tokens()
        self.person = VICTIM
        victim = self.enter("a", {})
        self.idp.routes["/login/oauth/access_token"] = lambda _: faults.as_json({"access_token": "at_mine", "token_type": "bearer"})
        self.person = {"id": 666}
        attacker = self.enter("a", {})
        self.assertEqual([self.kept_token(a).json()["access_token"] for a in (victim, attacker)], ["at_same", "at_mine"])
        rows = self.instance.sql("SELECT identity_id, sealed FROM provider_tokens ORDER BY identity_id")
        self.instance.sql("UPDATE provider_tokens SET sealed = ? WHERE identity_id = ?", rows[0][1], rows[1][0])
        self.news()
        reply = self.kept_token(attacker)
        self.assert_refused(reply, "The server made a mistake", "the master key does not open them", 500)
        self.assertNotIn(b"at_same", reply.body)
        self.assertEqual(self.kept_token(victim).json()["access_token"], "at_same")

    def test_30_nor_does_a_flow_open_anothers(self):
        """The same between the halves of a login: what one flow kept is nothing to another."""
        begun = []
        for _ in range(3):
            jar = Jar()
            self.client.begin("one", jar)
            begun.append((self.state, jar))
        rows = self.flows("SELECT id, kept FROM flows WHERE provider = 'one' ORDER BY id")
        self.assertEqual(len({kept for _, kept in rows}), 3)
        self.flows("UPDATE flows SET kept = ? WHERE id = ?", rows[0][1], rows[1][0])
        self.news()
        form = {"oauth_token": "rt", "oauth_verifier": "v"}
        reply = self.client.post("/o/one/", form={**form, "state": begun[1][0]}, jar=begun[1][1])
        self.assert_refused(reply, "This is not allowed.", "sealed text does not open")
        self.assertEqual((self.idp.hits["/one/token"], self.count("users")), (0, [0]))
        self.assertEqual(self.client.post("/o/one/", form={**form, "state": begun[2][0]}, jar=begun[2][1]).status, 201)

    def test_30_nor_does_a_session_show_anothers_id_token(self):
        """The same for the id_token that a logout hints at: who could write the table must not be shown it."""
        def hinted(access):
            url = self.client.post("/logout/", headers=bearer(access)).json()["end_session_url"]
            return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)).get("id_token_hint")
        victim, attacker, other = (self.enter("ends", {"sub": sub}) for sub in ("victim", "attacker", "other"))
        self.instance.sql("UPDATE sessions SET id_token = (SELECT id_token FROM sessions WHERE id = 1) WHERE id = 2")
        self.assertIsNone(hinted(attacker))
        self.assertRegex(hinted(victim) or "", r"^eyJ")
        self.assertRegex(hinted(other) or "", r"^eyJ")

    def test_31_cve_2026_47775_envoy_padding_oracle(self):
        """CVE-2026-47775, Envoy. The code_verifier stood in a cookie under AES-CBC, and the answers told good padding from bad. Rule: AEAD only,
        one answer for every change (RFC 9700 4.5.3: the verifier never leaves the server here). In the database:"""
        access = self.enter("a", VICTIM)
        good = self.kept_token(access)
        self.assertEqual(good.status, 200, good)
        sealed = self.instance.sql("SELECT sealed FROM provider_tokens")[0][0]
        bent = [sealed[:at] + bytes([sealed[at] ^ 1 << at % 8]) + sealed[at + 1:] for at in range(len(sealed))]
        answers = set()
        for one in [*bent, sealed[:-1], sealed + b"\0", sealed[1:], sealed[:NONCE + TAG], sealed[:NONCE], b"\0", b"\0" * len(sealed)]:
            self.instance.sql("UPDATE provider_tokens SET sealed = ?", one)
            reply = self.kept_token(access)
            answers.add((reply.status, reply.body))
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(answers.pop()[0], 500)
        self.instance.sql("UPDATE provider_tokens SET sealed = ?", sealed)
        self.assertEqual(self.kept_token(access).json(), good.json(), "nothing was lost")

    def test_31_in_the_browser(self):
        """What the browser holds: a state, a flow's cookie, a session's. None of them is encrypted; every change is answered alike."""
        jar = Jar()
        form = self.approved("a", VICTIM, jar)
        [(name, cookie)] = jar.items()
        self.assertNotIn("code_verifier", str(form) + cookie)
        wrong = set()
        for state in changed(form["state"]):
            reply = self.client.post("/o/a/", form={**form, "state": state}, headers={"Cookie": f"{name}={cookie}"})
            wrong.add((reply.status, reply.body))
        self.assertEqual(wrong, {(400, b'{"non_field_errors":["Wrong state parameter given."]}')})
        wrong = set()
        for value in changed(cookie):
            reply = self.client.post("/o/a/", form=form, headers={"Cookie": f"{name}={value}"})
            wrong.add((reply.status, reply.body))
        self.assertEqual(wrong, {(400, b'{"non_field_errors":["Session value state missing."]}')})
        self.assertEqual((self.idp.hits["/login/oauth/access_token"], self.count()), (0, [0, 0, 0]))
        done = self.client.post("/o/a/", form=form, jar=jar)
        self.assertEqual(done.status, 201, "all of it was tried in vain, and used nothing up")
        access = done.json()["access"]
        self.assertEqual({self.me(token).status for token in changed(access)}, {401})
        self.assertEqual(self.me(access).status, 200)


class Demo(House):
    """The built-in demo provider seals its codes and access tokens, and gives them to the browser."""
    settings = {"demo": {"enabled": True}}

    def code(self, nonce="n"):
        asked = {"client_id": "latchstring-demo", "redirect_uri": CB, "response_type": "code", "scope": "openid", "nonce": nonce,
                 "code_challenge": b64(hashlib.sha256(b"v" * 43).digest()), "code_challenge_method": "S256"}
        ada = {"person": "other", "name": "Ada", "email": "ada@corp.example"}
        reply = self.client.post("/demo/authorize?" + urllib.parse.urlencode(asked), form=ada)
        self.assertEqual(reply.status, 303, reply)
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(reply.header("Location")).query))["code"]

    def redeem(self, code):
        return self.client.post("/demo/token", form={"grant_type": "authorization_code", "client_id": "latchstring-demo", "redirect_uri": CB,
                                                     "code": code, "code_verifier": "v" * 43})

    def userinfo(self, access):
        return self.client.get("/demo/userinfo", headers=bearer(access))

    def test_31_of_the_demo_provider(self):
        """The same where a sealed text does leave the house; and no kind of token passes for another kind."""
        code, second = self.code(), self.code()
        self.assertNotEqual(code, second, "two seals of one text")
        wrong = {(r.status, r.body) for r in map(self.redeem, changed(code))}
        self.assertEqual(len(wrong), 1, wrong)
        self.assertIn((400, "invalid_grant"), [(status, "invalid_grant") for status, body in wrong if b"invalid_grant" in body])
        tokens = self.redeem(code).json()
        access = tokens["access_token"]
        wrong = {(r.status, r.body) for r in map(self.userinfo, changed(access))}
        self.assertEqual(len(wrong), 1, wrong)
        self.assertEqual((self.redeem(access).status, self.userinfo(code).status, self.userinfo(tokens["id_token"]).status), (400, 401, 401))
        self.assertEqual((self.userinfo(access).status, self.userinfo(access).json()["email"]), (200, "ada@corp.example"))
        for token in (code, access, tokens["id_token"]):
            self.assertEqual(self.me(token).status, 401)


if __name__ == "__main__":
    unittest.main()
