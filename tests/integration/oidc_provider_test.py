"""Logins at a certified OpenID provider (npm oidc-provider) over TLS: the ways to authenticate as a client, PKCE, refusals, key rotation, and
the whole way behind each of the four web servers. wire.json R01-R04 and C07."""
import base64
import html.parser
import http.client
import json
import ssl
import unittest
import urllib.parse

import certificates
import harness
import webservers
from clients import Direct, Http, Jar, Reply

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
SECRET = "a-secret-of-the-tests-0123456789abcdef"


class Form(html.parser.HTMLParser):
    """The first form of a page: action, fields; and the page's links."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.links = None, {}, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attrs.get("action", "")
        elif tag == "input" and attrs.get("name"):
            self.fields[attrs["name"]] = attrs.get("value") or ""
        elif tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])


class Person:
    """Somebody with a browser at the provider: follows redirects, fills in forms, and comes back to CB."""

    def __init__(self, ca, name="alice"):
        self.context, self.name, self.jar = ssl.create_default_context(cafile=ca), name, Jar()

    def fetch(self, method, url, form=None):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=self.context, timeout=30 * harness.PATIENCE)
        body = None if form is None else urllib.parse.urlencode(form)
        headers = {"Cookie": self.jar.header()} | ({"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {})
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, headers)
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.getheaders(), answer.read())
        connection.close()
        self.jar.eat(reply)
        return reply

    def visit(self, url, refuse=False):
        """What the redirect to CB carries."""
        method, form = "GET", None
        for _ in range(15):
            reply = self.fetch(method, url, form)
            if (location := reply.header("Location")):
                url, method, form = urllib.parse.urljoin(url, location), "GET", None
                if url.startswith(harness.CB):
                    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
                continue
            page = Form(reply.body.decode())
            if page.action is None:
                raise AssertionError(f"{reply.status} {url}: {reply.body[:500]}")
            abort = [link for link in page.links if link.endswith("/abort")]
            if refuse and abort:
                url, method, form = urllib.parse.urljoin(url, abort[0]), "GET", None
                continue
            form = page.fields | ({"login": self.name, "password": "any"} if "login" in page.fields else {})
            url, method = urllib.parse.urljoin(url, page.action), "POST"
        raise AssertionError("the provider sends us round and round")


class OpenIdProvider:
    """The node process, with one client for each way that we test, and `more`: name -> metadata of further ones."""

    def __init__(self, more=None):
        self.folder = harness.temporary_folder()
        certificates.make(self.folder)
        self.ca, self.port = self.folder / "ca.pem", harness.free_port()
        self.issuer = f"https://localhost:{self.port}"
        key = certificates.new_key()
        (self.folder / "client.pem").write_bytes(certificates.pem_of(key))
        numbers = key.public_key().public_numbers()
        public = {"kty": "EC", "crv": "P-256", "kid": "client-1", "alg": "ES256", "use": "sig",
                  "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
        self.clients = {
            **{f"alg-{alg.lower()}": {"client_secret": SECRET, "id_token_signed_response_alg": alg} for alg in ALGORITHMS},
            "basic": {"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic"},
            "post": {"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_post"},
            "signed": {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public]}},
            **{name: {"client_secret": SECRET, **client} for name, client in (more or {}).items()},
        }
        options = {"port": self.port, "cert": str(self.folder / "cert.pem"), "key": str(self.folder / "key.pem"), "redirect_uri": harness.CB,
                   "clients": [{"client_id": name, **client} for name, client in self.clients.items()]}
        self.process = harness.Process(["node", harness.ROOT / "tests/integration/oidc_provider.mjs", json.dumps(options)], self.folder / "log")
        self.process.wait_until("READY", lambda: "READY" in self.process.output(), 30)

    def stanzas(self):
        """[providers.NAME] for each client."""
        common = {"kind": "oidc", "issuer": self.issuer}
        stanzas = {name: {**common, "client_id": name, "client_secret": SECRET} for name in self.clients}
        stanzas["post"]["token"] = {"client_auth": "post"}
        stanzas["basic"]["token"] = {"client_auth": "basic"}
        stanzas["signed"] = {**common, "client_id": "signed", "key_id": "client-1", "private_key_file": str(self.folder / "client.pem"),
                             "token": {"client_auth": "private_key_jwt"}}
        stanzas["plain"] = {  # OAuth 2.0 alone: the user API says who it is
            "kind": "oauth2", "client_id": "post", "client_secret": SECRET,
            "authorize": {"url": self.issuer + "/auth", "scope": ["openid", "profile", "email"]},
            "token": {"url": self.issuer + "/token", "client_auth": "post"},
            "user": [{"url": self.issuer + "/me", "headers": {"Authorization": "Bearer {access_token}"}}],
            "map": {"uid": "u:/sub", "username": "u:/preferred_username", "email": "u:/email", "email_verified": "u:/email_verified"},
        }
        for name in ALGORITHMS:
            stanzas[f"alg-{name.lower()}"]["id_token"] = {"algs": [name]}
        return stanzas

    def settings(self):
        return {"providers": self.stanzas(), "upstream": {"ca_file": str(self.ca)}}

    def rotate(self):
        reply = Person(self.ca).fetch("POST", self.issuer + "/control/rotate")
        assert reply.status == 200, reply


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def setUpModule():
    global op
    op = OpenIdProvider()


def tearDownModule():
    op.process.stop()


class Logins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = harness.Instance(op.settings()).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()

    def begun(self, provider, jar, person, refuse=False):
        return person.visit(self.client.begin(provider, jar), refuse)

    def login(self, provider, person=None):
        jar = Jar()
        back = self.begun(provider, jar, person or Person(op.ca))
        return self.client.post(f"/o/{provider}/", form=back, jar=jar)

    def test_ways_to_authenticate_as_a_client(self):
        for provider in ("basic", "post", "signed"):
            with self.subTest(provider):
                reply = self.login(provider)
                self.assertEqual(reply.status, 201, reply)

    def test_plain_oauth_2(self):
        reply = self.login("plain", Person(op.ca, "carol"))
        self.assertEqual((reply.status, reply.json()["user"]), (201, "carol"), reply)
        me = self.client.get("/users/me/identities/", headers={"Authorization": "Bearer " + reply.json()["access"]}).json()[0]
        self.assertEqual((me["issuer"], me["uid"], me["email"], me["email_verified"]), ("plain", "carol", "carol@example.test", True))

    def test_signature_algorithms_of_the_id_token(self):
        for alg in ALGORITHMS:
            with self.subTest(alg):
                reply = self.login(f"alg-{alg.lower()}")
                self.assertEqual(reply.status, 201, reply)

    def test_R01_R02_query_empty_body_and_the_same_code_again(self):
        jar = Jar()
        back = self.begun("basic", jar, Person(op.ca))
        self.assertEqual(back["iss"], op.issuer)  # RFC 9207
        query = "/o/basic/?" + urllib.parse.urlencode(back)
        reply = self.client.post(query, form="", jar=jar)
        self.assertEqual((reply.status, reply.json()["user"]), (201, "alice"))
        self.assertEqual(self.client.post(query, form="", jar=jar).status, 400)

    def test_R03_form_and_second_login_of_the_same_person(self):
        person = Person(op.ca, "bob")
        users = {self.login("basic", person).json()["user"] for _ in range(2)}
        self.assertEqual(users, {"bob"})

    def test_R04_the_person_refuses(self):
        jar = Jar()
        back = self.begun("basic", jar, Person(op.ca), refuse=True)
        self.assertEqual(back["error"], "access_denied")
        reply = self.client.post("/o/basic/?" + urllib.parse.urlencode(back), form="", jar=jar)
        self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": ["Authentication process canceled: End-User aborted interaction"]}))

    def test_another_issuer_in_the_answer_is_refused(self):
        """Mix-up: RFC 9207 2.4, RFC 9700 4.4."""
        jar = Jar()
        back = self.begun("basic", jar, Person(op.ca))
        reply = self.client.post("/o/basic/", form={**back, "iss": "https://evil.test"}, jar=jar)
        self.assertEqual(reply.status, 400, reply)

    def test_a_code_of_another_client_is_refused(self):
        jar = Jar()
        theirs = self.begun("post", Jar(), Person(op.ca))
        mine = self.begun("basic", jar, Person(op.ca))
        reply = self.client.post("/o/basic/", form={**mine, "code": theirs["code"]}, jar=jar)
        self.assertEqual(reply.status, 400, reply)

    def test_check_asks_the_provider(self):
        self.assertIn("basic", self.instance.command("check").stdout)


class KeyRotation(unittest.TestCase):
    def test_new_keys_are_fetched_when_a_token_names_them(self):
        """OpenID Connect Core 10.1.1: an unknown kid makes us look again, in every process, and in one that found the old keys in the cache."""
        instance = harness.Instance(op.settings(), workers=2).start()
        self.addCleanup(instance.stop)

        def logins():
            for _ in range(4):  # a connection each: both workers have their turn
                client, jar = Direct(instance.socket), Jar()
                back = Person(op.ca).visit(client.begin("basic", jar))
                self.assertEqual(client.post("/o/basic/", form=back, jar=jar).status, 201)
                client.close()
        logins()
        op.rotate()
        logins()
        instance.stop()
        op.rotate()
        instance.start()
        logins()


class Untrusted(unittest.TestCase):
    def test_a_certificate_of_an_unknown_authority_is_refused(self):
        settings = op.settings()
        settings["upstream"] = {"timeout": "2s"}
        instance = harness.Instance(settings).start()
        self.addCleanup(instance.stop)
        reply = Direct(instance.socket).get("/o/basic/?redirect_uri=" + harness.CB)
        self.assertEqual(reply.status, 503, reply)
        self.assertNotEqual(instance.command("check", check=False).returncode, 0)


class Behind(unittest.TestCase):
    def test_the_whole_way(self):
        for server in webservers.ALL:
            with self.subTest(server.__name__):
                instance = harness.Instance(op.settings())
                web = server(instance)
                self.addCleanup(web.stop)
                client, jar = Http(instance.port), Jar()
                self.addCleanup(client.close)
                back = Person(op.ca, "carol").visit(client.begin("basic", jar))
                reply = client.post("/o/basic/", form=back, jar=jar)
                self.assertEqual((reply.status, reply.json()["user"]), (201, "carol"))
                me = client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]})
                self.assertEqual((me.status, me.json()["email"]), (200, "carol@example.test"))


if __name__ == "__main__":
    unittest.main()
