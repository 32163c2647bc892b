"""Pages on other sites: what CORS lets them read, and the login without cookies that they can use."""
import base64
import hashlib
import secrets
import unittest

import harness
from clients import Direct, Jar
from fake.idp.provider import Provider

SPA, EVIL = "https://spa.example", "https://spa.example.evil.test"


class Cors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.instance = harness.Instance({"providers": harness.local_providers(cls.idp), "cors": {"origins": [SPA]}}).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()
        cls.idp.stop()

    def preflight(self, origin, path="/o/github-local/", method="POST", headers="content-type"):
        return self.client.request("OPTIONS", path, headers={
            "Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers})

    def test_preflight_of_a_listed_origin(self):
        for path, method, headers in (("/o/github-local/", "POST", "content-type"), ("/users/me/", "GET", "authorization"),
                                      ("/users/me/", "DELETE", "authorization"), ("/jwt/refresh/", "POST", "content-type")):
            with self.subTest(path=path, method=method):
                reply = self.preflight(SPA, path, method, headers)
                self.assertIn(reply.status, (200, 204))
                self.assertEqual(reply.header("Access-Control-Allow-Origin"), SPA)
                self.assertEqual(reply.header("Access-Control-Allow-Credentials"), "true")
                self.assertIn(method, reply.header("Access-Control-Allow-Methods"))
                self.assertIn(headers, reply.header("Access-Control-Allow-Headers").lower())

    def test_others_may_not_read(self):
        """Prefixes, other schemes, other case of the scheme, null and the star are no listed origins."""
        for origin in (EVIL, "http://spa.example", "https://spa.example:8443", "https://SPA.example.", "null", "*", "https://evil.test/" + SPA):
            with self.subTest(origin):
                self.assertIsNone(self.preflight(origin).header("Access-Control-Allow-Origin"))
                reply = self.client.get("/o/github-local/?redirect_uri=" + harness.CB, headers={"Origin": origin})
                self.assertIsNone(reply.header("Access-Control-Allow-Origin"))
                self.assertIsNone(reply.header("Access-Control-Allow-Credentials"))

    def test_caches_keep_origins_apart(self):
        for headers in ({}, {"Origin": SPA}, {"Origin": EVIL}):
            self.assertIn("origin", self.client.get("/o/", headers=headers).header("Vary").lower())

    def test_errors_are_readable_too(self):
        for path in ("/o/nope/?redirect_uri=" + harness.CB, "/o/github-local/", "/users/me/", "/nowhere"):
            reply = self.client.get(path, headers={"Origin": SPA})
            self.assertGreaterEqual(reply.status, 400)
            self.assertEqual(reply.header("Access-Control-Allow-Origin"), SPA, path)

    def test_published_keys_are_for_everyone(self):
        reply = self.client.get("/.well-known/jwks.json", headers={"Origin": EVIL})
        self.assertEqual(reply.header("Access-Control-Allow-Origin"), "*")
        self.assertIsNone(reply.header("Access-Control-Allow-Credentials"))

    def proof(self):
        verifier = secrets.token_hex(32)
        return verifier, base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

    def test_a_login_without_cookies(self):
        verifier, challenge = self.proof()
        jar = Jar()
        back = self.idp.approve(self.client.begin("github-local", jar, flow_challenge=challenge), "ok.spa1")
        self.assertEqual(jar, {}, "no cookie where there is a challenge")
        other = self.proof()[0]
        for wrong in ({}, {"flow_verifier": other}, {"flow_verifier": challenge}, {"flow_verifier": ""}, {"flow_verifier": verifier + "x"}):
            reply = self.client.post("/o/github-local/", form={**back, **wrong}, headers={"Origin": SPA})
            self.assertEqual(reply.status, 400, wrong)
        reply = self.client.post("/o/github-local/", form={**back, "flow_verifier": verifier}, headers={"Origin": SPA})
        self.assertEqual((reply.status, reply.json()["user"]), (201, "spa1"))
        self.assertEqual(reply.header("Access-Control-Allow-Origin"), SPA)

    def test_a_challenge_is_not_met_by_a_cookie(self):
        """A flow of an app is not finished by a browser that was given its state (login CSRF; RFC 9700 4.7)."""
        jar = Jar()
        self.client.begin("github-local", jar)
        back = self.idp.approve(self.client.begin("github-local", Jar(), flow_challenge=self.proof()[1]), "ok.spa2")
        self.assertEqual(self.client.post("/o/github-local/", form=back, jar=jar).status, 400)

    def test_malformed_challenges_are_refused(self):
        for challenge in ("", "short", "=" * 43, "a" * 44, "a" * 42 + "%2B"):
            reply = self.client.get(f"/o/github-local/?redirect_uri={harness.CB}&flow_challenge={challenge}")
            self.assertEqual(reply.status, 400, challenge)
            self.assertIn("flow_challenge", reply.json())


if __name__ == "__main__":
    unittest.main()
