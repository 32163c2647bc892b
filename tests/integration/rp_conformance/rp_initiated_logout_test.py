"""The plan "RP-Initiated Logout" of the OpenID Foundation's relying-party tests, 3 modules: the address that ends the session at the provider,
and the way back from there, with the state, without it, with another."""
import unittest
import urllib.parse

from logout_plan import Device, LogoutPlan
from stage import CLIENT


class RpInitiatedLogout(LogoutPlan):
    issuers = {"op": ({}, {})}

    @classmethod
    def providers(cls):
        cls.opened["op"].metadata["end_session_endpoint"] = cls.opened["op"].name + "/session/end"
        return super().providers()

    def round_trip(self, state):
        device = Device(self, self.new_user())
        self.assertTrue(device.lives())
        address = self.log_out(device)
        self.assertFalse(device.lives())
        self.opened["op"].logout_state = state
        back = self.at_provider(address)
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        self.assertEqual({name: asked[name] for name in ("client_id", "post_logout_redirect_uri")},
                         {"client_id": CLIENT, "post_logout_redirect_uri": self.instance.public_url + "/signed-out"})
        self.assertEqual(asked["id_token_hint"].count("."), 2)
        self.assertGreaterEqual(len(asked["state"]), 22)
        self.assertTrue(back.startswith(self.instance.public_url + "/signed-out"), back)
        reply = self.client.get(back.removeprefix(self.instance.public_url))
        self.assertEqual(reply.status, 200, reply)
        self.assertNotIn(b"of-somebody-else", reply.body)
        return asked["state"], back

    def test_oidcc_client_test_rp_init_logout(self):
        state, back = self.round_trip("same")
        self.assertTrue(back.endswith("?state=" + state), back)

    def test_oidcc_client_test_rp_init_logout_no_state(self):
        self.assertNotIn("state", self.round_trip("none")[1])

    def test_oidcc_client_test_rp_init_logout_other_state(self):
        self.assertIn("state=of-somebody-else", self.round_trip("other")[1])


if __name__ == "__main__":
    unittest.main()
