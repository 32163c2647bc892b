"""Mistakes 63 to 69: addresses and markup that come from outside, XML that two parsers read in two ways, and what fails open."""
import base64
import contextlib
import re
import signal
import socket
import sqlite3
import subprocess
import unittest
import urllib.parse

import people
import simplesaml
import webservers
from clients import PATIENCE
from gate_people import Person
from tls_front import Authority, Listener, TlsFront
from visitor import Visitor
from way_common import CB, Bent, Case, Direct, Jar, Signer, harness

SIGNER = Signer()


# ---- 63 ----------------------------------------------------------------------------------------------------------------------------------
def own_name():
    """A name of this machine that is not "localhost", and the address that it leads to."""
    name = socket.gethostname()
    return name, socket.gethostbyname(name)


class Fetches(Case):
    """The issuer stands at https and at a name, as issuers do; what its document names is what a stranger would write there."""
    make_provider = Bent
    tolerated = "status=503"
    ROWS = ("https://127.0.0.1:{port}/jwks", "https://localhost:{port}/jwks", "https://[::1]:{port}/jwks", "https://[::ffff:127.0.0.1]:{port}/jwks", "https://127.1:{port}/jwks",
            "https://2130706433:{port}/jwks", "https://0x7f000001:{port}/jwks", "https://0177.0.0.1:{port}/jwks", "https://0.0.0.0:{port}/jwks", "https://127.0.0.1.:{port}/jwks",
            "https://localhost.:{port}/jwks", "http://127.0.0.1:{port}/jwks", "http://localhost:{port}/jwks", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/jwks",
            "https://192.168.0.1/jwks", "https://[fd00::1]/jwks", "https://[fe80::1]/jwks", "https://100.64.0.1/jwks", "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/",
            "https://x@127.0.0.1:{port}/jwks", "//127.0.0.1:{port}/jwks")

    @classmethod
    def settings(cls, idp):
        folder, authority = harness.temporary_folder(), Authority()
        name, address = own_name()
        cls.front = TlsFront(idp.server.port, *authority.leaf(name), folder, address)
        cls.addClassCleanup(cls.front.stop)
        cls.listener = Listener()
        cls.addClassCleanup(cls.listener.stop)
        (folder / "ca.pem").write_bytes(authority.pem())
        cls.outside = f"https://{name}:{cls.front.port}"
        idp.sign_with(SIGNER)
        idp.answer_with(SIGNER.again(lambda claims: {**claims, "iss": cls.outside + "/oidc"}))
        stanza = idp.stanza(issuer=cls.outside + "/oidc")
        return {"upstream": {"ca_file": str(folder / "ca.pem"), "timeout": "2s"}, "providers": {"company": stanza, "openid": {"enabled": True}}}

    def document(self, **names):
        """What the issuer's metadata say from now on; nobody remembers the last."""
        def bend(document):
            return {k: v.replace(self.idp.base, self.outside) if isinstance(v, str) else v for k, v in document.items()} | names
        self.idp.answer_with(bend, "/oidc/.well-known/openid-configuration")
        self.instance.stop()
        with contextlib.closing(sqlite3.connect(f"{self.instance.database}-flows", timeout=30)) as db, db:
            db.execute("DELETE FROM documents")
        self.instance.start()
        self.client.close()
        self.pids = self.instance.process.children()

    def test_63_ghsa_5rr4_addresses_in_documents(self):
        """GHSA-5rr4-8452-hf4v (better-auth): whoever registered a provider chose the addresses that the server then called, its own network included.
        Addresses that stand in a document must be https and public, judged after the name is resolved (CURLOPT_OPENSOCKETFUNCTION), but for
        the issuer's own host, which the operator has chosen."""
        rows = [("jwks_uri", row) for row in self.ROWS] + [(name, row) for name in ("token_endpoint", "userinfo_endpoint") for row in self.ROWS[:8:3]]
        for name, row in rows:
            with self.subTest(f"{name} {row}"):
                self.document(**{name: row.format(port=self.listener.port)})
                jar = Jar()
                begun = self.client.get("/o/company/?" + urllib.parse.urlencode({"redirect_uri": CB}), jar=jar)
                if begun.status == 200:
                    self.refused(self.finish(self.idp.approve(begun.json()["authorization_url"], "ok.ssrf"), jar, "company"), 400, "could not be reached")
                    self.assertRegex(self.told(), "refused: private address|no address|resolve")
                else:
                    self.refused(begun, 503, "could not be reached", f"{name} is no https URL")
                self.assertEqual(self.listener.came, 0)
        self.document()
        self.assertEqual(self.client.login(self.idp, "ok.ssrf", "company").status, 201)

    def test_63_pocketbase_avatar_and_other_addresses_in_tokens(self):
        """PocketBase v0.37.2 fetched the picture that the provider named; others fetched keys from `jku`. Nothing of what a token or a profile says is
        an address to us: a picture is passed on as text, keys are those of the configured issuer."""
        self.document()
        there = f"http://127.0.0.1:{self.listener.port}/"
        good = self.idp.bends["/oidc/token"]
        self.addCleanup(lambda: self.idp.bends.update({"/oidc/token": good}))
        self.idp.answer_with(lambda user: {**user, "picture": there + "p.png", "profile": there, "website": there}, "/oidc/userinfo")
        self.addCleanup(self.idp.bends.pop, "/oidc/userinfo")
        header = {"jku": there, "x5u": there, "jwk": SIGNER.jwk(), "iss": there}
        self.idp.answer_with(SIGNER.again(lambda claims: {**claims, "iss": self.outside + "/oidc", "picture": there, "sub_jwk": there, "_claim_sources": {"a": {"endpoint": there}}}, **header))
        reply = self.client.login(self.idp, "ok.picture", "company")
        self.assertEqual(reply.status, 201, reply)
        self.assertEqual(self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]}).json()["picture"], there + "p.png")
        stranger = Signer("stranger")
        header = {"jku": there, "x5u": there, "jwk": stranger.jwk()}
        self.idp.answer_with(stranger.again(lambda claims: {**claims, "iss": self.outside + "/oidc"}, **header))
        self.refused(self.client.login(self.idp, "ok.picture", "company"), 400, "Signature verification failed", "unknown key")
        for path in ("/o/company/login?iss=" + there, "/o/company/login?request_uri=" + there, "/o/company/?redirect_uri=" + CB + "&request_uri=" + there,
                     "/o/company/frontchannel-logout?sid=x&iss=" + there, "/o/company/callback?state=x&code=y&iss=" + there):
            self.client.get(path)
        self.assertEqual(self.listener.came, 0)

    def test_63_what_somebody_types_as_their_openid(self):
        """Discovery of OpenID 2.0 goes where a visitor says (plane GHSA-hx79 and its like): https and public, or nowhere."""
        self.document()
        for row in self.ROWS:
            typed = row.format(port=self.listener.port)
            reply = self.client.get("/o/openid/?" + urllib.parse.urlencode({"redirect_uri": CB, "openid_identifier": typed}))
            self.assertIn(reply.status, (400, 503), (typed, reply))
            self.assertNotIn("169.254.169.254", reply.body.decode())
        self.assertEqual(self.listener.came, 0)
        self.assertIn("refused: private address", self.told())


