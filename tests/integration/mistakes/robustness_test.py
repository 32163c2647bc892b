"""Mistakes 53 to 58: requests that brought others down. After each test the processes are those from before, and somebody signs in
(way_common.Case)."""
import json
import time
import unittest
import urllib.parse

from way_common import Bent, Jar, Robust, Signer, b64, harness, resident

SIGNER = Signer()
OPENAPI = json.loads((harness.ROOT / "www" / "openapi.json").read_text())["paths"]
ROUTES = [(method.upper(), path.replace("{provider}", provider).replace("{id}", "1").replace("{file}", "style.css"))
          for path, methods in OPENAPI.items() for method in methods if method in ("get", "post", "patch", "delete")
          for provider in (("github-local", "oidc") if "{provider}" in path else ("",))]


class Cookies(Robust):
    def test_53_cve_2024_24814_a_count_of_chunks(self):
        """CVE-2024-24814 (mod_auth_openidc): the cookie session_chunks said of how many pieces a session was made, and 99999999 of them were looked
        for and put together. A cookie of ours is one text of one length; no number in it counts anything, it is a row's key."""
        big = ["99999999", "2147483648", "4294967296", "-1", "9223372036854775807", "18446744073709551616", "1e9", "0x7fffffff", "9" * 400]
        before = resident(self.pids[0])
        for name in ("session", "latchstring", "latchstring-flow", "mod_auth_openidc_session", "__Host-latchstring"):
            for number in big:
                for text in (f"{name}_chunks={number}", f"{name}={number}", f"{name}_0=a; {name}_1=b; {name}_chunks={number}", f"{name}.chunks={number}"):
                    self.assertEqual(self.ask("GET", "/users/me/", headers={"Cookie": text}).status, 401)
        for first in (0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 0, 1):
            value = b64(first.to_bytes(8, "big") + b"\x41" * 32)
            for name in ("latchstring", "latchstring-flow"):
                self.assertEqual(self.ask("GET", "/users/me/", headers={"Cookie": f"{name}={value}"}).status, 401)
        pieces = "; ".join(f"latchstring.{n}={'A' * 40}" for n in range(300))
        self.assertEqual(self.ask("GET", "/users/me/", headers={"Cookie": pieces}).status, 401)
        self.assertLess(resident(self.pids[0]) - before, 8 << 10)
        self.assertEqual(self.who(self.signed_in("ok.whole")), "whole")

    def test_54_cve_2023_28625_a_crafted_cookie(self):
        """CVE-2023-28625 (mod_auth_openidc): a Cookie header that held nothing but separators ended in a null pointer. Cookies are looked for in
        string_views, none is taken apart before it is found, and a name without a value is none (RFC 6265 5.4)."""
        jar = self.signed_in("ok.cookie")
        good = jar.header()
        texts = ["", " ", ";", ";;", "; ;", ";=", "=", "==", "=;=", "= =", ", ", ",;,", "latchstring", "latchstring=", "latchstring;", "=latchstring", "latchstring==", "latchstring= ;",
                 "latchstring;=", "latchstring-flow=;latchstring=", "\0", "latchstring=\0", "\xff" * 64, "\x80=\x80", "\t", "\n", "latchstring=\"", "latchstring=\\", "$Version", ";" * 8000,
                 "=" * 8000, "a" * 8000, "a=" * 4000, "; ".join("latchstring=" for _ in range(500)), "latchstring=" + "A" * 54 + "," * 54, "mod_auth_openidc_state_", "_="]
        for text in texts:
            for method, path in (("GET", "/users/me/"), ("GET", "/login"), ("GET", "/gate"), ("POST", "/logout/"), ("GET", "/o/github-local/login"), ("GET", "/o/oidc/callback"),
                                 ("POST", "/o/github-local/")):
                self.ask(method, path, headers={"Cookie": text})
            self.assertEqual(self.client.get("/users/me/", headers={"Cookie": text.rstrip("\0\n\\\"") + "; " + good}).status in (200, 401), True)
        for text in ("; ;", "=;=", "latchstring-flow; x", "a=b; c"):
            self.assertEqual(self.client.get("/users/me/", headers={"Cookie": text + "; " + good}).status, 200, text)


