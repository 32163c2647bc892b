"""A real Django with simplejwt accepts our tokens as it would its own, by public key and by shared secret, and refuses all others."""
import json
import re
import sys
import unittest

import certificates
import harness
import jwt
import webservers
from clients import Http
from fake.idp.provider import Provider

SECRET = "a-secret-shared-with-the-django-project"
AUDIENCE = "https://app.example"


class Api(Http):
    """django_api.py in a process of its own."""
    base = ""

    def __init__(self, folder, simple_jwt):
        self.process = harness.Process([sys.executable, harness.ROOT / "tests/integration/django_api.py", json.dumps(simple_jwt)], folder / "django")
        port = self.process.wait_until("the port", lambda: re.search(r"^PORT (\d+)$", self.process.output(), re.M))[1]
        super().__init__(int(port))

    def me(self, token):
        return self.get("/me/", headers={"Authorization": f"Bearer {token}"})


class Accepts:
    """The tests; a subclass for each algorithm below."""
    tokens = {}

    def simple_jwt(self):
        raise NotImplementedError

    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        tokens = {"audience": AUDIENCE, **self.tokens}
        self.instance = harness.Instance({"providers": harness.local_providers(self.idp), "tokens": tokens})
        self.web = webservers.Lighttpd(self.instance)  # Django fetches our keys over HTTP
        self.addCleanup(self.web.stop)
        self.http = Http(self.instance.port)
        self.addCleanup(self.http.close)
        self.api = Api(self.instance.folder, self.simple_jwt())
        self.addCleanup(self.api.process.stop)
        self.addCleanup(self.api.close)
        self.pair = self.http.login(self.idp, "ok.u5").json()

    def test_an_access_token_is_accepted(self):
        reply = self.api.me(self.pair["access"])
        self.assertEqual(reply.status, 200, reply)
        mine = self.http.get("/users/me/", headers={"Authorization": "Bearer " + self.pair["access"]}).json()
        self.assertEqual(reply.json(), {"id": str(mine["id"]), "provider": "github-local"})

    def test_a_refreshed_one_too(self):
        again = self.http.post("/jwt/refresh/", json_text={"refresh": self.pair["refresh"]}).json()
        self.assertEqual(self.api.me(again["access"]).status, 200)

    def test_all_others_are_refused(self):
        access, refresh = self.pair["access"], self.pair["refresh"]
        head, payload, signature = access.split(".")
        claims = jwt.decode(access, options={"verify_signature": False})
        header = jwt.get_unverified_header(access)
        forged = jwt.encode(claims, certificates.new_key() if header["alg"] == "ES256" else "somebody's", header["alg"], headers=header)
        first = "A" if signature[0] != "A" else "B"
        for what, token in (("refresh as access", refresh), ("signature altered", f"{head}.{payload}.{first}{signature[1:]}"),
                            ("payload of another token", f"{head}.{refresh.split('.')[1]}.{signature}"), ("no signature", f"{head}.{payload}."),
                            ("another key", forged), ("nothing", "x.y.z")):
            with self.subTest(what):
                self.assertEqual(self.api.me(token).status, 401)
        self.assertEqual(self.api.get("/me/").status, 401)

    def test_tokens_for_another_api_are_refused(self):
        self.instance.settings["tokens"]["audience"] = "https://other.example"
        self.instance.write()
        self.instance.stop()
        self.instance.start()
        self.assertEqual(self.api.me(self.http.login(self.idp).json()["access"]).status, 401)


class ByPublicKey(Accepts, unittest.TestCase):
    """As README.md shows it."""

    def simple_jwt(self):
        return {"ALGORITHM": "ES256", "JWK_URL": self.instance.public_url + "/.well-known/jwks.json", "SIGNING_KEY": "",
                "USER_ID_CLAIM": "user_id", "ISSUER": self.instance.public_url, "AUDIENCE": AUDIENCE}


class BySharedSecret(Accepts, unittest.TestCase):
    tokens = {"algorithm": "HS256", "hs256_secret": SECRET}

    def simple_jwt(self):
        return {"ALGORITHM": "HS256", "SIGNING_KEY": SECRET, "AUDIENCE": AUDIENCE}


if __name__ == "__main__":
    unittest.main()
