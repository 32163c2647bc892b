"""What the tests of this folder stand on: a provider at which anybody is whoever the test says, and a latchstring that asks it. README.md is
the ledger: each test is named after the mistake that it makes, and says what happened to whom."""
import base64
import concurrent.futures
import functools
import itertools
import json
import time
import unittest
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

import harness
from clients import CB, Direct, Jar
from fake.idp import faults
from fake.idp.http_server import Reply
from fake.idp.provider import CLIENT, SECRET, Provider

VICTIM = {"id": 1, "login": "victim", "email": "victim@corp.example", "verified": True}


def bearer(access):
    return {"Authorization": f"Bearer {access}"}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """RS256, ES256 to ES512, EdDSA."""

    def __init__(self, alg):
        self.alg, self.kid = alg, "key-" + alg
        self.curve = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}.get(alg)
        self.key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) if alg == "RS256" else
                    ec.generate_private_key(self.curve()) if self.curve else ed25519.Ed25519PrivateKey.generate())

    def jwk(self):
        common, public = {"use": "sig", "alg": self.alg, "kid": self.kid}, self.key.public_key()
        if self.alg == "EdDSA":
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {**common, "kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
        numbers, size = public.public_numbers(), (self.key.key_size + 7) // 8
        if self.curve:
            return {**common, "kty": "EC", "crv": "P-" + str(self.key.key_size), **{n: b64(getattr(numbers, n).to_bytes(size, "big")) for n in "xy"}}
        return {**common, "kty": "RSA", "n": b64(numbers.n.to_bytes(size, "big")), "e": "AQAB"}

    def sign(self, signed):
        if self.alg == "EdDSA":
            return self.key.sign(signed)
        if self.alg == "RS256":
            return self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        digest = {"ES256": hashes.SHA256, "ES384": hashes.SHA384, "ES512": hashes.SHA512}[self.alg]()
        size = (self.key.key_size + 7) // 8
        return b"".join(part.to_bytes(size, "big") for part in utils.decode_dss_signature(self.key.sign(signed, ec.ECDSA(digest))))


@functools.cache
def first_key():
    """The provider's own, one for all tests of a process: making it takes longer than most of them."""
    return Key("RS256")


def jws(claims, key=None, **header):
    """A token of the provider's own key, or of `key`; a header that is None is left out."""
    key = key or first_key()
    head = {"alg": "RS256", "typ": "JWT", "kid": key.kid, **header}
    signed = ".".join(b64(json.dumps(part).encode()) for part in ({k: v for k, v in head.items() if v is not None}, claims))
    return f"{signed}.{b64(key.sign(signed.encode()))}"


class People(Provider):
    """The stand-in provider, where a person is the documents that the test gives: `user`, what /api/user or userinfo answers (bytes: just
    so); `claims`, changes to those of the id_token (None: left out); `token`, makes the id_token of the claims."""

    def __init__(self):
        super().__init__()
        self.known, self.numbers, self.published = {}, itertools.count(1), [first_key()]
        for path in ("/api/user", "/api/user/emails", "/oidc/userinfo"):
            self.routes[path] = self.document
        self.routes["/oidc/jwks"], self.routes["/oidc/token"] = self.key_set, self.openid_token

    def somebody(self, user, claims=None, token=jws, emails=None):
        """Their name for approve()."""
        name = f"as.p{next(self.numbers)}"
        self.known[name] = (user, claims or {}, token, emails)
        return name

    def document(self, request):
        grant = self.bearer(request, "token", "bearer")
        if grant is None:
            return faults.USER["u401"]
        user, _, _, emails = self.known[grant.login]
        said = emails if request.path.endswith("/emails") else user
        return Reply(200, said) if isinstance(said, bytes) else faults.as_json(said)

    def key_set(self, _request):
        return faults.as_json({"keys": [key.jwk() for key in self.published]})

    def openid_token(self, request):
        """The stand-in's answer, with an id_token of ours."""
        reply, grant = self.token(request), self.grants.get(request.form().get("code", ""))
        if reply.status != 200:
            return reply
        answer = json.loads(reply.body)
        answer["id_token"] = self.id_token_of(grant.login, grant.client, grant.nonce, answer["access_token"])
        return faults.as_json(answer)

    def id_token_of(self, name, client, nonce, access):
        user, changes, token, _ = self.known[name]
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": user.get("sub"), "aud": client, "iat": now, "exp": now + 600, "nonce": nonce or None}
        claims.update(changes(access) if callable(changes) else changes)
        return token({claim: value for claim, value in claims.items() if value is not None})

    def handed(self, name, nonce=""):
        """The id_token that an SDK gives to an app of that person's."""
        return self.id_token_of(name, CLIENT, nonce, "")

    def plain(self, **more):
        """A stanza: OAuth 2, a person has id, login, email and verified."""
        return {"client_id": CLIENT, "client_secret": SECRET, "kind": "oauth2", "title": "Plain",
                "authorize": {"url": self.base + "/login/oauth/authorize"},
                "token": {"url": self.base + "/login/oauth/access_token", "client_auth": "post"},
                "user": [{"url": self.base + "/api/user", "headers": {"Authorization": "Bearer {access_token}"}}],
                "map": {"uid": "u:/id", "username": "u:/login", "email": "u:/email", "email_verified": "u:/verified"}, **more}

    def openid(self, **more):
        return {"client_id": CLIENT, "client_secret": SECRET, "kind": "oidc", "issuer": self.issuer, **more}


class House(unittest.TestCase):
    """One latchstring for each test: plain providers a, b and c, and op, which speaks OpenID Connect; all of them are `self.idp`."""
    settings, workers = {}, 1
    accounts = {"link_by_email": "verified"}   # where that makes it worse

    def providers(self):
        return {"a": self.idp.plain(), "b": self.idp.plain(), "c": self.idp.plain(), "op": self.idp.openid()}

    def setUp(self):
        self.idp = People()
        self.addCleanup(self.idp.stop)
        self.instance = harness.Instance({"providers": self.providers(), "accounts": self.accounts, **self.settings}, workers=self.workers).start()
        self.addCleanup(lambda: self.instance.stop())
        self.client, self.read = self.connect(), 0

    def connect(self):
        client = Direct(self.instance.socket)
        self.addCleanup(client.close)
        return client

    def restart(self, **changed):
        """With other settings; what is None goes."""
        self.instance.stop()
        for section, values in changed.items():
            merged = {**self.instance.settings.get(section, {}), **values}
            self.instance.settings[section] = {name: value for name, value in merged.items() if value is not None}
        self.instance.write()
        self.instance.start()

    # ---- signing in ----------------------------------------------------------------------------------------------------------
    def approved(self, provider, user, jar, path="", headers=None, **more):
        """A flow up to the provider's answer: the form that the front end posts."""
        begun = self.client.get(f"/o/{provider}/{path}?" + urllib.parse.urlencode({"redirect_uri": CB}), jar=jar, headers=headers)
        self.assertEqual(begun.status, 200, begun)
        return self.idp.approve(begun.json()["authorization_url"], self.idp.somebody(user, **more))

    def login(self, provider, user, **more):
        jar = Jar()
        return self.client.post(f"/o/{provider}/", form=self.approved(provider, user, jar, **more), jar=jar)

    def enter(self, provider, user, **more):
        """Their access token."""
        reply = self.login(provider, user, **more)
        self.assertEqual(reply.status, 201, (user, reply))
        return reply.json()["access"]

    def link(self, access, provider, user, **more):
        jar = Jar()
        form = self.approved(provider, user, jar, "link/", bearer(access), **more)
        return self.client.post(f"/o/{provider}/link/", form=form, jar=jar, headers=bearer(access))

    # ---- whose is it -----------------------------------------------------------------------------------------------------------
    def me(self, access):
        return self.client.get("/users/me/", headers=bearer(access))

    def id(self, access):
        reply = self.me(access)
        self.assertEqual(reply.status, 200, reply)
        return reply.json()["id"]

    def ways(self, access):
        """[(provider, uid)] of the account, sorted."""
        reply = self.client.get("/users/me/identities/", headers=bearer(access))
        return sorted((one["provider"], one["uid"]) for one in reply.json())

    def count(self, *tables):
        """How many rows; of users, identities and sessions if nothing is named."""
        return [self.instance.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables or ("users", "identities", "sessions")]

    # ---- what was said -----------------------------------------------------------------------------------------------------------
    def news(self):
        """The log since the last call."""
        text = self.instance.log()
        self.read, fresh = len(text), text[self.read:]
        return fresh

    def assert_refused(self, reply, text, why=None, status=400):
        """Refused for that reason: `text` stands in the answer, `why` in the log."""
        self.assertEqual(reply.status, status, reply)
        self.assertIn(text, reply.body.decode())
        if why is not None:
            self.assertIn(why, self.news())

    def assert_apart(self, one, other, note=None):
        self.assertNotEqual(self.id(one), self.id(other), note)


def together(calls):
    """All of them at the same time, each in a thread; their results."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


def memory(pid):
    """Bytes of a process that are in memory, and the most there ever were: (VmRSS, VmHWM) of proc(5)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        found = dict(line.split(":", 1) for line in lines)
    return tuple(int(found[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
