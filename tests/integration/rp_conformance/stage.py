"""What the plans stand on: a misbehaving provider over TLS, one latchstring that trusts its certificate, the doors by which a login can come,
and what must be true after each."""
import unittest
import urllib.parse

import certificates
import harness
from clients import CB, Direct, Jar
from fake.idp import keys
from fake.idp.http_server import Request
from fake.idp.provider import CLIENT, SECRET, Provider
from people import Form

ORIGIN = "http://127.0.0.1"


class Outcome:
    """How a login ended: the answer, the reason that it gives, the line in the log."""

    def __init__(self, reply, line, entered):
        self.reply, self.status, self.text, self.line, self.entered = reply, reply.status, reply.body.decode(), line, entered

    def __repr__(self):
        return f"{self.status} {self.text[:300]} | {self.line}"


class Door:
    """A way through the program: `begin` gives the authorization URL, `finish` the last Reply to what was brought back."""

    def __init__(self, client, provider, port):
        self.client, self.provider, self.jar, self.origin = client, provider, Jar(), f"{ORIGIN}:{port}"

    def begin(self):
        reply = self.client.get(f"/o/{self.provider}/login", jar=self.jar)
        assert reply.status == 303, reply
        return reply.header("Location")

    def visit(self, idp, login):
        """What the provider sends back with the browser, when that person signs in there."""
        url, idp.default_login = urllib.parse.urlsplit(self.begin()), login
        reply = idp.handle(Request("GET", url.path, url.query, {}, b""))
        if (location := reply.headers.get("Location")):
            return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query, keep_blank_values=True))
        return Form(reply.body.decode()).fields


class Api(Door):
    """djoser's two steps: a front end posts what it was given."""

    def begin(self):
        return self.client.begin(self.provider, self.jar)

    def finish(self, back):
        return self.client.post(f"/o/{self.provider}/", form=back, jar=self.jar)


class Redirect(Door):
    """Redirect mode: the browser comes back by GET."""

    def finish(self, back):
        headers = {"Accept": "application/json"}
        return self.client.get(f"/o/{self.provider}/callback?" + urllib.parse.urlencode(back), jar=self.jar, headers=headers)


class FormPost(Door):
    """Redirect mode, and the provider's page posts a form: without our cookies first, then with them from a page of ours."""

    def begin(self):
        url = super().begin()
        assert "response_mode=form_post" in url, url
        return url

    def finish(self, back):
        path, headers = f"/o/{self.provider}/callback", {"Accept": "application/json"}
        reply = self.client.post(path, form=back, headers={**headers, "Origin": "https://localhost"})
        form = Form(reply.body.decode()) if reply.status == 200 else None
        if form is None or form.action is None:
            return reply
        return self.client.post(path, form=form.fields, jar=self.jar, headers={**headers, "Origin": self.origin})


class Plan(unittest.TestCase):
    """A file's tests. `issuers` names what the provider serves: name -> (Issuer's arguments, more of the stanza)."""
    issuers = {"op": ({}, {})}
    door = Api
    settings = {}
    timeout = "10s"
    workers = 1

    @classmethod
    def setUpClass(cls):
        cls.folder = harness.temporary_folder()
        cls.authority = certificates.make(cls.folder)
        keys.make("RS256", "not-theirs")  # of the fault "otherkey": made before anybody waits for it
        cls.idp = Provider(tls=cls.folder)
        cls.opened = {name: cls.idp.open(name, **arguments) for name, (arguments, _) in cls.issuers.items()}
        settings = {"upstream": {"ca_file": str(cls.folder / "ca.pem"), "timeout": cls.timeout}, **cls.settings}
        cls.instance = harness.Instance({**settings, "providers": cls.providers()}, workers=cls.workers).start()

    @classmethod
    def providers(cls):
        return {name: cls.stanza(name, more) for name, (_, more) in cls.issuers.items()}

    @classmethod
    def stanza(cls, name, more):
        common = {"kind": "oidc", "issuer": cls.opened[name].name, "client_id": CLIENT, "client_secret": SECRET}
        if cls.door is FormPost:
            common["authorize"] = {"params": {"response_mode": "form_post"}}
        return {**common, **more}

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.idp.stop()

    def setUp(self):
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    # ---- verbs ---------------------------------------------------------------------------------------------------------------------
    def people(self):
        """Who was let in so far: rows of what a login makes."""
        return tuple(self.instance.sql(f"SELECT count(*) FROM {table}")[0][0] for table in ("users", "identities", "sessions"))

    def sign_in(self, fault="ok", provider="op", user="", door=None):
        """One login at that provider with that fault. The user is new each time, but for those that are named."""
        door = (door or self.door)(self.client, provider, self.instance.port)
        back = door.visit(self.idp, f"{fault}.{user or self.new_user()}")
        return self.outcome(lambda: door.finish(back))

    def begin_fails(self, provider, log):
        """No login begins: the provider's own word is wrong. The reason stands in the log, for the operator."""
        outcome = self.outcome(lambda: self.client.get(f"/o/{provider}/?" + urllib.parse.urlencode({"redirect_uri": CB})))
        self.assertEqual((outcome.status, outcome.entered), (503, (0, 0, 0)), outcome)
        self.assertIn(log, outcome.line.replace("\\", ""), outcome)
        return outcome

    def outcome(self, act):
        before, log = self.people(), len(self.instance.log())
        self.idp.seen.clear()
        reply = act()
        lines = harness.wait_for("its line in the log", lambda: [line for line in self.instance.log()[log:].splitlines() if "route=" in line])
        self.called = [call for issuer in self.opened.values() for call in self.idp.called(issuer)]
        after = self.people()
        return Outcome(reply, lines[-1], tuple(b - a for a, b in zip(before, after)))

    def new_user(self):
        Plan.count = getattr(Plan, "count", 0) + 1
        return f"u{Plan.count}"

    # ---- claims --------------------------------------------------------------------------------------------------------------------
    def assert_in(self, outcome, created=True):
        """Signed in: a user, an identity and a session more, or a session alone."""
        self.assertIn(outcome.status, (201, 303), outcome)
        self.assertEqual(outcome.entered, (1, 1, 1) if created else (0, 0, 1), outcome)

    def assert_refused(self, outcome, reason, log=None, called=None):
        """A refusal that says why, to the caller and in the log; nobody was made, nobody let in, and only these endpoints were called."""
        self.assertTrue(400 <= outcome.status < 500, outcome)
        self.assertIn(reason, outcome.text, outcome)
        self.assertIn(log or reason, outcome.line.replace("\\", ""), outcome)
        self.assertEqual(outcome.entered, (0, 0, 0), outcome)
        self.assertFalse([v for k, v in outcome.reply.headers if k == "set-cookie" and v.startswith("latchstring=")], outcome)
        if called is not None:
            documents = {".well-known/openid-configuration", "jwks"}
            self.assertEqual([c for c in self.called if c not in documents], called, outcome)

    def assert_unharmed(self, **more):
        """The same door works for the next one: the refusal was for the reason named, and left nothing behind."""
        self.assert_in(self.sign_in(**more))
