"""Mistakes 20 and 21: the state, at every provider of the catalogue."""
import concurrent.futures
import unittest
import urllib.parse

import replay_begin
import replay_data
import replay_instance
import replayer
from way_common import CB, NOT_OURS, Jar, harness, query_of, reason


class EachProvider:
    """A probe for replay_instance.run: {number: what is wrong} of one back end."""

    def __init__(self, instance, fact):
        self.instance, self.fact, self.path = instance, fact, f"/o/{fact.provider}/"

    def begin(self, jar):
        reply = self.instance.client.get(f"{self.path}?" + urllib.parse.urlencode({"redirect_uri": CB, **self.fact.get}), jar=jar)
        assert reply.status == 200, f"GET: {reply}"
        return replay_data.state_in(query_of(reply.json()["authorization_url"])) or ""

    def answers(self, state):
        """What an attacker would bring, for every protocol at once."""
        callback = {"code": "theirs", "oauth_token": "foobar", "oauth_verifier": "theirs", "ticket": "ST-1", "openid.mode": "id_res",
                    "SAMLResponse": "PHg+", "api_server": "https://evil.example/", **self.fact.row.get("callback", {})}
        return {**callback, **({"state": state} if state else {})}

    def post(self, state, jar):
        """(the reason of a refusal, whether the provider was asked anything)"""
        before = len(self.instance.replayer.requests)
        form = {k: v for k, v in self.answers(state).items() if k != "state" or state}
        reply = self.instance.client.post(self.path, form=form, jar=jar)
        return (reason(reply) if reply.status == 400 else str(reply)), len(self.instance.replayer.requests) > before

    def __call__(self):
        self.instance.forget()
        self.instance.replayer.play(replay_begin.Script(self.fact, self.instance.files.in_metadata(self.fact) or self.fact.row.get("issuer", "")))
        ours, theirs = Jar(), Jar()
        state, again, planted = self.begin(ours), self.begin(ours), self.begin(theirs)
        out = []
        if len(state) < 50 or len({state, again, planted}) != 3:
            out.append((21, f"states: {state!r}, {again!r}"))
        for why, value in {"no state": "", "an empty one": " ", "one made up": "x" * 54, "another browser's": planted}.items():
            said, asked = self.post(value, ours)
            if said not in NOT_OURS or asked:
                out.append((20, f"{why}: {said!r}, provider asked: {asked}"))
        said, _ = self.post(state, ours)
        if said in NOT_OURS:
            out.append((20, f"its own state is refused too: {said!r}"))
        return out


class EveryProvider(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        authority, cls.results = replayer.Authority(harness.temporary_folder()), {}
        facts = [f for f in replay_begin.load() if f.kind != "refused"]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            def batch(one):
                replay_instance.run(one.cases, authority, EachProvider, lambda fact, found: cls.results.update({str(fact): found}))
            list(pool.map(batch, replay_instance.batches(facts, 80)))
        cls.expected = {str(f) for f in facts}

    def wrong(self, number):
        """The back ends with that mistake, and those that could not be tried."""
        return {fact: found for fact, found in self.results.items() if [f for f in found if isinstance(f, str) or f[0] == number]}

    def test_20_social_core_state_not_checked(self):
        """social-core 5.0.0-5.0.2: LoginRadius, Twilio, LINE and Shopify took an answer without looking at the state, Odnoklassniki asked a
        host that the callback named, a half-finished login could be resumed by another browser. The state is read before any engine sees
        the answer (RFC 9700 4.7.1): no provider's file and no engine can leave it out, and no one is asked before."""
        self.assertEqual(set(self.results), self.expected)
        self.assertGreaterEqual(len({name.partition(":")[0] for name in self.results}), 200)
        self.assertEqual(self.wrong(20), {})

    def test_21_allauth_65_16_1_providers_without_state(self):
        """allauth before 65.16.1: Edx, Questrade and AngelList began logins without a state. Every login of ours has one, fresh, of 256 random
        bits, in the address of each of the catalogue's providers, whatever its protocol calls it."""
        self.assertEqual(self.wrong(21), {})


class Odnoklassniki(unittest.TestCase):
    def test_20_social_core_a_host_from_the_callback(self):
        """social-core's Odnoklassniki called the `api_server` that the browser brought. A file that would have us do that does not start:
        what comes from outside stands in no host."""
        provider = {"kind": "oauth2", "title": "x", "client_id": "c", "client_secret": "s", "authorize": {"url": "https://p.example/a"},
                    "token": {"url": "https://p.example/t", "client_auth": "post"}, "map": {"uid": "u:/id"}}
        for url, starts in (("https://p.example/me", True), ("{c:/api_server}/me", False), ("https://{c:/api_server}/me", False)):
            instance = harness.Instance({"providers": {"shop": {**provider, "user": [{"url": url}]}}})
            done = instance.command("check", check=False)
            with self.subTest(url):
                self.assertEqual("FAIL providers" not in done.stderr, starts, done)
                self.assertEqual("providers.shop.user.url: " not in done.stderr, starts, done)


if __name__ == "__main__":
    unittest.main()
