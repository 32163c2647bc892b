"""Redirect mode, as a browser without JavaScript goes through it: behind web servers, and at a provider of each protocol."""
import json
import sys
import unittest
import urllib.parse

import harness
import oauth1_provider
import oidc_provider_test
import openid2_provider
import simplesaml
import webservers
from clients import Direct, Jar
from fake.idp.provider import Provider
from people import Form
from visitor import Visitor, origin_of

SECRET = oidc_provider_test.SECRET


def setUpModule():
    global idp
    idp = Provider()


def tearDownModule():
    idp.stop()


def cookie_of(reply):
    """(name, value, {attribute: value}) of the one Set-Cookie."""
    [value] = [v for k, v in reply.headers if k == "set-cookie"]
    pair, *attributes = (part.strip() for part in value.split(";"))
    name, _, content = pair.partition("=")
    return name, content, {a.partition("=")[0]: a.partition("=")[2] for a in attributes}


# Sent as they stand here, in the query; each would lead a browser to evil.example, or is no URL at all.
AWAY = ["//evil.example", "%2F%2Fevil.example", "/%5Cevil.example", "%5C%5Cevil.example", "https://evil.example", "https%3A%2F%2Fevil.example%2F",
        "http:evil.example", "https:%09//evil.example", "/%09/evil.example", "%20//evil.example", "%0A//evil.example", "/%0d%0aLocation:%20//evil.example",
        "javascript:alert(1)", "data:text/html,x", "/%2F/evil.example", "/.//evil.example", "/%2e%2e//evil.example", "/a/..//evil.example",
        "/%252e%252e/%2F/evil.example%00", "https://{host}@evil.example", "https://evil.example%23{host}", "http://{host}.evil.example/", "//{host}",
        "/me%23//evil.example", "/%E2%80%8B//evil.example", "%EF%BC%8F%EF%BC%8Fevil.example", "/me+//evil.example%20", "me", "?", "."]


