"""What an operator asks the program: where somebody is signed in, and what became of a login."""
import unittest
import urllib.parse

import harness
from clients import Direct, Jar
from fake.idp.provider import Provider


class Operator(unittest.TestCase):
    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        self.instance = harness.Instance({"providers": harness.local_providers(self.idp)}).start()
        self.addCleanup(self.instance.stop)
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    def say(self, *arguments):
        return self.instance.command(*arguments).stdout

    def refused(self, *arguments):
        done = self.instance.command(*arguments, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def state(self):
        url = self.client.begin("github-local", self.jar)
        return url, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["state"]

    def test_devices_are_listed_and_ended(self):
        first, second = (self.client.login(self.idp, "ok.u1", **{"User-Agent": f"device {n}\x1b[2J"}).json() for n in (1, 2))
        user = str(self.client.get("/users/me/", headers={"Authorization": f"Bearer {first['access']}"}).json()["id"])
        listed = self.say("sessions", "list", user)
        self.assertEqual(listed.count("github-local"), 2)
        self.assertIn("device 2?[2J", listed)
        number = next(line for line in listed.splitlines() if "device 1" in line).split()[0]
        self.assertIn("ended", self.say("sessions", "end", number))
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": first["refresh"]}).status, 401)
        self.assertIn("it has ended", self.refused("sessions", "end", number))
        self.assertIn("1 sessions ended", self.say("sessions", "end-all", user))
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": second["refresh"]}).status, 401)
        self.assertIn("not signed in anywhere", self.say("sessions", "list", user))
        self.assertIn("no session 999", self.refused("sessions", "end", "999"))

    def test_a_login_is_explained(self):
        self.jar = Jar()
        url, state = self.state()
        said = self.say("explain", state)
        for part in ("github-local", "mode          api", "the browser with its cookie", "open:", harness.CB):
            self.assertIn(part, said)
        reply = self.client.post("/o/github-local/", form=self.idp.approve(url, "ok.u1"), jar=self.jar)
        self.assertEqual(reply.status, 201)
        self.assertIn("finished:", self.say("explain", state))
        entry = self.say("explain", reply.header("X-Request-Id"))
        for part in ("login", "ok", "github-local", "user 1"):
            self.assertIn(part, entry)

    def test_what_cannot_be_explained_says_so(self):
        self.jar = Jar()
        _, state = self.state()
        other = ("A" if state[-2] != "A" else "B").join((state[:-2], state[-1]))
        self.assertIn("never begun here", self.refused("explain", other))
        self.assertIn("neither a state nor a request id", self.refused("explain", "hello"))
        self.assertIn("no entry of that request", self.refused("explain", "0123456789abcdef"))


if __name__ == "__main__":
    unittest.main()
