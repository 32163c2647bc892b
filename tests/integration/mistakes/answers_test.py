"""Mistakes 59 to 62: answers of a provider that brought others down. After each test the processes are those from before, and somebody signs
in (way_common.Case)."""
import base64
import concurrent.futures
import gzip
import json
import re
import time
import unittest
import urllib.parse
import zlib

from fake.idp.http_server import Reply
from way_common import QUICK, Bent, Direct, Jar, Robust, Signer, as_json, b64, harness, new_certificate, resident

SIGNER = Signer()


def key_sets():
    """name -> what the JWKS address answers. None of them holds a key that the id_token is signed with."""
    good = SIGNER.jwk()
    return {
        "closed": Reply(close=True), "http500": Reply(500, b"oops"), "http503": Reply(503), "http404": Reply(404), "empty": Reply(200), "html": Reply(200, b"<html></html>", "text/html"),
        "redirect": Reply(302, headers={"Location": "https://evil.example/jwks"}), "null": Reply(200, b"null"), "list": Reply(200, b"[]"), "text": Reply(200, b'"keys"'), "zero": Reply(200, b"0"),
        "nokeys": Reply(200, b"{}"), "keysnull": Reply(200, b'{"keys":null}'), "keystext": Reply(200, b'{"keys":"x"}'), "keysmap": Reply(200, b'{"keys":{"0":{}}}'),
        "nulls": Reply(200, b'{"keys":[null,1,"x",[],{},true]}'), "deep": Reply(200, b"[" * 50000), "half": Reply(200, as_json({"keys": [good]})[:-9]), "binary": Reply(200, bytes(range(256)) * 40),
        "utf8": Reply(200, b'{"keys":[{"kty":"\xff\xfe"}]}'), "large": Reply(200, b'{"keys":[' + b" " * (2 << 20) + b"]}"), "wrong": Reply(200, as_json({"keys": [{**good, "n": 5, "e": None}]})),
        "noe": Reply(200, as_json({"keys": [{**good, "e": ""}]})), "non": Reply(200, as_json({"keys": [{**good, "n": "AA"}]})), "e1": Reply(200, as_json({"keys": [{**good, "e": "AQ"}]})),
        "huge-n": Reply(200, as_json({"keys": [{**good, "n": "f" * 200000}]})), "oct": Reply(200, as_json({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": SIGNER.kid}]})),
        "point": Reply(200, as_json({"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": SIGNER.kid}]})), "curve": Reply(200, as_json({"keys": [{"kty": "EC", "crv": 7, "x": {}, "y": []}]})),
        "many": Reply(200, as_json({"keys": [{"kty": "RSA", "kid": str(n), "n": "AA", "e": "AQAB"} for n in range(4000)]})),
        "gzip": Reply(200, gzip.compress(b'{"keys":[' + b" " * (64 << 20)), headers={"Content-Encoding": "gzip"}), "nogzip": Reply(200, b"this is no gzip", headers={"Content-Encoding": "gzip"}),
    }


class KeySets(Robust):
    @classmethod
    def settings(cls, _idp):
        cls.bent = {}
        for name, reply in key_sets().items():
            provider = cls.bent[name] = Bent()
            cls.addClassCleanup(provider.stop)
            provider.bends["/oidc/jwks"] = lambda _, reply=reply: reply
            provider.answer_with(SIGNER.again(lambda claims: claims))
        return {"providers": {f"keys-{name}": provider.stanza() for name, provider in cls.bent.items()}}

    def test_59_cve_2025_64527_a_key_set_that_cannot_be_had(self):
        """CVE-2025-64527 (Envoy): a fetch of keys that failed at the wrong moment ended the process. Whatever stands at jwks_uri, the login is refused,
        also for those who ask meanwhile, and the next good answer is taken."""
        before = resident(self.pids[0])
        for name, provider in self.bent.items():
            with self.subTest(name):
                with concurrent.futures.ThreadPoolExecutor(3) as pool:
                    replies = list(pool.map(lambda n, name=name, provider=provider: self.one(provider, f"keys-{name}", n), range(3)))
                for reply in replies:
                    self.refused(reply, 400, "non_field_errors")
                    self.assertRegex(reply.body, b"could not be reached|Signature verification failed")
        self.assertLess(resident(self.pids[0]) - before, 48 << 10, "64 MiB in gzip were not unpacked")
        well = self.bent["http500"]
        well.sign_with(SIGNER)
        harness.wait_for("the keys to be fetched again", lambda: self.client.login(well, "ok.keys", "keys-http500").status == 201)

    def one(self, provider, stanza, n):
        client = Direct(self.instance.socket)
        try:
            return client.login(provider, f"ok.keys{n}", stanza)
        finally:
            client.close()


def bomb(size):
    """Raw DEFLATE of that many spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(b" " * size) + packer.flush()


class Bombs(Robust):
    make_provider = Bent

    @classmethod
    def settings(cls, _idp):
        certificate = new_certificate(harness.temporary_folder())
        school = {"kind": "saml", "sp_entity_id": "https://latchstring.test/sp", "idp_entity_id": "https://sso.example/", "idp_sso_url": "https://sso.example/sso", "idp_cert_file": str(certificate)}
        return {"providers": {"school": school}}

    def small(self, work):
        before, began = resident(self.pids[0]), time.monotonic()
        work()
        self.assertLess(resident(self.pids[0]) - before, 24 << 10)
        self.assertLess(time.monotonic() - began, 4 * QUICK)

    def test_60_jwe_zip_bomb(self):
        """mod_auth_openidc caps what an encrypted token may unpack to at 10 MB; others did not (RFC 8725 3.10, RFC 7516 4.1.3 `zip`). We decrypt no
        tokens: five parts are no signed JWT and are refused unread, wherever a token can be brought."""
        self.idp.sign_with(SIGNER)
        header = b64(as_json({"alg": "dir", "enc": "A256GCM", "zip": "DEF", "kid": SIGNER.kid}))
        jwe = ".".join([header, "", b64(b"\0" * 12), b64(bomb(6 << 20)), b64(b"\0" * 16)])
        self.assertLess(len(jwe), 16 << 10, "short enough to be read at all")

        def everywhere():
            for token in (jwe, ".".join([header, b64(b"k" * 256), b64(b"\0" * 12), b64(bomb(90 << 20)), b64(b"\0" * 16)])):
                self.idp.answer_with(lambda answer, token=token: {**answer, "id_token": token})
                self.refused(self.client.login(self.idp, "ok.jwe", "oidc"), 400, "Signature verification failed")
                self.refused(self.ask("POST", "/o/oidc/", json_text={"id_token": token[:60000]}), 400, "")
                self.refused(self.ask("POST", "/o/oidc/backchannel-logout", form={"logout_token": token[:60000]}), 400, "it is no signed JWT")
                self.assertEqual(self.ask("GET", "/users/me/", headers={"Authorization": "Bearer " + token[:30000]}).status, 401)
                self.assertEqual(self.ask("POST", "/jwt/refresh/", form={"refresh": token[:60000]}).status, 401)
            # The same header with three parts: zip means nothing where nothing is encrypted.
            self.idp.answer_with(SIGNER.again(lambda claims: {**claims, "iss": "x"}, zip="DEF"))
            self.refused(self.client.login(self.idp, "ok.jwe", "oidc"), 400, "issuer")
        self.small(everywhere)
        self.idp.answer_with(SIGNER.again(lambda claims: claims))
        self.assertEqual(self.client.login(self.idp, "ok.jwe", "oidc").status, 201)

    def test_60_saml_deflate_bomb(self):
        """The redirect binding packs messages (saml-bindings 3.4.4.1). Answers come by POST, which does not: nothing that is brought is ever unpacked, and
        as it stands it is no XML."""
        jar = Jar()
        state = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.client.begin("school", jar)).query))["RelayState"]
        packed = base64.b64encode(bomb(40 << 20)).decode()
        text = b"<r>" + b"<a/>" * 9000 + b"</r>"
        entities = b'<!DOCTYPE r [<!ENTITY a "' + b"a" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]><r>&b;&b;</r>'

        def all_of_them():
            for body in (packed, base64.b64encode(zlib.compress(b" " * (30 << 20))).decode(), base64.b64encode(gzip.compress(b" " * (30 << 20))).decode(), base64.b64encode(text).decode(),
                         base64.b64encode(entities).decode()):
                for more in ({}, {"SAMLEncoding": "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"}):
                    state = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.client.begin("school", jar)).query))["RelayState"]
                    reply = self.ask("POST", "/o/school/", form={"SAMLResponse": body, "RelayState": state, **more}, jar=jar)
                    self.refused(reply, 400, "invalid response") if len(body) < 60000 else self.assertEqual(reply.status, 413)
        self.assertTrue(state)
        self.small(all_of_them)
        self.assertIn("saml: ", self.told())

    def test_60_an_answer_that_unpacks_to_more_than_may_come(self):
        """upstream.max_response counts what comes out of gzip."""
        for size, text in ((200 << 20, "Connection error"), (0, None)):
            body = json.dumps({"access_token": "x", "pad": " " * size}) if size else None
            self.idp.bends["/login/oauth/access_token"] = (lambda _, body=body: Reply(200, gzip.compress(body.encode()), headers={"Content-Encoding": "gzip"})) if body else (
                lambda reply: Reply(200, gzip.compress(reply.body), headers={"Content-Encoding": "gzip"}))
            del body
            if text:
                self.small(lambda text=text: self.refused(self.client.login(self.idp, "ok.gzip"), 400, text))
            else:
                self.assertEqual(self.client.login(self.idp, "ok.gzip").status, 201)


class Floods(Robust):
    make_provider = Bent
    workers = 2

    def test_61_unknown_kid_flood(self):
        """mod_auth_openidc, 2026-08-12: each token with an unknown `kid` fetched the keys anew, so that anybody could make the server knock at the
        provider without end. A process asks again once a minute at the most, and refuses meanwhile (OpenID Connect Core 10.1.1): fails closed."""
        self.idp.sign_with(SIGNER)
        other = Signer("other")
        self.idp.answer_with(SIGNER.again(lambda claims: claims))
        self.assertEqual(self.client.login(self.idp, "ok.kid", "oidc").status, 201)
        now = int(time.time())
        claims = {"iss": self.idp.issuer, "aud": "lab-client", "sub": "s", "iat": now, "exp": now + 300}
        tokens = [other.token(claims, kid=f"nobody-{n}") for n in range(40)]
        logout = {**claims, "jti": "j", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
        logouts = [other.token(logout, kid=f"nobody-{n}") for n in range(40)]

        def flood(n):
            client = Direct(self.instance.socket)
            try:
                replies = [client.post("/o/oidc/", json_text={"id_token": tokens[n]}), client.post("/o/oidc/backchannel-logout", form={"logout_token": logouts[n]}),
                           client.login(self.idp, "unkkid.flood", "oidc")]
            finally:
                client.close()
            return [r.status for r in replies]
        self.idp.answer_with(lambda answer: {**answer, "id_token": tokens[0]})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(flood, range(40)))
        self.assertEqual({tuple(s) for s in statuses}, {(400, 400, 400)})
        self.assertIn("unknown key", self.told())
        self.assertLessEqual(self.idp.hits["/oidc/jwks"], 1 + 2 * self.workers, "120 tokens with an unknown kid")
        self.assertLessEqual(self.idp.hits["/oidc/.well-known/openid-configuration"], self.workers + 1)
        self.idp.answer_with(SIGNER.again(lambda claims: claims))
        for _ in range(4):
            self.assertEqual(self.client.login(self.idp, "ok.kid", "oidc").status, 201, "the keys that are known go on being good")


KINDS = {"null": None, "true": True, "false": False, "number": 7, "fraction": -1.5e308, "large": 10**40, "list": [], "nested": [[["x"]]], "map": {}, "map of itself": {"id_token": {"id_token": "x"}}, "empty": "",
         "space": " ", "text": "garbage", "dots": "..", "three dots": "...", "NUL": "a\0b", "surrogate": "\ud800", "not ASCII": "\u00e9.\u00e9.\u00e9", "list of texts": ["a.b.c"], "long": "x" * 20000}


class Types(Robust):
    make_provider = Bent

    def test_62_pocketbase_7762_missing_id_token(self):
        """PocketBase #7762: the worker panicked; its `token.Extra("id_token").(string)` still does where there is no id_token. JSON is asked for a text
        and gives one or nothing: every kind of value in every place, and none at all."""
        self.idp.answer_with(lambda answer: {k: v for k, v in answer.items() if k != "id_token"})
        self.refused(self.client.login(self.idp, "ok.types", "oidc"), 400, "Missing id_token in OpenID Connect token response")
        for kind, value in KINDS.items():
            with self.subTest(kind):
                self.idp.answer_with(lambda answer, value=value: {**answer, "id_token": value})
                reply = self.client.login(self.idp, "ok.types", "oidc")
                self.refused(reply, 400, "could not be read" if kind == "surrogate" else "oken")  # half a character is no JSON text (RFC 8259 8.2)
        del self.idp.bends["/oidc/token"]
        self.assertEqual(self.client.login(self.idp, "ok.types", "oidc").status, 201)

    def test_62_every_kind_of_value_in_every_place(self):
        places = {"oidc": ("/oidc/token", ("access_token", "token_type", "expires_in", "refresh_token", "scope", "error")), "github-local": ("/login/oauth/access_token", ("access_token", "token_type", "expires_in", "error"))}
        for provider, (path, names) in places.items():
            for name in names:
                for kind, value in KINDS.items():
                    self.idp.answer_with(lambda answer, name=name, value=value: {**answer, name: value}, path)
                    reply = self.client.login(self.idp, "ok.types", provider)
                    self.assertIn(reply.status, (201, 400), (provider, name, kind, reply))
                    if name == "access_token":
                        self.assertEqual(reply.status, 400, (provider, kind, reply))
            del self.idp.bends[path]
        for provider, path, names in (("oidc", "/oidc/userinfo", ("sub", "email", "email_verified", "name", "preferred_username", "picture")), ("github-local", "/api/user", ("id", "login", "email", "name"))):
            for name in names:
                for kind, value in KINDS.items():
                    self.idp.answer_with(lambda answer, name=name, value=value: {**answer, name: value}, path)
                    reply = self.client.login(self.idp, "ok.types", provider)
                    self.assertIn(reply.status, (201, 400), (provider, name, kind, reply))
            for kind, value in KINDS.items():
                self.idp.answer_with(lambda _, value=value: value, path)
                reply = self.client.login(self.idp, "ok.types", provider)
                # An object without sub will do where at_hash binds the access token to the id_token; all else is no userinfo (OIDC Core 5.3.2).
                self.assertEqual(reply.status, 201 if isinstance(value, dict) and provider == "oidc" else 400, (provider, kind, reply))
            del self.idp.bends[path]

    def test_62_every_kind_of_value_in_an_apps_request(self):
        for name in ("id_token", "access_token", "code", "state", "nonce", "refresh", "token", "name", "username", "everywhere"):
            for value in KINDS.values():
                for method, path in (("POST", "/o/oidc/"), ("POST", "/jwt/refresh/"), ("POST", "/jwt/verify/"), ("POST", "/jwt/revoke/"), ("POST", "/logout/"), ("POST", "/o/oidc/login"), ("POST", "/o/oidc/callback")):
                    reply = self.ask(method, path, json_text={name: value})
                    self.assertIn(reply.status, (200, 303, 400, 401, 403, 404, 415), (path, name, reply))
                    self.assertIsNone(re.search(rb"exception|std::|0x[0-9a-f]{8}", reply.body), reply)


if __name__ == "__main__":
    unittest.main()