class Behind:
    """The tests; a subclass for each server below."""
    server = None
    settings = {"pages": {"next_urls": ["http://localhost:3000"]}}

    @classmethod
    def setUpClass(cls):
        cls.instance = harness.Instance({"providers": harness.local_providers(idp), **cls.settings})
        cls.web = cls.server(cls.instance)
        cls.url = cls.instance.public_url

    @classmethod
    def tearDownClass(cls):
        cls.web.stop()

    def login(self, provider, **query):
        return f"{self.url}/o/{provider}/login?" + urllib.parse.urlencode(query)

    def begun(self, visitor, provider="github-local", user="ok.w1", **query):
        """What the provider sends back."""
        reply = visitor.fetch(self.login(provider, **query))
        self.assertEqual(reply.status, 303, reply)
        return idp.approve(reply.header("Location"), user)

    def callback(self, visitor, back, provider="github-local"):
        return visitor.fetch(f"{self.url}/o/{provider}/callback?" + urllib.parse.urlencode(back), initiator=idp.base)

    def me(self, visitor):
        return visitor.fetch(self.url + "/users/me/", Accept="application/json")

    def test_a_login_without_javascript(self):
        for provider, user in (("github-local", "alice"), ("fakeoidc", "alice")):
            with self.subTest(provider):
                visitor = Visitor()
                reply = visitor.go(self.login(provider, next="/auth/users/me/?tab=1"))
                self.assertEqual(reply.status, 200, (reply, visitor.pages))
                self.assertTrue(reply.json()["username"].startswith(user), reply)
                self.assertEqual([status for _, _, status in visitor.pages], [303, 302, 303, 200])

    def test_a_listed_url_and_none(self):
        visitor = Visitor()
        self.assertEqual(self.callback(visitor, self.begun(visitor, next="http://localhost:3000/a?b=c")).header("Location"), "http://localhost:3000/a?b=c")
        self.assertEqual(self.callback(visitor, self.begun(visitor)).header("Location"), origin_of(self.url) + "/")

    def test_next_leads_nowhere_else(self):
        for away in AWAY:
            with self.subTest(away):
                text = away.replace("{host}", urllib.parse.urlsplit(self.url).netloc)
                reply = Visitor().fetch(f"{self.url}/o/github-local/login?next={text}")
                self.assertEqual((reply.status, reply.header("Location"), reply.header("Set-Cookie")), (400, None, None), reply)
                self.assertNotIn(b"evil", reply.body)  # lighttpd refuses encoded control characters itself; the others say why

    def test_cookies(self):
        visitor = Visitor()
        begun = visitor.fetch(self.login("github-local"))
        name, _, attributes = cookie_of(begun)
        self.assertEqual((name, attributes), ("latchstring-flow", {"Path": "/", "Max-Age": "600", "HttpOnly": "", "SameSite": "Lax"}))
        back = self.callback(visitor, idp.approve(begun.header("Location"), "ok.w2"))
        name, value, attributes = cookie_of(back)
        self.assertEqual((name, attributes), ("latchstring", {"Path": "/", "Max-Age": "2592000", "HttpOnly": "", "SameSite": "Lax"}))
        self.assertEqual(len(value), 54)
        self.assertNotIn(value, "".join(map(str, self.instance.sql("SELECT * FROM sessions"))))

    def test_a_form_from_the_provider_comes_without_cookies_and_is_sent_again(self):
        visitor = Visitor()
        back = self.begun(visitor, next="/auth/users/me/") | {"user": '{"name":{"firstName":"A\'&<é"}}'}
        callback = f"{self.url}/o/github-local/callback"
        first = visitor.fetch(callback, "POST", back, initiator=idp.base)
        self.assertEqual((first.status, first.header("Set-Cookie")), (200, None), first)
        form = Form(first.body.decode())
        self.assertEqual({name: form.fields[name] for name in back}, back)
        self.assertEqual(urllib.parse.urljoin(callback, form.action), callback)
        second = visitor.fetch(callback, "POST", form.fields, initiator=origin_of(self.url))
        self.assertEqual((second.status, second.header("Location")), (303, self.url + "/users/me/"), second)
        self.assertEqual(self.me(visitor).status, 200)

    def test_what_is_not_finished(self):
        def used_up(visitor, back):
            self.assertEqual(self.callback(visitor, back).status, 303)
            return self.callback(visitor, back)

        def api(visitor, back):
            return visitor.fetch(f"{self.url}/o/github-local/", "POST", back, initiator=origin_of(self.url))

        def api_begun(visitor, _back):
            reply = visitor.fetch(f"{self.url}/o/github-local/?" + urllib.parse.urlencode({"redirect_uri": harness.CB}))
            return self.callback(visitor, idp.approve(reply.json()["authorization_url"], "ok.w3"))

        def other_browser(_visitor, back):
            other = Visitor()
            self.begun(other)
            return self.callback(other, back)

        ways = {"a state that was used": used_up, "by API mode": api, "begun in API mode": api_begun, "in another browser": other_browser,
                "at another provider's callback": lambda v, back: self.callback(v, back, "google-local"),
                "with a state that is none": lambda v, back: self.callback(v, back | {"state": "x"}),
                "with a form without a state": lambda v, back: v.fetch(f"{self.url}/o/github-local/callback", "POST", {"code": "c"}, initiator=idp.base)}
        for why, way in ways.items():
            with self.subTest(why):
                visitor = Visitor()
                reply = way(visitor, self.begun(visitor))
                self.assertEqual((reply.status, reply.header("Set-Cookie")), (400, None), reply)

    def test_who_says_no_finds_the_way_back(self):
        visitor = Visitor()
        back = self.begun(visitor, next="/me?a=b")
        reply = self.callback(visitor, {"error": "access_denied", "state": back["state"]})
        self.assertEqual(reply.status, 403)
        self.assertIn(b"/auth/login?next=%2Fme%3Fa%3Db", reply.body)
        as_json = visitor.fetch(f"{self.url}/o/github-local/callback?error=access_denied", Accept="application/json")
        self.assertEqual((as_json.status, as_json.header("Content-Type")), (403, "application/json"), as_json)
        json.loads(as_json.body)

    def test_parallel_logins_of_one_browser(self):
        visitor = Visitor()
        backs = [self.begun(visitor, next=f"/{n}") for n in range(5)]
        for n, back in reversed(list(enumerate(backs))):
            self.assertEqual(self.callback(visitor, back).header("Location"), f"{origin_of(self.url)}/{n}")
        self.assertEqual(self.me(visitor).status, 200)

    def test_the_next_login_ends_the_session_before(self):
        visitor = Visitor()
        self.callback(visitor, self.begun(visitor, user="ok.w4"))
        before = dict(visitor.cookies[origin_of(self.url)])
        self.callback(visitor, self.begun(visitor, user="ok.w5"))
        self.assertEqual(self.me(visitor).json()["username"], "w5")
        visitor.cookies[origin_of(self.url)] = before
        self.assertEqual(self.me(visitor).status, 401)


