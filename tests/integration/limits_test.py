"""What grows because a stranger wants it to, run into: each row of the table in DEVELOPMENT.md (between <!-- limits --> marks) that has a key
has a test here, through the real program: what is refused, what goes on working, the metric, the log line."""
import re
import signal
import threading
import time
import unittest
import urllib.parse

import harness
from clients import CB, Direct, Jar
from fake.idp.http_server import Reply
from fake.idp.provider import Provider
from hook_receiver import SECRET, Receiver
from health_test import sample

TABLE = harness.ROOT / "DEVELOPMENT.md"
BEGIN = "/o/github-local/?" + urllib.parse.urlencode({"redirect_uri": CB})
tested = set()


def runs_into(key):
    """Marks the test that runs into that limit."""
    tested.add(key)
    return lambda test: test


class From(Direct):
    """A client whose address is another than loopback."""

    def __init__(self, path, address="192.0.2.1"):
        super().__init__(path)
        self.address = address

    def pairs(self, *request):
        return [(name, self.address if name == "REMOTE_ADDR" else value) for name, value in super().pairs(*request)]


class Limits(unittest.TestCase):
    settings, workers = {}, 2

    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.instance = harness.Instance({"providers": harness.local_providers(cls.idp), **cls.settings}, workers=cls.workers).start()

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.idp.stop()

    def client(self, address="127.0.0.1"):
        client = From(self.instance.socket, address)
        self.addCleanup(client.close)
        return client

    def metric(self, name, **labels):
        return sample(self.client().get("/metrics").body.decode(), name, **labels)

    def hits(self, key):
        return self.metric("latchstring_limit_hits_total", limit=key)

    def lines(self, key):
        return [line for line in self.instance.log().splitlines() if f"ev=limit limit={key} " in line]

    def assert_throttled(self, reply):
        self.assertEqual(reply.status, 429, reply)
        wait = int(reply.header("Retry-After"))
        self.assertEqual(reply.json(), {"detail": f"Request was throttled. Expected available in {wait} second{'s' if wait != 1 else ''}."})
        return wait


class PerAddress(Limits):
    settings = {"flows": {"max_per_address": 5}, "server": {"workers": 2, "threads": 16, "trusted_proxies": ["192.0.2.99"]}}

    @runs_into("flows.max_per_address")
    def test_an_address_has_so_many_over_all_workers_and_no_other_is_meant(self):
        for _ in range(5):
            self.assertEqual(self.client("198.51.100.1").get(BEGIN).status, 200)  # a new connection each: the workers take turns
        before = self.hits("flows.max_per_address")
        wait = self.assert_throttled(self.client("198.51.100.1").get(BEGIN))
        self.assertTrue(500 < wait <= 600, wait)
        self.assert_throttled(self.client("::ffff:198.51.100.1").get(BEGIN))
        self.assertEqual(self.client("198.51.100.2").get(BEGIN).status, 200)
        self.assertEqual(self.hits("flows.max_per_address"), before + 2)
        self.assertRegex(self.lines("flows.max_per_address")[0], r"level=warn .*provider=github-local ip=\S+ req=\w{16} left_out=\d+$")

    def test_an_ipv6_network_is_one(self):
        answers = [self.client(f"2001:db8:1:2::{i:x}").get(BEGIN).status for i in range(7)]
        self.assertEqual(answers, [200] * 5 + [429] * 2)
        self.assertEqual(self.client("2001:db8:1:3::1").get(BEGIN).status, 200)

    def test_loopback_may_have_any_number(self):
        for address in ("127.0.0.1", "::1"):
            self.assertEqual({self.client(address).get(BEGIN).status for _ in range(8)}, {200})

    def test_a_finished_login_makes_room(self):
        client = self.client("198.51.100.3")
        for i in range(12):
            self.assertEqual(client.login(self.idp, f"ok.room{i}").status, 201)

    def test_whose_word_counts_for_the_address(self):
        def ask(peer, says):
            return self.client(peer).get(BEGIN, headers={"X-Forwarded-For": says}).status
        self.assertEqual([ask("192.0.2.99", f"203.0.113.{i}") for i in range(8)], [200] * 8)      # the proxy's clients are told apart
        self.assertEqual([ask("198.51.100.4", f"203.0.113.{i}") for i in range(8)], [200] * 5 + [429] * 3)  # anyone else's word is nothing

    def test_a_page_for_those_who_use_a_browser(self):
        client = self.client("198.51.100.5")
        for _ in range(5):
            self.assertEqual(client.get("/o/github-local/login?next=/").status, 303)
        reply = client.get("/o/github-local/login?next=/", headers={"Accept": "text/html"})
        self.assertEqual(reply.status, 429)
        self.assertTrue(reply.header("Content-Type").startswith("text/html"))
        self.assertIn(b"Request was throttled.", reply.body)
        self.assertTrue(reply.header("Retry-After"))
        self.assertEqual(client.post("/o/fakeoidc/nonce/").status, 429)

    def test_a_flood_does_not_fill_the_log(self):
        client, before, began = self.client("198.51.100.6"), len(self.instance.log()), time.monotonic()
        already = self.hits("flows.max_per_address")
        statuses = [client.get(BEGIN).status for _ in range(400)]
        self.assertEqual(statuses, [200] * 5 + [429] * 395)
        seconds = time.monotonic() - began
        self.assertEqual(self.hits("flows.max_per_address") - already, 395)
        new = self.instance.log()[before:]
        self.assertEqual(len(re.findall(r"ev=request .* status=429", new)), 0)
        self.assertLessEqual(len(re.findall(r"ev=limit", new)), 2 * (seconds + 2))  # a worker's one a second


