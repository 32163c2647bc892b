"""Devices, signing out and calling tokens back, through the real program with two workers: what ends at one is over at the other."""
import base64
import time
import unittest
import urllib.parse

import harness
from clients import Direct, Jar
from fake.idp.provider import Provider

API = ("api", "0123456789abcdef0123456789abcdef")


class Case(unittest.TestCase):
    settings = {"introspection": {"client_id": API[0], "client_secret": API[1]}}

    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        self.instance = harness.Instance({"providers": harness.local_providers(self.idp), **self.settings}).start()
        self.addCleanup(self.instance.stop)
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    def login(self, user="u1", agent="Phone"):
        reply = self.client.login(self.idp, f"ok.{user}", **{"User-Agent": agent})
        self.assertEqual(reply.status, 201, reply)
        return reply.json()

    def by(self, tokens, method, path, **more):
        return self.client.request(method, path, headers={"Authorization": f"Bearer {tokens['access']}"}, **more)

    def alive(self, tokens):
        """Access and refresh token, as (status, active) by both ways of asking."""
        asked = self.introspect(tokens["access"])
        self.assertEqual(asked["active"], self.by(tokens, "GET", "/users/me/").status == 200)
        again = self.introspect(tokens["refresh"], token_type_hint="refresh_token")
        return asked["active"], again["active"]

    def introspect(self, token, **more):
        basic = "Basic " + base64.b64encode(":".join(API).encode()).decode()
        reply = self.client.post("/token/introspect/", form={"token": token, **more}, headers={"Authorization": basic})
        self.assertEqual(reply.status, 200, reply)
        return reply.json()


class Devices(Case):
    def test_list_end_one_end_all(self):
        began = int(time.time())
        tablet, laptop, phone = (self.login(agent=a) for a in ("Tablet", "Laptop", "Phone"))
        stranger = self.login("u2")
        listed = self.by(phone, "GET", "/users/me/sessions/").json()
        self.assertEqual({s["user_agent"] for s in listed}, {"Tablet", "Laptop", "Phone"})
        self.assertEqual([s["user_agent"] for s in listed if s["current"]], ["Phone"])
        for one in listed:
            self.assertEqual((one["provider"], one["kind"], one["ip"]), ("github-local", "token", "127.0.0.1"))
            self.assertLessEqual(began, one["created"])
            self.assertLess(one["used"], one["expires"])
        number = {s["user_agent"]: s["id"] for s in listed}
        self.assertEqual(self.by(stranger, "DELETE", f"/users/me/sessions/{number['Tablet']}/").status, 404)
        self.assertEqual(self.by(phone, "DELETE", f"/users/me/sessions/{number['Tablet']}").status, 204)
        self.assertEqual([self.alive(t) for t in (tablet, laptop, phone)], [(False, False), (True, True), (True, True)])
        self.assertEqual(self.by(phone, "DELETE", "/users/me/sessions/").json(), {"ended": 1})
        self.assertEqual([self.alive(t) for t in (laptop, phone, stranger)], [(False, False), (True, True), (True, True)])
        self.assertEqual(len(self.by(phone, "GET", "/users/me/sessions").json()), 1)

    def test_metrics_count_users_and_sessions(self):
        self.login()
        self.client.post("/logout/", json_text={"refresh": self.login()["refresh"]})
        self.login("u2")
        text = self.client.get("/metrics").body.decode()
        for line in ("latchstring_users 2", "latchstring_sessions 2", "latchstring_events_waiting 0"):
            self.assertIn(line + "\n", text)


class Logout(Case):
    def test_here(self):
        for how in ("bearer", "refresh", "form"):
            with self.subTest(how):
                gone, stays = self.login(), self.login()
                if how == "bearer":
                    reply = self.by(gone, "POST", "/logout/", json_text={})
                elif how == "refresh":
                    reply = self.client.post("/logout/", json_text={"refresh": gone["refresh"]})
                else:
                    reply = self.client.post("/logout", form={"refresh": gone["refresh"]}, headers={"Accept": "text/html"})
                    self.assertEqual((reply.status, reply.header("Location")), (303, self.instance.public_url + "/signed-out"))
                self.assertIn(reply.status, (200, 303), reply)
                self.assertEqual([self.alive(t) for t in (gone, stays)], [(False, False), (True, True)])
                self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": gone["refresh"]}).status, 401)
                self.assertEqual(self.client.post("/jwt/verify/", json_text={"token": gone["access"]}).status, 401)
                self.assertEqual(self.client.post("/logout/", json_text={"refresh": gone["refresh"]}).status, 200, "twice is fine")

    def test_everywhere(self):
        one, two, stranger = self.login(), self.login(), self.login("u2")
        self.assertEqual(self.by(one, "POST", "/logout/", form={"everywhere": "true"}).status, 200)
        self.assertEqual([self.alive(t) for t in (one, two, stranger)], [(False, False), (False, False), (True, True)])

    def test_nobody(self):
        reply = self.client.post("/logout/")
        self.assertEqual((reply.status, reply.json()), (401, {"detail": "Authentication credentials were not provided."}))


