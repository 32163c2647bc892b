"""The negatives of the OpenID Foundation's client tests for the FAPI 2.0 security profile that concern the authorization response, the id_token
and the token answer, 19 modules. Redirect mode, where the answer comes straight from the provider, and the provider announces
`authorization_response_iss_parameter_supported` (RFC 9207)."""
import unittest

import stage
from basic_plan import BAD_SIGNATURE

ANNOUNCED = {"metadata": {"authorization_response_iss_parameter_supported": True}}
WRONG_ISSUER = {"reason": "the answer is another provider", "log": "iss of the callback is not the provider", "called": []}


class Fapi(stage.Plan):
    door = stage.Redirect
    issuers = {"op": (ANNOUNCED, {}), "mismatch": (ANNOUNCED, {}), "silent": ({}, {}), "alternate": ({}, {})}

    def all_refused(self, faults, **expected):
        for fault in faults:
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), **{"called": ["token"], **expected})
        self.assert_unharmed()

    def test_happy_path(self):
        self.assert_in(self.sign_in())

    def test_fapi2_security_profile_final_client_test_invalid_authorization_response_iss(self):
        """Nothing is called: a code of another provider must not be sent to this one."""
        self.all_refused(("cb-wrong-iss", "cb-iss-slash", "cb-error-wrong-iss"), **WRONG_ISSUER)
        self.assert_refused(self.sign_in("cb-wrong-iss", "silent"), **WRONG_ISSUER)  # where it is not announced, too
        self.assert_refused(self.sign_in("cb-wrong-iss", door=stage.Api), **WRONG_ISSUER)

    def test_fapi2_security_profile_final_client_test_remove_authorization_response_iss(self):
        self.all_refused(("cb-no-iss", "cb-empty-iss"), **WRONG_ISSUER)
        self.assert_in(self.sign_in(provider="silent"))

    def test_fapi2_security_profile_final_client_test_discovery_issuer_mismatch(self):
        self.opened["mismatch"].metadata["issuer"] = self.opened["op"].name
        self.begin_fails("mismatch", "it names the issuer")
        self.assertEqual(self.called, [".well-known/openid-configuration"])

    def test_fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_state_fails(self):
        self.all_refused(("cb-wrong-state", "cb-longer-state"), reason="Invalid state has been provided.", log="state unknown", called=[])

    def test_fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_missing_state_fails(self):
        self.all_refused(("cb-no-state",), reason="state", log="no state", called=[])

    def test_fapi2_security_profile_final_client_test_invalid_aud(self):
        self.all_refused(("badaud",), reason="Invalid audience")

    def test_fapi2_security_profile_final_client_test_invalid_secondary_aud(self):
        self.all_refused(("audlist",), reason="Incorrect id_token: azp", log="aud names others, azp is missing")
        self.all_refused(("badazp",), reason="Incorrect id_token: azp", log="azp is a client that is neither")

    def test_fapi2_security_profile_final_client_test_invalid_missing_aud(self):
        self.all_refused(("missing-aud", "aud-empty"), reason="Invalid audience")

    def test_fapi2_security_profile_final_client_test_invalid_iss(self):
        self.all_refused(("badiss", "iss-slash"), reason="Invalid issuer")
        self.all_refused(("iss-twice",), reason="Invalid id_token", log="claims are no JSON object")

    def test_fapi2_security_profile_final_client_test_invalid_missing_iss(self):
        self.all_refused(("missing-iss",), reason="Invalid issuer")

    def test_fapi2_security_profile_final_client_test_invalid_expired_exp(self):
        """Without leeway."""
        self.all_refused(("expired", "expired-now", "exp0"), reason="Signature has expired")

    def test_fapi2_security_profile_final_client_test_invalid_missing_exp(self):
        self.all_refused(("noexp", "exp-text"), reason="Incorrect id_token: exp")

    def test_fapi2_security_profile_final_client_test_invalid_nonce(self):
        self.all_refused(("badnonce",), reason="Incorrect id_token: nonce")

    def test_fapi2_security_profile_final_client_test_invalid_missing_nonce(self):
        self.all_refused(("nononce", "nonce-null"), reason="Incorrect id_token: nonce")

    def test_fapi2_security_profile_final_client_test_invalid_null_alg(self):
        self.all_refused(("null-alg", "none"), reason=BAD_SIGNATURE, log="no signature")
        self.all_refused(("none-signed",), reason=BAD_SIGNATURE, log="alg unknown, or none")

    def test_fapi2_security_profile_final_client_test_invalid_alternate_alg(self):
        """By a right key, and an algorithm that the provider does not name."""
        self.all_refused(("ps256", "hs256", "hs256-pem", "hs256-secret"), reason=BAD_SIGNATURE, log="algorithm not allowed")
        self.opened["alternate"].metadata["id_token_signing_alg_values_supported"] = ["PS256", "ES256"]
        self.assert_refused(self.sign_in("ok", "alternate"), BAD_SIGNATURE, log="algorithm not allowed", called=["token"])

    def test_fapi2_security_profile_final_client_test_token_type_case_insensitivity(self):
        for fault in ("token-type-upper", "token-type-mixed"):
            self.assert_in(self.sign_in(fault))
        for fault in ("token-type-dpop", "token-type-mac"):  # not asked for: nothing would prove possession
            self.assert_refused(self.sign_in(fault), "the token's type is not Bearer", called=["token"])

    def test_fapi2_security_profile_final_client_test_token_endpoint_response_without_expires_in(self):
        for fault in ("no-expires-in", "odd-expires-in", "negative-expires-in"):
            self.assert_in(self.sign_in(fault))

    def test_fapi2_security_profile_final_client_test_valid_aud_as_array(self):
        self.assert_in(self.sign_in("aud-array"))
        self.assert_in(self.sign_in("audlistazp"))


if __name__ == "__main__":
    unittest.main()