# ---- 64, 67, 69 ----------------------------------------------------------------------------------------------------------------------------
MARKUP = "</pre></script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">'\"&{{7*7}}"


class Pages(Case):
    make_provider = Bent
    settings = {"cors": {"origins": ["https://spa.example"]}}

    def pages(self):
        """(name, reply) of everything that a browser is shown with a code or a state in its hands."""
        jar = Jar()
        back = self.led(jar, "ok.pages", next="/auth/account")
        yield "without the cookie", self.client.get("/o/github-local/callback?" + urllib.parse.urlencode(back), jar=Jar({"latchstring-flow": "x"})), back
        yield "another browser's", self.callback(back, self.signed_in("ok.other64")), back
        yield "refused", self.client.get("/o/github-local/callback?" + urllib.parse.urlencode({**back, "state": back["state"][:-1]}), jar=jar), back
        yield "form_post", self.client.post("/o/github-local/callback", form=back, headers={"Origin": self.idp.base}), back
        yield "finished", self.callback(back, jar), back
        yield "used up", self.callback(back, jar), back
        yield "account", self.client.get("/account", jar=jar, headers={"Accept": "text/html"}), back
        yield "sign-in", self.client.get("/login?" + urllib.parse.urlencode({**back, "next": "/me"}), jar=jar), back

    def test_64_cve_2022_39222_a_code_on_a_page(self):
        """CVE-2022-39222 (Dex): the page that asked for approval could be reached by another, with the code in it. What a provider sends us is on no page
        and in no address that we lead to, nothing is stored or framed, no other window has a handle, and no other site is told where one came
        from (RFC 9700 4.2.4, 4.16, 4.17)."""
        for name, reply, back in self.pages():
            with self.subTest(name):
                text = reply.body.decode()
                form = people.Form(text)
                if name in ("form_post", "without the cookie"):  # the one exception: sent on to ourselves, as a form, and to nobody else
                    self.assertEqual((form.action, form.fields["code"]), ("/auth/o/github-local/callback", back["code"]))
                else:
                    self.assertNotIn(back["code"], text)
                    self.assertNotIn(back["state"][:40], text)
                    self.assertNotIn(back["code"], reply.header("Location") or "")
                self.assertEqual((reply.header("Cache-Control"), reply.header("Referrer-Policy"), reply.header("X-Frame-Options"), reply.header("Cross-Origin-Opener-Policy")),
                                 ("no-store", "same-origin", "DENY", "same-origin"))
                if "text/html" in (reply.header("Content-Type") or ""):
                    policy = reply.header("Content-Security-Policy")
                    self.assertIn("default-src 'none'", policy)
                    self.assertIn("frame-ancestors 'none'", policy)
                    self.assertNotIn("unsafe", policy)
        self.assertNotIn("ok.pages.", self.told().replace("ok.pages.afterwards", ""), "no code in the log")

    def test_64_no_window_is_told_a_token(self):
        """RFC 9700 4.17: none of our pages posts to another window; tabs of one origin talk by BroadcastChannel. And only listed sites may read answers."""
        for path in sorted((harness.ROOT / "www").rglob("*")):
            if path.is_file() and path.suffix in (".js", ".html", ".ts"):
                source = path.read_text()
                self.assertIsNone(re.search(r"window\.opener|\bopener\.|parent\.postMessage|top\.postMessage|postMessage\([^)]*[\"']\*[\"']|addEventListener\(\s*[\"']message[\"']", source), path)
        jar = Jar()
        back = self.begun(jar, "ok.read")
        reply = self.finish(back, jar, Origin="https://evil.example")
        self.assertEqual((reply.status, reply.header("Access-Control-Allow-Origin")), (201, None))
        jar = Jar()
        reply = self.finish(self.begun(jar, "ok.read"), jar, Origin="https://spa.example")
        self.assertEqual((reply.status, reply.header("Access-Control-Allow-Origin")), (201, "https://spa.example"))

    def test_67_mod_auth_openidc_markup_in_pages(self):
        """mod_auth_openidc, 2026-05-20: session_state broke out of a script's text, and "</pre>" in a claim out of the page that showed it. Values are
        put into pages as text only, no page has a script of its own (CSP script-src 'self'), and JSON is never taken for a page (nosniff)."""
        raw = (MARKUP, "<script>", "onerror=\"", "</pre>")
        jar = Jar()
        back = self.led(jar, "ok.markup")
        shown = {
            "an error's description": self.client.get("/o/github-local/callback?" + urllib.parse.urlencode({"error": "server_error", "error_description": MARKUP, "state": back["state"]}), jar=Jar(jar)),
            "an error": self.client.get("/o/github-local/callback?" + urllib.parse.urlencode({"error": MARKUP, "state": back["state"]})),
            "session_state": self.client.get("/o/github-local/callback?" + urllib.parse.urlencode({**back, "session_state": MARKUP, "state": back["state"] + "x"}), jar=Jar(jar)),
            "sent again": self.client.post("/o/github-local/callback", form={**self.led(jar, "ok.markup"), "session_state": MARKUP, MARKUP: MARKUP}),
            "a provider's name": self.client.get("/o/<script>/login", headers={"Accept": "text/html"}),
            "next": self.client.get("/login?" + urllib.parse.urlencode({"next": "/" + MARKUP})),
            "after a logout": self.client.get("/signed-out?" + urllib.parse.urlencode({"state": MARKUP})),
        }
        for why, reply in shown.items():
            with self.subTest(why):
                text = reply.body.decode()
                self.assertEqual([t for t in raw if t in text], [], text)
                self.assertEqual((reply.header("Content-Type"), reply.header("X-Content-Type-Options")), ("text/html; charset=utf-8", "nosniff"))
                self.assertEqual(re.findall(r"<script(?! type=\"module\" src=\"/auth/www/)", text), [])
        self.assertIn("&lt;script&gt;", shown["an error's description"].body.decode(), "it is shown, as text")

    def test_69_cve_2026_45337_any_session_may_approve(self):
        """CVE-2026-45337 (better-auth): whoever was signed in could approve another's device. What is begun by one session is finished by that user
        alone: the flow that links has its user's number, and everything else of an account is looked up below the user who asks."""
        ada, eve = (self.client.login(self.idp, f"ok.{name}").json()["access"] for name in ("ada69", "eve69"))
        bearer = {"ada": {"Authorization": "Bearer " + ada}, "eve": {"Authorization": "Bearer " + eve}}
        jar = Jar()
        begun = self.client.get("/o/google-local/link/?" + urllib.parse.urlencode({"redirect_uri": CB}), jar=jar, headers=bearer["ada"])
        back = self.idp.approve(begun.json()["authorization_url"], "ok.linked69")
        wrong = "Wrong state parameter given."
        self.refused(self.client.post("/o/google-local/link/", form=back, jar=Jar(jar), headers=bearer["eve"]), 400, wrong, "state unknown, or not this caller's")
        self.refused(self.client.post("/o/google-local/", form=back, jar=Jar(jar)), 400, wrong)  # nor is it a login
        self.assertEqual(self.client.post("/o/google-local/link/", form=back, jar=Jar(jar)).status, 401)
        self.assertEqual(self.client.post("/o/google-local/link/", form=back, jar=jar, headers=bearer["ada"]).status, 201)
        login = self.begun(jar2 := Jar(), "ok.third69", "google-local")
        self.refused(self.client.post("/o/google-local/link/", form=login, jar=jar2, headers=bearer["eve"]), 400, wrong)  # nor does a login link
        for kind in ("sessions", "identities"):
            [mine, *_] = self.client.get(f"/users/me/{kind}/", headers=bearer["ada"]).json()
            for who in ("eve",):
                reply = self.client.request("DELETE", f"/users/me/{kind}/{mine['id']}", headers=bearer[who])
                self.assertIn(reply.status, (204, 404), reply)
            self.assertIn(mine["id"], [one["id"] for one in self.client.get(f"/users/me/{kind}/", headers=bearer["ada"]).json()])
        self.assertEqual(self.client.request("GET", f"/users/me/identities/{mine['id']}/token", headers=bearer["eve"]).status, 404)

    def test_69_in_redirect_mode_the_same_user_comes_back(self):
        """Somebody signs out, another person signs in at that browser, and the first one's link comes back from the provider."""
        jar = self.signed_in("ok.first69")
        begun = self.client.post("/o/google-local/login", form={"link": "true"}, jar=jar, headers={"Origin": self.origin})
        back = self.idp.approve(begun.header("Location"), "ok.linked69b")
        self.assertEqual(self.callback(self.led(jar, "ok.second69"), jar).status, 303)
        self.refused(self.callback(back, jar, "google-local"), 403, "Sign in as the user who began", "another user, or nobody, is signed in by now")
        self.assertEqual(len(self.client.get("/users/me/identities/", jar=jar).json()), 1)