class Parameters(Robust):
    make_provider = Bent

    def test_55_empty_iss(self):
        """mod_auth_openidc, 2026-05-22: an empty `iss` was read at issuer[-1]. An empty one is compared like any other text and is nobody's issuer,
        in requests and in tokens (RFC 9207 2.4, OpenID Connect Core 3.1.3.7)."""
        self.refused(self.ask("GET", "/o/oidc/login?iss="), 400, "iss is not the issuer of this provider", "iss is not this provider")
        self.refused(self.ask("GET", "/o/oidc/login?iss=&target_link_uri=&login_hint="), 400, "iss is not the issuer of this provider")
        self.refused(self.ask("GET", "/o/oidc/frontchannel-logout?iss=&sid="), 400, "iss is another issuer")
        self.refused(self.ask("GET", "/o/oidc/frontchannel-logout?iss="), 400, "iss and sid")
        self.idp.sign_with(SIGNER)
        for value in ("", None, [], {}, 0, " ", "/", "\0"):
            self.idp.answer_with(SIGNER.again(lambda claims, value=value: {**claims, "iss": value}))
            self.refused(self.client.login(self.idp, "ok.iss", "oidc"), 400, "issuer")
            claims = {"iss": value, "aud": "lab-client", "iat": int(time.time()), "jti": "j", "sub": "s", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
            self.refused(self.ask("POST", "/o/oidc/backchannel-logout", form={"logout_token": SIGNER.token(claims)}), 400, "iss")
            self.refused(self.ask("POST", "/o/oidc/events", body=SIGNER.token(claims, typ="secevent+jwt"), headers={"Content-Type": "application/secevent+jwt"}), 400, "")
        self.idp.answer_with(SIGNER.again(lambda claims: claims))
        self.assertEqual(self.client.login(self.idp, "ok.iss", "oidc").status, 201)
        for iss, status in (("", 201), (" ", 400), ("/", 400), (self.idp.issuer + "/", 400), (self.idp.issuer, 201)):  # an empty parameter says nothing
            jar = Jar()
            back = self.begun(jar, "ok.iss", "oidc")
            self.assertEqual(self.finish({**back, "iss": iss}, jar, "oidc").status, status, iss)

    def test_56_a_query_of_nothing_but_separators(self):
        """mod_auth_openidc, 2026-08-20: the query "&" ended in a null pointer. Each path of openapi.json is asked with such queries and bodies."""
        texts = ["&", "&&", "=", "==", "&=", "=&", "&=&", "=&=", "%", "%&", "%2", "%zz", "%00", "%26", "?", "??", "#", "+", "&" * 4000, "=" * 4000, "a&b", "a=&b=", "&code=&state=", ";", "%ff=%ff",
                 "state", "code", "state=%", "iss", "next", "redirect_uri", "\xff", "[]=", "a[b]=c", "format=", "format=json&", "rule", "redirect=true&"]
        for method, path in ROUTES:
            if method == "DELETE" or path in ("/metrics", "/openapi.json"):
                continue
            for text in texts:
                self.ask(method, f"{path}?{text}", headers={"Accept": "application/json"})
                if method in ("POST", "PATCH"):
                    self.ask(method, path, form=text)
                    self.ask(method, path, body=text, headers={"Content-Type": "application/json"})
                    self.ask(method, path, body=text, headers={"Content-Type": "multipart/form-data; boundary=&"})
        jar = Jar()
        back = self.begun(jar, "ok.amp")
        reply = self.client.post("/o/github-local/?&&=&" + urllib.parse.urlencode(back) + "&&=", form="&=&", jar=jar)
        self.assertEqual(reply.status, 201, reply)

    def test_57_cve_2022_31093_a_bad_callback_url_hangs(self):
        """CVE-2022-31093 (next-auth): a callbackUrl that was no URL made the handler throw, and the request hang for ever. Whatever `next`,
        target_link_uri or redirect_uri is, there is an answer, and soon."""
        texts = ["", "x", "http://", "https://", "https:///", "://", ":", "//", "http://[", "http://[::", "http://]", "https://%", "https://%zz", "https://:0", "https://a:b", "https://a:99999",
                 "https://a:-1", "https://" + "a" * 60000, "/" * 60000, "/" + "%41" * 20000, "/" + "../" * 20000, "/" + "a/" * 30000, "https://" + "a." * 20000, "https://" + "@" * 50000,
                 "https://" + ":" * 50000, "/?" + "a=b&" * 15000, "/?" + "?" * 60000, "\0", "\x00/", "\ud7ff", "null", "undefined", "[object Object]", "{}", "NaN", "/%", "%", "%2F" * 10000]
        for text in texts:
            quoted = urllib.parse.quote(text, safe="")
            quoted = quoted[:24000]  # it stands in two parameters, and all of them end at 64 KiB
            for path in (f"/o/github-local/login?next={quoted}", f"/o/oidc/login?target_link_uri={quoted}", f"/login?next={quoted}", f"/o/github-local/?redirect_uri={quoted}",
                         f"/o/github-local/callback?next={quoted}&code=x&state={quoted[:4000]}"):
                self.assertIn(self.ask("GET", path).status, (200, 303, 400, 413, 431), path[:100])
        self.assertEqual(self.ask("GET", "/o/github-local/login?next=/me").status, 303)

    def test_58_ghsa_xmf8_a_malformed_authorization_header(self):
        """GHSA-xmf8-cvqr-rfgj: a scheme without credentials threw. What is not "Bearer TOKEN" is answered 401 with a challenge (RFC 6750 3.1), or, where
        the scheme is not ours, as if nobody had said anything."""
        access = self.client.login(self.idp, "ok.auth").json()["access"]
        texts = ["", " ", "Bearer", "Bearer ", "Bearer  ", "Bearer\t", "JWT", "JWT ", "Basic", "Basic ", "Basic =", "Basic Og==", "Basic " + "A" * 5000, "Basic \xff", "Basic OnB3", "Digest", "Negotiate",
                 "bearer", "BEARER x", "Bearer a b", "Bearer ..", "Bearer .", "Bearer ...", "Bearer a.b.c", "Bearer " + "." * 8000, "Bearer " + "a" * 8000, "Bearer \0", "Bearer \xff.\xff.\xff", "Bearer null",
                 "Bearer undefined", "Bearer {}", "Bearer \"\"", "Bearer eyJ.eyJ.", "Bearer e30.e30.e30", "Bearer bnVsbA.bnVsbA.AA", "Bearer W10.W10.AA", "Bearer eyJhbGciOm51bGx9.e30.AA", "x" * 8000, "\xff" * 100,
                 "Bearer" + access, "Bearer:" + access, "Bearer " + access + ".x", "Bearer " + access[:-2], "Bearer " + access + " ", ",", "Bearer " + access + ", Basic x", "Bearer " * 1000]
        for text in texts:
            for method, path in ROUTES:
                if path.startswith("/www/") or path in ("/metrics", "/openapi.json") or "/login" in path:
                    continue
                reply = self.ask(method, path, headers={"Authorization": text, "Accept": "application/json"})
                if path == "/users/me/" and text.strip() != "Bearer " + access:
                    self.assertEqual(reply.status, 401, (text, reply))
                    self.assertIn("Bearer" if not text.startswith("JWT") else "JWT", reply.header("WWW-Authenticate"))
        self.assertEqual(self.client.get("/users/me/", headers={"Authorization": "Bearer " + self.client.login(self.idp, "ok.auth").json()["access"]}).status, 200)


if __name__ == "__main__":
    unittest.main()
