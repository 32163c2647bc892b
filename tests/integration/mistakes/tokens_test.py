"""Mistakes 27 to 29, 35 and 36: tokens that are believed. Each test makes the mistake's attack against the real program; README.md is the
ledger."""
import base64
import functools
import hashlib
import hmac
import json
import time
import unittest

import fcgi_client
import harness
from clients import Direct, Jar
from common import VICTIM, House, Key, b64, bearer, first_key, jws
from fake.idp.provider import CLIENT

SECRET = "0123456789abcdef0123456789abcdef"
INVALID = "Given token not valid for any token type"


def minted(claims, secret=SECRET, **header):
    """A token of whoever shares the secret; `claims` as text stand there as they are."""
    text = claims if isinstance(claims, str) else json.dumps(claims)
    signed = b64(json.dumps({"alg": "HS256", "typ": "JWT", **header}).encode()) + "." + b64(text.encode())
    return f"{signed}.{b64(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def claims_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


class Audience(House):
    def test_27_ghsa_g5h5_m4hm_xjrr_zitadel_jwt_idp_audience(self):
        """GHSA-g5h5-m4hm-xjrr (CVE-2026-55669), Zitadel. A JWT of a trusted issuer was taken whatever application it was made for. Rule: we are in
        aud, and nobody else is unless azp says that it was issued to us (OIDC Core 3.1.3.7 (3)-(5); RFC 7519 4.1.3), however it comes."""
        user = {"sub": "u1"}
        wrong = ["somebody-else", ["somebody-else", "another"], "", [], None, CLIENT + " ", CLIENT.upper(), CLIENT[:-1], CLIENT + "\0", 1, True,
                 {CLIENT: True}, [[CLIENT]], f"{CLIENT},somebody-else"]
        both = [CLIENT, "somebody-else"]
        azp = [{"aud": both}, {"azp": "somebody-else"}, {"aud": both, "azp": "somebody-else"}, {"azp": [CLIENT]}, {"azp": 1}]
        self.news()
        for changes, text in [({"aud": aud}, "Invalid audience") for aud in wrong] + [(one, "Incorrect id_token: azp") for one in azp]:
            self.assert_refused(self.login("op", user, claims=changes), text)
            self.assert_refused(self.native(user, changes), text)
        self.assertEqual(self.count(), [0, 0, 0])
        for changes in ({}, {"aud": [CLIENT]}, {"aud": both, "azp": CLIENT}):
            self.enter("op", user, claims=changes)
            self.assertEqual(self.native(user, changes).status, 201)
        self.assertEqual(self.count("users", "identities"), [1, 1])

    def native(self, user, changes):
        """As an app brings it."""
        return self.client.post("/o/op/", form={"id_token": self.idp.handed(self.idp.somebody(user, changes))})


