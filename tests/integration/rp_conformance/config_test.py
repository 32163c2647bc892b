"""The plan "Config" of the OpenID Foundation's relying-party tests, 6 modules: what an issuer says of itself, and its keys."""
import unittest

import stage
from basic_plan import BAD_SIGNATURE
from fake.idp import keys

MISMATCH = {"elsewhere": "https://evil.example", "slash": "{}/", "none": None, "number": 7, "upper": "{}X"}


class Config(stage.Plan):
    issuers = {
        **{name: ({}, {}) for name in ("op", "by-document", "none", "rotates", "rotates-within")},
        "kidless": ({"signing": [keys.make("RS256", None)]}, {}),
        **{f"mismatch-{name}": ({}, {}) for name in MISMATCH},
    }

    @classmethod
    def providers(cls):
        for name, issuer in MISMATCH.items():
            opened = cls.opened[f"mismatch-{name}"]
            opened.metadata["issuer"] = issuer.format(opened.name) if isinstance(issuer, str) else issuer
        return super().providers()

    def test_oidcc_client_test_discovery_openid_config(self):
        """Every endpoint is where the document says."""
        self.assert_in(self.sign_in(provider="by-document"))
        self.assertEqual(self.called, ["token", "jwks", "userinfo"])  # the document itself was asked for when the login began

    def test_oidcc_client_test_discovery_jwks_uri_keys(self):
        self.assert_in(self.sign_in())
        self.assert_refused(self.sign_in("otherkey"), BAD_SIGNATURE, log="bad signature", called=["token"])

    def test_oidcc_client_test_discovery_issuer_mismatch(self):
        for name in MISMATCH:
            with self.subTest(name):
                self.begin_fails(f"mismatch-{name}", "it names the issuer")
                self.assertEqual(self.called, [".well-known/openid-configuration"])
        self.assert_in(self.sign_in())

    def test_oidcc_client_test_idtoken_sig_none(self):
        """Also where the provider says that it signs so."""
        self.opened["none"].metadata["id_token_signing_alg_values_supported"] = ["none", "HS256", "RS256"]
        for fault, why in {"none": "no signature", "none-signed": "alg unknown, or none", "hs256-secret": "algorithm not allowed"}.items():
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault, "none"), BAD_SIGNATURE, log=why, called=["token"])
        self.assert_in(self.sign_in(provider="none"))

    def test_oidcc_client_test_signing_key_rotation(self):
        issuer = self.opened["rotates"]
        self.assert_in(self.sign_in(provider="rotates"))
        issuer.rotate(keep_old=False)
        self.assert_in(self.sign_in(provider="rotates"))
        self.assertEqual(self.called, ["token", "jwks", "userinfo"])
        self.assert_in(self.sign_in(provider="rotates"))
        self.assertEqual(self.called, ["token", "userinfo"])

    def test_oidcc_client_test_signing_key_rotation_just_before_signing(self):
        """Between the answer to the browser and the id_token; the old key is not published any more."""
        issuer = self.opened["rotates-within"]
        self.assert_in(self.sign_in(provider="rotates-within"))
        issuer.next_key = keys.SigningKey("within")
        self.assert_in(self.sign_in(provider="rotates-within"))
        self.assertEqual(self.called, ["token", "jwks", "userinfo"])

    def test_a_key_without_a_name_that_rotates(self):
        """No kid that could be unknown: a signature that does not fit is what is seen of it."""
        self.assert_in(self.sign_in(provider="kidless"))
        self.opened["kidless"].rotate(keep_old=False, key=keys.SigningKey(None))
        self.assert_in(self.sign_in(provider="kidless"))
        self.assert_refused(self.sign_in("badsig", "kidless"), BAD_SIGNATURE, log="bad signature", called=["token"])


if __name__ == "__main__":
    unittest.main()
