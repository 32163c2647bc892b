"""The plan "3rd-party-initiated login" of the OpenID Foundation's relying-party tests, 1 module (OpenID Connect Core 4)."""
import unittest
import urllib.parse

import stage


class ThirdParty(stage.Plan):
    door = stage.Redirect

    def initiated(self, **changes):
        asked = {"target_link_uri": self.instance.public_url + "/account", **changes}
        address = self.opened["op"].initiation("/o/op/login", **{name: value for name, value in asked.items() if value is not None})
        return self.client.get(address, jar=self.jar)

    def setUp(self):
        super().setUp()
        self.jar = stage.Jar()

    def test_oidcc_client_test_3rd_party_init_login(self):
        for changes in ({}, {"login_hint": "ada"}, {"target_link_uri": None}):
            with self.subTest(changes):
                begun = self.initiated(**changes)
                self.assertEqual(begun.status, 303, begun)
                back = self.idp.approve(begun.header("Location"), f"ok.{self.new_user()}")
                callback = "/o/op/callback?" + urllib.parse.urlencode(back)
                outcome = self.outcome(lambda: self.client.get(callback, jar=self.jar))
                self.assert_in(outcome)
                target = "/account" if "target_link_uri" not in changes else "/"
                self.assertTrue(outcome.reply.header("Location").endswith(target), outcome.reply.headers)

    def test_what_a_third_party_may_not(self):
        wrong = {"iss": ("https://evil.example", self.opened["op"].name + "/", ""),
                 "target_link_uri": ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/auth/o/op/login")}
        for name, values in wrong.items():
            for value in values:
                with self.subTest(name=name, value=value):
                    outcome = self.outcome(lambda: self.initiated(**{name: value}))
                    self.assertEqual((outcome.status, outcome.reply.header("Location"), self.called), (400, None, []), outcome)


if __name__ == "__main__":
    unittest.main()
