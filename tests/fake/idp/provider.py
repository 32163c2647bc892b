"""The stand-in provider: plain OAuth 2 in GitHub's shape, in Facebook's, and OpenID Connect, on one loopback port, misbehaving when asked to.

`approve(authorization_url, "FAULT.USER")` is the person at the provider: it gives the parameters that the browser brings back. GET on an
authorize endpoint does the same over HTTP for the login that `default_login` names. Codes are single use; client, redirect_uri and PKCE
are checked as a strict provider does. The package's docstring says how a fault is chosen.
"""
import base64
import collections
import dataclasses
import hashlib
import hmac
import html
import itertools
import re
import threading
import time
import urllib.parse
import zlib

from . import faults, transport
from .http_server import Reply, Server
from .issuer import PAGE, Issuer
from .keys import b64
from .signatures import CLIENT, SECRET

OPENID = re.compile(r"(/oidc(?:~[a-z0-9-]+)?)/(.+)")


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
    sid: str = ""
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
    """`tls` = a folder with cert.pem and key.pem, which are for localhost."""

    def __init__(self, port=0, tls=None):
        self.grants, self.tokens = {}, {}
        self.counter, self.lock = itertools.count(1), threading.Lock()
        self.seen = collections.deque(maxlen=200)   # Requests, newest last
        self.hits = collections.Counter()           # by path
        self.default_login = "ok.alice"
        self.expires_in = None                      # of the next access tokens; with it come refresh tokens, each good once
        self.refresh_tokens = {}                    # those that are good
        self.refresh_answer = None                  # instead of a refreshed token
        self.refreshed = collections.Counter()      # by login
        self.revoked = []                           # what was posted to the revocation endpoints
        self.routes = {
            "/login/oauth/authorize": self.authorize, "/fb/v24.0/dialog/oauth": self.authorize,
            "/login/oauth/access_token": self.token, "/fb/token": self.token,
            "/api/user": self.github_user, "/api/user/emails": self.github_emails, "/fb/me": self.facebook_user,
            "/api/tokeninfo": self.tokeninfo, "/login/oauth/revoke": self.revoke,
        }
        self.server = Server(self.handle, port, tls)
        self.base = f"http://127.0.0.1:{self.server.port}" if tls is None else f"https://localhost:{self.server.port}"
        self.issuers = {}
        self.issuer = self.open("").name

    def open(self, name, **more):
        """Another issuer, at BASE/oidc~NAME; `more` as Issuer has it."""
        path = "/oidc" + ("~" + name if name else "")
        self.issuers[path] = Issuer(self.base, path, sids=bool(name), **more)
        return self.issuers[path]

    def stop(self):
        self.server.stop()

    def rotate(self, keep_old=True):
        """A new signing key; the old ones stay published or not."""
        self.issuers["/oidc"].rotate(keep_old)

    def called(self, issuer):
        """The endpoints of that issuer that were called, in order."""
        return [r.path.removeprefix(issuer.path + "/") for r in self.seen if r.path.startswith(issuer.path + "/")]

    def handle(self, request):
        self.seen.append(request)
        self.hits[request.path] += 1
        route = self.routes.get(request.path) or self.openid_route(request.path)
        return route(request) if route else faults.as_json({"message": "no such page"}, 404)

    def openid_route(self, path):
        found = OPENID.fullmatch(path)
        issuer = self.issuers.get(found[1]) if found else None
        if issuer is None:
            return None
        return {"authorize": self.authorize, "token": self.token, "userinfo": self.userinfo, "revoke": self.revoke, "jwks": issuer.jwks,
                ".well-known/openid-configuration": issuer.discovery, "session/end": issuer.end_session}.get(found[2])

    def issuer_of(self, grant):
        """Whose userinfo answers: djoser's Google asks for it with a token of plain OAuth 2."""
        return self.issuers.get(grant.kind, self.issuers["/oidc"])

    # ---- the person --------------------------------------------------------------------------------------------------------------
    def approve(self, authorization_url, login):
        """{"code": ..., "state": ...}, as the redirect back would carry them."""
        url = urllib.parse.urlsplit(authorization_url)
        asked = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        grant = Grant(login, url.path.rsplit("/", 1)[0], asked.get("client_id", ""), asked.get("redirect_uri", ""),
                      asked.get("code_challenge", ""), asked.get("nonce", ""), asked.get("scope", ""))
        with self.lock:
            count = next(self.counter)
            code, grant.sid = f"{login}.{count}", f"sid-{grant.user}-{count}"
            self.grants[code] = grant
        back = {"code": code, "state": asked.get("state", "")}
        issuer = self.issuers.get(grant.kind)
        if issuer and issuer.metadata.get("authorization_response_iss_parameter_supported"):
            back["iss"] = issuer.name
        faults.CALLBACK.get(grant.fault, lambda _: None)(back)
        return back

    def authorize(self, request):
        asked = request.params()
        if asked.get("client_id") != CLIENT or not asked.get("redirect_uri") or asked.get("code_challenge_method", "S256") != "S256":
            return faults.as_json({"error": "invalid_request"}, 400)
        back = self.approve(f"{self.base}{request.path}?{request.query}", self.default_login)
        if asked.get("response_mode") == "form_post":
            fields = "".join(f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in back.items())
            return Reply(200, PAGE.format(html.escape(asked["redirect_uri"]), fields).encode(), "text/html")
        joint = "&" if "?" in asked["redirect_uri"] else "?"
        return Reply(302, headers={"Location": asked["redirect_uri"] + joint + urllib.parse.urlencode(back)})

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
        if grant.kind in self.issuers and grant.fault != "noidtoken":
            answer["id_token"] = self.issuer_of(grant).id_token(grant, access)
        self.add_refresh_token(grant, answer)
        faults.ANSWER.get(grant.fault, lambda _: None)(answer)
        return self.spoiled("token", grant, answer)

    def spoiled(self, endpoint, grant, value):
        """The answer of an endpoint as it travels: "token-drip.u1"."""
        reply = value if isinstance(value, Reply) else faults.as_json(value)
        return transport.spoiled(reply, grant.fault.removeprefix(endpoint + "-")) if grant.fault.startswith(endpoint + "-") else reply

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
        fault = grant.fault.removeprefix("refresh-")
        if grant.kind in self.issuers and fault != "noidtoken":
            answer["id_token"] = self.issuer_of(grant).id_token(grant, access, fault)
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
        return self.issuer_of(grant).id_token(grant, access), access

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
        return self.spoiled("userinfo", grant, user)

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
        """The token in the header or in the form (RFC 6750 2.1, 2.2), never both."""
        posted = self.tokens.get(request.form().get("access_token", "")) if request.method == "POST" else None
        grant = self.bearer(request, "bearer") if posted is None else posted
        if grant is None or (posted is not None and "authorization" in request.headers):
            return faults.USER["u401"]
        if grant.fault in faults.USER:
            return faults.USER[grant.fault]
        return self.spoiled("userinfo", grant, self.issuer_of(grant).userinfo(grant))
