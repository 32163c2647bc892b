"""Keys of providers: weak, mistyped, colliding, of somebody else, too many; and floods of names of keys."""
import unittest

import stage
from basic_plan import BAD_SIGNATURE
from fake.idp import keys

RSA, OTHER = keys.make(), keys.make("RS256", "other")
SECRET = {"kty": "oct", "k": keys.b64(b"k" * 32), "kid": "key-1", "alg": "HS256"}


def published(change):
    return {"jwks_of": lambda jwks: [jwks[0] | change]}


def of(*jwks):
    return {"jwks_of": lambda _: list(jwks)}


# name -> (what is published or signed with, what the log says)
BAD = {
    "rsa-1024": ({"signing": [keys.make("RS256", "weak", 1024)]}, "unknown key"),
    "curve-of-bitcoin": ({"signing": [keys.make("ES256K", "k1")]}, "alg unknown, or none"),
    "for-encryption": (published({"use": "enc"}), "unknown key"),
    "for-wrapping": (published({"key_ops": ["wrapKey"]}), "unknown key"),
    "other-alg": (published({"alg": "PS256"}), "unknown key"),
    "alg-of-another-kind": (published({"alg": "ES256"}), "unknown key"),
    "hmac-alg": (published({"alg": "HS256"}), "unknown key"),
    "a-secret": (of(SECRET), "unknown key"),
    "half-a-key": (published({"e": ""}), "unknown key"),
    "exponent-1": (published({"e": "AQ"}), "unknown key"),
    "even-exponent": (published({"e": "AQAC"}), "unknown key"),
    "modulus-of-16384-bits": (published({"n": keys.number((1 << 16384) - 1)}), "unknown key"),
    "n-is-a-number": (published({"n": 7}), "unknown key"),
    "kty-is-ec": (published({"kty": "EC", "crv": "P-256"}), "unknown key"),
    "point-not-on-the-curve": (of({**keys.make("ES256", "key-1").jwk(), "y": keys.b64(b"\1" * 32)}), "unknown key"),
    "another-under-that-kid": (of(OTHER.jwk() | {"kid": "key-1"}), "bad signature"),
    "of-another-issuer": (published({"issuer": "https://evil.example"}), "bad signature"),
    "no-keys": (of(), "unknown key"),
    "101-keys": (of(*[RSA.jwk() | {"kid": str(n)} for n in range(101)]), "more than 100 keys"),
    "no-list": ({"jwks_of": lambda _: {"key-1": RSA.jwk()}}, "no array"),
}
GOOD = {
    "two-of-one-kid": of(OTHER.jwk() | {"kid": "key-1"}, RSA.jwk()),
    "among-strange-ones": of(SECRET, {"kty": "XYZ"}, {}, {"kty": "OKP", "crv": "X25519"}, keys.make("RS256", "weak", 1024).jwk(), RSA.jwk()),
    "without-use-and-alg": of({k: v for k, v in RSA.jwk().items() if k not in ("use", "alg")}),
    "of-every-tenant": published({"issuer": "https://login.example/{tenant}/v2.0"}),
    "ed25519": {"signing": [keys.make("EdDSA", "ed")]},
    "p-384": {"signing": [keys.make("ES384", "ec")]},
}


class Keys(stage.Plan):
    issuers = {"op": ({}, {}), "flooded": ({}, {}), **{name: (arguments, {}) for name, (arguments, _) in BAD.items()},
               **{name: (arguments, {}) for name, arguments in GOOD.items()}}

    def test_bad_ones(self):
        for name, (_, log) in BAD.items():
            with self.subTest(name):
                outcome = self.sign_in("ok", name)
                reached = log in ("more than 100 keys", "no array")
                self.assert_refused(outcome, "could not be reached" if reached else BAD_SIGNATURE, log=log, called=["token"])
        self.assert_unharmed()

    def test_good_ones_among_them(self):
        for name in GOOD:
            with self.subTest(name):
                self.assert_in(self.sign_in(provider=name))
                self.assert_refused(self.sign_in("badsig", name), BAD_SIGNATURE, log="bad signature", called=["token"])

    def test_a_published_secret_signs_nothing(self):
        self.assert_refused(self.sign_in("hs256", "a-secret"), BAD_SIGNATURE, log="algorithm not allowed", called=["token"])

    def test_a_flood_of_unknown_kids(self):
        """One fetch in a minute; until then unknown stays unknown, and what is known stays good."""
        self.assert_in(self.sign_in(provider="flooded"))
        fetched, path = self.idp.hits, self.opened["flooded"].path + "/jwks"
        for _ in range(20):
            self.assert_refused(self.sign_in("unkkid", "flooded"), BAD_SIGNATURE, log="unknown key", called=["token"])
        self.assertEqual(fetched[path], 2)
        self.assert_in(self.sign_in(provider="flooded"))
        self.opened["flooded"].rotate(keep_old=False)  # within the minute: refused rather than fetched for
        self.assert_refused(self.sign_in("ok", "flooded"), BAD_SIGNATURE, log="unknown key", called=["token"])
        self.assertEqual(fetched[path], 2)


if __name__ == "__main__":
    unittest.main()
