"""What the tests of mistakes 19 to 26 and 37 to 69 stand on: a latchstring and the stand-in provider for a class, the two ways through a login
in steps that can be bent, and, after each test, proof that the service goes on: the same processes, and a good login."""
import json
import pathlib
import re
import unittest
import urllib.parse

import harness
from clients import CB, Direct, Jar
from fake.idp.provider import Provider

NOT_OURS = {"State could not be found in request data.", "State could not be found in server-side session data.", "Invalid state has been provided.",
            "Missing needed parameter state", "Session value state missing.", "Wrong state parameter given."}


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True))


def flipped(text, at):
    """Another base64url character at that place, two bits away, so that no padding bit hides the change."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:at] + letters[(letters.index(text[at]) + 32) % 64] + text[at + 1:]


def resident(pid):
    """Kilobytes of memory of a process."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


class Case(unittest.TestCase):
    """`settings` may be a function of the stand-in provider."""
    settings = {}
    workers = 1
    make_provider = Provider
    tolerated = ""  # what the log may hold at level=error

    @classmethod
    def setUpClass(cls):
        cls.idp = cls.make_provider()
        cls.addClassCleanup(cls.idp.stop)
        settings = cls.settings(cls.idp) if callable(cls.settings) else cls.settings
        providers = {**harness.local_providers(cls.idp), **settings.get("providers", {})}
        cls.instance = harness.Instance({**settings, "providers": providers}, workers=cls.workers)
        cls.begin_service()

    @classmethod
    def begin_service(cls):
        cls.instance.start()
        cls.addClassCleanup(cls.instance.stop)
        cls.client = Direct(cls.instance.socket)
        cls.addClassCleanup(cls.client.close)

    def setUp(self):
        self.pids, self.mark = self.instance.process.children(), len(self.instance.log())
        self.addCleanup(self.still_serves)

    def still_serves(self):
        """Whatever was sent: the processes are those from before, and somebody can sign in."""
        self.assertEqual(self.instance.process.children(), self.pids, self.told()[-2000:])
        self.assertEqual(self.client.get("/healthz").status, 200)
        self.assertEqual(self.client.login(self.idp, "ok.afterwards").status, 201)
        broken = [line for line in self.told().splitlines() if "level=error" in line and not (self.tolerated and self.tolerated in line)]
        self.assertEqual(broken, [])

    def told(self):
        """The log since the test began."""
        return self.instance.log()[self.mark:]

    def refused(self, reply, status, text, log=""):
        """By that status with that text, and for the reason that the log has."""
        self.assertEqual(reply.status, status, reply)
        self.assertIn(text, reply.body.decode(), reply)
        self.assertFalse({"location"} & {name for name, _ in reply.headers}, reply.headers)
        self.assertFalse([v for k, v in reply.headers if k == "set-cookie" and not v.removeprefix("__Host-").startswith("latchstring-flow=") and "Max-Age=0" not in v], reply.headers)
        if log:
            self.assertIn(log, self.told())

    # ---- API mode ----------------------------------------------------------------------------------------------------------------
    def begun(self, jar, user="ok.u1", provider="github-local", **more):
        """What the provider sends back to the page at redirect_uri."""
        return self.idp.approve(self.client.begin(provider, jar, **more), user)

    def finish(self, back, jar, provider="github-local", **headers):
        return self.client.post(f"/o/{provider}/", form=back, jar=jar, headers=headers)

    # ---- redirect mode -----------------------------------------------------------------------------------------------------------
    def led(self, jar, user="ok.u1", provider="github-local", **query):
        """What the provider sends back to our callback."""
        reply = self.client.get(f"/o/{provider}/login?" + urllib.parse.urlencode(query), jar=jar)
        self.assertEqual(reply.status, 303, reply)
        return self.idp.approve(reply.header("Location"), user)

    def callback(self, back, jar, provider="github-local", **headers):
        return self.client.get(f"/o/{provider}/callback?" + urllib.parse.urlencode(back), jar=jar, headers=headers)

    def signed_in(self, user="ok.u1", provider="github-local"):
        """A browser with a session."""
        jar = Jar()
        reply = self.callback(self.led(jar, user, provider), jar, provider)
        self.assertEqual(reply.status, 303, reply)
        return jar

    def who(self, jar):
        """The user of that browser; None if nobody is signed in."""
        reply = self.client.get("/users/me/", jar=Jar(jar))
        self.assertIn(reply.status, (200, 401), reply)
        return reply.json()["username"] if reply.status == 200 else None

    def redeemed(self):
        """Calls that the provider's token endpoints had so far."""
        return sum(count for path, count in self.idp.hits.items() if "token" in path)

    @property
    def origin(self):
        return self.instance.public_url.removesuffix("/auth")


def as_json(value):
    return json.dumps(value).encode()


__all__ = ["CB", "NOT_OURS", "Case", "Direct", "Jar", "Provider", "as_json", "flipped", "harness", "query_of", "resident"]
