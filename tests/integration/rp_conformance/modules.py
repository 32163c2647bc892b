"""The modules of the OpenID Foundation's relying-party test plans, by plan and file (of this folder, or fapi_provider_test beside it), and those that
cannot apply.
A name is a module's without `oidcc-client-test-` or `fapi2-security-profile-final-client-test-`."""

BASIC = """nonce-invalid scope-userinfo-claims client-secret-basic kid-absent-single-jwks kid-absent-multiple-jwks idtoken-sig-rs256
idtoken-sig-none invalid-sig-rs256 invalid-iss missing-sub invalid-aud missing-iat userinfo-bearer-header userinfo-bearer-body
userinfo-invalid-sub"""
BACK = "rp-backchannel-rpinitlogout"


def names(text, prefix="oidcc-client-test"):
    return [f"{prefix}-{name}" for name in text.split()]


# plan -> (file, its modules)
PLANS = {
    "Basic": ("basic_test", ["oidcc-client-test", *names(BASIC)]),
    "Form-Post Basic": ("form_post_basic_test", ["oidcc-client-test", *names(BASIC)]),
    "Config": ("config_test", names("discovery-openid-config discovery-jwks-uri-keys discovery-issuer-mismatch idtoken-sig-none "
                                    "signing-key-rotation signing-key-rotation-just-before-signing")),
    "Refresh": ("refresh_test", names("refresh-token refresh-token-invalid-issuer refresh-token-invalid-sub")),
    "3rd-party-initiated login": ("third_party_test", names("3rd-party-init-login")),
    "RP-Initiated Logout": ("rp_initiated_logout_test", names("rp-init-logout rp-init-logout-no-state rp-init-logout-other-state")),
    "Back-Channel Logout": ("back_channel_test", names(" ".join(
        [BACK, *(f"{BACK}-{fault}" for fault in "alg-none wrong-alg wrong-aud wrong-iss no-event wrong-event with-nonce".split())]))),
    "Front-Channel Logout": ("comprehensive_test", names("rp-frontchannel-rpinitlogout rp-frontchannel-opinitlogout")),
    "Comprehensive, Dynamic, Hybrid": ("comprehensive_test", names(
        "missing-aud invalid-sig-es256 invalid-sig-hs256 form-post-error aggregated-claims distributed-claims userinfo-signed invalid-athash "
        "missing-athash invalid-chash")),
    "FAPI 2.0 client": ("fapi_negatives_test", names(
        "invalid-authorization-response-iss remove-authorization-response-iss discovery-issuer-mismatch "
        "ensure-authorization-response-with-invalid-state-fails ensure-authorization-response-with-invalid-missing-state-fails "
        "invalid-aud invalid-secondary-aud invalid-missing-aud invalid-iss invalid-missing-iss invalid-expired-exp invalid-missing-exp "
        "invalid-nonce invalid-missing-nonce invalid-null-alg invalid-alternate-alg token-type-case-insensitivity "
        "token-endpoint-response-without-expires_in valid-aud-as-array", "fapi2-security-profile-final-client-test")),
    "FAPI 2.0 client with keys and certificates": ("fapi_provider_test", [*names("mtls-endpoint-aliases"), *names(
        "happy-path happy-path-no-dpop-nonce happy-path-no-mtls-endpoint-aliases rs-dpop-auth-scheme-case-insensitivity "
        "ensure-jarm-without-iss-fails ensure-jarm-with-invalid-iss-fails ensure-jarm-without-aud-fails ensure-jarm-with-invalid-aud-fails "
        "ensure-jarm-without-exp-fails ensure-jarm-with-expired-exp-fails ensure-jarm-with-invalid-sig-fails",
        "fapi2-security-profile-final-client-test")]),
}

# Those that no client of the code flow with a configured client id can meet; DEVELOPMENT.md says why.
NOT_APPLICABLE = names("missing-chash nonce-unless-code-flow discovery-webfinger-acct discovery-webfinger-url dynamic-registration "
                       "request-uri-signed-none request-uri-signed-rs256 session-management")


def test_name(module):
    return "test_" + module.replace("-", "_")
