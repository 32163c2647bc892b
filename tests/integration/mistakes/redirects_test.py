"""Mistakes 37 and 38: redirects that lead where somebody else likes. What leads away is decided by what a browser makes of a text (payloads.py),
not only by our answer: whatever is not refused must end on a page of ours."""
import unittest
import urllib.parse

import people
from payloads import origins, wire
from redirects_common import LISTED, ONE, OURS, REFUSED, TEXTS, Redirects
from way_common import CB, Direct, query_of

GOOD = {"/": OURS + "/", "/me?tab=1": OURS + "/me?tab=1", "/a/b%20c": OURS + "/a/b%20c", "/auth/account": OURS + "/auth/account",
        OURS + "/me": OURS + "/me", LISTED: LISTED + "/", LISTED + "/x?y=z": LISTED + "/x?y=z", ONE: ONE}


class Next(Redirects):
    def test_37_cve_2020_5233_next_in_every_spelling(self):
        """CVE-2020-5233, -11053, -4037, CVE-2017-1000070 (oauth2-proxy): `rd` was tested with patterns, and browsers read "/\\", "%09", "%0a" and
        more otherwise. Here `next` is refused for every byte and segment that anybody reads in two ways (RFC 9700 4.11; WHATWG URL 4.4),
        what is left is compared as an origin, and Location is an absolute URL."""
        self.try_all("next")

    def test_37_what_may_be_named_is_reached(self):
        for text, end in GOOD.items():
            self.assertEqual(self.led_to("next", urllib.parse.quote(text, safe="")), (None, end))

    def test_37_the_pages_before_and_after(self):
        """The sign-in page repeats `next` in its links, the error page has a way back."""
        base = OURS + "/auth/login"
        links = []
        for payload in TEXTS[::4]:
            for path in ("/login", "/o/github-local/callback", "/signed-out", "/account"):
                reply = self.client.get(f"{path}?next={wire(payload)[0]}")
                links += Links(reply.body.decode()).found + ([reply.header("Location")] if reply.header("Location") else [])
        links = sorted(set(links))
        self.assertGreater(len(links), 5)
        self.assertEqual({o for o in origins(links, base)}, {OURS})
        self.assertEqual({query_of(link).get("next", "/")[:1] for link in links}, {"/"})

    def test_37_the_gates_way_back(self):
        """A request for //evil.example/ is refused by the gate, with a sign-in address that does not lead there afterwards."""
        client = Asking(self.instance.socket)
        self.addCleanup(client.close)
        ends = {}
        for payload in TEXTS[::2]:
            if "\0" in payload or not payload.isascii():
                continue
            client.target = payload
            reply = client.get("/gate")
            self.assertIn(reply.status, (401, 403), payload)
            back = query_of(reply.json()["login_url"]).get("next")
            self.assertTrue(reply.json()["login_url"].startswith(OURS + "/auth/login"))
            if back is not None:
                ends[payload] = OURS + back if back.startswith("/") else back
        self.assertGreater(len(ends), 5)
        self.judge(ends, OURS + "/team/")
        client.target = "/team/s.txt?a=b"
        self.assertEqual(query_of(client.get("/gate").json()["login_url"])["next"], "/team/s.txt?a=b")


class Asking(Direct):
    """Behind a gate: what the web server says that its client wants to see."""
    target = ""

    def pairs(self, *request):
        return [*super().pairs(*request), ("LATCHSTRING_URI", self.target)]


class Links(people.Form):
    """Every address in a page."""

    def __init__(self, page):
        self.found = []
        super().__init__(page)

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        self.found += [value for name, value in attrs if name in ("href", "src", "action", "formaction") and value]