class OverAll(Limits):
    settings = {"flows": {"max": 20}}

    @runs_into("flows.max")
    def test_over_all_there_are_so_many_also_after_a_restart(self):
        client = self.client()
        urls, jar = [], Jar()
        for i in range(12):
            urls.append(client.begin("github-local", jar))
        self.instance.stop(signal.SIGKILL)
        client.close()
        harness.wait_for("its workers have gone", lambda: not harness.answers(self.instance.socket))
        self.instance.start()
        for _ in range(40):  # those of before are counted in the background
            if (reply := client.get(BEGIN)).status != 200:
                break
        wait = self.assert_throttled(reply)
        self.assertLessEqual(wait, 30)
        self.assertIn(self.metric("latchstring_flows_open"), range(20, 23))
        self.assertGreaterEqual(self.hits("flows.max"), 1)
        self.assertTrue(self.lines("flows.max"))
        for url in urls[:5]:  # what has begun can be finished, and makes room
            self.assertEqual(client.post("/o/github-local/", form=self.idp.approve(url, "ok.kept"), jar=jar).status, 201)
        self.assertEqual(client.get(BEGIN).status, 200)


class Requests(Limits):
    settings = {"server": {"workers": 2, "threads": 16, "max_body": "16KiB", "max_params": "16KiB", "max_headers": 20}}

    def refused(self, key, status, ask):
        before = self.hits(key)
        self.assertEqual(ask().status, status)
        self.assertEqual(self.hits(key), before + 1)
        self.assertTrue(self.lines(key))

    @runs_into("server.max_body")
    def test_a_body(self):
        def ask(size):
            return self.client().post("/o/github-local/", form="code=" + "x" * (size - 5))
        self.refused("server.max_body", 413, lambda: ask(16385))
        self.assertEqual(ask(16384).status, 400)  # read, and no login

    @runs_into("server.max_params")
    def test_parameters_together(self):
        def ask(size):
            return self.client().get("/healthz", headers={f"X-{i}": "x" * (size // 10) for i in range(10)})
        self.refused("server.max_params", 431, lambda: ask(17_000))
        self.assertEqual(ask(15_000).status, 200)
        before = self.hits("server.max_params")
        with self.assertRaises((EOFError, ConnectionError)):  # not even read to their end
            ask(200_000)
        self.assertEqual(self.hits("server.max_params"), before + 1)

    @runs_into("server.max_headers")
    def test_headers(self):
        def ask(n):
            return self.client().get("/healthz", headers={f"X-{i}": "x" for i in range(n)})
        self.refused("server.max_headers", 431, lambda: ask(21))
        self.assertEqual(ask(20).status, 200)


class Providers(Limits):
    settings = {"upstream": {"max_response": "64KiB", "max_calls": 2, "refetch_after": "1h", "retry_after": "10m", "timeout": "20s"}}
    workers = 1

    @runs_into("upstream.max_response")
    def test_an_answer(self):
        def answer(size):
            self.idp.routes["/api/user"] = lambda _request: Reply(200, b'{"id": 7, "login": "ada", "x": "' + b"x" * size + b'"}')
        self.addCleanup(self.idp.routes.__setitem__, "/api/user", self.idp.routes["/api/user"])
        answer(60_000)
        self.assertEqual(self.client().login(self.idp).status, 201)
        answer(70_000)
        reply = self.client().login(self.idp)
        self.assertEqual(reply.status, 400, reply)
        self.assertEqual(self.hits("upstream.max_response"), 1)
        self.assertIn("host=127.0.0.1", self.lines("upstream.max_response")[0])

    @runs_into("upstream.max_calls")
    def test_calls_under_way(self):
        go, token = threading.Event(), self.idp.routes["/login/oauth/access_token"]
        self.addCleanup(self.idp.routes.__setitem__, "/login/oauth/access_token", token)
        self.addCleanup(go.set)
        self.idp.routes["/login/oauth/access_token"] = lambda request: go.wait(30) and token(request)
        before, done = self.idp.hits["/login/oauth/access_token"], []
        threads = [threading.Thread(target=lambda i=i: done.append(self.client().login(self.idp, f"ok.c{i}").status)) for i in range(2)]
        for thread in threads:
            thread.start()
        harness.wait_for("two calls under way", lambda: self.idp.hits["/login/oauth/access_token"] == before + 2)
        self.assertEqual(self.metric("latchstring_upstream_calls_open"), 2)
        reply = self.client().login(self.idp, "ok.c2")
        self.assertEqual((reply.status, reply.header("Retry-After")), (503, "1"), reply)
        self.assertEqual(self.hits("upstream.max_calls"), 1)
        self.assertTrue(self.lines("upstream.max_calls"))
        self.assertEqual(self.client().get(BEGIN).status, 200)  # what needs no call goes on
        go.set()
        for thread in threads:
            thread.join()
        self.assertEqual(done, [201, 201])
        self.assertEqual(self.metric("latchstring_upstream_calls_open"), 0)
        self.assertEqual(self.client().login(self.idp, "ok.c2").status, 201)

    @runs_into("upstream.refetch_after")
    def test_a_flood_of_unknown_keys(self):
        def app(login):
            token, _ = self.idp.sdk(login)
            return self.client().post("/o/fakeoidc/", form={"id_token": token})
        self.assertEqual(app("ok.known").status, 201)
        before = self.idp.hits["/oidc/jwks"]
        for i in range(30):
            reply = app(f"unkkid.u{i}")
            self.assertEqual(reply.status, 400, reply)
        self.assertLessEqual(self.idp.hits["/oidc/jwks"] - before, 1)
        self.assertEqual(self.hits("upstream.refetch_after"), 29)
        self.assertTrue(self.lines("upstream.refetch_after"))
        self.assertEqual(app("ok.known").status, 201)

    @runs_into("upstream.retry_after")
    def test_a_provider_that_is_down(self):
        url = "/o/oidc-down/?" + urllib.parse.urlencode({"redirect_uri": CB})
        for _ in range(20):
            self.assertEqual(self.client().get(url).status, 503)
        self.assertEqual(self.metric("latchstring_upstream_calls_total", outcome="connect"), 1)
        self.assertEqual(self.hits("upstream.retry_after"), 19)
        self.assertTrue(self.lines("upstream.retry_after"))


class Events(Limits):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver(answer=lambda _message: Reply(503))
        cls.settings = {"hooks": {"events": cls.receiver.base + "/events", "secret": SECRET, "max_events": 3}}
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.receiver.stop()

    @runs_into("hooks.max_events")
    def test_facts_that_nobody_takes(self):
        for i in range(6):
            self.assertEqual(self.client().login(self.idp, f"ok.new{i}").status, 201)
        self.assertEqual(self.metric("latchstring_events_waiting"), 3)
        self.assertEqual(self.hits("hooks.max_events"), 3)
        self.assertIn("type=user.created", self.lines("hooks.max_events")[0])
        self.receiver.answer = lambda _message: Reply(200)
        harness.wait_for("the three are told", lambda: self.metric("latchstring_events_waiting") == 0)
        self.assertEqual(self.client().login(self.idp, "ok.later").status, 201)
        harness.wait_for("so is the next", lambda: len({m.id for m in self.receiver.of("user.created")}) == 4)


class Sessions(Limits):
    settings = {"sessions": {"max_per_user": 3, "max_refresh_tokens": 10}}

    def refresh(self, token):
        return self.client().post("/jwt/refresh/", form={"refresh": token})

    @runs_into("sessions.max_per_user")
    def test_logins_of_one_account(self):
        tokens = [self.client().login(self.idp, "ok.busy").json() for _ in range(5)]
        other = self.client().login(self.idp, "ok.calm").json()
        user = "(SELECT id FROM users WHERE username LIKE 'busy%')"
        self.assertEqual(self.instance.sql(f"SELECT count(*) FROM sessions WHERE user_id = {user}"), [(3,)])
        self.assertEqual(self.hits("sessions.max_per_user"), 2)
        self.assertTrue(self.lines("sessions.max_per_user"))
        me = [self.client().get("/users/me/", headers={"Authorization": "Bearer " + t["access"]}).status for t in [*tokens, other]]
        self.assertEqual(me, [401, 401, 200, 200, 200, 200])
        self.assertEqual([self.refresh(t["refresh"]).status for t in [*tokens, other]], [401, 401, 200, 200, 200, 200])

    @runs_into("sessions.max_refresh_tokens")
    def test_refreshes_of_one_session(self):
        chain = [self.client().login(self.idp, "ok.restless").json()["refresh"]]

        def rows():
            self.instance.sql("UPDATE refresh_tokens SET next_issued = next_issued - 3600 WHERE next_issued IS NOT NULL")  # an hour goes by
            return self.instance.sql("SELECT count(*) FROM refresh_tokens JOIN sessions s ON s.id = session_id JOIN users u ON u.id = user_id "
                                     "WHERE u.username LIKE 'restless%'")[0][0]
        for _ in range(300):
            if len(chain) > 12 and rows() < len(chain):
                break
            chain.append(self.refresh(chain[-1]).json()["refresh"])
        self.assertLess(rows(), len(chain))
        self.assertGreaterEqual(rows(), 10)
        self.assertGreaterEqual(self.hits("sessions.max_refresh_tokens"), 1)
        chain.append(self.refresh(chain[-1]).json()["refresh"])
        reply = self.refresh(chain[0])  # forgotten, and still known for what it is
        self.assertEqual((reply.status, reply.json()["detail"]), (401, "Token is blacklisted"))
        self.assertEqual(self.refresh(chain[-1]).status, 401)


class Table(unittest.TestCase):
    def test_each_row_with_a_key_is_run_into(self):
        text = re.search(r"<!-- limits -->\n(.*?)<!-- /limits -->", TABLE.read_text(), re.S)[1]
        keys = set(re.findall(r"`((?:server|flows|sessions|hooks|upstream)\.max\w*|upstream\.\w+_after)`", text))
        self.assertEqual(keys, tested)
        source = (harness.ROOT / "src/base/limits.cc").read_text()
        self.assertEqual(set(re.findall(r'"(\w+\.\w+)"', source)), tested)


if __name__ == "__main__":
    unittest.main()
