"""One OpenID issuer of the stand-in provider: its keys, documents, tokens, and what happened there."""
import hashlib
import itertools
import time
import urllib.parse

from . import faults, keys, signatures, transport
from .http_server import Reply

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PAGE = """<!doctype html><title>Back</title><form method="post" action="{}">{}<button>Go on</button></form>"""


def left_half(alg, text):
    """at_hash and c_hash (OIDC Core 3.1.3.6)."""
    digest = hashlib.new("sha512" if alg == "EdDSA" else "sha" + alg[2:5], text.encode()).digest()
    return keys.b64(digest[:len(digest) // 2])


class Issuer:
    """Below `path` of the provider. `discovery` and `jwks` are kinds of transport.WAYS, `metadata` is laid over the document (None leaves a
    member out), `jwks_of` makes what is published of the JWKs. `sids` = its id_tokens name sessions."""

    def __init__(self, base, path, signing=None, metadata=None, discovery=None, jwks=None, jwks_of=None, sids=False):
        self.base, self.path, self.name = base, path, base + path
        self.keys = list(signing or [keys.make()])
        self.metadata, self.jwks_of, self.sids = dict(metadata or {}), jwks_of, sids
        self.spoiled = {"discovery": discovery, "jwks": jwks}
        self.next_key = None                 # taken between the authorization request and the id_token, in the place of all others
        self.logout_state = "same"           # what end_session brings back: same, none, other
        self.logged_out = []                 # the parameters of calls of end_session
        self.counter = itertools.count(1)

    def rotate(self, keep_old=True, key=None):
        """A new signing key; the old ones stay published or not."""
        new = key or keys.SigningKey(f"key-{next(self.counter)}-new", self.keys[0].alg)
        self.keys = [new, *(self.keys if keep_old else [])]

    # ---- documents -----------------------------------------------------------------------------------------------------------------
    def discovery(self, _request=None):
        document = {
            "issuer": self.name, "authorization_endpoint": self.name + "/authorize", "token_endpoint": self.name + "/token",
            "userinfo_endpoint": self.name + "/userinfo", "jwks_uri": self.name + "/jwks",
            "revocation_endpoint": self.name + "/revoke", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": sorted({key.alg for key in self.keys}),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"], "scopes_supported": ["openid", "profile", "email"], **self.metadata,
        }
        whole = {name: value for name, value in document.items() if value is not None}
        return transport.spoiled(faults.as_json(whole), self.spoiled["discovery"])

    def jwks(self, _request=None):
        published = [key.jwk() for key in self.keys]
        return transport.spoiled(faults.as_json({"keys": self.jwks_of(published) if self.jwks_of else published}), self.spoiled["jwks"])

    # ---- tokens --------------------------------------------------------------------------------------------------------------------
    def id_token(self, grant, access, fault=None):
        fault = grant.fault if fault is None else fault
        if self.next_key is not None:
            self.rotate(keep_old=False, key=self.next_key)
            self.next_key = None
        now = int(time.time())
        claims = {"iss": self.name, "sub": f"sub-{grant.user}", "aud": grant.client, "iat": now, "exp": now + 600, "nonce": grant.nonce,
                  "at_hash": left_half(self.keys[0].alg, access)}
        if not grant.nonce:
            del claims["nonce"]
        if self.sids:
            claims["sid"] = grant.sid
        faults.CLAIMS.get(fault, lambda _: None)(claims)
        return signatures.sign(self, claims, fault)

    def userinfo(self, grant):
        user = {"sub": f"sub-{grant.user}", "preferred_username": grant.user, "name": f"Name {grant.user} Lastname",
                "email": f"{grant.user}@x.test", "email_verified": True}
        faults.USERINFO.get(grant.fault, lambda _: None)(user)
        if grant.fault in signatures.USERINFO:
            return Reply(200, signatures.USERINFO[grant.fault](self, user).encode(), "application/jwt")
        return faults.as_json(user)

    def logout_token(self, user="", sid="", fault="", **changes):
        """Back-Channel Logout 1.0 2.4; None leaves a claim out. `fault` is one of signatures.WAYS."""
        now = int(time.time())
        claims = {"iss": self.name, "aud": signatures.CLIENT, "iat": now, "exp": now + 120, "jti": f"logout-{next(self.counter)}",
                  "events": {EVENT: {}}, "sub": f"sub-{user}" if user else None, "sid": sid or None, **changes}
        return signatures.sign(self, {name: value for name, value in claims.items() if value is not None}, fault)

    # ---- logout --------------------------------------------------------------------------------------------------------------------
    def end_session(self, request):
        """RP-Initiated Logout 1.0: back to where the client asked to be sent."""
        asked = request.params()
        self.logged_out.append(asked)
        states = {"same": {"state": asked.get("state", "")}, "none": {}, "other": {"state": "of-somebody-else"}}
        target = asked.get("post_logout_redirect_uri", "")
        back = urllib.parse.urlencode(states[self.logout_state])
        return Reply(302, headers={"Location": target + ("?" + back if back else "")})

    def initiation(self, login_url, **parameters):
        """The address that another site sends a browser to (OIDC Core 4)."""
        return login_url + "?" + urllib.parse.urlencode({"iss": self.name, **parameters})