class Shared(House):
    """The API shares the secret, as an existing Django project does: whatever else it signs with it is no token of ours."""
    settings = {"tokens": {"algorithm": "HS256", "hs256_secret": SECRET, "audience": "https://api.test"},
                "introspection": {"client_id": "api", "client_secret": SECRET[::-1]}}

    def worth(self, token):
        """What each place makes of it: account, gate, verification, introspection."""
        asked = self.client.post("/token/introspect/", form={"token": token, "client_id": "api", "client_secret": SECRET[::-1]})
        return (self.me(token).status, self.client.get("/gate", headers=bearer(token)).status,
                self.client.post("/jwt/verify/", json_text={"token": token}).status, asked.json()["active"])

    def test_28_ghsa_wcvh_g65p_v576_mod_auth_openidc_claims_not_required(self):
        """GHSA-wcvh-g65p-v576, mod_auth_openidc. As a resource server it took JWTs without aud, iss or exp. Rule: all of them are required, and
        are ours (RFC 9068 4; RFC 9700 2.3), wherever a token is looked at."""
        good = claims_of(self.enter("a", VICTIM))
        now = int(time.time())
        self.assertEqual(self.worth(minted(good)), (200, 200, 200, True), "signed so, it is one of ours")
        bad = {
            "exp or iat missing": [{"exp": exp} for exp in (None, str(good["exp"]), good["exp"] + 0.5, True, [good["exp"]], 2**64)] + [{"iat": None}],
            "expired": [{"exp": exp} for exp in (now - 1, 0, -1)],
            "issued in the future": [{"iat": now + 3600}],
            "not valid yet": [{"nbf": nbf} for nbf in (now + 3600, "0", [])],
            "another issuer's": [{"iss": iss} for iss in (None, "", [good["iss"]], good["iss"] + "/", good["iss"].upper())],
            "for another audience": [{"aud": aud} for aud in (None, "", [], "https://api.test/", {"https://api.test": 1}, [["https://api.test"]])],
            "jti missing": [{"jti": jti} for jti in (None, "", 7)],
            "user_id missing": [{"user_id": user} for user in (None, 1, "", "0", "-1", "1 ", "1.0", ["1"])],
            "token_type unknown": [{"token_type": kind} for kind in (None, "id", "ACCESS", ["access"])],
        }
        for why, changes in [(why, one) for why, all_ in bad.items() for one in all_]:
            token = minted({name: value for name, value in {**good, **changes}.items() if value is not None})
            self.news()
            self.assertEqual(self.worth(token), (401, 401, 401, False), changes)
            self.assertIn(f'why="token: {why}"', self.news(), changes)
        twice = json.dumps(good)[:-1] + ', "exp": %d}' % (now + 99)
        for text in (twice, "[]", "null", "", "{}", json.dumps(good) + "{}", json.dumps(good)[:-1]):
            self.assertEqual(self.worth(minted(text)), (401, 401, 401, False), text)
        self.assertEqual(self.worth(minted(good)), (200, 200, 200, True), "and it still is")

    def test_28_a_session_of_somebody_else(self):
        """The same: what the token says must fit together. A session belongs to its user."""
        victim, other = (claims_of(self.enter("a", {"id": n})) for n in (1, 2))
        self.assertEqual(self.me(minted({**other, "user_id": victim["user_id"], "sub": victim["sub"]})).status, 401)
        self.assertEqual(self.me(minted({**other, "user_id": "99"})).status, 401)
        self.assertEqual(self.me(minted({**other, "sid": "99"})).status, 401)
        self.assertEqual(self.me(minted(other)).status, 200)

    def test_28_a_refresh_token_that_nobody_was_given(self):
        """The same: who shares the secret can sign a refresh token, and there is none of that name."""
        given = self.login("a", VICTIM).json()["refresh"]
        before = self.count("refresh_tokens")
        forged = minted({**claims_of(given), "jti": "0" * 32})
        reply = self.client.post("/jwt/refresh/", json_text={"refresh": forged})
        self.assert_refused(reply, "Token is invalid", "refresh token unknown", 401)
        self.assertEqual(self.count("refresh_tokens"), before)
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": minted(claims_of(given))}).status, 200)

    def test_36_cve_2026_32597_pyjwt_critical_header(self):
        """CVE-2026-32597, PyJWT before 2.12. A token whose crit names what nobody here understands was taken. Rule: it is refused, and so is b64
        (RFC 7515 4.1.11, RFC 7797 6), of ours and of a provider's."""
        good = claims_of(self.enter("a", VICTIM))
        crit = [{"crit": ["exp"]}, {"crit": []}, {"crit": ["x"], "x": 1}, {"crit": None}, {"crit": "b64"}, {"b64": False, "crit": ["b64"]},
                {"b64": True}]
        self.news()
        for header in crit:
            self.assertEqual(self.worth(minted(good, **header)), (401, 401, 401, False), header)
            self.assertIn("crit or b64 in the header", self.news())
            reply = self.login("op", {"sub": "u1"}, token=lambda claims, h=header: minted_by_op(claims, h))
            self.assert_refused(reply, "Signature verification failed", "crit or b64 in the header")
        self.assertEqual(self.worth(minted(good, x=1, zip="DEF", jku="http://evil.example/", jwk={}, cty="JWT")), (200, 200, 200, True),
                         "what is not marked may be ignored, and nothing of it is followed")
        self.enter("op", {"sub": "u1"}, token=lambda claims: minted_by_op(claims, {"x": 1}))


def minted_by_op(claims, header):
    head = {"alg": "RS256", "kid": first_key().kid, **header}
    signed = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
    return f"{signed}.{b64(first_key().sign(signed.encode()))}"


HALVES = {"RS256": "sha256", "ES256": "sha256", "ES384": "sha384", "ES512": "sha512", "EdDSA": "sha512"}


