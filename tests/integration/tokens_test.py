"""Our tokens over their life: what they say, rotation, theft, key rotation, the published keys."""
import base64
import json
import signal
import time
import unittest

import harness
import jwt
from clients import Direct
from fake.idp.provider import Provider


def claims(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def kid(token):
    return jwt.get_unverified_header(token).get("kid")


class Case(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        self.instance = harness.Instance({"providers": harness.local_providers(self.idp), **self.settings}).start()
        self.addCleanup(self.instance.stop)
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    def login(self, user="u1"):
        reply = self.client.login(self.idp, f"ok.{user}")
        self.assertEqual(reply.status, 201, reply)
        return reply.json()

    def refresh(self, token):
        return self.client.post("/jwt/refresh/", json_text={"refresh": token})

    def verify(self, token):
        return self.client.post("/jwt/verify/", json_text={"token": token}).status

    def me(self, token):
        return self.client.get("/users/me/", headers={"Authorization": f"Bearer {token}"})


class Claims(Case):
    settings = {"tokens": {"audience": "https://api.test", "access_ttl": "7m", "refresh_ttl": "2d"}}

    def test_what_they_say(self):
        tokens = self.login("u7")
        for kind, life in (("access", 7 * 60), ("refresh", 2 * 86400)):
            said = claims(tokens[kind])
            self.assertEqual(said["token_type"], kind)
            self.assertEqual(said["exp"] - said["iat"], life)
            self.assertRegex(said["jti"], "^[0-9a-f]{32}$")
            self.assertIsInstance(said["user_id"], str)
            self.assertEqual(said["user_id"], str(self.me(tokens["access"]).json()["id"]))
            self.assertEqual((said["iss"], said["aud"], said["sub"]), (self.instance.public_url, "https://api.test", said["user_id"]))
            self.assertEqual(said["provider"], "github-local")

    def test_published_keys_verify_them(self):
        tokens = self.login()
        reply = self.client.get("/.well-known/jwks.json")
        self.assertEqual(reply.status, 200)
        keys = reply.json()["keys"]
        self.assertFalse([k for k in keys if "d" in k], "private parts are not published")
        key = next(k for k in keys if k["kid"] == kid(tokens["access"]))
        verified = jwt.decode(tokens["access"], jwt.PyJWK(key).key, ["ES256"], audience="https://api.test", issuer=self.instance.public_url)
        self.assertEqual(verified["email"], "u1@x.test")


class Rotation(Case):
    def test_a_refresh_token_works_once(self):
        first = self.login()["refresh"]
        second = self.refresh(first).json()["refresh"]
        self.assertNotEqual(first, second)
        self.assertEqual(self.verify(second), 200)
        self.assertEqual(self.refresh(second).status, 200)

    def test_a_retry_within_the_grace_gets_the_same_successor(self):
        first = self.login()["refresh"]
        answers = [self.refresh(first).json() for _ in range(3)]
        self.assertEqual(len({a["refresh"] for a in answers}), 1)
        self.assertTrue(all(self.me(a["access"]).status == 200 for a in answers))

    def test_refresh_tokens_are_stored_hashed(self):
        tokens = self.login()
        jti = claims(tokens["refresh"])["jti"]
        for path in self.instance.folder.glob("latchstring.db*"):
            content = path.read_bytes()
            for secret in (tokens["refresh"], tokens["access"], jti):
                self.assertNotIn(secret.encode(), content, path)


class Theft(Case):
    settings = {"tokens": {"refresh_grace": "1s"}}

    def test_reuse_after_the_grace_ends_the_family_and_only_that(self):
        other_device = self.login()["refresh"]
        stolen = self.login()["refresh"]
        successor = self.refresh(stolen).json()["refresh"]
        refused = harness.wait_for("the grace to end", lambda: (r := self.refresh(stolen)).status == 401 and r)
        self.assertEqual(refused.json()["code"], "token_not_valid")
        self.assertEqual(self.refresh(successor).status, 401, "the thief's and the owner's successor are both dead")
        self.assertEqual(self.refresh(other_device).status, 200)


class Expiry(Case):
    settings = {"tokens": {"access_ttl": "1s", "refresh_ttl": "2s"}}

    def test_no_leeway(self):
        tokens = self.login()
        harness.wait_for("the access token to expire", lambda: time.time() > claims(tokens["access"])["exp"])
        self.assertEqual(self.me(tokens["access"]).status, 401)
        self.assertEqual(self.verify(tokens["access"]), 401)
        harness.wait_for("the refresh token to expire", lambda: time.time() > claims(tokens["refresh"])["exp"])
        self.assertEqual(self.refresh(tokens["refresh"]).status, 401)


class Keys(Case):
    def test_rotation_overlaps(self):
        before = self.login()
        self.instance.command("keys", "rotate")
        self.instance.process.popen.send_signal(signal.SIGHUP)  # or within 30 s by itself
        after = harness.wait_for("the new key to sign", lambda: kid((t := self.login())["access"]) != kid(before["access"]) and t)
        self.assertEqual(self.me(before["access"]).status, 200, "tokens of the old key stay good")
        self.assertEqual(self.me(after["access"]).status, 200)
        self.assertEqual(self.refresh(before["refresh"]).status, 200)
        published = {k["kid"] for k in self.client.get("/.well-known/jwks.json").json()["keys"]}
        self.assertLessEqual({kid(before["access"]), kid(after["access"])}, published)

    def test_all_machines_share_keys_through_the_database(self):
        token = self.login()["access"]
        self.instance.stop()
        self.instance.start()
        self.assertEqual(self.me(token).status, 200)

    def test_a_token_of_another_installation_is_refused(self):
        other = harness.Instance({"providers": harness.local_providers(self.idp)}).start()
        self.addCleanup(other.stop)
        token = Direct(other.socket).login(self.idp).json()["access"]
        self.assertEqual(self.me(token).status, 401)

    def test_none_and_key_confusion_are_refused(self):
        """RFC 8725 2.1: alg none, and HS256 keyed with our public key."""
        token = self.login()["access"]
        head, payload, signature = token.split(".")
        key = json.dumps(self.client.get("/.well-known/jwks.json").json()["keys"][0])
        nothing = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
        for forged in (f"{nothing}.{payload}.", f"{nothing}.{payload}.{signature}", f"{head}.{payload}.",
                       jwt.encode(claims(token), key, "HS256", headers={"kid": kid(token)})):
            self.assertEqual(self.me(forged).status, 401, forged)


class Secret(Case):
    settings = {"tokens": {"algorithm": "HS256", "hs256_secret": "0123456789abcdef0123456789abcdef"}}

    def test_hs256_publishes_nothing(self):
        token = self.login()["access"]
        self.assertEqual(jwt.decode(token, "0123456789abcdef0123456789abcdef", ["HS256"])["token_type"], "access")
        self.assertEqual(self.client.get("/.well-known/jwks.json").json(), {"keys": []})


class Others(Case):
    def test_the_other_algorithms(self):
        for algorithm in ("RS256", "EdDSA"):
            with self.subTest(algorithm):
                other = harness.Instance({"providers": harness.local_providers(self.idp), "tokens": {"algorithm": algorithm}}).start()
                self.addCleanup(other.stop)
                client = Direct(other.socket)
                token = client.login(self.idp).json()["access"]
                key = jwt.PyJWK(client.get("/.well-known/jwks.json").json()["keys"][0]).key
                self.assertEqual(jwt.decode(token, key, [algorithm])["token_type"], "access")


if __name__ == "__main__":
    unittest.main()
