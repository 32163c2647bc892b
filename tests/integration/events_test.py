"""Account events through the real program: what providers tell of accounts (RFC 8935, Apple's notifications), and what follows from it."""
import time
import unittest

import harness
from clients import Direct, Jar
from cryptography.hazmat.primitives.asymmetric import ec
from events_provider import RISC, Provider

SECRET = "a-secret-of-the-tests-0123456789abcdef"
EVENT = {"Content-Type": "application/secevent+jwt"}


def setUpModule():
    global op, other, instance
    op, other = Provider(), Provider()
    common = {"kind": "oidc", "client_id": "client", "client_secret": SECRET}
    instance = harness.Instance({
        "accounts": {"link_by_email": "verified"},
        "providers": {
            "op": {**common, "issuer": op.issuer}, "other": {**common, "issuer": other.issuer},
            "apple": {**common, "issuer": op.issuer, "events": {"envelope": "payload", "typ": "optional"}},
            "forge": {"kind": "oauth2", "client_id": "client", "client_secret": SECRET, "authorize": {"url": op.issuer + "/a"},
                      "token": {"url": op.issuer + "/t"}, "map": {"uid": "t:/id"}},
        }}, workers=2).start()


def tearDownModule():
    instance.stop()
    op.stop()
    other.stop()