class InABrowser(unittest.TestCase):
    def test_67_markup_from_the_provider_is_text_on_the_account_page(self):
        """The page as Chromium has it when its modules have run: the names are there, no element has come of them, and no script ran."""
        idp = Bent()
        self.addCleanup(idp.stop)
        idp.default_login = "ok.markup"
        idp.answer_with(lambda user: {**user, "name": MARKUP, "login": MARKUP}, "/api/user")
        providers = harness.local_providers(idp)
        providers["github-local"] = {**providers["github-local"], "title": "Git<b>Hub</b>"}
        instance = harness.Instance({"providers": {"github-local": providers["github-local"]}})
        web = webservers.Lighttpd(instance)
        self.addCleanup(web.stop)
        address = instance.public_url + "/o/github-local/login?next=/auth/account"
        done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                               "--disable-dev-shm-usage", f"--user-data-dir={harness.temporary_folder()}", "--virtual-time-budget=8000", "--dump-dom", address],
                              capture_output=True, text=True, timeout=100 * PATIENCE, check=True)
        self.assertIn("&lt;script&gt;document.title='owned'&lt;/script&gt;", done.stdout)
        self.assertNotIn("<title>owned", done.stdout)
        self.assertNotIn("<img src=\"x\"", done.stdout)
        self.assertEqual(re.findall(r"<script(?! type=\"module\" src=\"/auth/www/)", done.stdout), [])
        self.assertIn("<li", done.stdout, "the page's modules have run")
        me = Visitor()
        me.go(address)
        reply = me.fetch(instance.public_url + "/users/me/")
        self.assertEqual((reply.header("Content-Type"), reply.header("X-Content-Type-Options")), ("application/json", "nosniff"))


