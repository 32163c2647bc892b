"""Mistakes 43 to 52: what a web server passes on and a program believes. Behind the real ones, each with the files that we ship (conf/web)."""
import itertools
import unittest
import urllib.parse

import gate_servers
from clients import Http
from gate_people import Person, send
from gate_test import BROWSER, JSON, NAMES, spellings
from way_common import CB, Jar, Provider, harness

TIME_LIMIT = 600
EVIL = "evil.example"
RULES = {
    "gate.team": {"paths": ["/team/"]},
    "gate.admins": {"paths": ["/team/admin/"], "email_domains": ["Corp.Example"]},
    "gate.help": {"paths": ["/team/help/"], "public": True},
}


class Behind:
    """The tests; a subclass for each server below."""
    server = None

    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.addClassCleanup(cls.idp.stop)
        cls.instance = harness.Instance({"providers": harness.local_providers(cls.idp), **RULES})
        cls.instance.command("migrate")
        cls.web = cls.server(cls.instance)
        cls.addClassCleanup(cls.web.stop)
        cls.ada = Person(cls.instance, "ada", email="ada@corp.example")
        cls.ben = Person(cls.instance, "ben", email="ben@elsewhere.example")
        cls.url = cls.instance.public_url

    def setUp(self):
        self.addCleanup(self.still_serves)

    def still_serves(self):
        self.assertEqual(self.ask("/team/s.txt", self.ada.session()).body, b"secret")
        self.assertNotIn("level=error", self.instance.log() if self.web.needs_service else self.web.log())

    def ask(self, target, *headers, **more):
        return send(self.instance.port, target, [pair for some in headers for pair in some.items()], **more)

    def shut(self, target, *headers, text=b"secret", **more):
        reply = self.ask(target, *headers, **more)
        self.assertNotIn(text, reply.body, (target, headers))
        return reply

    # ---- 43 ------------------------------------------------------------------------------------------------------------------------
    def test_43_ghsa_pfrf_forwarded_host_in_links(self):
        """GHSA-pfrf-9r5f-73f5 (Zitadel): links were built with X-Forwarded-Host, so that a request could make the program send codes elsewhere.
        Every address of ours is built from public_url; no Host header and no X-Forwarded-* has a say (RFC 9700 4.13)."""
        client = Http(self.instance.port)
        self.addCleanup(client.close)
        claims = {"X-Forwarded-Host": EVIL, "X-Forwarded-Server": EVIL, "X-Original-Host": EVIL, "X-Host": EVIL, "Forwarded": f"host={EVIL};proto=https",
                  "X-Forwarded-Proto": EVIL, "X-Forwarded-Port": "1", "X-Forwarded-Prefix": "/" + EVIL, "X-Forwarded-Ssl": "on", "X-Rewrite-Url": f"//{EVIL}/",
                  "X-Original-Url": f"//{EVIL}/", "Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/"}
        pages = {f"/o/github-local/?redirect_uri={urllib.parse.quote(CB)}": 200, "/o/github-local/login?next=/me": 303, "/account": 303, "/login": 200, "/o/": 200,
                 "/signed-out": 200, "/o/github-local/callback?code=x&state=y": 400, "/.well-known/jwks.json": 200}
        for headers in (claims, {**claims, "Host": EVIL}, {**claims, "Host": f"127.0.0.1:{self.instance.port}@{EVIL}"}):
            for path, status in pages.items():
                reply = client.get(path, headers={"Accept": "text/html", **headers})
                if "@" in headers.get("Host", "") and reply.status == 400:
                    continue  # the web server knows that this is no host
                self.assertEqual(reply.status, status, (path, reply))
                self.assertNotIn(EVIL, reply.body.decode() + str(reply.headers), path)
                if "authorization_url" in reply.body.decode() or (reply.header("Location") or "").startswith(self.idp.base):
                    self.assertIn(urllib.parse.quote(CB if status == 200 else self.url + "/o/github-local/callback", safe=""), str(reply.body) + str(reply.headers))
        reply = self.ask("/team/s.txt", JSON, claims)
        self.assertEqual(reply.json()["login_url"], self.url + "/login?next=%2Fteam%2Fs.txt")

    # ---- 44 to 47: which page is asked for -----------------------------------------------------------------------------------------------
    def test_44_cve_2026_40575_forwarded_uri(self):
        """CVE-2026-40575 (oauth2-proxy): X-Forwarded-Uri of a client named a page that needs no login, and the one it asked for was served. Which
        page it is comes from where no client can write: REQUEST_URI of the authorizer role, or a FastCGI parameter that is no header."""
        names = ("X-Forwarded-Uri", "X_Forwarded_Uri", "X-Original-URI", "X_Original_URI", "X-Original-URL", "X-Rewrite-URL", "Latchstring-Uri", "LATCHSTRING_URI",
                 "Request-Uri", "REQUEST_URI", "Redirect-Url", "X-Auth-Request-Redirect", "X-Envoy-Original-Path", "Script-Name", "Path-Info")
        for name, value in itertools.product(names, ("/team/help/h.txt", "/", "/auth/gate", "https://127.0.0.1/team/help/", "")):
            self.assertIn(self.shut("/team/s.txt", {name: value}, JSON).status, (400, 401, 403), (name, value))
            self.shut("/team/admin/a.txt", self.ben.session(), {name: value}, text=b"admins only")
        both = {**{name: "/team/help/h.txt" for name in names}, **BROWSER}
        self.assertEqual(self.shut("/team/s.txt", both).status, 303)
        self.assertEqual(self.ask("/team/help/h.txt").body, b"help")

    def test_45_cve_2026_34457_health_check_user_agent(self):
        """CVE-2026-34457 (oauth2-proxy): who called himself GoogleHC/1.0 was let in as a health check. No name of a client opens anything here, and
        the addresses that need no login (/auth/healthz) lie outside of what is protected."""
        for agent in ("GoogleHC/1.0", "ELB-HealthChecker/2.0", "kube-probe/1.31", "Envoy/HC", "Consul Health Check", "HealthCheck", "curl/8", "Googlebot/2.1", "",
                      "Mozilla/5.0 (compatible; GoogleHC/1.0)", "latchstring"):
            for target in ("/team/s.txt", "/team/s.txt?/healthz", "/team/healthz/../s.txt", "/auth/healthz/../../team/s.txt", "/team/s.txt/healthz", "/team/ping"):
                reply = self.shut(target, {"User-Agent": agent}, JSON)
                self.assertGreaterEqual(reply.status, 400, (agent, target))
        self.assertEqual(self.ask("/auth/healthz", {"User-Agent": "GoogleHC/1.0"}).status, 200)

    def test_46_cve_2026_41059_fragment_in_the_path(self):
        """CVE-2026-41059 (oauth2-proxy): "/team/s.txt#/open" matched the rule of an open page behind the "#", and the server served what stood before
        it. A target with a "#" has several readings; each must be open."""
        for mark in ("#", "%23", "%2523", "#%23", "?#", ";#", "/#", "#?", "\\#"):
            for open_page in ("/team/help/", "/team/help/h.txt", "/open/p.txt", "/auth/login"):
                self.assertGreaterEqual(self.shut("/team/s.txt" + mark + open_page, JSON).status, 400)
                self.shut(open_page + mark + "/../../team/s.txt", JSON)
                self.shut("/team/admin/a.txt" + mark + open_page, self.ben.session(), JSON, text=b"admins only")
        self.assertEqual(self.ask("/team/s.txt?a=%23", self.ada.session()).body, b"secret")

    def test_47_ghsa_7rh7_query_in_the_route_match(self):
        """GHSA-7rh7-c77v-6434 (oauth2-proxy): the rule for an open path was held against path and query together. Here the query is cut off before
        anything is compared, however it is written."""
        for query in ("?/team/help/h.txt", "?x=/team/help/", "?&/team/help/", "?/../team/help/h.txt", "%3f/team/help/", "%3F/team/help/h.txt", "??/team/help/", "?%2fteam%2fhelp%2f",
                      "?x=/open/p.txt", ";/team/help/", ";x=/team/help/h.txt"):
            self.assertGreaterEqual(self.shut("/team/s.txt" + query, JSON).status, 400, query)
            self.shut("/team/admin/a.txt" + query, self.ben.session(), JSON, text=b"admins only")
        for query in ("?/team/s.txt", "?x=/team/admin/"):
            self.assertEqual(self.ask("/team/help/h.txt" + query).body, b"help")

    # ---- 48 ------------------------------------------------------------------------------------------------------------------------
    def test_48_cve_2025_64484_underscore_headers(self):
        """CVE-2025-64484 (oauth2-proxy): X_Forwarded_User came through where X-Forwarded-User was removed, and what is behind reads both alike: CGI
        and FastCGI make HTTP_X_FORWARDED_USER of either (RFC 3875 4.1.18). The shipped files remove each name of ours in every spelling, and
        who it is travels as a variable that no header can become."""
        cookie = self.ben.session()
        for name in NAMES:
            for spelling in {*spellings(name), name.replace("-", "_"), name.lower().replace("-", "_"), *(name.replace("-", mark) for mark in ".~!|"),
                             name.replace("-", "_", 1).replace("-", "+")}:
                reply = self.ask("/team/app.fcgi", cookie, {spelling: "root"})
                if self.server is gate_servers.Lighttpd and reply.status == 403:
                    self.assertIn("pages could take for who is signed in", reply.json()["detail"])
                    self.assertNotIn(spelling.replace("_", "-"), NAMES, "the usual spellings are removed")
                    continue
                self.assertEqual(reply.status, 200, (spelling, reply))
                env = [tuple(pair) for pair in reply.json()["env"]]
                self.assertEqual([(k, v) for k, v in env if v == "root" and ("REMOTE" in k or "USER" in k)], [], spelling)
                self.assertEqual([v for k, v in env if k == "REMOTE_USER" and v], ["ben"], spelling)

    def test_48_nobody_is_signed_in_by_a_header(self):
        """The same names, to us: an identity comes from a cookie or a token."""
        for name in NAMES:
            for spelling in spellings(name):
                self.assertEqual(self.ask("/auth/users/me/", {spelling: "ada"}, JSON).status, 401, spelling)

    # ---- 49, 51: another spelling of the path ----------------------------------------------------------------------------------------------
    def test_49_ghsa_x732_double_slash(self):
        """GHSA-x732-6j76-qmhm (better-auth): "//path" missed the rules for "/path" and was routed to it all the same. A path of ours is routed as it
        is written, so "//" is no page; what the web server would fold into one of the protected pages is judged in each reading."""
        for target in ("//team/s.txt", "///team/s.txt", "/team//s.txt", "//team//s.txt", "/./team//s.txt", "//team/./s.txt", "/.//team/s.txt", "/team/.//s.txt", "/open//../team//s.txt"):
            self.assertGreaterEqual(self.shut(target, JSON).status, 400, target)
        for target in ("//team/admin/a.txt", "/team//admin/a.txt", "/team/admin//a.txt", "/team/help//../admin/a.txt"):
            self.shut(target, self.ben.session(), JSON, text=b"admins only")
        signed_in = self.ada.session()
        for target in ("//auth/users/me/", "/auth//users/me/", "/auth/users//me/", "/auth/users/me//", "///auth///users///me///", "/auth/./users/me/", "/auth/x/../users/me/",
                       "/auth/%75sers/me/", "/auth/users%2Fme/"):
            self.assertIn(self.ask(target, JSON).status, (301, 400, 401, 403, 404), target)
            self.assertIn(self.ask(target, signed_in, JSON, {"Origin": "https://evil.example"}, method="DELETE").status, (301, 400, 403, 404, 405, 411), target)
        self.assertEqual(self.ask("/auth/users/me/", signed_in).json()["username"], "ada")

    def test_50_cve_2026_25748_malformed_cookie(self):
        """CVE-2026-25748 (authentik): a cookie that could not be read made an answer that the web server took for yes. What is no session is nobody:
        401, never another status, and a web server that gets none of 2xx lets nobody in."""
        good = self.ada.session()["Cookie"]
        bad = ["latchstring", "latchstring=", "latchstring==", "latchstring=;", ";" * 400, "=", "=latchstring", "latchstring=%", "latchstring=%zz", "latchstring=\"",
               "latchstring=\"" + good.partition("=")[2] + "\"", "latchstring={}", "latchstring=null", "latchstring=\xff\xfe", "latchstring=" + "A" * 54, "latchstring=" + "_" * 54,
               "latchstring=" + "=" * 54, "latchstring=" + good.partition("=")[2][::-1], good + ".", good + "=", good[:-1], good + "A", "latchstring=eyJhbGciOiJub25lIn0.e30.",
               "latchstring=" + "A" * 4000, "a=b; " * 300, "latchstring=\x01", "latchstring=a,b", "$Version=1; latchstring=x", "__Host-" + good, good.replace("=", "%3d", 1), good.upper()]
        for cookie in bad:
            reply = self.shut("/team/s.txt", {"Cookie": cookie}, JSON)
            self.assertIn(reply.status, (401,) if cookie.isascii() and "\x01" not in cookie else (400, 401), (cookie, reply))
            self.assertEqual(self.shut("/team/s.txt", {"Cookie": cookie}, BROWSER).status, 303 if reply.status == 401 else reply.status, cookie)
        self.assertEqual(self.ask("/team/s.txt", {"Cookie": ";; =; x; latchstring; " + good}).body, b"secret", "a good one among bad ones")

    def test_51_ghsa_j748_capitals(self):
        """GHSA-j748-h363-wqj8 (Authelia): a rule's domain was compared with the host as it was written, so EXAMPLE.com missed the rule for
        example.com. Domains of addresses are compared in lower case, on both sides; a rule's path fits in any capitals, since some file systems
        serve it so; and the name of the host has no part in a decision."""
        for target in ("/TEAM/s.txt", "/Team/s.txt", "/team/S.TXT", "/tEAM/S.txt", "/%54EAM/s.txt"):
            self.assertGreaterEqual(self.shut(target, JSON).status, 400, target)
        for target in ("/team/ADMIN/a.txt", "/team/Admin/a.txt", "/TEAM/ADMIN/A.TXT", "/team/%41dmin/a.txt"):
            self.shut(target, self.ben.session(), JSON, text=b"admins only")
        client = Http(self.instance.port)
        self.addCleanup(client.close)
        client.base = ""
        for host in ("LOCALHOST", "EVIL.example", "127.0.0.1.", f"LocalHost:{self.instance.port}"):
            self.assertEqual(client.get("/team/s.txt", headers={"Host": host, **JSON}).status, 401, host)
        for n, (email, let_in) in enumerate({"a@corp.example": True, "a@CORP.EXAMPLE": True, "A@Corp.example": True, "a@evilcorp.example": False, "a@corp.example.evil": False,
                                             "a@sub.corp.example": False, "a@corp.example.": False, "corp.example": False, "a@x@corp.example": False}.items()):
            who = Person(self.instance, f"capital{n}", email=email)
            self.assertEqual(self.ask("/team/admin/a.txt", who.session()).body == b"admins only", let_in, email)

    def test_52_cve_2026_34454_sign_in_page_leaves_a_session(self):
        """CVE-2026-34454 (oauth2-proxy): the page that one signs in on left the last person's session alive. Ours says who is signed in, a logout ends
        the session in the database and not only in the browser, and a login that replaces a session ends that one."""
        last, cookie = Jar(), self.ada.session()
        page = self.ask("/auth/login", cookie, BROWSER)
        self.assertIn(b"ada@corp.example", page.body)
        out = self.ask("/auth/logout/", cookie, BROWSER, {"Origin": self.url.removesuffix("/auth")}, method="POST", body=b"x=y")
        self.assertEqual((out.status, out.header("Location")), (303, self.url + "/signed-out"))
        self.assertEqual(self.ask("/auth/signed-out", cookie).status, 200)
        self.assertEqual(self.shut("/team/s.txt", cookie, JSON).status, 401, "the old cookie, kept by somebody")
        self.assertNotIn(b"ada@corp.example", self.ask("/auth/login", cookie, BROWSER).body)
        client = Http(self.instance.port)
        self.addCleanup(client.close)
        sessions = []
        for user in ("ok.first", "ok.second"):
            begun = client.get("/o/github-local/login", jar=last)
            back = client.get("/o/github-local/callback?" + urllib.parse.urlencode(self.idp.approve(begun.header("Location"), user)), jar=last)
            self.assertEqual(back.status, 303, back)
            sessions.append({"Cookie": "latchstring=" + last["latchstring"]})
        self.assertEqual(self.shut("/team/s.txt", sessions[0], JSON).status, 401)
        self.assertEqual(self.ask("/team/s.txt", sessions[1]).body, b"secret")


class BehindLighttpd(Behind, unittest.TestCase):
    server = gate_servers.Lighttpd


class BehindNginx(Behind, unittest.TestCase):
    server = gate_servers.Nginx


class BehindApacheFcgid(Behind, unittest.TestCase):
    server = gate_servers.ApacheFcgid


class BehindApacheAuthnz(Behind, unittest.TestCase):
    server = gate_servers.ApacheAuthnz


if __name__ == "__main__":
    unittest.main()
