"""Mistakes 37 to 42: redirects that lead where somebody else likes. What leads away is decided by what a browser makes of a text (payloads.py),
not only by our answer: whatever is not refused must end on a page of ours."""
import unittest
import urllib.parse

import people
import simplesaml
from payloads import away, origins, wire
from way_common import CB, Case, Direct, Jar, harness, new_certificate, query_of

OURS, LISTED, ONE = "https://app.example", "https://listed.example", "https://one.example/a?b=c"
REFUSED = "next must be a path of this host, or lead to where pages.next_urls allows"
TEXTS = away("app.example", "listed.example")
GOOD = {"/": OURS + "/", "/me?tab=1": OURS + "/me?tab=1", "/a/b%20c": OURS + "/a/b%20c", "/auth/account": OURS + "/auth/account",
        OURS + "/me": OURS + "/me", LISTED: LISTED + "/", LISTED + "/x?y=z": LISTED + "/x?y=z", ONE: ONE}


def settings(_idp):
    return {"public_url": OURS + "/auth", "redirect_uris": [OURS + "/cb", CB, "com.example.app:/callback"], "cors": {"origins": ["https://spa.example"]},
            "pages": {"next_urls": [LISTED, ONE]}}


class Redirects(Case):
    settings = staticmethod(settings)
    # An origin that is not ours may only be reached by its full spelling in the list.
    allowed = {OURS, LISTED, "https://one.example"}

    def begin(self, name, text):
        return self.client.get(f"/o/github-local/login?{name}={text}")

    def led_to(self, name, text):
        """(refusal or None, where the browser ends up, in all its forms that a next page might take)"""
        jar = Jar()
        reply = self.client.get(f"/o/github-local/login?{name}={text}", jar=jar)
        if reply.status != 303:
            self.refused(reply, 400, "")
            return reply.body.decode(), None
        back = self.callback(self.idp.approve(reply.header("Location"), "ok.next"), jar)
        self.assertEqual(back.status, 303, back)
        return None, back.header("Location")

    def judge(self, ends, base):
        """`ends`: payload -> where it ended. Each ends with us: as an address, as the path that a page of ours may take out of it, and decoded
        once more on the way."""
        for reading in (lambda end: end, lambda end: "/" + end.split("/", 3)[3], lambda end: urllib.parse.unquote("/" + end.split("/", 3)[3])):
            texts = [reading(end) for end in ends.values()]
            for payload, text, origin in zip(ends, texts, origins(texts, base)):
                self.assertIn(origin, self.allowed, (payload, text))


class Next(Redirects):
    def try_all(self, name):
        base, ends, refused = OURS + "/auth/o/github-local/login", {}, 0
        for payload in TEXTS:
            for text in wire(payload):
                said, end = self.led_to(name, text)
                if said is None:
                    ends[text] = end
                else:
                    refused += 1
                    self.assertNotIn("evil.example", said, payload)
                    if text == wire(payload)[0] and payload:
                        self.assertIn(REFUSED.split(",")[0], said, payload)
        out = [t for t, origin in zip(TEXTS, origins(TEXTS, base)) if origin not in self.allowed]
        self.assertGreater(len(out), 700, "the list has lost its teeth")
        self.assertGreater(refused, 2000)
        self.assertEqual([t for t in out if wire(t)[0] in ends], [], "a browser would be led away")
        self.judge(ends, base)

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