# ---- 65 ----------------------------------------------------------------------------------------------------------------------------------
ASSERTION = re.compile(r"<saml:Assertion.*</saml:Assertion>", re.S)
SIGNATURE = re.compile(r"<ds:Signature .*?</ds:Signature>", re.S)


def forged(xml):
    """The assertion of the answer, for another person, without its signature."""
    return SIGNATURE.sub("", ASSERTION.search(xml)[0]).replace("alice", "bob")


def before_assertion(xml, text):
    return xml.replace("<saml:Assertion ", text + "<saml:Assertion ", 1)


def other_id(text):
    return re.sub(r' ID="[^"]*"', ' ID="_forged"', text, count=1)


# Why, what is done to the answer, and whether it may still be alice's.
CHANGES = {
    "as it came": (lambda x: x, True),
    "another name": (lambda x: x.replace(">alice<", ">bob<"), False),
    "a forged assertion before": (lambda x: before_assertion(x, other_id(forged(x))), False),
    "a forged assertion with the same ID before": (lambda x: before_assertion(x, forged(x)), False),
    "a forged assertion behind": (lambda x: x.replace("</samlp:Response>", other_id(forged(x)) + "</samlp:Response>"), False),
    "a forged assertion alone": (lambda x: ASSERTION.sub(lambda _: forged(x), x), False),
    "a forged one, the real one in its signature": (lambda x: ASSERTION.sub(lambda m: other_id(forged(x)).replace(
        "<saml:Subject>", SIGNATURE.search(m[0])[0].replace("</ds:Signature>", "<ds:Object>" + SIGNATURE.sub("", m[0]) + "</ds:Object></ds:Signature>") + "<saml:Subject>", 1), x), False),
    "the real one in extensions": (lambda x: ASSERTION.sub(lambda m: "<samlp:Extensions>" + m[0] + "</samlp:Extensions>" + other_id(forged(x)), x), False),
    "the response's signature taken away": (lambda x: SIGNATURE.sub("", x, count=1).replace(">alice<", ">bob<"), False),
    "both signatures taken away": (lambda x: SIGNATURE.sub("", x), False),
    "a document type": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r [<!ENTITY who "bob">]><samlp:Response', 1).replace(">alice<", ">&who;<"), False),
    "an empty document type": (lambda x: x.replace("<samlp:Response", "<!DOCTYPE samlp:Response><samlp:Response", 1), False),
    "an attribute default": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r [<!ATTLIST saml:Assertion ID CDATA "_x">]><samlp:Response', 1), False),
    "an external entity": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r [<!ENTITY who SYSTEM "file:///etc/passwd">]><samlp:Response', 1).replace(">alice<", ">&who;<"), False),
    "an external subset": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><samlp:Response', 1), False),
    "a comment in the name": (lambda x: x.replace(">alice<", ">ali<!-- x -->ce<"), True),
    "a comment that hides the rest": (lambda x: x.replace(">alice<", ">alice<!---->.evil<"), False),
    "an instruction in the name": (lambda x: x.replace(">alice<", ">ali<?x y?>ce<"), False),
    "CDATA in the name": (lambda x: x.replace(">alice<", "><![CDATA[alice]]><"), True),
    "CDATA of another": (lambda x: x.replace(">alice<", "><![CDATA[bob]]><"), False),
    "a name space without a name": (lambda x: x.replace("<saml:Assertion ", '<saml:Assertion xmlns:x="" ', 1), False),
    "another prefix for the same": (lambda x: x.replace("<saml:Assertion ", '<saml:Assertion xmlns:evil="urn:oasis:names:tc:SAML:2.0:assertion" ', 1), True),
    "the prefix bound anew": (lambda x: x.replace("<saml:Subject>", '<saml:Subject xmlns:saml="urn:evil">', 1), False),
    "two colons in a name": (lambda x: x.replace("<samlp:Response", "<samlp:x:Response", 1).replace("</samlp:Response>", "</samlp:x:Response>"), False),
    "a colon before a name": (lambda x: before_assertion(x, "<:Assertion/>"), False),
    "an undeclared prefix": (lambda x: before_assertion(x, "<evil:Assertion/>"), False),
    "the same attribute twice": (lambda x: re.sub(r'(<saml:Assertion [^>]*?)( ID="[^"]*")', r"\1\2\2", x, count=1), False),
    "text between elements": (lambda x: before_assertion(x, "bob"), False),
    "a digest beside the signed info": (lambda x: x.replace("<ds:SignedInfo>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:SignedInfo>"), False),
    "a second signed info": (lambda x: re.sub(r"(<ds:SignedInfo>.*?</ds:SignedInfo>)", r"\1\1", x, flags=re.S), False),
    "a comment in a digest": (lambda x: re.sub(r"<ds:DigestValue>(.)", r"<ds:DigestValue><!-- AAAA -->\1", x), True),
    "another digest": (lambda x: re.sub(r"<ds:DigestValue>[^<]*", "<ds:DigestValue>" + base64.b64encode(bytes(32)).decode(), x), False),
    "the signature of another algorithm": (lambda x: x.replace("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"), False),
    "a key of the attacker's": (lambda x: re.sub(r"<ds:X509Certificate>[^<]*", "<ds:X509Certificate>AAAA", x).replace(">alice<", ">bob<"), False),
    "a transform by style sheet": (lambda x: x.replace("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"), False),
    "a transform by path": (lambda x: x.replace("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"), False),
    "a reference to everything": (lambda x: re.sub(r'<ds:Reference URI="[^"]*"', '<ds:Reference URI=""', x), False),
    "a reference elsewhere": (lambda x: re.sub(r'<ds:Reference URI="[^"]*"', '<ds:Reference URI="http://127.0.0.1:9/x"', x), False),
    "a reference by file": (lambda x: re.sub(r'<ds:Reference URI="[^"]*"', '<ds:Reference URI="file:///etc/passwd"', x), False),
    "two roots": (lambda x: x + x, False), "something behind": (lambda x: x + "<x/>", False), "a NUL": (lambda x: x.replace(">alice<", ">bob\0alice<"), False),
    "another encoding": (lambda x: '<?xml version="1.0" encoding="UTF-7"?>' + x.partition("?>")[2] if x.startswith("<?xml") else '<?xml version="1.0" encoding="UTF-7"?>' + x, False),
    "XML 1.1": (lambda x: '<?xml version="1.1"?>' + re.sub(r"^<\?xml.*?\?>", "", x).replace(">alice<", ">bo&#1;b<"), False),
    "no XML at all": (lambda x: "{}", False), "nothing": (lambda x: "", False),
}


