"""The stand-in provider: plain OAuth 2 in GitHub's shape, in Facebook's, and OpenID Connect, on one loopback port, misbehaving when asked to.

`approve(authorization_url, "FAULT.USER")` is the person at the provider: it gives the parameters that the browser brings back. GET on an
authorize endpoint does the same over HTTP for the login that `default_login` names. Codes are single use; client, redirect_uri and PKCE
are checked as a strict provider does.
"""
import base64
import collections
import dataclasses
import functools
import hashlib
import hmac
import itertools
import json
import re
import threading
import time
import urllib.parse
import zlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from . import faults
from .http_server import Reply, Server

CLIENT, SECRET = "lab-client", "lab-secret-lab-secret-lab-secret-lab"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class SigningKey:
    def __init__(self, kid):
        self.kid, self.key = kid, rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self):
        public = self.key.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": number(public.n), "e": number(public.e)}

    def sign(self, signed_part):
        return self.key.sign(signed_part, padding.PKCS1v15(), hashes.SHA256())


@functools.cache
def first_key():
    """One for all providers of a test process: making it takes longer than most tests."""
    return SigningKey("key-1")


@dataclasses.dataclass
class Grant:
    """What the provider remembers of one approval."""
    login: str           # "FAULT.USER"
    kind: str            # the path prefix of its endpoints: "/login/oauth", "/fb", "/oidc"
    client: str
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    used: int = 0

    @property
    def fault(self):
        return self.login.partition(".")[0]

    @property
    def user(self):
        return self.login.partition(".")[2]


def uid(user):
    """u12 -> 1012; a name without a number has a hash of itself."""
    digits = re.fullmatch(r"[a-z]+(\d+)", user)
    return 1000 + int(digits[1]) if digits and user[0] == "u" else zlib.crc32(user.encode()) + 100_000