class Afterwards(Redirects):
    def test_39_cve_2022_23527_logout_and_third_parties(self):
        """CVE-2022-23527, GHSA-xm4c-5wm5-jqv7 (mod_auth_openidc), CVE-2019-3877 (mellon): target_link_uri, and where a logout leads, took
        "/\\evil" and its like. target_link_uri passes the same check as next ("RPs MUST verify", OpenID Connect Core 4); a logout leads to our
        own page or to the provider's, whatever the request says."""
        Next.try_all(self, "target_link_uri")

    def test_39_logout_leads_to_the_page_after_it(self):
        names = ("next", "post_logout_redirect_uri", "redirect_uri", "redirect", "return_to", "returnTo", "target_link_uri", "url", "logout", "RelayState", "rd")
        for payload in TEXTS[::9]:
            if "\0" in payload:
                continue  # no form has that
            text = wire(payload)[0]
            query = "&".join(f"{name}={text}" for name in names)
            reply = self.client.post("/logout/?" + query, form=query, headers={"Accept": "text/html", "Origin": OURS})
            self.assertEqual((reply.status, reply.header("Location")), (303, OURS + "/auth/signed-out"), payload)
        jar = self.browser()
        reply = self.client.post("/logout/?next=//evil.example", form={"next": "/\\evil.example"}, jar=jar, headers={"Accept": "text/html", "Origin": OURS})
        self.assertEqual((reply.status, reply.header("Location")), (303, OURS + "/auth/signed-out"), reply)
        self.assertNotIn("__Host-latchstring", jar)

    def browser(self):
        jar = Jar()
        self.assertEqual(self.callback(self.led(jar, "ok.leaves"), jar).status, 303)
        return jar

    def test_40_mod_auth_openidc_cookie_domain_suffix(self):
        """mod_auth_openidc, 2026-05-20: the host was held against the cookie's domain as a suffix, so "evil-example.com" had cookies of
        "example.com". Ours have no Domain at all and, on https, the name __Host-, which makes browsers refuse any (RFC 6265bis 4.1.3.2); and
        no Host header of a request has a say in them."""
        for host in ("app.example", "evil-app.example", "evilapp.example", "app.example.evil.example", "sub.app.example", "example"):
            jar = Jar()
            headers = {"Host": host, "X-Forwarded-Host": host}
            begun = self.client.get("/o/github-local/login?next=/me", jar=jar, headers=headers)
            back = self.callback(self.idp.approve(begun.header("Location"), "ok.cookie"), jar, **headers)
            self.assertEqual((back.status, back.header("Location")), (303, OURS + "/me"))
            for reply, name in ((begun, "__Host-latchstring-flow"), (back, "__Host-latchstring")):
                [cookie] = [v for k, v in reply.headers if k == "set-cookie"]
                attributes = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
                self.assertTrue(cookie.startswith(name + "="), cookie)
                self.assertEqual(attributes, {"path", "max-age", "httponly", "secure", "samesite"}, cookie)

    def test_40_a_neighbour_is_no_page_of_ours(self):
        jar = self.browser()
        for origin in ("https://evil-app.example", "https://evilapp.example", "https://app.example.evil.example", "https://sub.app.example", "http://app.example",
                       "https://app.example:8443", "https://example", "https://app.example."):
            self.refused(self.client.request("PATCH", "/users/me/", json_text={"name": "x"}, jar=jar, headers={"Origin": origin}), 403, "CSRF Failed")
        self.assertEqual(self.client.request("PATCH", "/users/me/", json_text={"name": "x"}, jar=jar, headers={"Origin": OURS}).status, 200)