class Events(unittest.TestCase):
    def setUp(self):
        self.client = Direct(instance.socket)
        self.addCleanup(self.client.close)

    def login(self, sub, provider="op", **claims):
        jar = Jar()
        at = {"op": op, "apple": op, "other": other}[provider]
        return self.client.post(f"/o/{provider}/", form=at.approve(self.client.begin(provider, jar), sub, **claims), jar=jar)

    def signed_in(self, sub, provider="op", **claims):
        reply = self.login(sub, provider, **claims)
        self.assertEqual(reply.status, 201, reply)
        return reply.json()

    def lives(self, tokens):
        me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + tokens["access"]}).status
        refreshed = self.client.post("/jwt/refresh/", form={"refresh": tokens["refresh"]}).status
        self.assertIn((me, refreshed), ((200, 200), (401, 401)))
        return me == 200

    def tell(self, token, provider="op", headers=EVENT):
        return self.client.post(f"/o/{provider}/events", body=token, headers=headers)

    def happens(self, kind, sub, more=None):
        reply = self.tell(op.event(kind, sub, more))
        self.assertEqual((reply.status, reply.body), (202, b""), reply)

    def test_sessions_end(self):
        for kind in ("sessions-revoked", "tokens-revoked", "account-credential-change-required"):
            with self.subTest(kind):
                ann, bob = self.signed_in("ann"), self.signed_in("bob")
                self.happens(RISC + kind, "ann")
                self.assertEqual((self.lives(ann), self.lives(bob)), (False, True))

    def test_disabled_and_enabled(self):
        ann = self.signed_in("disabled-ann")
        self.happens(RISC + "account-disabled", "disabled-ann", {"reason": "bulk-account"})
        self.assertFalse(self.lives(ann))
        reply = self.login("disabled-ann")
        self.assertEqual(reply.status, 400)
        self.assertIn("The provider has disabled this account.", reply.json()["non_field_errors"][0])
        self.happens(RISC + "account-enabled", "disabled-ann")
        self.signed_in("disabled-ann")

    def test_a_hijacked_account_and_one_that_is_gone(self):
        mail = {"email": "both@op.test", "email_verified": True}
        mine, elsewhere = self.signed_in("both", **mail), self.signed_in("both2", "other", **mail)
        self.assertEqual(mine["user"], elsewhere["user"])
        self.happens(RISC + "account-disabled", "both", {"reason": "hijacking"})
        self.assertEqual((self.lives(mine), self.lives(elsewhere)), (False, False))
        elsewhere = self.signed_in("both2", "other", **mail)
        self.happens(RISC + "account-purged", "both")
        self.assertTrue(self.lives(elsewhere))
        self.assertEqual(instance.sql("SELECT count(*) FROM identities WHERE uid = 'both'"), [(0,)])
        self.assertEqual(instance.sql("SELECT count(*) FROM users WHERE username = ?", mine["user"]), [(1,)])

    def test_apples_notifications(self):
        def tell(kind, sub, **more):
            return self.client.post("/o/apple/events", json_text=op.notification(kind, sub, **more))
        kim = self.signed_in("kim", "apple", email="kim@op.test", email_verified=True)
        self.assertEqual(tell("email-disabled", "kim").status, 202)
        self.assertEqual(instance.sql("SELECT email_verified, email_match FROM users WHERE email = 'kim@op.test'"), [(0, "")])
        self.assertTrue(self.lives(kim))
        self.assertEqual(tell("consent-revoked", "kim").status, 202)
        self.assertFalse(self.lives(kim))
        kim = self.signed_in("kim", "apple")
        self.assertEqual(tell("account-delete", "kim").status, 202)
        self.assertFalse(self.lives(kim))
        self.assertEqual(self.login("kim", "apple").status, 400)  # the last way in: disabled, the user stays
        self.assertEqual(instance.sql("SELECT count(*) FROM users WHERE email = 'kim@op.test'"), [(1,)])
        self.assertEqual(tell("consent-revoked", "kim", aud="another").json()["err"], "invalid_audience")

    def test_a_repeated_event_is_answered_like_the_first_and_does_nothing(self):
        self.signed_in("again")
        token = op.event(RISC + "sessions-revoked", "again")
        self.assertEqual(self.tell(token).status, 202)
        later = self.signed_in("again")
        self.assertEqual(self.tell(token).status, 202)
        self.assertTrue(self.lives(later))
        self.assertEqual(instance.sql("SELECT count(*) FROM seen_tokens")[0][0] > 0, True)

    def test_what_nothing_follows_from(self):
        ann = self.signed_in("calm")
        self.happens("https://events.example/unheard-of", "calm")
        self.happens(RISC + "verification", "calm", {"state": "s"})
        self.happens(RISC + "sessions-revoked", "nobody")
        self.assertTrue(self.lives(ann))
        self.assertIn("unknown https://events.example/unheard-of", instance.log())

    def test_refusals(self):
        ann = self.signed_in("safe")
        kind, long_ago = RISC + "sessions-revoked", int(time.time()) - 30 * 86400
        id_token = op.signed({"sub": "safe", "nonce": "n", "exp": int(time.time()) + 60}, "JWT")
        rows = (
            ("another key", op.event(kind, "safe", key=ec.generate_private_key(ec.SECP256R1())), "authentication_failed"),
            ("another issuer", op.event(kind, "safe", iss=other.issuer), "invalid_issuer"),
            ("another provider's", other.event(kind, "safe"), "authentication_failed"),
            ("another audience", op.event(kind, "safe", aud="another"), "invalid_audience"),
            ("old", op.event(kind, "safe", iat=long_ago), "invalid_request"),
            ("an id_token", id_token, "invalid_request"),
            ("our own token", ann["access"], "invalid_request"),
            ("nothing", "", "invalid_request"),
            ("too long", "a" * 40_000, "invalid_request"),
        )
        for why, token, err in rows:
            with self.subTest(why):
                reply = self.tell(token)
                self.assertEqual((reply.status, reply.json()["err"]), (400, err), reply)
                self.assertTrue(reply.json()["description"])
                self.assertEqual(reply.header("Content-Language"), "en")
        good = op.event(kind, "safe")
        self.assertEqual(self.tell(good, headers={"Content-Type": "application/json"}).status, 400)
        self.assertEqual(self.tell(good, "nobody").status, 404)
        self.assertEqual(self.tell(good, "forge").status, 404)
        self.assertEqual(self.client.get("/o/op/events").status, 405)
        self.assertTrue(self.lives(ann))


if __name__ == "__main__":
    unittest.main()
