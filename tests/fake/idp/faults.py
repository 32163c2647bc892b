"""What a provider can get wrong, by the name that a login asks for ("t500.u12": fault t500 for user u12). Many are rows of the recording of
djoser in tests/data/wire: t.. at the token endpoint, u.. at the user endpoint, the OpenID names in the id_token. How tokens are signed
wrongly is in signatures.py, what happens on the way in transport.py."""
import json

from .http_server import Reply


def as_json(value, status=200):
    return Reply(status, json.dumps(value).encode())


HTML = Reply(200, b"<html><body>Down for maintenance</body></html>", "text/html")

# Instead of a token answer.
TOKEN = {
    "t400": as_json({"error": "invalid_grant", "error_description": "the code is not good"}, 400),
    "t200err": as_json({"error": "bad_verification_code", "error_description": "The code passed is incorrect or expired."}),
    "t200denied": as_json({"error": "access_denied"}),
    "t401": as_json({"error": "invalid_client"}, 401),
    "t403": as_json({"error": "forbidden"}, 403),
    "t404": as_json({"error": "not found"}, 404),
    "t429": Reply(429, b'{"error":"slow down"}', headers={"Retry-After": "60"}),
    "t500": as_json({"error": "oops"}, 500),
    "t502html": Reply(502, b"<html>bad gateway</html>", "text/html"),
    "t503": Reply(503, b"", headers={"Retry-After": "60"}),
    "thtml": HTML,
    "tgarbage": Reply(200, b'{"access_token": nonsense}'),
    "tbin": Reply(200, bytes(range(1, 256)), "application/octet-stream"),
    "tempty": Reply(200),
    "tlist": as_json([]),
    "tnull": as_json(None),
    "tnotoken": as_json({"token_type": "bearer"}),
    "tclose": Reply(close=True),
    "tredirect": Reply(302, headers={"Location": "/elsewhere"}),
    "tform": Reply(200, b"access_token=gho_form&token_type=bearer", "application/x-www-form-urlencoded"),
    "tpartial": Reply(200, b'{"acces'),
    "thang": Reply(hang=True),
    "tbig": Reply(200, b'{"access_token":"' + b"x" * (3 << 20) + b'"}'),
    "tdeep": Reply(200, b"[" * 100_000),
}

# Instead of a user answer.
USER = {
    "u401": as_json({"message": "Bad credentials"}, 401),
    "u403": as_json({"message": "Forbidden"}, 403),
    "u500": as_json({"message": "oops"}, 500),
    "uhtml": HTML,
    "uclose": Reply(close=True),
    "unull": as_json(None),
    "ulist": as_json([]),
    "uhang": Reply(hang=True),
    "ubig": Reply(200, b'{"id":1,"login":"' + b"x" * (3 << 20) + b'"}'),
}


def without(*names):
    def change(values):
        for name in names:
            values.pop(name, None)
    return change


def having(**more):
    def change(values):
        values.update({k: v(values) if callable(v) else v for k, v in more.items()})
    return change


# Changes to an otherwise good user answer.
PROFILE = {
    "unoid": lambda user: user.update(id=None, login="unoid"),
    "unoid2": lambda user: (user.pop("id"), user.update(login="unoid")),
    "nologin": without("login"),
    "noname": without("name"),
    "noemail": without("email"),
    "sameemail": having(email="u1@x.test"),
}

