"""What the tests of mistakes 19 to 26 and 37 to 69 stand on: a latchstring and the stand-in provider for a class, the two ways through a login
in steps that can be bent, and, after each test, proof that the service goes on: the same processes, and a good login."""
import base64
import json
import pathlib
import re
import subprocess
import time
import unittest
import urllib.parse

import harness
from clients import CB, PATIENCE, Direct, Jar
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from fake.idp.http_server import Reply
from fake.idp.provider import CLIENT, SECRET, Provider

QUICK = 3 * PATIENCE  # seconds that an answer may take at the most, on a busy machine
NOT_OURS = {"State could not be found in request data.", "State could not be found in server-side session data.", "Invalid state has been provided.",
            "Missing needed parameter state", "Session value state missing.", "Wrong state parameter given."}


def as_json(value):
    return json.dumps(value).encode()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_certificate(folder, name="sso"):
    """A certificate that nobody has signed, with its key: what a SAML identity provider has. The certificate's path."""
    key, certificate = folder / f"{name}.pem", folder / f"{name}.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", f"/CN={name}.test"], check=True, capture_output=True, timeout=60)
    return certificate


def reason(reply):
    return reply.json()["non_field_errors"][0]


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True))


def flipped(text, at):
    """Another base64url character at that place, two bits away, so that no padding bit hides the change."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:at] + letters[(letters.index(text[at]) + 32) % 64] + text[at + 1:]


def resident(pid):
    """Kilobytes of memory of a process."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


class Bent(Provider):
    """A provider whose good answers are bent on their way out. `bends`: path -> function of an http_server.Reply that gives another one."""

    def __init__(self, *arguments, **named):
        self.bends = {}
        super().__init__(*arguments, **named)

    def handle(self, request):
        reply = super().handle(request)
        return self.bends[request.path](reply) if request.path in self.bends else reply

    def sign_with(self, signer):
        """The issuer's keys are that signer's."""
        self.bends["/oidc/jwks"] = lambda _: Reply(200, as_json({"keys": [signer.jwk()]}))

    def answer_with(self, change, path="/oidc/token"):
        """`change` gives another value of the JSON that would be answered."""
        self.bends[path] = lambda reply: Reply(200, as_json(change(json.loads(reply.body))))

    def stanza(self, **more):
        return {"kind": "oidc", "issuer": self.issuer, "client_id": CLIENT, "client_secret": SECRET, **more}


class Signer:
    """A signing key of the tests' own: tokens with any claims, as the provider would sign them."""

    def __init__(self, kid="bent"):
        self.kid, self.key = kid, rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self):
        public = self.key.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": b64(public.n.to_bytes(256, "big")), "e": "AQAB"}

    def token(self, claims, **header):
        parts = [b64(as_json({"alg": "RS256", "typ": "JWT", "kid": self.kid, **header})), b64(claims if isinstance(claims, bytes) else as_json(claims))]
        return ".".join([*parts, b64(self.key.sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256()))])

    def again(self, change, **header):
        """For Bent.answer_with: the id_token of the answer with other claims, signed anew."""
        def bend(answer):
            payload = answer["id_token"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return {**answer, "id_token": self.token(change(claims), **header)}
        return bend


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


class Robust(Case):
    def ask(self, method, path, **more):
        """The reply, which comes in time and is no 5xx."""
        began = time.monotonic()
        reply = self.client.request(method, path, **more)
        self.assertLess(reply.status, 500, (method, path, more, reply))
        self.assertLess(time.monotonic() - began, QUICK, (method, path, more))
        return reply
