"""The plan "Refresh" of the OpenID Foundation's relying-party tests, 3 modules: a provider's token that an application asks latchstring for is
stale, is refreshed, and the id_token that comes along must be about the same person (OpenID Connect Core 12.2)."""
import unittest

import stage
from fake.idp.http_server import Request

LONG = 3600


class Refresh(stage.Plan):
    settings = {"accounts": {"keep_provider_tokens": True}}

    def token_after(self, fault, lives=0):
        """The answer to an application that wants the provider's token of somebody whose token is stale, or dead."""
        self.idp.expires_in = lives
        tokens = self.sign_in(fault)
        self.assert_in(tokens)
        self.idp.expires_in = LONG
        bearer = {"Authorization": "Bearer " + tokens.reply.json()["access"]}
        identity = self.client.get("/users/me/identities/", headers=bearer).json()[0]["id"]
        return self.outcome(lambda: self.client.get(f"/users/me/identities/{identity}/token/", headers=bearer))

    def test_oidcc_client_test_refresh_token(self):
        for fault in ("ok", "refresh-noidtoken", "refresh-nononce", "refresh-aud-array"):
            with self.subTest(fault):
                outcome = self.token_after(fault)
                self.assertEqual((outcome.status, self.called), (200, ["token"]), outcome)
                bearer = {"authorization": "Bearer " + outcome.reply.json()["access_token"]}
                asked = self.idp.handle(Request("GET", self.opened["op"].path + "/userinfo", "", bearer, b""))
                self.assertEqual(asked.status, 200)

    def refused(self, faults, status=503):
        """Nothing of the answer is used. An application hears 503, since it did nothing wrong, and the provider may come to its senses."""
        for fault, (log, text) in faults.items():
            with self.subTest(fault):
                outcome = self.token_after("refresh-" + fault)
                self.assertEqual(outcome.status, status, outcome)
                self.assertNotIn("access_token", outcome.text)
                self.assertIn(log, outcome.line, outcome)
                self.assertIn(text, outcome.text, outcome)
                self.assertEqual((self.called, outcome.entered), (["token"], (0, 0, 0)), outcome)

    def test_oidcc_client_test_refresh_token_invalid_issuer(self):
        self.refused(dict.fromkeys(("badiss", "missing-iss"), ("Invalid issuer", "Token error: Invalid issuer")))

    def test_oidcc_client_test_refresh_token_invalid_sub(self):
        """Another person's tokens: what is kept is dropped too, and the user signs in again."""
        self.refused({"badsub": ("the id_token names another issuer or sub", "Sign in with this provider again.")}, 409)
        self.assertEqual(self.instance.sql("SELECT count(*) FROM provider_tokens WHERE identity_id = (SELECT max(id) FROM identities)"), [(0,)])
        self.refused({"nosub": ("sub is missing", "Invalid UserInfo sub")})

    def test_whatever_else_is_wrong_with_it(self):
        signature = "Signature verification failed"
        self.refused({"badaud": ("Invalid audience",) * 2, "expired": ("Signature has expired",) * 2, "badathash": ("Invalid access token",) * 2,
                      "badsig": ("bad signature", signature), "none": ("no signature", signature), "encrypted": ("not three parts", signature)})

    def test_what_still_lives_is_given_instead(self):
        """The tokens of the login, never those of the answer that is not believed."""
        outcome = self.token_after("refresh-badiss", lives=30)
        self.assertEqual(outcome.status, 200, outcome)
        self.assertNotIn("refreshed", outcome.reply.json()["access_token"])


if __name__ == "__main__":
    unittest.main()
