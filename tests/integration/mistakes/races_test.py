"""Mistakes 32 to 34: what works once, brought twice. Each test makes the mistake's attack against the real program; README.md is the ledger."""
import threading
import unittest
import urllib.parse

from clients import Jar
from common import VICTIM, House, bearer, together

CALLERS = 16
WRONG = "Wrong state parameter given."
TOKEN = "/login/oauth/access_token"


class Races(House):
    workers = 4

    def callers(self, call):
        """The replies to `call(client)`, made by all of them at the same time, each on a connection of its own. The provider keeps its token
        answers back until all but one have their reply: who is refused was so before the provider had said a word."""
        answer, last, begin, done = self.idp.routes[TOKEN], threading.Event(), threading.Barrier(CALLERS), threading.Semaphore(0)

        def held(request):
            last.wait(5)
            return answer(request)

        def one(client):
            begin.wait()
            reply = call(client)
            done.release()
            return reply

        def count():
            for _ in range(CALLERS - 1):
                done.acquire(timeout=10)
            last.set()
        self.idp.routes[TOKEN] = held
        counter = threading.Thread(target=count)
        counter.start()
        replies = together([lambda client=self.connect(): one(client) for _ in range(CALLERS)])
        counter.join()
        self.idp.routes[TOKEN] = answer
        return replies

    def assert_once(self, replies, good, text=WRONG, bad=400):
        self.assertEqual(sorted(r.status for r in replies), sorted([good] + [bad] * (CALLERS - 1)), replies)
        self.assertTrue(all(text in r.body.decode() for r in replies if r.status == bad), replies)

    def test_32_ghsa_7w99_5wm4_3g79_better_auth_code_redeemed_twice(self):
        """GHSA-7w99-5wm4-3g79, better-auth. Two requests at the same moment redeemed one code. Rule: one statement takes the flow, before the
        provider is asked (RFC 6749 4.1.2: a code is for one use; RFC 9700 4.7.1: so is a state)."""
        jar = Jar()
        form = self.approved("a", VICTIM, jar)
        self.news()
        self.assert_once(self.callers(lambda client: client.post("/o/a/", form=form, headers={"Cookie": jar.header()})), 201)
        self.assertEqual((self.idp.hits[TOKEN], self.count(), self.count("refresh_tokens")), (1, [1, 1, 1], [1]))
        self.assertIn("state was used before", self.news())

    def test_32_in_redirect_mode(self):
        """The same for the browser's own way: one session cookie."""
        jar = Jar()
        begun = self.client.get("/o/a/login?next=/auth/users/me/", jar=jar)
        self.assertEqual(begun.status, 303, begun)
        back = urllib.parse.urlencode(self.idp.approve(begun.header("Location"), self.idp.somebody(VICTIM)))
        headers = {"Cookie": jar.header(), "Accept": "text/html"}
        replies = self.callers(lambda client: client.get("/o/a/callback?" + back, headers=headers))
        self.assert_once(replies, 303, "state")
        self.assertEqual(len([r for r in replies if r.header("Set-Cookie")]), 1)
        self.assertEqual((self.idp.hits[TOKEN], self.count()), (1, [1, 1, 1]))

    def test_32_while_linking(self):
        """The same for linking: one row."""
        access, jar = self.enter("a", VICTIM), Jar()
        form = self.approved("b", {"id": 7}, jar, "link/", bearer(access))
        self.assert_once(self.callers(lambda client: client.post("/o/b/link/", form=form, headers={"Cookie": jar.header(), **bearer(access)})), 201)
        self.assertEqual((self.idp.hits[TOKEN], self.count("identities")), (2, [2]))

    def test_32_with_an_apps_nonce(self):
        """The same for an app's id_token with a nonce of ours: it is a code of its own."""
        nonce = self.client.post("/o/op/nonce/").json()["nonce"]
        token = self.idp.handed(self.idp.somebody({"sub": "u1"}), nonce)
        self.assert_once(self.callers(lambda client: client.post("/o/op/", form={"id_token": token})), 201, "Incorrect id_token: nonce")
        self.assertEqual(self.count(), [1, 1, 1])

    def refresh(self, token):
        return self.callers(lambda client: client.post("/jwt/refresh/", json_text={"refresh": token}))

    def test_33_ghsa_392p_2q2v_4372_refresh_rotation_forks_the_family(self):
        """GHSA-392p-2q2v-4372. Refreshes at the same moment each got a successor of their own, and the family forked: theft went unseen. Rule: one
        compare-and-swap; within the grace all get the very same successor (RFC 9700 4.14.2)."""
        replies = self.refresh(self.login("a", VICTIM).json()["refresh"])
        self.assertEqual({r.status for r in replies}, {200}, replies)
        self.assertEqual(len({r.json()["refresh"] for r in replies}), 1, "one successor")
        self.assertEqual(self.count("refresh_tokens", "sessions"), [2, 1])
        again = self.refresh(replies[0].json()["refresh"])
        self.assertEqual((len({r.json()["refresh"] for r in again}), self.count("refresh_tokens")), (1, [3]))

    def test_33_without_a_grace(self):
        """The same where every second use is theft: at most one gets a successor, and that one is dead with its family."""
        self.restart(tokens={"refresh_grace": "0s"})
        stays = self.login("a", VICTIM).json()
        replies = self.refresh(self.login("a", VICTIM).json()["refresh"])
        good = [r.json() for r in replies if r.status == 200]
        self.assertEqual(sorted(r.status for r in replies), [200] * len(good) + [401] * (CALLERS - len(good)))
        self.assertEqual(len(good), 1)
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": good[0]["refresh"]}).status, 401)
        self.assertEqual(self.me(good[0]["access"]).status, 401)
        self.assertEqual(self.me(stays["access"]).status, 200, "the other device stays")
        self.assertEqual(self.instance.sql("SELECT DISTINCT outcome FROM audit WHERE event = 'refresh_reuse'"), [("session_ended",)])