class TwoParsers(unittest.TestCase):
    """At a real identity provider, whose answers are changed on their way."""

    @classmethod
    def setUpClass(cls):
        cls.idp = simplesaml.SimpleSaml()
        cls.addClassCleanup(cls.idp.stop)
        cls.idp.write_services({"https://latchstring.test/sp": {"AssertionConsumerService": CB, "simplesaml.nameidattribute": "uid"}})
        cls.instance = harness.Instance({"providers": {"school": {
            "kind": "saml", "sp_entity_id": "https://latchstring.test/sp", "idp_entity_id": cls.idp.entity_id, "idp_sso_url": cls.idp.sso,
            "idp_cert_file": str(cls.idp.certificate), "attr_user_permanent_id": "uid", "attr_username": "uid"}}}, workers=1).start()
        cls.addClassCleanup(cls.instance.stop)
        cls.client = Direct(cls.instance.socket)
        cls.addClassCleanup(cls.client.close)
        cls.alice = people.Person(username="alice", password="alice-password")

    def login(self, change):
        jar = Jar()
        back = self.alice.come_back(self.client.begin("school", jar), CB)
        text = change(base64.b64decode(back["SAMLResponse"]).decode())
        form = {"SAMLResponse": base64.b64encode(text.encode()).decode(), "RelayState": back["RelayState"]}
        return text, self.client.post("/o/school/", form=form, jar=jar)

    def test_65_ghsa_m9hp_cve_2025_25291_xml_that_is_read_in_two_ways(self):
        """GHSA-m9hp-7r99-94h5 (Dex): XML that was written anew meant something else than what was signed. CVE-2025-25291, -25292 (ruby-saml): one parser
        checked the signature and another read the name. Here one parser reads, document types and what two would read differently are refused
        before a tree is built, and only what the digest was made of is looked at (xmldsig-core 8.2; SAML core 5.4)."""
        pids, original = self.instance.process.children(), None
        for why, (change, is_alice) in CHANGES.items():
            with self.subTest(why):
                mark = len(self.instance.log())
                text, reply = self.login(change)
                original = original or text
                if is_alice:
                    self.assertEqual((reply.status, reply.json().get("user")), (201, "alice"), reply)
                else:
                    self.assertEqual(reply.status, 400, reply)
                    self.assertRegex(reply.body, b"SAML login failed|canceled|State|state")
                    self.assertIn("why=", self.instance.log()[mark:])
                if why != "as it came":
                    self.assertNotEqual(re.sub(r"\d\d:\d\d|_[0-9a-f]{20,}", "", text)[:200000] == original, True)
        self.assertEqual(self.instance.process.children(), pids)
        self.assertEqual(self.login(lambda x: x)[1].status, 201)
        users = {row[0] for row in self.instance.sql("SELECT username FROM users")}
        self.assertEqual(users, {"alice"})


