"""A login behind each of the four web servers, with the configuration that we ship, and what each of them does to a request on its way."""
import collections
import http.client
import os
import signal
import socket
import threading
import unittest
import urllib.parse

import harness
import webservers
from clients import Http, Jar, Reply
from fake.idp.provider import Provider


def raw(port, data, finish=True):
    """Sends bytes as they are; the Reply, or None after hanging up (finish=False)."""
    with socket.create_connection(("127.0.0.1", port), timeout=30 * harness.PATIENCE) as s:
        s.sendall(data)
        if not finish:
            return None
        answer = http.client.HTTPResponse(s)
        answer.begin()
        return Reply(answer.status, answer.getheaders(), answer.read())


def chunked(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


class Behind:
    """The tests; a subclass for each server below."""
    server = None
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.instance = harness.Instance({"providers": harness.local_providers(cls.idp), **cls.settings})
        cls.web = cls.server(cls.instance)

    @classmethod
    def tearDownClass(cls):
        cls.web.stop()
        cls.idp.stop()

    def setUp(self):
        self.http = Http(self.instance.port)
        self.addCleanup(self.http.close)

    def approved(self, jar, user="ok.w1", provider="github-local"):
        return self.idp.approve(self.http.begin(provider, jar), user)

    def test_login_with_a_form(self):
        reply = self.http.login(self.idp, "ok.w1")
        self.assertEqual((reply.status, reply.json()["user"]), (201, "w1"))

    def test_login_with_everything_in_the_query(self):
        jar = Jar()
        reply = self.http.post("/o/github-local/?" + urllib.parse.urlencode(self.approved(jar)), jar=jar)
        self.assertEqual(reply.status, 201, reply)

    def test_openid_login(self):
        self.assertEqual(self.http.login(self.idp, "ok.w2", "fakeoidc").json()["user"], "w2")

    def test_the_authorization_header_arrives(self):
        access = self.http.login(self.idp, "ok.w3").json()["access"]
        for scheme in ("Bearer", "JWT"):
            reply = self.http.get("/users/me/", headers={"Authorization": f"{scheme} {access}"})
            self.assertEqual((reply.status, reply.json()["username"]), (200, "w3"))
        self.assertEqual(self.http.get("/users/me/", headers={"Authorization": "Bearer x.y.z"}).status, 401)
        self.assertEqual(self.http.get("/users/me/").status, 401)

    def test_two_cookie_headers_are_one_jar(self):
        jar = Jar()
        back = urllib.parse.urlencode(self.approved(jar)).encode()
        head = f"POST /auth/o/github-local/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: other=1; more=2\r\nCookie: {jar.header()}\r\n"
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(back)}\r\n\r\n"
        self.assertEqual(raw(self.instance.port, head.encode() + back).status, 201)

    def test_urls_come_from_public_url_not_from_the_host_header(self):
        reply = self.http.get("/o/", headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https"})
        self.assertEqual(reply.status, 200)
        self.assertNotIn(b"evil.test", reply.body)
        reply = self.http.get("/o/github-local?redirect_uri=" + harness.CB, headers={"Host": "evil.test"})
        self.assertEqual(reply.status, 301)
        self.assertNotIn("evil.test", reply.header("Location"))

    def test_head_has_no_body(self):
        reply = self.http.request("HEAD", "/o/github-local/?redirect_uri=" + harness.CB)
        self.assertEqual((reply.status, reply.body), (200, b""))

    def test_a_big_body_is_413(self):
        for body in (b"state=" + b"x" * 100_000, b"state=" + b"x" * 120_000):
            reply = self.http.post("/o/github-local/", body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual(reply.status, 413)
        self.assertEqual(self.http.get("/healthz").status, 200)

    def upload(self, body, jar):
        head = "POST /auth/o/github-local/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        head += f"Cookie: {jar.header()}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
        return raw(self.instance.port, head.encode() + chunked(body))

    def test_a_chunked_upload(self):
        jar = Jar()
        self.assertEqual(self.upload(urllib.parse.urlencode(self.approved(jar)).encode(), jar).status, 201)

    def test_a_big_chunked_upload_is_413(self):
        self.assertEqual(self.upload(b"state=" + b"x" * 100_000, Jar()).status, 413)

    def test_a_client_that_leaves_mid_body_uses_nothing_up(self):
        jar = Jar()
        back = self.approved(jar)
        body = urllib.parse.urlencode(back).encode()
        head = f"POST /auth/o/github-local/ HTTP/1.1\r\nHost: x\r\nCookie: {jar.header()}\r\n"
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body) + 1}\r\n\r\n"
        raw(self.instance.port, head.encode() + body, finish=False)
        self.assertEqual(self.http.post("/o/github-local/", form=back, jar=jar).status, 201)

    def test_many_connections_one_after_the_other(self):
        """Idle kept connections of clients must not starve new ones."""
        idle = [Http(self.instance.port) for _ in range(40)]
        for client in idle:
            self.addCleanup(client.close)
            self.assertEqual(client.get("/healthz").status, 200)
        self.assertEqual(self.http.login(self.idp, "ok.w4").status, 201)

    def test_answers_are_not_cached(self):
        reply = self.http.get("/o/github-local/?redirect_uri=" + harness.CB)
        self.assertEqual(reply.header("Cache-Control"), "no-store")

    def test_nothing_was_logged_as_broken(self):
        """Runs beside the others in any order: whatever they did, no answer was our own mistake."""
        log = self.instance.log() if self.web.needs_service else self.web.log()
        self.assertNotIn("level=error", log)