class Scripts(unittest.TestCase):
    """41: addresses of a provider that are none."""
    BAD = ("javascript:alert(1)", "JaVaScRiPt:alert(1)//", "data:text/html,<script>alert(1)</script>", "vbscript:x", "http://sso.example/", "//sso.example/",
           "https://sso.example/\"><script>", "https://sso.example/ x", " javascript:alert(1)", "java\tscript:alert(1)", "https://u:p@sso.example/", "ftp://sso.example/")

    @classmethod
    def setUpClass(cls):
        cls.certificate = new_certificate(harness.temporary_folder())

    def saml(self, **more):
        return {"kind": "saml", "sp_entity_id": OURS + "/sp", "idp_entity_id": "https://sso.example/", "idp_binding": "post", "idp_sso_url": "https://sso.example/sso",
                "idp_cert_file": str(self.certificate), **more}

    def test_41_ghsa_pr34_javascript_in_the_saml_form(self):
        """GHSA-pr34-2v5x-6qjq (Zitadel): the page that posts a SAML request put an address with `javascript:` into its form. Ours comes from the
        configuration alone, must be https (http on loopback) and stands in the page as text, under a policy without scripts."""
        for url in self.BAD:
            with self.subTest(url):
                instance = harness.Instance({"providers": {"school": self.saml(idp_sso_url=url)}})
                done = instance.command("check", check=False)
                self.assertNotEqual(done.returncode, 0, done)
                self.assertIn("idp_sso_url", done.stderr)
        instance = harness.Instance({"providers": {"school": self.saml(idp_sso_url="https://sso.example/sso?a='b'&c=d")}}).start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        url = client.begin("school", Jar())
        page = client.get(url.removeprefix(instance.public_url))
        self.assertEqual(people.Form(page.body.decode()).action, "https://sso.example/sso?a='b'&c=d")
        self.assertIn("default-src 'none'", page.header("Content-Security-Policy"))
        for query in ({"SAMLRequest": "javascript:alert(1)", "RelayState": "x"}, {"SAMLRequest": "PHg+", "RelayState": "javascript:alert(1)"},
                      {"SAMLRequest": "PHg+", "RelayState": "\"><script>alert(1)</script>"}, {"action": "javascript:alert(1)"}):
            reply = client.get("/o/school/post?" + urllib.parse.urlencode(query))
            self.assertEqual(reply.status, 400, reply)
            self.assertNotIn(b"alert", reply.body)

    def test_41_the_same_in_every_place_that_a_browser_is_sent_to(self):
        """authorize, end_session and the pages of others."""
        forge = {"kind": "oauth2", "title": "x", "client_id": "c", "client_secret": "s", "token": {"url": "https://p.example/t", "client_auth": "post"},
                 "user": [{"url": "https://p.example/u"}], "map": {"uid": "u:/id"}}
        for url in self.BAD:
            for why, more in (("authorize", {"authorize": {"url": url}}), ("end_session", {"authorize": {"url": "https://p.example/a"}, "end_session": {"url": url}})):
                with self.subTest(f"{why} {url}"):
                    instance = harness.Instance({"providers": {"forge": {**forge, **more}}})
                    done = instance.command("check", check=False)
                    self.assertNotEqual(done.returncode, 0, done)
                    self.assertIn(f"providers.forge.{why}.url", done.stderr)
            for key in ("pages.login", "pages.home"):
                section, name = key.split(".")
                instance = harness.Instance({section: {name: url}})
                done = instance.command("check", check=False)
                self.assertNotEqual(done.returncode, 0, (key, url))
                self.assertIn(key, done.stderr)


class RelayState(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.idp = simplesaml.SimpleSaml()
        cls.addClassCleanup(cls.idp.stop)
        cls.instance = harness.Instance(port=harness.free_port())
        callback = cls.instance.public_url + "/o/school/callback"
        cls.idp.write_services({"https://latchstring.test/sp": {"AssertionConsumerService": callback, "simplesaml.nameidattribute": "uid"}})
        cls.instance.settings["providers"] = {"school": {
            "kind": "saml", "sp_entity_id": "https://latchstring.test/sp", "idp_entity_id": cls.idp.entity_id, "idp_sso_url": cls.idp.sso,
            "idp_cert_file": str(cls.idp.certificate), "attr_user_permanent_id": "uid", "attr_username": "uid"}}
        cls.instance.write()
        cls.instance.start()
        cls.addClassCleanup(cls.instance.stop)
        cls.client = Direct(cls.instance.socket)
        cls.addClassCleanup(cls.client.close)

    def test_42_allauth_65_14_1_relay_state(self):
        """allauth before 65.14.1: RelayState, which anybody can write beside a SAML answer, was where the browser went. Ours is the flow's state
        and is compared with it; where the browser goes stands in the flow's row (RFC 9700 4.11)."""
        jar, ours = Jar(), self.instance.public_url.removesuffix("/auth")
        begun = self.client.get("/o/school/login?next=/me", jar=jar)
        person = people.Person(username="alice", password="alice-password")
        back = person.come_back(begun.header("Location"), self.instance.public_url)
        back = {name: back[name] for name in ("SAMLResponse", "RelayState")}
        for text in [*TEXTS[::20], "https://evil.example/", OURS + "/me", "/me", ours + "/me"]:
            reply = self.client.post("/o/school/callback", form=urllib.parse.urlencode({**back, "RelayState": text}), jar=jar)
            self.assertEqual((reply.status, reply.header("Location")), (400, None), text)
            self.assertNotIn(b"evil.example", reply.body)
        reply = self.client.post("/o/school/callback?next=//evil.example", form={**back, "next": "https://evil.example"}, jar=jar)
        self.assertEqual((reply.status, reply.header("Location")), (303, ours + "/me"), reply)
        self.assertEqual(self.client.get("/users/me/", jar=jar).json()["username"], "alice")


if __name__ == "__main__":
    unittest.main()
