"""The gate in front of a folder and a responder, behind each web server with the files that we ship: who gets in, who is led to the
sign-in page, and who tries to fool it."""
import itertools
import unittest
import urllib.parse

import gate_servers
import harness
from clients import Http
from fake.idp.provider import Provider
from gate_people import Person, send

TIME_LIMIT = 600
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
RULES = {
    "gate.team": {"paths": ["/team/"]},
    "gate.admins": {"paths": ["/team/admin/"], "email_domains": ["corp.example"], "claims": {"groups": ["admins"]}},
    "gate.help": {"paths": ["/team/help/"], "public": True},
}
# Paths that some server serves as a page of the folder, and some that only look so. No one gets the page without a session.
TRICKS = ("/team/s.txt", "//team/s.txt", "/./team/s.txt", "/%2e/team/s.txt", "/team%2Fs.txt", "/open/..%2Fteam/s.txt", "/open/%2e%2e/team/s.txt",
          "/open/../team/s.txt", "/open//..//team/s.txt", "/open/p.txt/../../team/s.txt", "/%74eam/s.txt", "/%2574eam/s.txt", "/team;x/s.txt",
          "/team/;/s.txt", "/TEAM/s.txt", "/team\\s.txt", "/team%5Cs.txt", "/team/s.txt%00", "/team/s.txt%00.html", "/team/s.txt%0d%0aX:y",
          "/team/./s.txt", "/team//s.txt", "/team/x/../s.txt", "/team/s.txt?x=/team/help/", "/team/s.txt#/team/help/", "/team/help/../s.txt",
          "/team/help/%2e%2e/s.txt", "/team/help/..%2Fs.txt", "/team/help%2F..%2Fs.txt", "/team/help/..;/s.txt", "/team/help/%252e%252e/s.txt",
          "/team/help//../s.txt", "/team/%ff/../s.txt", "/../team/s.txt", "http://other.example/team/s.txt", "http://other.example//team/s.txt")
NAMES = ("Remote-User", "Remote-User-Id", "Remote-Email", "Remote-Name", "Remote-Provider", "X-Remote-User", "X-Forwarded-User")


def spellings(name):
    """With "-" and "_" at each place, and in capitals."""
    parts = name.split("-")
    for marks in itertools.product("-_", repeat=len(parts) - 1):
        yield parts[0] + "".join(mark + part for mark, part in zip(marks, parts[1:]))
    yield name.upper()


