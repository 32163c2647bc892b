"""Mistakes 39 to 42: where third parties, logouts, cookies, providers and SAML answers lead."""
import unittest
import urllib.parse

import people
import simplesaml
from payloads import wire
from redirects_common import OURS, TEXTS, Redirects
from way_common import Direct, Jar, harness, new_certificate


class Afterwards(Redirects):
    def test_39_cve_2022_23527_logout_and_third_parties(self):
        """CVE-2022-23527, GHSA-xm4c-5wm5-jqv7 (mod_auth_openidc), CVE-2019-3877 (mellon): target_link_uri, and where a logout leads, took
        "/\\evil" and its like. target_link_uri passes the same check as next ("RPs MUST verify", OpenID Connect Core 4); a logout leads to our
        own page or to the provider's, whatever the request says."""
        self.try_all("target_link_uri")

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