# ---- 66 ----------------------------------------------------------------------------------------------------------------------------------
class Tls(Case):
    make_provider = Bent
    tolerated = "status=503"  # an operator should know that a provider cannot be reached

    @classmethod
    def settings(cls, idp):
        folder, good, other = harness.temporary_folder(), Authority(), Authority("latchstring mistakes")  # of the same name
        (folder / "ca.pem").write_bytes(good.pem())
        key, chain = good.leaf("localhost", "127.0.0.1")
        leafs = {"good": (key, chain), "another authority": other.leaf("localhost"), "another name": good.leaf("other.test"), "a longer name": good.leaf("localhost.evil.example"),
                 "another address": good.leaf("127.0.0.2"), "too late": good.leaf("localhost", days=(-3, -1)), "too early": good.leaf("localhost", days=(1, 3)),
                 "signed by a leaf": good.leaf("localhost", issuer=(chain[0], key)), "the authority not sent along": other.leaf("localhost", days=(-1, 2))}
        cls.fronts = {}
        for why, (its_key, its_chain) in leafs.items():
            cls.fronts[why] = TlsFront(idp.server.port, its_key, its_chain, folder)
            cls.addClassCleanup(cls.fronts[why].stop)
        idp.sign_with(SIGNER)
        cls.issuers = {why: f"https://localhost:{front.port}/oidc" for why, front in cls.fronts.items()}
        stanzas = {re.sub(r"\W", "-", why): idp.stanza(issuer=issuer) for why, issuer in cls.issuers.items()}
        lab = harness.local_providers(idp)["github-local"]
        forge = {"authorize": {"url": idp.base + "/login/oauth/authorize"}, "token": {**lab["token"], "url": "https://localhost:{}/login/oauth/access_token"}}
        for why, front in cls.fronts.items():
            token = {**forge["token"], "url": forge["token"]["url"].format(front.port)}
            stanzas["forge-" + re.sub(r"\W", "-", why)] = {**lab, "token": token}
        return {"providers": stanzas, "upstream": {"ca_file": str(folder / "ca.pem")}}

    def speak_for(self, why):
        """The documents are those of the issuer behind that certificate."""
        base = self.issuers[why].removesuffix("/oidc")
        self.idp.answer_with(lambda document: {k: v.replace(self.idp.base, base) if isinstance(v, str) else v for k, v in document.items()}, "/oidc/.well-known/openid-configuration")
        self.idp.answer_with(SIGNER.again(lambda claims: {**claims, "iss": self.issuers[why]}))

    def test_66_ghsa_gr79_tls_settings_ignored(self):
        """GHSA-gr79-9v6v-gc9r (Dex): what was configured for TLS was not used for the connection. A certificate that upstream.ca_file does not vouch for, of
        another name, or out of its time ends the call before anything is sent (RFC 9525; OpenID Connect Core 16.17)."""
        for why in self.fronts:
            if why == "good":
                continue
            with self.subTest(why):
                self.speak_for(why)
                stanza = re.sub(r"\W", "-", why)
                hits = sum(self.idp.hits.values())
                reply = self.client.get(f"/o/{stanza}/?" + urllib.parse.urlencode({"redirect_uri": CB}))
                self.refused(reply, 503, "could not be reached", "tls")
                jar = Jar()
                back = self.begun(jar, "ok.tls", "forge-" + stanza)
                self.refused(self.finish(back, jar, "forge-" + stanza), 400, "the provider could not be reached", "tls")
                self.assertEqual(sum(self.idp.hits.values()), hits, "nothing was sent, no code and no secret")
        self.speak_for("good")
        self.assertEqual(self.client.login(self.idp, "ok.tls", "good").status, 201)
        self.assertEqual(self.client.login(self.idp, "ok.tls", "forge-good").status, 201)

    def test_66_the_systems_authorities_are_not_ours(self):
        """Without ca_file the system's are trusted, which know nothing of the one that signed here."""
        issuer = self.issuers["good"]
        instance = harness.Instance({"providers": {"good": self.idp.stanza(issuer=issuer)}}).start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        self.refused(client.get("/o/good/?" + urllib.parse.urlencode({"redirect_uri": CB})), 503, "could not be reached")
        self.assertIn("tls", instance.log())