class Gate:
    """The tests; a subclass for each server below."""
    server = None
    settings = RULES

    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.instance = harness.Instance({"providers": harness.local_providers(cls.idp), **cls.settings})
        cls.instance.command("migrate")
        cls.web = cls.server(cls.instance)
        cls.ada = Person(cls.instance, "ada", email="ada@corp.example", name="Ada L\u00f6vel", extra={"groups": ["staff", "admins"]})
        cls.ben = Person(cls.instance, "ben", email="ben@corp.example", verified=False, extra={"groups": ["admins"]})

    @classmethod
    def tearDownClass(cls):
        cls.web.stop()
        cls.idp.stop()

    def ask(self, target, *headers, **more):
        pairs = [pair for some in headers for pair in (some.items() if isinstance(some, dict) else some)]
        return send(self.instance.port, target, pairs, **more)

    def behind(self, *headers, **more):
        """What the responder behind the gate saw: its environment as pairs, and the body."""
        reply = self.ask("/team/app.fcgi", *headers, **more)
        self.assertEqual(reply.status, 200, reply)
        seen = reply.json()
        return [tuple(pair) for pair in seen["env"]], seen["body"]

    def login_url(self, back):
        return self.instance.public_url + "/login?next=" + urllib.parse.quote(back, safe="")

    # ---- nobody --------------------------------------------------------------------------------------------------------------
    def test_a_browser_is_led_to_the_sign_in_page_and_told_the_way_back(self):
        for target in ("/team/s.txt", "/team/", "/team/app.fcgi?a=b&c=%20d"):
            reply = self.ask(target, BROWSER)
            self.assertEqual((reply.status, reply.header("Location")), (303, self.login_url(target)), target)
            self.assertIn("no-store", "".join(v for k, v in reply.headers if k == "cache-control"))
            self.assertNotIn(b"secret", reply.body)

    def test_a_program_is_told_in_json(self):
        for headers in (JSON, {}, {"Accept": "*/*"}):
            reply = self.ask("/team/s.txt", headers)
            self.assertEqual(reply.status, 401, headers)
            self.assertEqual(reply.json()["login_url"], self.login_url("/team/s.txt"))
            self.assertIn("Bearer", reply.header("WWW-Authenticate"))

    def test_a_form_that_is_sent_by_nobody_does_not_arrive(self):
        reply = self.ask("/team/app.fcgi", JSON, method="POST", body=b"a=b")
        self.assertEqual((reply.status, reply.json()["login_url"]), (401, self.login_url("/team/app.fcgi")))
        reply = self.ask("/team/app.fcgi", BROWSER, method="POST", body=b"a=b")
        # .htaccess: two internal redirects, after which Apache has forgotten the method.
        self.assertEqual(reply.status, 303 if self.server is gate_servers.Htaccess else 401)

    def test_whatever_the_method_nobody_gets_in(self):
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND", "FOO"):
            reply = self.ask("/team/s.txt", JSON, [("Origin", "https://x.example"), ("Access-Control-Request-Method", "GET")], method=method)
            self.assertGreaterEqual(reply.status, 400, method)
            self.assertNotIn(b"secret", reply.body)

    def test_a_public_page_within_is_open(self):
        self.assertEqual(self.ask("/team/help/h.txt").body, b"help")

    def test_what_lies_beside_is_open(self):
        for target, text in (("/open/p.txt", b"open"), ("/teamwork/w.txt", b"another folder"), ("/", b"start")):
            self.assertEqual(self.ask(target).body, text)

    def test_no_path_leads_around_the_gate(self):
        for target in TRICKS:
            for headers in (JSON, BROWSER):
                reply = self.ask(target, headers)
                self.assertNotIn(b"secret", reply.body, (target, reply))

    # ---- somebody -------------------------------------------------------------------------------------------------------------
    def test_whoever_is_signed_in_sees_files_and_folders(self):
        cookie = self.ada.session()
        for target, text in (("/team/s.txt", b"secret"), ("/team/", b"team"), ("/team/./s.txt", b"secret"), ("/team/help/h.txt", b"help")):
            reply = self.ask(target, cookie, BROWSER)
            self.assertEqual((reply.status, reply.body), (200, text), target)

    def test_the_answer_shows_the_browser_nothing_of_ours(self):
        reply = self.ask("/team/s.txt", self.ada.session())
        names = {name for name, _ in reply.headers}
        self.assertFalse({n for n in names if n.startswith(("variable-", "remote-"))}, reply.headers)
        self.assertFalse(names & {"x-frame-options", "cross-origin-opener-policy", "referrer-policy", "set-cookie"}, reply.headers)
        self.assertNotIn("no-store", reply.header("Cache-Control"))
        self.assertRegex(reply.header("Cache-Control"), "private|no-cache")

    def test_the_responder_is_told_who_it_is(self):
        env, _ = self.behind(self.ada.session())
        for name, value in (("REMOTE_USER", "ada"), ("REMOTE_USER_ID", str(self.ada.id)), ("REMOTE_EMAIL", "ada@corp.example"),
                            ("REMOTE_NAME", "Ada L\u00f6vel".encode().decode("latin-1")), ("REMOTE_PROVIDER", "github-local")):
            self.assertEqual([v for k, v in env if k == name and v != ""], [value], name)

    def test_an_unverified_address_is_not_passed_on(self):
        env, _ = self.behind(self.ben.session())
        self.assertEqual([v for k, v in env if k in ("REMOTE_EMAIL", "HTTP_REMOTE_EMAIL") and v], [])

    def test_a_posted_form_reaches_the_responder_whole(self):
        for body in (b"a=b&c=d", b"x" * 60_000):
            env, seen = self.behind(self.ada.session(), method="POST", body=body)
            self.assertEqual((dict(env)["REQUEST_METHOD"], seen), ("POST", body.decode()))

    def test_a_bearer_token_is_as_good(self):
        client = Http(self.instance.port)
        self.addCleanup(client.close)
        access = client.login(self.idp, "ok.g1").json()["access"]
        self.assertEqual(self.ask("/team/s.txt", {"Authorization": f"Bearer {access}"}).body, b"secret")
        self.assertEqual(self.ask("/team/s.txt", {"Authorization": f"Bearer {access}x"}, JSON).status, 401)
        env, _ = self.behind({"Authorization": f"Bearer {access}"})
        self.assertIn(("REMOTE_USER", "g1"), env)

    def test_a_bad_token_beside_a_good_cookie_is_the_pages_own_affair(self):
        self.assertEqual(self.ask("/team/s.txt", self.ada.session(), {"Authorization": "Bearer of-the-page-behind"}).body, b"secret")

    # ---- rules ------------------------------------------------------------------------------------------------------------------
    def test_a_rule_decides_who_sees_a_path(self):
        self.assertEqual(self.ask("/team/admin/a.txt", self.ada.session()).body, b"admins only")
        reply = self.ask("/team/admin/a.txt", self.ben.session(), BROWSER)  # his address is not verified
        self.assertEqual(reply.status, 403)
        self.assertIn(b"not for your account", reply.body)
        self.assertNotIn(b"admins only", reply.body)
        reply = self.ask("/team/admin/a.txt", self.ben.session(), JSON)
        self.assertEqual((reply.status, reply.json()["login_url"]), (403, self.login_url("/team/admin/a.txt")))

    def test_no_path_leads_around_a_rule(self):
        for target in ("/team/admin/a.txt", "/team//admin/a.txt", "/team/./admin/a.txt", "/team/%61dmin/a.txt", "/team/admin%2Fa.txt",
                       "/team/help/../admin/a.txt", "/team/help/..%2fadmin/a.txt", "/team/help%2f../admin/a.txt", "/team/ADMIN/a.txt",
                       "/team/help/..;/admin/a.txt", "/team/%2561dmin/a.txt", "/team/admin;x/a.txt", "/team/help/x/../../admin/a.txt"):
            self.assertNotIn(b"admins only", self.ask(target, self.ben.session(), BROWSER).body, target)

    # ---- sessions that are none ---------------------------------------------------------------------------------------------------
    def test_a_session_that_has_ended_expired_or_is_a_blocked_users_is_none(self):
        gone = Person(self.instance, "gone")
        for why, change in {"ended": "UPDATE sessions SET ended = 1 WHERE id = ?", "expired": "UPDATE sessions SET expires = 1 WHERE id = ?",
                            "blocked": "UPDATE users SET active = 0 WHERE id = (SELECT user_id FROM sessions WHERE id = ?)"}.items():
            cookie = gone.session()
            self.assertEqual(self.ask("/team/s.txt", cookie).body, b"secret", why)
            self.instance.sql(change, gone.last)
            self.assertEqual(self.ask("/team/s.txt", cookie, BROWSER).status, 303, why)
            self.assertEqual(self.ask("/team/s.txt", cookie, JSON).status, 401, why)

    def test_what_is_no_cookie_or_token_is_nobody(self):
        good = self.ada.session()["Cookie"]
        for headers in ({"Cookie": "latchstring="}, {"Cookie": "latchstring=x"}, {"Cookie": good[:-1]}, {"Cookie": good + "A"},
                        {"Cookie": good[:20] + ("A" if good[20] != "A" else "B") + good[21:]}, {"Cookie": "latchstring=" + "A" * 54},
                        {"Cookie": "latchstring=" + "%00" * 18}, {"Cookie": ";;=;," * 50}, {"Cookie": good.replace("latchstring", "Latchstring")},
                        {"Cookie": "latchstring=" + "A" * 6000}, {"Authorization": "Bearer"}, {"Authorization": "Bearer a.b.c"},
                        {"Authorization": "Bearer " + "." * 3000}, {"Authorization": "Bearer a b"}, {"Authorization": "JWT x"}):
            reply = self.ask("/team/s.txt", headers, JSON)
            self.assertEqual(reply.status, 401, (headers, reply))

    # ---- headers that a client writes -----------------------------------------------------------------------------------------------
    def test_no_header_of_a_client_is_taken_for_our_word(self):
        for name in NAMES:
            for spelling in spellings(name):
                env, _ = self.behind(self.ben.session(), {spelling: "root"})
                known = [(k, v) for k, v in env if "root" in v and k != "HTTP_COOKIE" and ("REMOTE" in k or "USER" in k)]
                self.assertEqual(known, [], spelling)

    def test_a_header_lets_nobody_in(self):
        for name in (*NAMES, "Variable-REMOTE_USER", "Latchstring-Uri", "LATCHSTRING_URI", "X-Original-URI", "X-Forwarded-Uri", "X_Original_URI",
                     "Redirect-Status", "REDIRECT_STATUS", "FCGI_ROLE", "X-Original-Method", "X-Rewrite-Url", "X-Original-Url"):
            for value in ("/team/help/", "root", "200"):
                reply = self.ask("/team/s.txt", {name: value}, JSON)
                self.assertGreaterEqual(reply.status, 400, (name, value))
                self.assertNotIn(b"secret", reply.body)
                self.assertNotIn(b"admins only", self.ask("/team/admin/a.txt", self.ben.session(), {name: value}).body)

    def test_basic_credentials_are_no_user(self):
        reply = self.ask("/team/app.fcgi", self.ben.session(), {"Authorization": "Basic cm9vdDp4"})
        if reply.status == 200:
            self.assertNotIn("root", [v for _, v in reply.json()["env"]])

    def test_nothing_was_logged_as_broken(self):
        log = self.instance.log() if self.web.needs_service else self.web.log()
        self.assertNotIn("level=error", log)


class GateOfLighttpd(Gate, unittest.TestCase):
    server = gate_servers.Lighttpd


class GateOfNginx(Gate, unittest.TestCase):
    server = gate_servers.Nginx


class GateOfApacheFcgid(Gate, unittest.TestCase):
    server = gate_servers.ApacheFcgid


class GateOfApacheAuthnz(Gate, unittest.TestCase):
    server = gate_servers.ApacheAuthnz


class GateOfHtaccess(Gate, unittest.TestCase):
    server = gate_servers.Htaccess


if __name__ == "__main__":
    unittest.main()