class Service(Behind):
    """Servers in front of a latchstring that runs as a service."""

    def test_the_service_goes_and_comes_back(self):
        self.assertEqual(self.instance.stop(), 0)
        self.assertIn(self.http.get("/healthz").status, (502, 503))
        self.instance.start()
        harness.wait_for("the web server to find it again", lambda: self.http.get("/healthz").status == 200)

    def test_sighup_loses_no_request(self):
        statuses, stop = collections.Counter(), threading.Event()

        def ask(send):
            client = Http(self.instance.port)
            while not stop.is_set():
                statuses[send(client).status] += 1
            client.close()

        def replaced(before):
            now = set(self.instance.process.children())
            return now and not now & before
        calls = [lambda c: c.get("/healthz"), lambda c: c.post("/jwt/verify/", json_text={"token": "x"})] * 2
        threads = [threading.Thread(target=ask, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        try:
            for _ in range(6):
                before = set(self.instance.process.children())
                self.instance.process.popen.send_signal(signal.SIGHUP)
                harness.wait_for("new workers", lambda old=before: replaced(old), 40)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(statuses.keys(), {200, 401}, statuses)


class BehindLighttpd(Service, unittest.TestCase):
    server = webservers.Lighttpd


class BehindNginx(Service, unittest.TestCase):
    server = webservers.Nginx
    settings = {"server": {"workers": 1, "threads": 2}}  # fewer threads than nginx keeps connections


class BehindApacheProxy(Service, unittest.TestCase):
    server = webservers.ApacheProxy


class BehindApacheFcgid(Behind, unittest.TestCase):
    server = webservers.ApacheFcgid

    def test_a_login_survives_the_death_of_its_process(self):
        """mod_fcgid ends idle processes as it likes, also between the redirect and the callback."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            jar = Jar()
            back = self.approved(jar, "ok.w5")
            before = self.web.workers()
            self.assertTrue(before)
            for pid in before:
                os.kill(pid, sign)
            harness.wait_for(f"the processes to end after {sign!r}", lambda old=before: not set(old) & set(self.web.workers()))
            harness.wait_for("a new process", lambda: self.http.get("/healthz").status == 200)
            self.assertEqual(self.http.post("/o/github-local/", form=back, jar=jar).status, 201)

    def test_a_process_is_one_worker(self):
        self.http.get("/healthz")
        for pid in self.web.workers():
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
                self.assertEqual(f.read().split(), [], "no master, no children: Apache does the forking")


if __name__ == "__main__":
    unittest.main()
