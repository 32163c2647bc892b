"""How a token can be signed, properly and otherwise, by the name of the fault. Each way is a function (issuer, header, claims) -> token."""
import json

from . import keys

CLIENT, SECRET = "lab-client", "lab-secret-lab-secret-lab-secret-lab"


def header_of(issuer, **changes):
    key = issuer.keys[0]
    header = {"alg": key.alg, "typ": "JWT", "kid": key.kid, **changes}
    return {name: value for name, value in header.items() if value is not None}


def properly(issuer, claims, **header):
    return keys.compact(header_of(issuer, **header), claims, issuer.keys[0].sign)


def with_header(**changes):
    return lambda issuer, claims: properly(issuer, claims, **changes)


def with_signature(make, **changes):
    """`make(issuer, signed_part)` in the place of the signature."""
    return lambda issuer, claims: keys.compact(header_of(issuer, **changes), claims, lambda part: make(issuer, part))


def encrypted(issuer, claims):
    """The shape of a JWE: five parts."""
    header = keys.b64(json.dumps({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": issuer.keys[0].kid}).encode())
    return ".".join((header, keys.b64(b"k" * 256), keys.b64(b"i" * 12), keys.b64(json.dumps(claims).encode()), keys.b64(b"t" * 16)))


def twice(text, member, value):
    """The same member once more, first."""
    return "{" + json.dumps(member) + ": " + json.dumps(value) + ", " + text[1:]


WAYS = {
    "none": with_signature(lambda *_: b"", alg="none"),
    "null-alg": with_signature(lambda *_: b"", alg="none", typ=None, kid=None),
    "none-signed": with_signature(lambda issuer, part: issuer.keys[0].sign(part), alg="none"),
    "None": with_signature(lambda *_: b"", alg="nOnE"),
    "badsig": with_signature(lambda *_: b"\0" * 256),
    "flipped": with_signature(lambda issuer, part: issuer.keys[0].sign(part + b"x")),
    "nosig": with_signature(lambda *_: b""),
    "hs256": with_signature(lambda issuer, part: keys.mac(issuer.keys[0].jwk().get("n", "").encode(), part), alg="HS256"),
    "hs256-pem": with_signature(lambda issuer, part: keys.mac(issuer.keys[0].pem(), part), alg="HS256"),
    "hs256-secret": with_signature(lambda _, part: keys.mac(SECRET.encode(), part), alg="HS256"),
    "hs256-wrong": with_signature(lambda _, part: keys.mac(b"another secret of more than 32 bytes", part), alg="HS256"),
    "ps256": with_signature(lambda issuer, part: issuer.keys[0].sign(part, "PS256"), alg="PS256"),
    "es256-unlisted": with_signature(lambda _, part: keys.make("ES256", "unlisted").sign(part), alg="ES256", kid="unlisted"),
    "otherkey": with_signature(lambda issuer, part: keys.make("RS256", "not-theirs").sign(part)),
    "jwk-inside": lambda issuer, claims: keys.compact(header_of(issuer, kid="inside", jwk=keys.make("RS256", "not-theirs").jwk()), claims,
                                                      keys.make("RS256", "not-theirs").sign),
    "unkkid": with_header(kid="nobody-knows"),
    "nokid": with_header(kid=None),
    "kid-number": with_header(kid=7),
    "crit": with_header(crit=["exp"]),
    "b64": with_header(b64=False),
    "typ-logout": with_header(typ="logout+jwt"),
    "typ-at": with_header(typ="at+jwt"),
    "encrypted": encrypted,
    "idgarbage": lambda *_: "garbage.garbage.garbage",
    "idgarbage2": lambda *_: "garbage",
    "dots": lambda *_: "." * 100_000,
    "huge": lambda issuer, claims: properly(issuer, {**claims, "padding": "x" * 60_000}),
    "iss-twice": lambda issuer, claims: properly(issuer, twice(json.dumps(claims), "iss", "https://evil.test")),
    "claims-list": lambda issuer, claims: properly(issuer, [claims]),
    "claims-deep": lambda issuer, claims: properly(issuer, json.dumps(claims)[:-1] + ', "deep": ' + "[" * 2000 + "]" * 2000 + "}"),
    "claims-latin1": lambda issuer, claims: properly(issuer, json.dumps({**claims, "name": "NAME"}).encode().replace(b"NAME", b"Zo\xeb")),
}


def sign(issuer, claims, fault=""):
    return WAYS.get(fault, properly)(issuer, claims)


def userinfo(way="", **changes):
    """Signed userinfo (OIDC Core 5.3.2): claims with iss and aud, changed; None leaves one out."""
    def make(issuer, user):
        claims = {"iss": issuer.name, "aud": CLIENT, **user, **changes}
        return sign(issuer, {name: value for name, value in claims.items() if value is not None}, way)
    return make


USERINFO = {
    "ui-signed": userinfo(), "ui-signed-bare": userinfo(iss=None, aud=None), "ui-signed-badsig": userinfo("badsig"),
    "ui-signed-none": userinfo("none"), "ui-signed-hs256": userinfo("hs256"), "ui-signed-unkkid": userinfo("unkkid"),
    "ui-signed-badiss": userinfo(iss="https://evil.test"), "ui-signed-badaud": userinfo(aud="somebody-else"),
    "ui-signed-audlist": userinfo(aud=["somebody-else", CLIENT]), "ui-signed-badsub": userinfo(sub="sub-of-somebody-else"),
    "ui-signed-nosub": userinfo(sub=None), "ui-signed-expired": userinfo(exp=1_600_000_000), "ui-encrypted": userinfo("encrypted"),
    "ui-signed-garbage": userinfo("idgarbage"),
}