# ---- 68 ----------------------------------------------------------------------------------------------------------------------------------
class Closed(unittest.TestCase):
    def test_68_ghsa_8fpg_a_wrong_configuration_fails_closed(self):
        """GHSA-8fpg-xm3f-6cx3 (Auth.js): an error in a provider's configuration was answered as if somebody were signed in. A configuration that is not
        wholly right does not start: no socket, one line that says what is wrong."""
        oidc = {"kind": "oidc", "issuer": "https://op.example", "client_id": "c", "client_secret": "s" * 40}
        rows = {
            "no issuer": {"op": {k: v for k, v in oidc.items() if k != "issuer"}}, "an issuer without https": {"op": {**oidc, "issuer": "http://op.example"}}, "no client": {"op": {**oidc, "client_id": ""}},
            "an unknown kind": {"op": {**oidc, "kind": "oidcc"}}, "an unknown key": {"op": {**oidc, "isuer": "https://op.example"}}, "no such file": {"op": {**oidc, "client_secret_file": "/nowhere", "client_secret": ""}},
            "alg none": {"op": {**oidc, "id_token": {"algs": ["none"]}}}, "a short secret for HS256": {"op": {**oidc, "client_secret": "short", "id_token": {"algs": ["HS256"]}}},
            "SAML without a certificate": {"s": {"kind": "saml", "sp_entity_id": "https://x", "idp_entity_id": "https://y", "idp_sso_url": "https://y/sso"}}, "nobody's name": {"no-such-provider": {"client_id": "c"}},
        }
        settings = {why: {"providers": providers} for why, providers in rows.items()}
        settings |= {"a gate without paths": {"gate.x": {"paths": []}}, "a gate with an unknown key": {"gate.x": {"paths": ["/x/"], "user": ["ada"]}}, "a gate for a provider that is not there": {
            "gate.x": {"paths": ["/x/"], "providers": ["nobody"]}}, "an unknown section": {"gates": {"x": 1}}, "binding": {"flows": {"binding": "off"}}}
        for why, more in settings.items():
            with self.subTest(why):
                instance = harness.Instance(more)
                done = instance.command("check", check=False)
                self.assertNotEqual(done.returncode, 0, done)
                self.assertRegex(done.stderr, r"latchstring.toml|providers\.|gate\.", done)
        for more in (settings["no issuer"], settings["a gate without paths"]):
            instance = harness.Instance(more)
            process = harness.Process([harness.BIN, "serve", "--listen", instance.socket, "--config", instance.config], instance.folder / "log")
            self.assertNotEqual(process.popen.wait(30 * PATIENCE), 0)
            self.assertFalse(harness.answers(instance.socket))

    def test_68_a_reload_of_a_wrong_file_changes_nothing(self):
        instance = harness.Instance({"gate.x": {"paths": ["/x/"]}}, workers=1).start()
        self.addCleanup(instance.stop)
        client, pids = Direct(instance.socket), instance.process.children()
        self.addCleanup(client.close)
        before = instance.config.read_text()
        instance.config.write_text(before.replace('"/x/"', ""))
        instance.process.popen.send_signal(signal.SIGHUP)
        instance.process.wait_until("the refusal", lambda: "ev=reload_failed" in instance.log() and instance.process.children() == pids)
        self.assertEqual(client.get("/gate?rule=x").status, 401)

    def test_68_a_provider_or_a_database_that_fails_lets_nobody_in(self):
        """Nor does what goes wrong later: no metadata, no login; no sessions table, no way through the gate."""
        idp = Bent()
        self.addCleanup(idp.stop)
        instance = harness.Instance({"providers": harness.local_providers(idp), "gate.x": {"paths": ["/x/"]}}, workers=1)
        instance.command("migrate")
        instance.start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        cookie = Person(instance, "ada").session()
        self.assertEqual(client.get("/gate?rule=x", headers=cookie).status, 200)
        self.assertEqual(client.get("/gate?rule=typo", headers=cookie).status, 403)
        idp.bends["/oidc/.well-known/openid-configuration"] = lambda reply: type(reply)(500)
        reply = client.get("/o/oidc/login")
        self.assertEqual((reply.status, reply.header("Set-Cookie")), (503, None), reply)
        instance.sql("ALTER TABLE sessions RENAME TO gone")
        for headers in (cookie, {}, {"Cookie": "latchstring=x"}):
            reply = client.get("/gate?rule=x", headers=headers)
            self.assertEqual(reply.status, 500 if headers == cookie else 401, reply)
            self.assertFalse([name for name, _ in reply.headers if name.startswith(("remote-", "variable-"))])
        self.assertEqual(client.get("/users/me/", headers=cookie).status, 500)
        instance.sql("ALTER TABLE gone RENAME TO sessions")
        self.assertEqual(client.get("/gate?rule=x", headers=cookie).status, 200)


if __name__ == "__main__":
    unittest.main()