class BehindLighttpd(Behind, unittest.TestCase):
    server = webservers.Lighttpd


class BehindApacheFcgid(Behind, unittest.TestCase):
    server = webservers.ApacheFcgid


class OnHttps(unittest.TestCase):
    def test_cookies_belong_to_this_host_alone(self):
        instance = harness.Instance({"public_url": "https://app.example/auth", "providers": harness.local_providers(idp)}).start()
        self.addCleanup(instance.stop)
        client, jar = Direct(instance.socket), Jar()
        self.addCleanup(client.close)
        begun = client.get("/o/github-local/login", jar=jar)
        strict = {"Path": "/", "HttpOnly": "", "Secure": "", "SameSite": "Lax"}
        name, _, attributes = cookie_of(begun)
        self.assertEqual((name, attributes), ("__Host-latchstring-flow", {**strict, "Max-Age": "600"}))
        back = client.get("/o/github-local/callback?" + urllib.parse.urlencode(idp.approve(begun.header("Location"), "ok.w1")), jar=jar)
        self.assertEqual((back.status, back.header("Location")), (303, "https://app.example/"), back)
        name, _, attributes = cookie_of(back)
        self.assertEqual((name, attributes), ("__Host-latchstring", {**strict, "Max-Age": "2592000"}))


class AtProviders(unittest.TestCase):
    """A provider of each other protocol, and a real one for form_post. They want to know the address of the callback beforehand."""

    @classmethod
    def setUpClass(cls):
        port = harness.free_port()
        callbacks = f"http://127.0.0.1:{port}/auth/o/"
        client = {"redirect_uris": [callbacks + "op/callback", callbacks + "op-form/callback"]}
        cls.op = oidc_provider_test.OpenIdProvider({"redirect": client})
        cls.openid2 = openid2_provider.Provider(harness.free_port())
        cls.saml = simplesaml.SimpleSaml()
        cls.saml.write_services({"https://latchstring.test/sp": {"AssertionConsumerService": callbacks + "saml/callback",
                                                                 "simplesaml.nameidattribute": "uid"}})
        cls.oauth1 = oauth1_provider.Provider(cls.op.folder, harness.free_port(), "", callbacks + "oauth1/callback")
        folder, cas = harness.temporary_folder(), harness.free_port()
        cls.cas = harness.Process([sys.executable, harness.ROOT / "tests/integration/cas_provider.py", cas, folder], folder / "log")
        cls.cas.wait_until("the CAS server answers", lambda: harness.answers(("127.0.0.1", cas)))
        openid = {"kind": "oidc", "issuer": cls.op.issuer, "client_id": "redirect", "client_secret": SECRET, "token": {"client_auth": "basic"}}
        providers = {
            "op": openid, "op-form": {**openid, "authorize": {"params": {"response_mode": "form_post"}}},
            "openid2": {"kind": "openid2", "openid2": {"identifier": cls.openid2.base + "/"}},
            "oauth1": {"kind": "oauth1", "client_id": "hmac", "client_secret": oauth1_provider.SECRET, "oauth1": {"signature": "HMAC-SHA1"},
                       "request_token": {"url": cls.oauth1.base + "/initiate"}, "authorize": {"url": cls.oauth1.base + "/authorize"},
                       "token": {"url": cls.oauth1.base + "/token"}, "user": [{"url": cls.oauth1.base + "/me"}],
                       "map": {"uid": "u:/id", "username": "u:/id"}},
            "uni": {"kind": "cas", "url": f"http://127.0.0.1:{cas}/cas"},
            "saml": {"kind": "saml", "sp_entity_id": "https://latchstring.test/sp", "idp_entity_id": cls.saml.entity_id, "idp_sso_url": cls.saml.sso,
                     "idp_cert_file": str(cls.saml.certificate), "attr_user_permanent_id": "uid", "attr_username": "uid"},
        }
        cls.instance = harness.Instance({"providers": providers, "demo": {"enabled": True}, "upstream": {"ca_file": str(cls.op.ca)}}, port=port)
        cls.web = webservers.Lighttpd(cls.instance)

    @classmethod
    def tearDownClass(cls):
        cls.web.stop()
        for provider in (cls.saml, cls.openid2, cls.oauth1, cls.cas, cls.op.process):
            provider.stop()

    def signed_in(self, provider, **fields):
        visitor = Visitor(self.op.ca, **fields)
        reply = visitor.go(f"{self.instance.public_url}/o/{provider}/login?next=/auth/users/me/")
        self.assertEqual(reply.status, 200, (reply, visitor.pages))
        return reply.json()["username"], [method for method, url, _ in visitor.pages if url.endswith("/callback")]

    def test_openid_connect(self):
        """With `iss` in the answer, which this provider announces (RFC 9207)."""
        self.assertEqual(self.signed_in("op", login="ann", password="x"), ("ann", ["GET"]))

    def test_openid_connect_by_form_post(self):
        self.assertEqual(self.signed_in("op-form", login="bea", password="x"), ("bea", ["POST", "POST"]))

    def test_saml(self):
        self.assertEqual(self.signed_in("saml", username="alice", password="alice-password"), ("alice", ["POST", "POST"]))

    def test_openid_2(self):
        """Its answer is too long for an address, so it is a form."""
        self.assertEqual(self.signed_in("openid2", person="carol", answer="yes"), ("CarolExample", ["POST", "POST"]))

    def test_oauth_1(self):
        visitor, url = Visitor(), self.instance.public_url + "/o/oauth1/"
        address, back = self.oauth1.visit(visitor.fetch(url + "login").header("Location"), "eve")
        self.assertEqual(address, url + "callback")
        self.assertEqual(visitor.fetch(address + "?" + urllib.parse.urlencode(back)).status, 303)
        self.assertEqual(visitor.fetch(self.instance.public_url + "/users/me/").json()["username"], "eve")

    def test_cas(self):
        self.assertEqual(self.signed_in("uni", username="bob", password="bob"), ("bob", ["GET"]))

    def test_the_demo(self):
        self.assertEqual(self.signed_in("demo", person="alva"), ("Alva", ["GET"]))

    def test_saml_metadata_names_the_callback(self):
        reply = Visitor().fetch(f"{self.instance.public_url}/o/saml/metadata")
        self.assertIn(f"{self.instance.public_url}/o/saml/callback".encode(), reply.body)

    def test_a_third_party_begins_a_login(self):
        """OpenID Connect Core 4."""
        begin = f"{self.instance.public_url}/o/op/login?"
        ours = {"iss": self.op.issuer, "target_link_uri": self.instance.public_url + "/users/me/"}
        reply = Visitor(self.op.ca, login="dan", password="x").go(begin + urllib.parse.urlencode(ours))
        self.assertEqual((reply.status, reply.json()["username"]), (200, "dan"), reply)
        for wrong in ({"iss": "https://evil.example"}, {"target_link_uri": "https://evil.example/"}):
            refused = Visitor().fetch(begin + urllib.parse.urlencode(ours | wrong))
            self.assertEqual((refused.status, refused.header("Location")), (400, None), refused)


if __name__ == "__main__":
    unittest.main()