# Changes to the claims of an otherwise good id_token. `now` is its iat.
CLAIMS = {
    "badaud": having(aud="somebody-else"),
    "audlist": having(aud=lambda c: [c["aud"], "other-client"]),
    "audlistazp": having(aud=lambda c: [c["aud"], "other-client"], azp=lambda c: c["aud"]),
    "badazp": having(azp="somebody-else"),
    "badiss": having(iss="https://evil.test"),
    "badnonce": having(nonce="of-another-login"),
    "nononce": without("nonce"),
    "expired": having(exp=lambda c: c["iat"] - 1000),
    "exp0": having(exp=0),
    "noexp": without("exp"),
    "noiat": without("iat"),
    "oldiat": having(iat=lambda c: c["iat"] - 7200),
    "futiat": having(iat=lambda c: c["iat"] + 3600),
    "nbf": having(nbf=lambda c: c["iat"] + 3600),
    "badathash": having(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "noathash": without("at_hash"),
    "nosub": without("sub"),
    "nosubs": without("sub"),
    "twomails": having(email="own@x.test", email_verified=True),
    "missing-iss": without("iss"),
    "missing-aud": without("aud"),
    "aud-array": having(aud=lambda c: [c["aud"]]),
    "aud-empty": having(aud=lambda _: []),
    "aud-object": having(aud=lambda c: {"0": c["aud"]}),
    "expired-now": having(exp=lambda c: c["iat"]),
    "exp-text": having(exp=lambda c: str(c["exp"])),
    "iat-text": having(iat=lambda c: str(c["iat"])),
    "at-hash-null": having(at_hash=None),
    "at-hash-empty": having(at_hash=""),
    "at-hash-whole": having(at_hash=lambda c: c["at_hash"] + "A" * 21),
    "bad-c-hash": having(c_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "sub-empty": having(sub=""),
    "sub-number": having(sub=1007),
    "sub-long": having(sub="x" * 256),
    "badsub": having(sub="sub-of-somebody-else"),
    "iss-slash": having(iss=lambda c: c["iss"] + "/"),
    "nonce-null": having(nonce=None),
    "events": having(events={"http://schemas.openid.net/event/backchannel-logout": {}}),
}

# Changes to an otherwise good userinfo answer.
USERINFO = {
    "uibadsub": having(sub="sub-of-somebody-else"),
    "twomails": lambda user: (user.pop("email_verified"), user.update(email="u1@x.test")),
    "unverified": having(email="u1@x.test", email_verified=False),
    "verified": having(email="u1@x.test"),
    "nosubs": without("sub"),
    "aggregated": having(_claim_names=lambda _: {"address": "src1"}, _claim_sources=lambda _: {"src1": {"JWT": "e30.e30.e30"}}),
    "distributed": having(_claim_names=lambda _: {"email": "src1"}, _claim_sources=lambda _: {
        "src1": {"endpoint": "http://127.0.0.1:9/claims", "access_token": "of-somebody"}}),
    "ui-sub-number": having(sub=1007),
    "ui-sub-null": having(sub=None),
}

# Changes to an otherwise good token answer.
ANSWER = {
    "token-type-upper": having(token_type="BEARER"),
    "token-type-mixed": having(token_type="bEaReR"),
    "token-type-dpop": having(token_type="DPoP"),
    "token-type-mac": having(token_type="mac"),
    "token-type-missing": without("token_type"),
    "no-expires-in": without("expires_in"),
    "odd-expires-in": having(expires_in="soon"),
    "negative-expires-in": having(expires_in=-1),
    "empty-token": having(access_token=""),
    "null-token": having(access_token=None),
    "list-token": having(access_token=lambda a: [a["access_token"]]),
    "null-id-token": having(id_token=None),
    "list-id-token": having(id_token=lambda a: [a["id_token"]]),
}

# Changes to what the browser brings back.
CALLBACK = {
    "cb-wrong-iss": having(iss="https://evil.test"),
    "cb-no-iss": without("iss"),
    "cb-empty-iss": having(iss=""),
    "cb-iss-slash": having(iss=lambda back: back.get("iss", "") + "/"),
    "cb-no-state": without("state"),
    "cb-wrong-state": having(state="of-another-flow"),
    "cb-longer-state": having(state=lambda back: back["state"] + "A"),
    "cb-no-code": without("code"),
    "cb-empty-code": having(code=""),
    "cb-error": lambda back: (back.pop("code"), back.update(error="login_required", error_description="sign in there first")),
    "cb-error-wrong-iss": lambda back: (
        back.pop("code"), back.update(error="server_error", error_description="call 555", iss="https://evil.test")),
    "cb-denied": lambda back: (back.pop("code"), back.update(error="access_denied", error_description="she said no")),
}
