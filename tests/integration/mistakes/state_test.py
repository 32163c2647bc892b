"""Mistakes 19 and 22 to 26: logins that somebody else began, answers of another provider, and things of one kind that pass for another. README.md
beside this file is the ledger."""
import base64
import hashlib
import json
import unittest
import urllib.parse

from way_common import CB, NOT_OURS, Case, Jar, flipped, query_of, reason

EVIL = "https://evil.example"


class Links(Case):
    def test_19_cve_2015_9284_get_begins_a_link(self):
        """CVE-2015-9284 (omniauth). Its request phase took a GET, so that any page could send a signed-in visitor through a login, and the
        attacker's account at the provider was linked to the visitor's. Here what links is a POST of a page of ours (Origin, or
        Sec-Fetch-Site: same-origin), and a GET only ever begins a login, which is bound to its browser (RFC 9700 4.7)."""
        jar = self.signed_in("ok.victim")
        form = {"link": "true", "next": "/me"}
        login = "/o/google-local/login"
        ways = {
            "a link or an image": self.client.get(login + "?link=true", jar=Jar(jar)),
            "a form of another site": self.client.post(login, form=form, jar=Jar(jar), headers={"Origin": EVIL}),
            "a sandboxed frame": self.client.post(login, form=form, jar=Jar(jar), headers={"Origin": "null"}),
            "a browser that sends no Origin": self.client.post(login, form=form, jar=Jar(jar), headers={"Sec-Fetch-Site": "cross-site"}),
            "a site of the same domain": self.client.post(login, form=form, jar=Jar(jar), headers={"Sec-Fetch-Site": "same-site"}),
            "nothing says from where": self.client.post(login, form=form, jar=Jar(jar)),
        }
        for why, reply in ways.items():
            with self.subTest(why):
                self.refused(reply, 403, "CSRF Failed", "link: not a POST of a page of ours")
        begun = self.client.post(login, form=form, jar=jar, headers={"Origin": self.origin})
        self.assertEqual(begun.status, 303, begun)
        self.assertEqual(self.callback(self.idp.approve(begun.header("Location"), "ok.second"), jar, "google-local").status, 303)
        self.assertEqual(len(self.client.get("/users/me/identities/", jar=jar).json()), 2)

    def test_19_the_second_step_of_linking_is_no_other_sites(self):
        """The same in API mode: the answer of a provider is posted with the cookie of who is signed in, by a page of ours or of a listed one."""
        jar = self.signed_in("ok.victim2")
        begun = self.client.get("/o/google-local/link/?" + urllib.parse.urlencode({"redirect_uri": CB}), jar=jar)
        back = self.idp.approve(begun.json()["authorization_url"], "ok.third")
        for headers in ({"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}):
            reply = self.client.post("/o/google-local/link/", form=back, jar=jar, headers=headers)
            self.refused(reply, 403, "CSRF Failed")
        self.assertEqual(self.client.post("/o/google-local/link/", form=back, jar=jar, headers={"Origin": self.origin}).status, 201)


class MixUp(Case):
    def test_22_ghsa_x445_state_of_another_provider(self):
        """GHSA-x445-f3h2-j279 (Auth.js): the cookies that held state and verifier named no provider, so an answer of one passed at the other's
        callback (mix-up, RFC 9700 4.4). A flow's row names its provider; at another's address it is as good as none, and stays unused."""
        for provider, other in (("github-local", "google-local"), ("oidc", "fakeoidc"), ("google-local", "oidc")):
            with self.subTest(provider):
                jar, before = Jar(), self.redeemed()
                back = self.begun(jar, "ok.mix", provider)
                self.refused(self.finish(back, jar, other), 400, "Session value state missing.", "this browser began no login with this provider")
                self.begun(jar, "ok.mix", other)  # now it has begun one there
                self.refused(self.finish(back, jar, other), 400, "Wrong state parameter given.", "state unknown, or not this caller's")
                self.refused(self.callback(self.led(jar, "ok.mix", provider), jar, other), 400, "")
                self.assertEqual(self.redeemed(), before, "no code went anywhere")
                self.assertEqual(self.finish(back, jar, provider).status, 201)

    def test_22_the_answer_names_another_issuer(self):
        """RFC 9207 2.4: whoever names an issuer in the answer must name the right one."""
        for mode in ("api", "redirect"):
            jar = Jar()
            back = self.begun(jar, "ok.iss", "oidc") if mode == "api" else self.led(jar, "ok.iss", "oidc")
            finish = self.finish if mode == "api" else self.callback
            before = self.idp.hits["/oidc/token"]
            self.refused(finish({**back, "iss": "https://evil.example"}, jar, "oidc"), 400 if mode == "api" else 403, "the answer is another provider", "iss")
            self.assertEqual(self.idp.hits["/oidc/token"], before, "the code went to nobody")
            back = self.begun(jar, "ok.iss", "oidc") if mode == "api" else self.led(jar, "ok.iss", "oidc")
            self.assertIn(finish({**back, "iss": self.idp.issuer}, jar, "oidc").status, (201, 303))


class Kinds(Case):
    def test_23_cve_2023_48309_state_passes_for_a_session(self):
        """CVE-2023-48309 (next-auth): the cookie with the state was a JWT of the same key as sessions, so it made whoever copied it a user.
        Every kind of ours is another kind of thing: a number with a secret of which the hash is stored in a table of its own, a cookie under
        its own MAC, a JWT with `token_type` (RFC 8725 3.11). Each is tried in the place of each other."""
        jar = Jar()
        state = self.begun(jar, "ok.kinds", "oidc")["state"]
        nonce = self.client.post("/o/oidc/nonce/").json()["nonce"]
        tokens = self.client.login(self.idp, "ok.kinds", "oidc").json()
        session = self.signed_in("ok.kinds", "oidc")["latchstring"]
        things = {"state": state, "nonce": nonce, "flow cookie": jar["latchstring-flow"], "session cookie": session, "refresh": tokens["refresh"],
                  "access": tokens["access"]}
        places = {
            "access": lambda v: self.client.get("/users/me/", headers={"Authorization": "Bearer " + v}),
            "session cookie": lambda v: self.client.get("/users/me/", headers={"Cookie": "latchstring=" + v}),
            "refresh": lambda v: self.client.post("/jwt/refresh/", form={"refresh": v}),
            "state": lambda v: self.client.post("/o/oidc/", form={"code": "ok.kinds.1", "state": v}, jar=Jar(jar)),
            "flow cookie": lambda v: self.client.post("/o/oidc/", form={"code": "x", "state": state}, headers={"Cookie": "latchstring-flow=" + v}),
            "nonce": lambda v: self.client.post("/o/oidc/", json_text={"id_token": self.idp.sdk("ok.kinds")[0], "nonce": v}),
        }
        for place, ask in places.items():
            for thing, value in things.items():
                if thing == place:
                    continue
                with self.subTest(thing + " as " + place):
                    reply = ask(value)
                    self.assertIn(reply.status, (400, 401), reply)
                    self.assertNotIn("access", reply.json())
        self.assertEqual(places["access"](things["access"]).status, 200)
        self.assertEqual(places["session cookie"](things["session cookie"]).status, 200)
        self.assertEqual(places["refresh"](things["refresh"]).status, 200)
        self.assertNotIn(reason(places["flow cookie"](things["flow cookie"])), NOT_OURS)
        jar2 = Jar()
        self.assertEqual(self.finish(self.begun(jar2, "ok.kinds", "oidc"), jar2, "oidc").status, 201)
        native = self.idp.sdk("ok.kinds", nonce=nonce)[0]
        self.assertEqual(self.client.post("/o/oidc/", json_text={"id_token": native, "nonce": nonce}).status, 201)
        self.assertNotIn("ok.kinds", "".join(v for v in (state, nonce, session, jar["latchstring-flow"])))


class Binding(Case):
    def sent(self, path):
        """The forms that the token endpoint had, newest last."""
        return [r.form() for r in self.idp.seen if r.path == path]

    def test_24_cve_2023_27490_checks_that_can_be_left_out(self):
        """CVE-2023-27490 (next-auth): state, nonce and PKCE could be evaded, since what the browser brought was not held against what it had
        been given. The cookie holds a number and a secret under a MAC; the flow's row has its hash, nonce and verifier come from the state
        by HMAC and never leave (RFC 9700 4.5.3): nothing that a browser can leave out, cut or swap makes a check go away."""
        own, other = Jar(), Jar()
        back = self.begun(own, "ok.bound")
        self.begun(other, "ok.bound")
        cookie = own["latchstring-flow"]
        none, wrong = "Session value state missing.", "Wrong state parameter given."
        for why, jar, text in (("no cookie", {}, none), ("empty", {"latchstring-flow": ""}, none), ("cut", {"latchstring-flow": cookie[:-4]}, none),
                               ("MAC changed", {"latchstring-flow": flipped(cookie, len(cookie) - 3)}, none),
                               ("number changed", {"latchstring-flow": flipped(cookie, 3)}, none),
                               ("its https name", {"__Host-latchstring-flow": cookie}, none), ("another browser's", dict(other), wrong)):
            with self.subTest(why):
                self.refused(self.finish(back, Jar(jar)), 400, text)
        for extra in ({"flow_verifier": "x" * 43}, {"flow_challenge": "x" * 43}, {"code_verifier": "x" * 43}, {"nonce": "x"}):
            with self.subTest(extra):
                self.refused(self.finish({**back, **extra}, Jar()), 400, "state")
        self.assertEqual(self.finish(back, own).status, 201)

    def test_24_nonce_and_verifier_are_each_logins_own(self):
        """RFC 9700 4.5.3, RFC 7636 4.1: fresh, S256, and not to be seen by the browser."""
        jar, urls, begins = Jar(), [], 12
        self.idp.seen.clear()
        for n in range(begins):
            url = self.client.begin("oidc", jar)
            urls.append(url)
            self.assertEqual(self.finish(self.idp.approve(url, f"ok.v{n}"), jar, "oidc").status, 201)
        asked = [query_of(url) for url in urls]
        verifiers = [form["code_verifier"] for form in self.sent("/oidc/token")]
        for name in ("state", "nonce", "code_challenge"):
            self.assertEqual(len({q[name] for q in asked}), begins, name)
        self.assertEqual(len(set(verifiers)), begins)
        for q, verifier in zip(asked, verifiers):
            self.assertEqual(q["code_challenge_method"], "S256")
            self.assertRegex(verifier, r"^[\w.~-]{43,128}$")
            self.assertEqual(base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(), q["code_challenge"])
            self.assertNotIn(verifier, "".join(urls) + "".join(jar.values()) + self.instance.log())
            self.assertNotIn(q["nonce"], "".join(jar.values()))

    def test_24_a_code_of_another_login_is_refused(self):
        """Code injection (RFC 9700 4.5): an attacker's code in the victim's login fails at the verifier, an id_token at the nonce."""
        own, other = Jar(), Jar()
        mine, theirs = self.begun(own, "ok.mine", "oidc"), self.begun(other, "ok.theirs", "oidc")
        self.refused(self.finish({**mine, "code": theirs["code"]}, own, "oidc"), 400, "Authentication process canceled", "HTTP 400")
        self.refused(self.client.login(self.idp, "badnonce.mine", "oidc"), 400, "nonce")
        self.assertEqual(self.client.login(self.idp, "ok.mine", "oidc").status, 201)


class Randomness(Case):
    def test_25_envoy_36276_nonce_is_a_timestamp(self):
        """envoy#36276: the OAuth filter's nonce was the time of day, so that whoever guessed it could plant a login. A state of ours begins with
        a time-ordered number, which is only the row's key; 253 random bits stand beside it (and three that name the key), and nonce, challenge and cookie are unlike each
        other from end to end (RFC 6749 10.10: a guess succeeds with 2^-128 at the most)."""
        count, jars = 256, [Jar() for _ in range(256)]
        asked = [query_of(self.client.begin("oidc", jar)) for jar in jars]
        secrets = {
            "state": [base64.urlsafe_b64decode(q["state"] + "==")[8:] for q in asked],
            "nonce": [base64.urlsafe_b64decode(q["nonce"] + "=" * (-len(q["nonce"]) % 4)) for q in asked],
            "challenge": [base64.urlsafe_b64decode(q["code_challenge"] + "=") for q in asked],
            "browser": [base64.urlsafe_b64decode(jar["latchstring-flow"] + "=" * (-len(jar["latchstring-flow"]) % 4))[8:40] for jar in jars],
        }
        for name, values in secrets.items():
            with self.subTest(name):
                self.assertEqual(len(set(values)), count)
                self.assertGreaterEqual(min(map(len, values)), 32)
                for bit in range(253 if name == "state" else 256):  # each bit is set about half of the times: 7 standard deviations of room, 1 in 10^11
                    ones = sum(v[bit // 8] >> (7 - bit % 8) & 1 for v in values)
                    self.assertTrue(count / 2 - 56 <= ones <= count / 2 + 56, f"bit {bit}: {ones} of {count}")

    def test_25_the_next_state_cannot_be_made_from_the_last(self):
        """Beside its own cookie even: a state one further on is nobody's."""
        jar = Jar()
        back = self.begun(jar, "ok.next")
        number, secret = (lambda raw: (int.from_bytes(raw[:8], "big"), raw[8:]))(base64.urlsafe_b64decode(back["state"] + "=="))
        for step in (-8, -1, 1, 8, 8000):
            guess = base64.urlsafe_b64encode(((number + step) % 2**64).to_bytes(8, "big") + secret).rstrip(b"=").decode()
            self.refused(self.finish({**back, "state": guess}, jar), 400, "Wrong state parameter given.")
        self.assertEqual(self.finish(back, jar).status, 201)


class Fixation(Case):
    def test_26_login_fixation_state_is_a_mere_lookup(self):
        """Flowfin/jellyfin-plugin-sso#326, aussierk/jellyfin-plugin-oidc#8: the server found the state in its table and asked no more, so an
        attacker could send a victim the address with which the attacker's own login ended, and the victim went on as the attacker. A flow
        belongs to the browser that began it (cookie), or to whoever can prove it (flow_verifier): RFC 9700 4.7, RFC 6749 10.12."""
        for mode, begin, finish, good in (("API", self.begun, self.finish, 201), ("redirect", self.led, self.callback, 303)):
            attacker, strangers, victim = Jar(), Jar(), Jar()
            back = begin(attacker, "ok.attacker")
            begin(victim, "ok.victim")  # has a cookie of its own, and a login in hand with this provider
            for why, jar in (("a browser that never was here", strangers), ("one that is about to sign in", victim)):
                with self.subTest(f"{mode}, {why}"):
                    reply = finish(back, jar)
                    if mode == "redirect" and jar is strangers:  # a form_post comes so too: sent again from a page of ours, once
                        self.assertIn(b"<form method=\"post\"", reply.body)
                        reply = self.client.post("/o/github-local/callback", form={**back, "latchstring_continued": "1"}, jar=jar,
                                                 headers={"Origin": self.origin})
                    self.refused(reply, 400, "")
                    self.assertIsNone(self.who(jar))
            self.assertEqual(finish(back, attacker).status, good, "nothing was used up")

    def test_26_without_cookies_a_proof_is_asked_for(self):
        """Apps without cookies keep a flow_verifier; the challenge, which the address shows, proves nothing."""
        verifier = "v" * 20 + "-of_an.app~" + "0" * 30
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        back = self.begun(None, "ok.app", flow_challenge=challenge)
        for proof in ({}, {"flow_verifier": ""}, {"flow_verifier": challenge}, {"flow_verifier": verifier[:-1] + "1"}, {"flow_challenge": challenge}):
            with self.subTest(proof):
                self.refused(self.finish({**back, **proof}, Jar()), 400, "tate")
        self.begun(jar := Jar())
        self.refused(self.finish(back, jar), 400, "Wrong state parameter given.")
        self.assertEqual(self.finish({**back, "flow_verifier": verifier}, Jar()).status, 201)

    def test_26_nocturne_580_unsigned_state(self):
        """nightscout/nocturne#580: the state was base64 of what the client liked to have there. Ours is a number and a secret that the table
        knows; nothing is read out of it."""
        jar = Jar()
        back = self.begun(jar, "ok.unsigned")
        said = {"redirect_uri": EVIL, "provider": "github-local", "user": 1, "next": EVIL}
        raw = base64.urlsafe_b64decode(back["state"] + "==")
        forged = [json.dumps(said), base64.b64encode(json.dumps(said).encode()).decode(), base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode(),
                  "eyJhbGciOiJub25lIn0." + base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode() + ".", "null", "0", "true", "[]",
                  base64.urlsafe_b64encode(raw[:8] + bytes(len(raw) - 8)).rstrip(b"=").decode(), base64.urlsafe_b64encode(bytes(len(raw))).rstrip(b"=").decode(),
                  back["state"] + "A", back["state"] + "=", back["state"][:-1], back["state"].swapcase(), back["state"] * 2, back["state"] + "\0",
                  *(flipped(back["state"], at) for at in range(len(back["state"])))]
        for state in forged:
            reply = self.finish({**back, "state": state}, jar)
            self.assertEqual(reply.status, 400, (state, reply))
        self.assertEqual(self.finish(back, jar).status, 201)


if __name__ == "__main__":
    unittest.main()
