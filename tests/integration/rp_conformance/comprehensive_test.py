"""Modules of the plans "Comprehensive", "Dynamic", "Hybrid" and "Front-Channel Logout" of the OpenID Foundation's relying-party tests that a
client of the code flow can meet, and what else an id_token or userinfo may hold."""
import unittest
import urllib.parse

import stage
from basic_plan import BAD_SIGNATURE
from fake.idp import keys
from logout_plan import Device, LogoutPlan

USERINFO = "Invalid userinfo"


class Comprehensive(stage.Plan):
    door = stage.Redirect
    issuers = {
        "op": ({}, {}), "es256": ({"signing": [keys.make("ES256", "ec")]}, {}),
        "by-form": ({}, {"authorize": {"params": {"response_mode": "form_post"}}}),
        "hs256": ({"metadata": {"id_token_signing_alg_values_supported": ["HS256", "RS256"]}}, {"id_token": {"algs": ["HS256"]}}),
    }

    def all_refused(self, faults, reason, provider="op", called=("token",)):
        for fault, log in faults.items():
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault, provider), reason, log=log, called=list(called))
        self.assert_unharmed()

    def test_oidcc_client_test_missing_aud(self):
        self.all_refused({"missing-aud": None}, "Invalid audience")

    def test_oidcc_client_test_invalid_sig_es256(self):
        self.assert_in(self.sign_in(provider="es256"))
        self.all_refused({"flipped": "bad signature", "badsig": "bad signature"}, BAD_SIGNATURE, "es256")

    def test_oidcc_client_test_invalid_sig_hs256(self):
        self.assert_in(self.sign_in("hs256-secret", "hs256"))
        self.all_refused({"hs256-wrong": "bad signature", "hs256": "bad signature", "hs256-pem": "bad signature"}, BAD_SIGNATURE, "hs256")
        self.all_refused({"ok": "algorithm not allowed"}, BAD_SIGNATURE, "hs256")
        self.all_refused({"hs256-secret": "algorithm not allowed"}, BAD_SIGNATURE)

    def test_oidcc_client_test_form_post_error(self):
        for fault, text in {"cb-error": "sign in there first", "cb-denied": "she said no"}.items():
            self.assert_refused(self.sign_in(fault, "by-form", door=stage.FormPost), text, log="the provider says", called=[])
            self.assert_refused(self.sign_in(fault), text, log="the provider says", called=[])
        self.assert_in(self.sign_in(provider="by-form", door=stage.FormPost))

    def test_oidcc_client_test_invalid_athash(self):
        """Optional in the code flow; what is there must be right."""
        self.all_refused(dict.fromkeys(("badathash", "at-hash-null", "at-hash-empty", "at-hash-whole")), "Invalid access token")

    def test_oidcc_client_test_missing_athash(self):
        self.assert_in(self.sign_in("noathash"))
        self.all_refused({"nosubs": "sub is missing"}, "Invalid UserInfo sub")  # and userinfo without sub only where it is there

    def test_oidcc_client_test_invalid_chash(self):
        self.all_refused({"bad-c-hash": None}, "Incorrect id_token: c_hash")

    def test_oidcc_client_test_userinfo_signed(self):
        for fault in ("ui-signed", "ui-signed-bare", "ui-signed-audlist"):
            self.assert_in(self.sign_in(fault))
        both = ("token", "userinfo")
        self.all_refused({"ui-signed-badsig": "bad signature", "ui-signed-none": "no signature", "ui-signed-hs256": "algorithm not allowed",
                          "ui-signed-unkkid": "unknown key", "ui-signed-badiss": "iss is another issuer", "ui-encrypted": "not three parts",
                          "ui-signed-badaud": "aud does not name this client", "ui-signed-expired": "it has expired",
                          "ui-signed-garbage": "userinfo: jws"}, USERINFO, called=both)
        self.all_refused({"ui-signed-badsub": None}, "Invalid UserInfo sub", called=both)

    def test_oidcc_client_test_aggregated_claims(self):
        """Nothing of it is taken; it disturbs nobody."""
        self.assert_in(self.sign_in("aggregated"))

    def test_oidcc_client_test_distributed_claims(self):
        """Nothing is fetched from where somebody else says."""
        self.assert_in(self.sign_in("distributed", user="distributed"))
        self.assertEqual(self.called, ["token", "userinfo"])

    def test_tokens_of_another_kind_and_shape(self):
        self.all_refused({"typ-logout": "another kind", "typ-at": "another kind", "events": "it has events", "claims-list": "no JSON object",
                          "claims-deep": "no JSON object", "claims-latin1": "no JSON object"}, "Invalid id_token")
        self.all_refused({"crit": "crit or b64", "b64": "crit or b64", "kid-number": "kid is no string", "encrypted": "not three parts",
                          "dots": "more than 16 KiB", "huge": "more than 16 KiB", "jwk-inside": "unknown key", "es256-unlisted": "not allowed",
                          "idgarbage": "not base64url", "idgarbage2": "not three parts"}, BAD_SIGNATURE)
        self.all_refused(dict.fromkeys(("noidtoken", "null-id-token", "list-id-token")), "Missing id_token")
        self.all_refused(dict.fromkeys(("empty-token", "null-token", "list-token")), "Missing access_token")


class FrontChannel(LogoutPlan):
    def framed(self, device, **query):
        headers = {"Cookie": device.jar.header(), "Sec-Fetch-Dest": "iframe"}
        return self.client.get("/o/op/frontchannel-logout?" + urllib.parse.urlencode(query), headers=headers)

    def logged_out_by_frame(self):
        device, name = Device(self, self.new_user()), self.opened["op"].name
        for wrong in ({"iss": "https://evil.example", "sid": device.sid}, {"iss": name}, {"sid": device.sid}, {"iss": name, "sid": ""}):
            self.assertEqual((self.framed(device, **wrong).status, device.lives()), (400, True), wrong)
        reply = self.framed(device, iss=name, sid=device.sid)
        self.assertEqual((reply.status, device.lives()), (200, False), reply)

    def test_oidcc_client_test_rp_frontchannel_opinitlogout(self):
        self.logged_out_by_frame()

    def test_oidcc_client_test_rp_frontchannel_rpinitlogout(self):
        """After a logout here the frame finds nobody, and says so to nobody."""
        device = Device(self, self.new_user())
        self.log_out(device)
        self.assertEqual(self.framed(device, iss=self.opened["op"].name, sid=device.sid).status, 200)
        self.logged_out_by_frame()


if __name__ == "__main__":
    unittest.main()