class Provider:
    def __init__(self, port=0):
        self.grants, self.tokens = {}, {}
        self.counter, self.lock = itertools.count(1), threading.Lock()
        self.seen = collections.deque(maxlen=200)   # Requests, newest last
        self.hits = collections.Counter()           # by path
        self.default_login = "ok.alice"
        self.keys = [first_key()]
        self.expires_in = None                      # of the next access tokens; with it come refresh tokens, each good once
        self.refresh_tokens = {}                    # those that are good
        self.refresh_answer = None                  # instead of a refreshed token
        self.refreshed = collections.Counter()      # by login
        self.revoked = []                           # what was posted to the revocation endpoints
        self.routes = {
            "/login/oauth/authorize": self.authorize, "/fb/v24.0/dialog/oauth": self.authorize, "/oidc/authorize": self.authorize,
            "/login/oauth/access_token": self.token, "/fb/token": self.token, "/oidc/token": self.token,
            "/api/user": self.github_user, "/api/user/emails": self.github_emails, "/fb/me": self.facebook_user,
            "/oidc/userinfo": self.userinfo, "/oidc/jwks": self.jwks,
            "/api/tokeninfo": self.tokeninfo, "/login/oauth/revoke": self.revoke, "/oidc/revoke": self.revoke, "/oidc/.well-known/openid-configuration": self.discovery,
        }
        self.server = Server(self.handle, port)
        self.base = f"http://127.0.0.1:{self.server.port}"
        self.issuer = self.base + "/oidc"

    def stop(self):
        self.server.stop()

    def rotate(self, keep_old=True):
        """A new signing key; the old ones stay published or not."""
        self.keys = [SigningKey(f"key-{next(self.counter)}-new"), *(self.keys if keep_old else [])]

    def handle(self, request):
        self.seen.append(request)
        self.hits[request.path] += 1
        route = self.routes.get(request.path)
        return route(request) if route else faults.as_json({"message": "no such page"}, 404)

    # ---- the person --------------------------------------------------------------------------------------------------------------
    def approve(self, authorization_url, login):
        """{"code": ..., "state": ...}, as the redirect back would carry them."""
        url = urllib.parse.urlsplit(authorization_url)
        asked = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        grant = Grant(login, url.path.rsplit("/", 1)[0], asked.get("client_id", ""), asked.get("redirect_uri", ""),
                      asked.get("code_challenge", ""), asked.get("nonce", ""), asked.get("scope", ""))
        with self.lock:
            code = f"{login}.{next(self.counter)}"
            self.grants[code] = grant
        return {"code": code, "state": asked.get("state", "")}

    def authorize(self, request):
        asked = request.params()
        if asked.get("client_id") != CLIENT or not asked.get("redirect_uri") or asked.get("code_challenge_method", "S256") != "S256":
            return faults.as_json({"error": "invalid_request"}, 400)
        back = urllib.parse.urlencode(self.approve(f"{self.base}{request.path}?{request.query}", self.default_login))
        joint = "&" if "?" in asked["redirect_uri"] else "?"
        return Reply(302, headers={"Location": asked["redirect_uri"] + joint + back})

    # ---- token endpoint ------------------------------------------------------------------------------------------------------------
    def token(self, request):
        form = request.form()
        if form.get("grant_type") == "refresh_token":
            return self.refresh(request, form)
        grant = self.grants.get(form.get("code", ""))
        if grant is None:
            return faults.TOKEN["t400"]
        with self.lock:
            grant.used += 1
            used = grant.used
        if grant.fault in faults.TOKEN:
            return faults.TOKEN[grant.fault]
        if not self.client_is_known(request, form):
            return faults.as_json({"error": "invalid_client"}, 401)
        verified = not grant.challenge or hmac.compare_digest(
            grant.challenge, b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest()))
        if used > 1 or not verified or form.get("grant_type") != "authorization_code" or form.get("redirect_uri") != grant.redirect_uri:
            return faults.TOKEN["t400"]
        access = ("at_" if grant.nonce else "gho_") + form["code"]
        self.tokens[access] = grant
        answer = {"access_token": access, "token_type": "bearer", "scope": grant.scope}
        if request.path.startswith("/oidc/") and grant.fault != "noidtoken":
            answer["id_token"] = self.id_token(grant, access)
        self.add_refresh_token(grant, answer)
        return faults.as_json(answer)

    def add_refresh_token(self, grant, answer):
        if self.expires_in is not None:
            token = f"rt_{grant.login}.{next(self.counter)}"
            self.refresh_tokens[token] = grant
            answer.update(expires_in=self.expires_in, refresh_token=token)

    def refresh(self, request, form):
        with self.lock:
            grant = self.refresh_tokens.pop(form.get("refresh_token", ""), None)
            self.refreshed[grant.login if grant else ""] += 1
        if self.refresh_answer is not None:
            return self.refresh_answer
        if grant is None or not self.client_is_known(request, form):
            return faults.as_json({"error": "invalid_grant"}, 400)
        access = f"at_{grant.login}.refreshed.{next(self.counter)}"
        self.tokens[access] = grant
        answer = {"access_token": access, "token_type": "bearer"}
        if request.path.startswith("/oidc/"):
            answer["id_token"] = self.id_token(grant, access)
        self.add_refresh_token(grant, answer)
        return faults.as_json(answer)

    def revoke(self, request):
        self.revoked.append(request.form())
        return Reply(200)

    # ---- apps ----------------------------------------------------------------------------------------------------------------------
    def sdk(self, login, client=CLIENT, nonce=""):
        """(id_token, access_token), as an SDK gives them to an app of that client."""
        grant = Grant(login, "/oidc", client, "", "", nonce, "openid")
        access = f"sdk_{login}.{next(self.counter)}"
        self.tokens[access] = grant
        return self.id_token(grant, access), access

    def tokeninfo(self, request):
        """In Google's shape."""
        grant = self.tokens.get(request.params().get("access_token", ""))
        if grant is None:
            return faults.as_json({"error": "invalid_token"}, 400)
        return faults.as_json({"aud": grant.client, "sub": str(uid(grant.user)), "exp": str(int(time.time()) + 600)})

    def client_is_known(self, request, form):
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            client, _, secret = base64.b64decode(value).decode().partition(":")
            return (urllib.parse.unquote(client), urllib.parse.unquote(secret)) == (CLIENT, SECRET) and "client_secret" not in form
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)

    def id_token(self, grant, access):
        if grant.fault in ("idgarbage", "idgarbage2"):
            return "garbage.garbage.garbage" if grant.fault == "idgarbage" else "garbage"
        now, key = int(time.time()), self.keys[0]
        claims = {"iss": self.issuer, "sub": f"sub-{grant.user}", "aud": grant.client, "iat": now, "exp": now + 600, "nonce": grant.nonce,
                  "at_hash": b64(hashlib.sha256(access.encode()).digest()[:16])}
        if not grant.nonce:
            del claims["nonce"]
        faults.CLAIMS.get(grant.fault, lambda _: None)(claims)
        header = {"alg": {"none": "none", "hs256": "HS256"}.get(grant.fault, "RS256"), "typ": "JWT",
                  "kid": "nobody-knows" if grant.fault == "unkkid" else key.kid}
        if grant.fault == "nokid":
            del header["kid"]
        signed_part = b".".join(b64(json.dumps(part).encode()).encode() for part in (header, claims))
        signature = {"none": lambda: b"", "badsig": lambda: b"\0" * 256,
                     "hs256": lambda: hmac.digest(key.jwk()["n"].encode(), signed_part, "sha256")}.get(grant.fault, lambda: key.sign(signed_part))()
        return f"{signed_part.decode()}.{b64(signature)}"

    # ---- user endpoints ------------------------------------------------------------------------------------------------------------
    def bearer(self, request, *schemes):
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        return self.tokens.get(value) if scheme.lower() in schemes else None

    def github_user(self, request):
        grant = self.bearer(request, "token", "bearer")
        if grant is None:
            return faults.USER["u401"]
        if grant.fault in faults.USER:
            return faults.USER[grant.fault]
        user = {"login": grant.user, "id": uid(grant.user), "name": f"Name {grant.user} Lastname", "email": f"{grant.user}@x.test"}
        faults.PROFILE.get(grant.fault, lambda _: None)(user)
        return faults.as_json(user)

    def github_emails(self, request):
        grant = self.bearer(request, "token", "bearer")
        if grant is None:
            return faults.USER["u401"]
        if grant.fault == "noemail":
            return faults.as_json([])
        return faults.as_json([{"email": f"{grant.user}@x.test", "primary": True, "verified": True}])

    def facebook_user(self, request):
        grant = self.tokens.get(request.params().get("access_token", "")) or self.bearer(request, "bearer")
        if grant is None:
            return faults.USER["u401"]
        return faults.as_json({"id": str(uid(grant.user)), "name": f"Name {grant.user} Lastname", "email": f"{grant.user}@x.test"})

    def userinfo(self, request):
        grant = self.bearer(request, "bearer")
        if grant is None:
            return faults.USER["u401"]
        if grant.fault in faults.USER:
            return faults.USER[grant.fault]
        user = {"sub": f"sub-{grant.user}", "preferred_username": grant.user, "name": f"Name {grant.user} Lastname",
                "email": f"{grant.user}@x.test", "email_verified": True}
        faults.USERINFO.get(grant.fault, lambda _: None)(user)
        return faults.as_json(user)

    # ---- documents -----------------------------------------------------------------------------------------------------------------
    def jwks(self, _request):
        return faults.as_json({"keys": [key.jwk() for key in self.keys]})

    def discovery(self, _request):
        return faults.as_json({
            "issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize", "token_endpoint": self.issuer + "/token",
            "userinfo_endpoint": self.issuer + "/userinfo", "jwks_uri": self.issuer + "/jwks",
            "revocation_endpoint": self.issuer + "/revoke", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"], "scopes_supported": ["openid", "profile", "email"],
        })