class Lists(Redirects):
    def test_37_redirect_uri_is_one_of_the_list(self):
        """RFC 9700 2.1, RFC 6749 3.1.2.3: compared as a whole, byte by byte; so nothing that is built around an allowed one passes."""
        whole = OURS + "/cb"
        around = [whole + end for end in ("/", "//", "x", "?", "?x", "#", "#x", "%00", "%20", " ", "\t", "\n", "\0", "/..", "/../evil", "/%2e%2e/evil", "..", ";", "%2f", "\\",
                                         ".evil.example", "@evil.example", ":443", "&redirect_uri=https://evil.example", "%26", "\u200b")]
        around += [start + whole for start in (" ", "\t", "\n", "x", "//", "https:", "view-source:", "\ufeff", "https://evil.example/", "https://evil.example?", "javascript:")]
        around += ["https://app.example:443/cb", "https://APP.example/cb", "HTTPS://app.example/cb", "http://app.example/cb", "https://app.example./cb", "//app.example/cb", "/cb",
                   "https://x@app.example/cb", "https://app.example//cb", "https://app.example/./cb", "https://app.example/CB", "https://app.example/c%62", "https:/app.example/cb",
                   "com.example.app:/callback/x", "com.example.app://callback", "com.example.app:callback", "COM.example.app:/callback", "https://app.example\\/cb"]
        refused = '"redirect_uri must be in SOCIAL_AUTH_ALLOWED_REDIRECT_URIS"'
        for payload in TEXTS + around:
            for text in wire(payload) if payload in TEXTS else wire(payload)[:1]:
                reply = self.client.get(f"/o/github-local/?redirect_uri={text}")
                self.assertEqual((reply.status, reply.body.decode()), (400, refused), payload)
        for good in (whole, CB, "com.example.app:/callback"):
            reply = self.client.get("/o/github-local/?redirect_uri=" + urllib.parse.quote(good, safe=""))
            self.assertEqual(query_of(reply.json()["authorization_url"])["redirect_uri"], good)

    def test_37_the_last_of_two_counts_for_both_check_and_use(self):
        """A parameter that stands there twice must not be checked as one and used as the other."""
        def pair(name, first, second):
            return urllib.parse.urlencode([(name, first), (name, second)])
        evil = "https://evil.example/"
        self.assertEqual(self.client.get("/o/github-local/?" + pair("redirect_uri", OURS + "/cb", evil)).status, 400)
        url = self.client.get("/o/github-local/?" + pair("redirect_uri", evil, OURS + "/cb")).json()["authorization_url"]
        self.assertEqual(query_of(url)["redirect_uri"], OURS + "/cb")
        self.assertNotIn("evil", url)
        self.refused(self.client.get("/o/github-local/login?" + pair("next", "/me", evil)), 400, REFUSED)
        self.refused(self.client.post("/o/github-local/login?next=/me", form={"next": evil}), 400, REFUSED)
        self.assertEqual(self.client.post("/o/github-local/login?" + pair("next", evil, "/me"), form={"next": "/me"}).status, 303)

    def test_37_nothing_of_the_address_reaches_the_provider_unasked(self):
        """What the provider is told comes from the configuration and the flow, whatever stands in the address that begins a login."""
        told = {"redirect_uri": "https://evil.example/", "client_id": "evil", "response_type": "token", "response_mode": "fragment", "state": "evil", "nonce": "evil",
                "code_challenge": "evil", "code_challenge_method": "plain", "scope": "admin", "request": "evil", "request_uri": "https://evil.example/", "claims": "{}",
                "audience": "evil", "resource": "evil", "post_logout_redirect_uri": "https://evil.example/", "client_secret": "evil"}
        for provider, scope in (("github-local", None), ("oidc", "openid profile email")):
            plain = query_of(self.client.get(f"/o/{provider}/login").header("Location"))
            asked = query_of(self.client.get(f"/o/{provider}/login?" + urllib.parse.urlencode(told)).header("Location"))
            self.assertEqual(set(asked), set(plain))
            fixed = {name: value for name, value in plain.items() if name not in ("state", "nonce", "code_challenge")}
            self.assertEqual({name: asked[name] for name in fixed}, fixed)
            self.assertNotIn("evil", str(asked))
            self.assertEqual((asked["redirect_uri"], asked.get("scope")), (f"{OURS}/auth/o/{provider}/callback", scope))

    def test_38_ghsa_4mf2_suffix_without_a_dot(self):
        """GHSA-4mf2-f3wh-gvf2 (oauth2-proxy): ".example.com" in the list of domains let "badexample.com" through. Lists of ours hold whole
        origins and whole addresses; there is no suffix and no pattern in them, for next, redirect_uri and CORS alike."""
        near = ["https://evillisted.example", "https://listed.example.evil.example", "https://sub.listed.example", "https://listed.example.", "http://listed.example",
                "https://listed.example:8443", "https://listed.exampl", "https://isted.example", "https://listedXexample", "https://one.example", "https://one.example/a",
                "https://one.example/a?b=c&d", "https://one.example/a?b=", "https://xone.example/a?b=c", "https://one.example:8443/a?b=c"]
        for text in near:
            with self.subTest(text):
                self.refused(self.begin("next", urllib.parse.quote(text, safe="")), 400, REFUSED, "this address is not listed there")
        for origin, listed in (("https://spa.example", True), ("https://evilspa.example", False), ("https://spa.example.evil.example", False), ("http://spa.example", False),
                               ("https://sub.spa.example", False), ("https://spa.example:8443", False), ("https://SPA.example", False), ("null", False)):
            reply = self.client.get("/o/", headers={"Origin": origin})
            self.assertEqual(reply.header("Access-Control-Allow-Origin"), origin if listed else None)
        self.assertEqual(self.led_to("next", urllib.parse.quote(LISTED + "/x", safe="")), (None, LISTED + "/x"))


if __name__ == "__main__":
    unittest.main()