class Replays(House):
    def providers(self):
        return {**super().providers(), "ends": self.idp.openid(end_session={"url": self.idp.base + "/end"})}

    def test_34_cve_2025_46815_zitadel_intent_replayed(self):
        """CVE-2025-46815, Zitadel. The id and token that a finished login left in the callback's URL began further sessions. Rule: what comes back
        works once, whoever has it (RFC 9700 4.2.4, 4.7.1)."""
        jar = Jar()
        form = self.approved("a", VICTIM, jar)
        self.assertEqual(self.client.post("/o/a/", form=form, jar=jar).status, 201)
        hits, before = self.idp.hits[TOKEN], self.count()
        self.news()
        for how in ({"form": form}, {"form": {**form, "code": self.approved("a", VICTIM, Jar())["code"]}}):
            self.assert_refused(self.client.post("/o/a/", jar=jar, **how), WRONG, "state was used before")
        query = "?" + urllib.parse.urlencode(form)
        self.assert_refused(self.client.post("/o/a/" + query, form={}, jar=jar), "Invalid state has been provided.", "state was used before")
        for path in ("/o/b/", "/o/op/", "/o/a/link/"):
            self.assertIn(self.client.post(path, form=form, jar=jar).status, (400, 401))
        self.assertEqual(self.client.get("/o/a/callback" + query, jar=jar).status, 400)
        self.assertEqual((self.idp.hits[TOKEN], self.count()), (hits, before), "nobody was asked, nothing was begun")
        self.assertEqual(self.login("a", VICTIM).status, 201, "a login of its own")

    def test_34_in_the_browsers_history(self):
        """The same for redirect mode: going back in the history begins nothing."""
        jar = Jar()
        begun = self.client.get("/o/a/login?next=/auth/users/me/", jar=jar)
        back = "/o/a/callback?" + urllib.parse.urlencode(self.idp.approve(begun.header("Location"), self.idp.somebody(VICTIM)))
        self.assertEqual(self.client.get(back, jar=jar).status, 303)
        hits, before = self.idp.hits[TOKEN], self.count()
        self.assertEqual(self.client.post("/logout/", jar=jar, headers={"Sec-Fetch-Site": "same-origin"}).status, 200)
        reply = self.client.get(back, jar=jar)
        self.assertEqual((reply.status, reply.header("Set-Cookie")), (400, None), reply)
        self.assertEqual(self.client.get("/users/me/", jar=jar).status, 401)
        self.assertEqual((self.idp.hits[TOKEN], self.count()), (hits, before))

    def test_34_a_code_for_another_flow(self):
        """The same with a code that was stolen before it was used: it fits the flow that it was made for, and no other (RFC 7636; RFC 9700 4.5)."""
        for provider, user in (("a", VICTIM), ("op", {"sub": "victim"})):
            stolen = self.approved(provider, user, Jar())["code"]
            jar = Jar()
            mine = self.approved(provider, {"id": 666, "sub": "attacker"}, jar)
            reply = self.client.post(f"/o/{provider}/", form={**mine, "code": stolen}, jar=jar)
            self.assert_refused(reply, "Authentication process canceled", "token: HTTP 400")
        self.assertEqual(self.count(), [0, 0, 0])

    def test_34_the_id_token_of_a_logout(self):
        """The same for the id_token that a logout puts into the browser's history (RP-Initiated Logout 1.0 2, id_token_hint): it is no login."""
        access = self.enter("ends", {"sub": "victim"})
        url = self.client.post("/logout/", headers=bearer(access)).json()["end_session_url"]
        hint = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["id_token_hint"]
        before = self.count("users", "identities", "sessions")
        self.news()
        for provider in ("ends", "op"):
            reply = self.client.post(f"/o/{provider}/", form={"id_token": hint})
            self.assert_refused(reply, "this id_token is spent", "the id_token was the hint of a logout")
        self.assertEqual(self.count("users", "identities", "sessions"), before)
        self.assertEqual(self.client.post("/o/ends/", form={"id_token": self.idp.handed(self.idp.somebody({"sub": "victim"}))}).status, 201)


if __name__ == "__main__":
    unittest.main()
