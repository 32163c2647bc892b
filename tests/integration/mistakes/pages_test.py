"""Mistakes 64, 67 and 69: what stands on a page, who is told what, and whose it is."""
import re
import subprocess
import unittest
import urllib.parse

import people
import webservers
from clients import PATIENCE
from visitor import Visitor
from way_common import CB, Bent, Case, Jar, harness

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


if __name__ == "__main__":
    unittest.main()