def at_hash(name, access):
    digest = hashlib.new(name, access.encode()).digest()
    return b64(digest[:len(digest) // 2])


class AtHash(House):
    def providers(self):
        self.keys = {"RS256": first_key(), **{alg: Key(alg) for alg in HALVES if alg != "RS256"}}
        self.idp.published = list(self.keys.values())
        return {**super().providers(), "any": self.idp.openid(id_token={"algs": list(HALVES)})}

    def with_hash(self, alg, make, user="u1"):
        def token(claims):
            return jws(claims, self.keys.get(str(alg)), alg=alg)
        return self.login("any", {"sub": user}, claims=lambda access: {"at_hash": make(access)}, token=token)

    def test_29_cve_2026_28498_authlib_at_hash_of_an_unknown_alg(self):
        """CVE-2026-28498, Authlib. at_hash passed where the library knew no hash for the alg. Rule: an alg that is not known and listed ends it
        (RFC 8725 3.1), and of a known one the hash is compared (OIDC Core 3.1.3.8); there is no third way."""
        self.news()
        for alg, name in HALVES.items():
            self.assertEqual(self.with_hash(alg, functools.partial(at_hash, name)).status, 201, alg)
            other = "sha256" if name != "sha256" else "sha384"
            good = functools.partial(at_hash, name)
            wrong = [functools.partial(at_hash, other), lambda access, g=good: g(access + "x"), lambda access, g=good: g(access)[:-1],
                     lambda access, g=good: g(access) + "=", lambda access, g=good: g(access).upper(), lambda access, g=good: [g(access)],
                     *(lambda _, v=value: v for value in ("", 0, False, []))]
            for make in wrong:
                self.assert_refused(self.with_hash(alg, make), "Token error: Invalid access token", "Invalid access token")
        for alg in ("RS1", "XX256", "ES256K", "Ed25519", "rs256", "RS256 ", "HS1", "none", "None", "nOnE", "", "RSA-OAEP", "dir", 1, None, ["RS256"],
                    {"RS256": 1}):
            self.assert_refused(self.with_hash(alg, lambda _: "x"), "Signature verification failed", "alg unknown, or none")
        for alg in ("RS384", "PS256", "HS256"):
            self.assert_refused(self.with_hash(alg, lambda _: "x"), "Signature verification failed", "id_token: ")
        self.assertEqual(self.count("users", "identities"), [1, 1])


class Anybody(House):
    def test_35_cve_2022_29226_envoy_any_bearer(self):
        """CVE-2022-29226, Envoy. Its OAuth filter let in whoever sent any Bearer token at all. Rule: a token is one of ours or nobody's (RFC 6750
        3.1), on every path that asks who somebody is."""
        victim = self.login("a", VICTIM).json()
        other = harness.Instance({"providers": self.providers()}).start()
        self.addCleanup(other.stop)
        client = Direct(other.socket)
        self.addCleanup(client.close)
        foreign = client.login(self.idp, self.idp.somebody(VICTIM), "a").json()["access"]
        state = self.approved("a", VICTIM, Jar())["state"]
        provider_token = next(iter(self.idp.tokens))
        id_token = self.idp.handed(self.idp.somebody({"sub": "u1"}))
        nonce = self.client.post("/o/op/nonce/").json()["nonce"]
        head, body, mark = victim["access"].split(".")
        other_body = b64(json.dumps({**claims_of(victim["access"]), "user_id": "2"}).encode())
        tokens = {
            "random": "3q2-7w", "of another house": foreign, "the refresh token": victim["refresh"], "a state": state, "a nonce": nonce,
            "the provider's token": provider_token, "an id_token": id_token, "unsigned": f"{head}.{body}.", "unsigned and cut": f"{head}.{body}",
            "signed by the provider": jws(claims_of(victim["access"])), "another body": f"{head}.{other_body}.{mark}", "null": "null",
            "undefined": "undefined", "true": "true", "a star": "*", "dots": "..", "two at once": f"{foreign},{victim['access']}",
            "quoted": f'"{victim["access"]}"', "padded": victim["access"] + "==",
        }
        asked = [("GET", "/users/me/"), ("PATCH", "/users/me/"), ("DELETE", "/users/me/"), ("GET", "/users/me/identities/"),
                 ("DELETE", "/users/me/identities/1/"), ("GET", "/users/me/identities/1/token/"), ("GET", "/users/me/sessions/"),
                 ("DELETE", "/users/me/sessions/"), ("DELETE", "/users/me/sessions/1/"), ("POST", "/logout/"),
                 ("GET", "/o/a/link/?redirect_uri=http://localhost:3000/cb"), ("POST", "/o/a/link/"), ("GET", "/gate")]
        before = self.count()
        for name, token in tokens.items():
            for method, path in asked:
                reply = self.client.request(method, path, headers=bearer(token), form={} if method == "POST" else None)
                self.assertEqual(reply.status, 401, (name, method, path, reply))
            self.assertEqual(self.authorizer(bearer(token)), 401, name)
        for scheme in ("Basic", "bearer", "Token", "Digest", "", "Bearer:", "Bearer  x"):
            self.assertEqual(self.client.get("/users/me/", headers={"Authorization": f"{scheme} {victim['access']}"}).status, 401, scheme)
        self.assertEqual(self.count(), before)
        self.assertEqual(self.client.get("/users/me/", headers=bearer(victim["access"])).status, 200)
        self.assertEqual((self.client.get("/gate", headers=bearer(victim["access"])).status, self.authorizer(bearer(victim["access"]))),
                         (200, 200))

    def authorizer(self, headers):
        """What the web server is told in the FastCGI authorizer role."""
        named = {"HTTP_" + name.upper(): value for name, value in headers.items()}
        return fcgi_client.ask(self.instance.socket, role=fcgi_client.AUTHORIZER, uri="/private", **named).status


if __name__ == "__main__":
    unittest.main()
