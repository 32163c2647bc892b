"""The application's say, against an application that really listens: hooks.login asked, refused, broken, down; hooks.events delivered at
least once, though receivers fail and processes are killed."""
import base64
import json
import os
import signal
import threading
import unittest
import urllib.parse

import harness
from clients import CB, Direct, Jar
from fake.idp.http_server import Reply
from fake.idp.provider import Provider
from hook_receiver import ALLOW, SECRET, Receiver
from kill_test import alive

TIME_LIMIT = 240


def claims(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def says(**members):
    return Reply(200, json.dumps(members).encode())


class Case(unittest.TestCase):
    def serve(self, **hooks):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        settings = {"providers": harness.local_providers(self.idp), "hooks": {"secret": SECRET, "timeout": "1s", **hooks},
                    "introspection": {"client_id": "api", "client_secret": "0123456789abcdef0123456789abcdef"}}
        self.instance = harness.Instance(settings).start()
        self.addCleanup(lambda: self.instance.stop())
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    def listen(self, **more):
        receiver = Receiver(**more)
        self.addCleanup(receiver.stop)
        return receiver

    def login(self, user, **headers):
        return self.client.login(self.idp, f"ok.{user}", **headers)


class Asked(Case):
    def setUp(self):
        self.app = self.listen()
        self.serve(login=self.app.base + "/login")

    def test_it_is_told_who_signs_in(self):
        self.assertEqual(self.login("u1", **{"User-Agent": "Test/1"}).status, 201)
        self.assertEqual(self.login("u1").status, 201)
        self.assertEqual(self.app.wrong, [])
        first, second = self.app.of("login")
        self.assertNotEqual(first.id, second.id)
        self.assertEqual((first.json["provider"], first.json["issuer"], first.json["email"], first.json["ip"], first.json["user_agent"]),
                         ("github-local", "github-local", "u1@x.test", "127.0.0.1", "Test/1"))
        self.assertIs(first.json["email_verified"], False)
        self.assertIsNone(first.json["user"])
        self.assertEqual(second.json["user"], self.instance.sql("SELECT id FROM users")[0][0])

    def test_its_claims_stay_with_the_session(self):
        self.app.answer = lambda _m: says(allow=True, claims={"role": "admin", "teams": [1, 2]})
        tokens = self.login("u2").json()
        self.app.answer = lambda _m: says(allow=True, claims={"role": "another"})
        renewed = self.client.post("/jwt/refresh/", json_text={"refresh": tokens["refresh"]}).json()
        for access in (tokens["access"], renewed["access"]):
            said = claims(access)
            self.assertEqual((said["role"], said["teams"]), ("admin", [1, 2]))
            self.assertEqual(self.client.get("/users/me/", headers={"Authorization": f"Bearer {access}"}).status, 200)
        self.assertEqual(claims(tokens["access"])["sid"], claims(renewed["access"])["sid"])
        self.assertNotIn("role", claims(renewed["refresh"]))
        asked = self.client.post("/token/introspect/", form={"token": renewed["access"], "client_id": "api",
                                                             "client_secret": "0123456789abcdef0123456789abcdef"}).json()
        self.assertEqual((asked["active"], asked["role"]), (True, "admin"))
        self.assertEqual(len(self.app.got), 1, "a refresh is no login")

    def test_a_refusal_reaches_the_user_and_nothing_is_written(self):
        for answer in (says(allow=False, reason="Your trial is over."), Reply(403, b'{"reason": "Your trial is over."}')):
            self.app.answer = lambda _m, answer=answer: answer
            reply = self.login("u3")
            self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": ["Your trial is over."]}))
        self.assertEqual(self.instance.sql("SELECT count(*) FROM users"), [(0,)])
        self.assertEqual(self.instance.sql("SELECT count(*) FROM audit WHERE event = 'login_refused' AND detail = 'hooks.login'"), [(2,)])

    def test_redirect_mode_shows_the_reason_on_its_page(self):
        self.app.answer = lambda _m: says(allow=False, reason="Your <trial> is over.")
        jar = Jar()
        back = self.idp.approve(self.client.get("/o/github-local/login", jar=jar).header("Location"), "ok.u4")
        reply = self.client.get("/o/github-local/callback?" + urllib.parse.urlencode(back), jar=jar, headers={"Accept": "text/html"})
        self.assertEqual((reply.status, "latchstring" in jar), (403, False), reply)
        self.assertIn(b"Your &lt;trial&gt; is over.", reply.body)

    def test_a_further_way_to_sign_in_is_asked_about(self):
        bearer = {"Authorization": "Bearer " + self.login("u5").json()["access"]}
        self.app.answer = lambda m: says(allow=m.json["type"] != "link", reason="One is enough.")
        jar = Jar()
        begun = self.client.get("/o/google-local/link/?" + urllib.parse.urlencode({"redirect_uri": CB}), headers=bearer, jar=jar)
        back = self.idp.approve(begun.json()["authorization_url"], "ok.u6")
        reply = self.client.post("/o/google-local/link/", form=back, jar=jar, headers=bearer)
        self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": ["One is enough."]}))
        [asked] = self.app.of("link")
        self.assertEqual((asked.json["user"], asked.json["provider"]), (self.instance.sql("SELECT id FROM users")[0][0], "google-local"))
        self.assertEqual(self.instance.sql("SELECT count(*) FROM identities"), [(1,)])

    def test_one_who_waits_keeps_nobody_else_waiting(self):
        tokens = self.login("quick").json()
        entered, leave = threading.Event(), threading.Event()

        def slow(_message):
            entered.set()
            leave.wait(20)
            return ALLOW
        self.app.answer = slow
        waiting = threading.Thread(target=lambda: Direct(self.instance.socket).login(self.idp, "ok.slow"))
        waiting.start()
        self.assertTrue(entered.wait(20))
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": tokens["refresh"]}).status, 200)  # it writes
        leave.set()
        waiting.join(30)


BROKEN = {
    "HTTP 500": Reply(500, b'{"allow": true}'),
    "HTTP 401": Reply(401, b'{"allow": true}'),
    "no JSON": Reply(200, b"<html>yes</html>"),
    "no word": Reply(200, b"{}"),
    "huge": Reply(200, b'{"allow": true, "x": "' + b"x" * 1_000_000 + b'"}'),
    "slow": Reply(hang=True),
    "hung up": Reply(close=True),
    "a reserved claim": says(allow=True, claims={"user_id": "1"}),
    "large claims": says(allow=True, claims={"x": "x" * 3000}),
}


class Broken(Case):
    def test_a_login_is_refused_unless_the_operator_said_otherwise(self):
        for when_down, status in (("refuse", 503), ("allow", 201)):
            app = self.listen()
            self.serve(login=app.base + "/login", when_down=when_down)
            for number, (why, answer) in enumerate(BROKEN.items()):
                with self.subTest(why, when_down=when_down):
                    app.answer = lambda _m, answer=answer: answer
                    reply = self.login(f"b{number}")
                    self.assertEqual(reply.status, status, reply)
                    if status == 503:
                        self.assertEqual(reply.json(), {"detail": "Signing in is not possible at the moment. Try again later."})
                    else:
                        self.assertEqual(claims(reply.json()["access"])["user_id"], str(number + 1))
            app.stop()
            with self.subTest("down", when_down=when_down):
                self.assertEqual(self.login("down").status, status)
            self.assertEqual(self.instance.log().count("ev=hook "), len(BROKEN) + 1)
            self.assertNotIn(SECRET, self.instance.log())
            metrics = self.client.get("/metrics").body.decode()
            self.assertIn(f'latchstring_hooks_total{{hook="login",outcome="down"}} {len(BROKEN) + 1}', metrics)


class Told(Case):
    def wait_for(self, kind, app, times=1, seconds=40):
        return harness.wait_for(f"{kind}, {times} times", lambda: (m := app.of(kind)) and len(m) >= times and m, seconds)

    def test_facts_arrive_once_and_in_order(self):
        app = self.listen(answer=lambda _m: Reply(200))
        self.serve(events=app.base + "/events")
        access = self.login("u1").json()["access"]
        self.assertEqual(self.login("u1").status, 201)
        self.assertEqual(self.client.request("DELETE", "/users/me/", headers={"Authorization": f"Bearer {access}"}).status, 204)
        self.wait_for("user.deleted", app)
        self.assertEqual((app.wrong, [m.json["type"] for m in app.got]), ([], ["user.created", "user.deleted"]))
        created, deleted = app.got
        self.assertEqual(created.json["data"]["provider"], "github-local")
        self.assertEqual(created.json["data"]["username"], "u1")
        self.assertEqual(created.json["data"]["user"], deleted.json["data"]["user"])
        harness.wait_for("its row is gone, after the answer", lambda: self.instance.sql("SELECT count(*) FROM outbox") == [(0,)])

    def test_a_command_tells_too(self):
        app = self.listen(answer=lambda _m: Reply(200))
        self.serve(events=app.base + "/events")
        self.login("u1")
        self.instance.command("users", "delete", str(self.instance.sql("SELECT id FROM users")[0][0]))
        self.wait_for("user.deleted", app)

    def test_a_fact_comes_again_until_it_is_taken(self):
        answers = iter([Reply(500), Reply(302, headers={"Location": "/elsewhere"}), Reply(close=True)])
        app = self.listen(answer=lambda _m: next(answers, Reply(200)))
        self.serve(events=app.base + "/events")
        self.login("u1")
        messages = self.wait_for("user.created", app, 4)
        self.assertEqual(len({m.id for m in messages}), 1, "one id for one fact")
        self.assertLess(messages[0].at, messages[3].at, "signed anew each time")
        harness.wait_for("the outbox to be empty", lambda: self.instance.sql("SELECT count(*) FROM outbox") == [(0,)])

    def kill(self):
        workers = self.instance.process.children()
        for pid in (self.instance.process.pid, *workers):
            os.kill(pid, signal.SIGKILL)
        self.instance.process.popen.wait()
        harness.wait_for("the workers to be gone", lambda: not any(map(alive, workers)))

    def test_killed_between_commit_and_delivery(self):
        port = harness.free_port()
        self.serve(events=f"http://127.0.0.1:{port}/events")
        self.assertEqual(self.login("u1").status, 201)
        self.kill()
        self.assertEqual(self.instance.sql("SELECT event FROM outbox"), [("user.created",)])
        app = self.listen(port=port, answer=lambda _m: Reply(200))
        self.instance.start()
        self.wait_for("user.created", app)
        harness.wait_for("the outbox to be empty", lambda: self.instance.sql("SELECT count(*) FROM outbox") == [(0,)])

    def test_killed_while_it_is_delivered(self):
        arrived = threading.Event()

        def silent(_message):
            arrived.set()
            return Reply(hang=True)
        app = self.listen(answer=silent)
        self.serve(events=app.base + "/events")
        self.login("u1")
        self.assertTrue(arrived.wait(20))
        self.kill()
        app.answer = lambda _m: Reply(200)
        self.instance.start()
        first, *_, last = self.wait_for("user.created", app, 2)
        self.assertEqual(first.id, last.id)


if __name__ == "__main__":
    unittest.main()