class Browser(Case):
    """Somebody who is signed in by a cookie (redirect mode)."""

    def sign_in(self, jar):
        begun = self.client.get("/o/github-local/login", jar=jar)
        back = self.idp.approve(begun.header("Location"), "ok.u1")
        self.assertEqual(self.client.get("/o/github-local/callback?" + urllib.parse.urlencode(back), jar=jar).status, 303)
        self.assertIn("latchstring", jar)
        return jar

    def ask(self, jar, method, path, **more):
        page = {"Origin": self.instance.public_url.removesuffix("/auth"), **more.pop("headers", {})}
        return self.client.request(method, path, jar=jar, headers=page, **more)

    def test_it_is_a_device_among_others(self):
        browser, phone = self.sign_in(Jar()), self.login()
        listed = self.ask(browser, "GET", "/users/me/sessions/").json()
        self.assertEqual({(s["kind"], s["current"]) for s in listed}, {("cookie", True), ("token", False)})
        number = next(s["id"] for s in listed if s["kind"] == "cookie")
        self.assertEqual(self.by(phone, "DELETE", f"/users/me/sessions/{number}/").status, 204)
        self.assertEqual(self.ask(browser, "GET", "/users/me/").status, 401)
        self.assertEqual(self.alive(phone), (True, True))

    def test_it_leaves_by_form_or_script(self):
        for headers, status in (({"Accept": "text/html"}, 303), ({}, 200)):
            browser, other, phone = self.sign_in(Jar()), self.sign_in(Jar()), self.login()
            self.assertEqual(self.client.post("/logout/", form="", jar=Jar(browser)).status, 403, "no page of ours asked")
            reply = self.ask(browser, "POST", "/logout/", form="", headers=headers)
            self.assertEqual(reply.status, status, reply)
            self.assertNotIn("latchstring", browser)
            self.assertEqual([self.ask(one, "GET", "/users/me/").status for one in (browser, other)], [401, 200])
            self.assertEqual(self.ask(other, "POST", "/logout/", form={"everywhere": "on"}).status, 200)
            self.assertEqual(self.alive(phone), (False, False))


class Revocation(Case):
    def test_simplejwts_and_rfc_7009(self):
        for path, field, token in (("/jwt/revoke/", "refresh", "refresh"), ("/token/revoke/", "token", "refresh"),
                                   ("/token/revoke/", "token", "access")):
            with self.subTest(path, token=token):
                gone, stays = self.login(), self.login()
                for _ in range(2):
                    reply = self.client.post(path, form={field: gone[token]})
                    self.assertEqual((reply.status, reply.body), (200, b"{}"))
                self.assertEqual([self.alive(t) for t in (gone, stays)], [(False, False), (True, True)])
        self.assertEqual(self.client.post("/token/revoke/", form={"token": "x"}).status, 200)
        self.assertEqual(self.client.post("/jwt/revoke/", form={"refresh": "x"}).json(),
                         {"detail": "Token is invalid", "code": "token_not_valid"})

    def test_a_disabled_user_is_not_active(self):
        tokens = self.login()
        user = str(self.by(tokens, "GET", "/users/me/").json()["id"])
        self.instance.command("users", "disable", user)
        self.assertEqual(self.alive(tokens), (False, False))
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": tokens["refresh"]}).status, 401)
        self.instance.command("users", "enable", user)
        self.assertEqual(self.alive(tokens), (False, False), "what has ended stays so")

    def test_who_may_not_ask_learns_nothing(self):
        access = self.login()["access"]
        for headers in ({}, {"Authorization": f"Bearer {access}"}, {"Authorization": "Basic YXBpOng="}):
            reply = self.client.post("/token/introspect/", form={"token": access}, headers=headers)
            self.assertEqual((reply.status, reply.json()["error"]), (401, "invalid_client"))


class Retention(Case):
    settings = {**Case.settings, "store": {"audit_ttl": "1d"}}

    def test_old_audit_rows_are_swept(self):
        self.login()
        columns = "at, event, provider, outcome, detail, remote_addr, request_id"
        old = int(time.time()) - 86400 - 60
        self.instance.sql(f"INSERT INTO audit (id, {columns}) VALUES (-1, ?, 'old', '', '', '', '', '')", old)
        harness.wait_for("the janitor", lambda: self.instance.sql("SELECT event FROM audit") == [("login",)], 60)


if __name__ == "__main__":
    unittest.main()
