"""The plan "Back-Channel Logout" of the OpenID Foundation's relying-party tests, 8 modules: a logout token is believed, or refused with 400 and
what is wrong with it (OpenID Connect Back-Channel Logout 1.0 2.6, 2.8), and nobody is signed out by a bad one."""
import time
import unittest

from fake.idp.issuer import EVENT
from logout_plan import Device, LogoutPlan


class BackChannel(LogoutPlan):
    @classmethod
    def providers(cls):
        cls.opened["op"].metadata.update(end_session_endpoint=cls.opened["op"].name + "/session/end", backchannel_logout_supported=True)
        return super().providers()

    def refused(self, why, fault="", user=True, **changes):
        """A token that is right but for that is refused; its twin without the mistake ends the session."""
        device, issuer = Device(self, self.new_user()), self.opened["op"]
        who = {"user": device.user, "sid": device.sid} if user else {}
        outcome = self.told(issuer.logout_token(**who, fault=fault, **changes))
        self.assertEqual((outcome.status, outcome.reply.json()["error"]), (400, "invalid_request"), outcome)
        self.assertIn(why, outcome.text)
        self.assertIn(why, outcome.line)
        self.assertTrue(device.lives(), outcome)
        good = self.told(issuer.logout_token(user=device.user, sid=device.sid))
        self.assertEqual((good.status, device.lives()), (200, False), good)

    def test_oidcc_client_test_rp_backchannel_rpinitlogout(self):
        """A logout here, over the provider's page, which tells us of it in the back."""
        device, other, issuer = Device(self, "back-one"), Device(self, "back-one"), self.opened["op"]
        address = self.log_out(device)
        for one in (device, other):
            self.assertEqual(self.told(issuer.logout_token(user=one.user, sid=one.sid)).status, 200)
        self.assertEqual((device.lives(), other.lives()), (False, False))
        self.assertTrue(self.at_provider(address).startswith(self.instance.public_url + "/signed-out"))

    def test_oidcc_client_test_rp_backchannel_rpinitlogout_alg_none(self):
        for fault, why in {"none": "no signature", "none-signed": "alg unknown, or none"}.items():
            with self.subTest(fault):
                self.refused(why, fault)

    def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_alg(self):
        for fault in ("ps256", "hs256", "hs256-pem", "hs256-secret"):
            with self.subTest(fault):
                self.refused("signature: algorithm not allowed", fault)

    def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_aud(self):
        for aud in ("somebody-else", None, [], ["somebody-else"]):
            with self.subTest(aud):
                self.refused("aud does not name this client", aud=aud)

    def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_iss(self):
        for iss in ("https://evil.example", None, self.opened["op"].name + "/"):
            with self.subTest(iss):
                self.refused("iss is another issuer", iss=iss)

    def test_oidcc_client_test_rp_backchannel_rpinitlogout_no_event(self):
        for events in (None, {}):
            with self.subTest(events):
                self.refused("events does not hold a back-channel logout", events=events)

    def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_event(self):
        for events in ({"http://schemas.openid.net/event/frontchannel-logout": {}}, [EVENT], EVENT, {EVENT: "yes"}):
            with self.subTest(events):
                self.refused("events does not hold a back-channel logout", events=events)

    def test_oidcc_client_test_rp_backchannel_rpinitlogout_with_nonce(self):
        self.refused("a logout token has no nonce", nonce="n")

    def test_what_else_a_logout_token_must_have(self):
        now = int(time.time())
        self.refused("jti is missing", jti=None)
        self.refused("iat is missing", iat=None)
        self.refused("iat is in the future", iat=now + 3600)
        self.refused("sub or sid is needed", user=False)
        self.refused("signature: bad signature", "badsig")
        self.refused("signature: unknown key", "unkkid")
        self.refused("typ names another kind of token", "typ-at")

    def test_the_same_token_twice_and_an_old_one(self):
        device, issuer = Device(self, self.new_user()), self.opened["op"]
        token = issuer.logout_token(user=device.user, sid=device.sid)
        self.assertEqual([self.told(token).status for _ in range(2)], [200, 400])
        self.refused("the token has expired", iat=int(time.time()) - 7200, exp=int(time.time()) - 7000)


if __name__ == "__main__":
    unittest.main()
