"""What an operator sees: /healthz, /metrics over all workers, one log line for each request, and no secrets anywhere in the log."""
import re
import unittest

import harness
from clients import Direct, Jar
from fake.idp.provider import SECRET, Provider


def sample(text, name, **labels):
    """The sum of the series of that name which have these labels."""
    total = 0
    for series, value in re.findall(rf"^{name}((?:\{{.*\}})?) (\S+)$", text, re.M):
        if all(f'{k}="{v}"' in series for k, v in labels.items()):
            total += float(value)
    return total


class Health(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.instance = harness.Instance({"providers": harness.local_providers(cls.idp)}, workers=3).start()

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.idp.stop()

    def client(self):
        client = Direct(self.instance.socket)
        self.addCleanup(client.close)
        return client

    def test_alive(self):
        self.assertEqual(self.client().get("/healthz").status, 200)

    def test_metrics_sum_over_workers(self):
        before = self.client().get("/metrics").body.decode()
        for i in range(30):  # a new connection each: the workers take turns
            self.assertEqual(self.client().login(self.idp, f"ok.m{i}").status, 201)
        reply = self.client().get("/metrics")
        self.assertTrue(reply.header("Content-Type").startswith("text/plain"))
        after = reply.body.decode()
        grown = sample(after, "latchstring_logins_total", provider="github-local", outcome="ok") - sample(
            before, "latchstring_logins_total", provider="github-local", outcome="ok")
        self.assertEqual(grown, 30)
        for _ in range(10):  # any worker tells the same
            self.assertEqual(sample(self.client().get("/metrics").body.decode(), "latchstring_logins_total"), sample(after, "latchstring_logins_total"))
        self.assertRegex(after, r"(?m)^# TYPE latchstring_logins_total counter$")

    def test_one_line_for_each_request(self):
        client, wanted = self.client(), {}
        for path in ("/o/", "/o/nope/?redirect_uri=x", "/nowhere", "/healthz", "/users/me/", "/o/github-local/?redirect_uri=" + harness.CB):
            reply = client.get(path)
            wanted[reply.header("X-Request-Id")] = reply.status
        self.assertEqual(len(wanted), 6, "each answer has a request id of its own")
        log = self.instance.log()
        for request_id, status in wanted.items():
            lines = [line for line in log.splitlines() if f"req={request_id}" in line]
            self.assertEqual(len(lines), 1, request_id)
            self.assertIn(f"status={status}", lines[0])

    def test_a_refusal_says_why(self):
        reply = self.client().post("/o/github-local/", form={"code": "x", "state": "y"})
        line = next(li for li in self.instance.log().splitlines() if f"req={reply.header('X-Request-Id')}" in li)
        self.assertRegex(line, r'why="?\w')

    def test_no_secrets_in_the_log(self):
        client, jar, secrets = self.client(), Jar(), {SECRET, "u77@x.test"}
        for provider in ("github-local", "fakeoidc"):
            url = client.begin(provider, jar)
            for login in ("t500.u77", "ok.u77", "ok.u77"):
                back = self.idp.approve(url, login)
                reply = client.post(f"/o/{provider}/", form=back, jar=jar)
                secrets |= {back["code"], back["state"]}
                if reply.status == 201:
                    secrets |= {reply.json()["access"], reply.json()["refresh"]}
                    client.post("/jwt/refresh/", json_text={"refresh": reply.json()["refresh"]})
                    client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]})
                url = client.begin(provider, jar)
        secrets |= {*jar.values(), *self.idp.tokens}
        client.get("/o/github-local/?redirect_uri=http://evil.test/?secret=hunter2")
        client.get("/users/me/", headers={"Authorization": "Bearer hunter2.hunter2.hunter2", "Cookie": "latchstring-flow=hunter2"})
        client.get("/o/hunter2?redirect_uri=" + harness.CB, headers={"Accept": "text/html"})
        secrets.add((self.instance.folder / "latchstring.key").read_text().strip())
        log = self.instance.log()
        self.assertGreater(len(secrets), 15)
        for secret in secrets | {"secret=hunter2", "hunter2.hunter2", "=hunter2\""}:
            self.assertNotIn(secret, log)
            if len(secret) > 100:
                self.assertNotIn(secret.split(".")[2], log, "the signature of a token")

    def test_hostile_requests_cannot_forge_a_log_line(self):
        reply = self.client().get("/o/x%0Alevel=info%20ev=forged/?redirect_uri=" + harness.CB, headers={"User-Agent": "a\nlevel=error ev=forged"})
        self.assertIn(reply.status, (400, 404))
        self.assertNotRegex(self.instance.log(), r"(?m)^\S*\s*(level=\w+ )?ev=forged")


if __name__ == "__main__":
    unittest.main()
