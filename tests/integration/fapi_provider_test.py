"""latchstring as a client of FAPI 2.0's kind, at a certified provider (npm oidc-provider) that insists on it: pushed requests (RFC 9126), signed
ones (RFC 9101), private_key_jwt, DPoP with nonces (RFC 9449), mutual TLS with endpoint aliases (RFC 8705), signed answers (JARM). Tests
named test_fapi2_... and test_oidcc_... are the OpenID Foundation's modules (rp_conformance/modules.py). More of what a provider can do wrong is in
the unit tests (providers_bound_call, providers_jarm, providers_authorization_request)."""
import base64
import hashlib
import json
import re
import time
import unittest
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

import certificates
import harness
from clients import Direct, Jar
from oidc_provider_test import Form, Person, b64

SECRET = "a-secret-of-the-tests-0123456789abcdef"


def public_jwk(key, **more):
    numbers = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big")), **more}


def sign(key, header, claims):
    """A JWT with ES256."""
    text = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    r, s = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return text + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def claims_of(text):
    return json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))


def der_of(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


class Visitor(Person):
    """Like Person, but an answer by form (response_mode form_post.jwt) is brought back too."""

    def visit(self, url, refuse=False, home=harness.CB):
        method, form = "GET", None
        for _ in range(15):
            reply = self.fetch(method, url, form)
            if (location := reply.header("Location")):
                url, method, form = urllib.parse.urljoin(url, location), "GET", None
                if url.startswith(home):
                    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
                continue
            page = Form(reply.body.decode())
            if page.action is None:
                raise AssertionError(f"{reply.status} {url}: {reply.body[:800]}")
            if page.action.startswith(home):
                return page.fields
            abort = [link for link in page.links if link.endswith("/abort")]
            if refuse and abort:
                url, method, form = urllib.parse.urljoin(url, abort[0]), "GET", None
                continue
            form = page.fields | ({"login": self.name, "password": "any"} if "login" in page.fields else {})
            url, method = urllib.parse.urljoin(url, page.action), "POST"
        raise AssertionError("the provider sends us round and round")


class Keys:
    """Our private key, a certificate by the provider's authority and one of our own making, with their files."""

    def __init__(self, folder):
        self.folder = folder
        authority = certificates.make(folder)
        self.key, self.provider_key = certificates.new_key(), certificates.new_key()
        (folder / "client.pem").write_bytes(certificates.pem_of(self.key))
        self.thumbprints = {}
        for name, issuer in (("listed", ("latchstring tests", authority)), ("own", None), ("stranger", None)):
            key = certificates.new_key()
            subject = f"latchstring client {name}"
            made = certificates.certificate(subject, key, *(issuer or (subject, key)))
            (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
            (folder / f"{name}.key").write_bytes(certificates.pem_of(key))
            self.thumbprints[name] = hashlib.sha256(der_of(made)).hexdigest()[:16]
            if name == "own":
                self.own_jwk = public_jwk(key, kid="own", x5c=[base64.b64encode(der_of(made)).decode()])

    def stanza_of(self, name):
        return {"client_certificate_file": str(self.folder / f"{name}.crt"), "client_key_file": str(self.folder / f"{name}.key")}

    def signing(self):
        return {"private_key_file": str(self.folder / "client.pem"), "key_id": "client-1"}


class StrictProvider:
    """The node process. `clients`: name -> metadata."""

    def __init__(self, keys, clients, redirect_uris=(harness.CB,), **how):
        self.folder, self.ca = harness.temporary_folder(), keys.folder / "ca.pem"
        self.port, self.mtls_port = harness.free_port(), harness.free_port()
        self.issuer = f"https://localhost:{self.port}"
        options = {"port": self.port, "mtls_port": self.mtls_port, "cert": str(keys.folder / "cert.pem"), "key": str(keys.folder / "key.pem"),
                   "ca": str(self.ca), "signing_key": self.private_jwk(keys.provider_key), "redirect_uris": list(redirect_uris),
                   "clients": [{"client_id": name, **client} for name, client in clients.items()],
                   "pushed": True, "signed": False, "dpop": True, "aliases": True, **how}
        self.process = harness.Process(["node", harness.ROOT / "tests/integration/fapi_provider.mjs", json.dumps(options)], self.folder / "log")
        self.process.wait_until("READY", lambda: "READY" in self.process.output(), 30)

    @staticmethod
    def private_jwk(key):
        return public_jwk(key, kid="ES256", d=b64(key.private_numbers().private_value.to_bytes(32, "big")))

    def nonces(self, where):
        reply = Person(self.ca).fetch("POST", f"{self.issuer}/control/nonces/{where}")
        assert reply.status == 200, reply

    def stanza(self, client, *more, **values):
        out = {"kind": "oidc", "issuer": self.issuer, "client_id": client}
        for part in (*more, values):
            out |= part
        return out

    def seen(self, path, since=0, good=1):
        """What the provider has noted of our requests to that path: dictionaries. It does so after it has answered, so that at least `good` ones that
        went well are waited for."""
        def noted():
            lines = [line for line in self.process.output()[since:].splitlines(True) if re.match(rf"(GET|POST) {re.escape(path)} .*\n", line)]
            found = [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]
            return (found,) if sum(line["status"].startswith("2") for line in found) >= good else None
        return harness.wait_for(f"{good} good requests to {path}", noted)[0]


class Case(unittest.TestCase):
    """One instance with `stanzas()`, and logins at it."""
    settings = {}

    @classmethod
    def begin_instance(cls, provider, stanzas, keys, workers=1, **settings):
        cls.provider, cls.keys = provider, keys
        settings |= {"providers": stanzas, "upstream": {"ca_file": str(keys.folder / "ca.pem")}}
        cls.instance = harness.Instance(settings, workers=workers).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()
        cls.provider.process.stop()

    def login(self, name, jar=None, refuse=False, change=None):
        """The reply to the POST, and the authorization URL."""
        jar = Jar() if jar is None else jar
        url = self.client.begin(name, jar)
        back = Visitor(self.provider.ca).visit(url, refuse)
        return self.client.post(f"/o/{name}/", form=change(back) if change else back, jar=jar), url

    def good(self, name):
        reply, url = self.login(name)
        self.assertEqual(reply.status, 201, f"{reply}\n{self.instance.log()[-1500:]}\n{self.provider.process.output()[-2500:]}")
        return url


class SecurityProfile(Case):
    """FAPI 2.0 Security Profile: what the metadata demands is done unasked."""

    @classmethod
    def setUpClass(cls):
        keys = Keys(harness.temporary_folder())
        jwks = {"keys": [public_jwk(keys.key, kid="client-1")]}
        clients = {
            "signed": {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks, "dpop_bound_access_tokens": True},
            "listed": {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=latchstring client listed",
                       "tls_client_certificate_bound_access_tokens": True},
            "own": {"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [keys.own_jwk]},
                    "tls_client_certificate_bound_access_tokens": True},
            "proving": {"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [keys.own_jwk]},
                        "dpop_bound_access_tokens": True},
            "bound": {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks, "tls_client_certificate_bound_access_tokens": True},
        }
        provider = StrictProvider(keys, clients, access_ttl=30)
        stanzas = {
            "dpop": provider.stanza("signed", keys.signing(), token={"dpop": True}),
            "bearer": provider.stanza("signed", keys.signing()),
            "listed": provider.stanza("listed", keys.stanza_of("listed")),
            "own": provider.stanza("own", keys.stanza_of("own")),
            "strange": provider.stanza("own", keys.stanza_of("stranger")),
            "bound": provider.stanza("bound", keys.signing(), keys.stanza_of("own")),
            "unbound": provider.stanza("bound", keys.signing()),
            "dpop-tls": provider.stanza("proving", keys.signing(), keys.stanza_of("own"),
                                        token={"dpop": True, "client_auth": "self_signed_tls_client_auth"}),
        }
        cls.begin_instance(provider, stanzas, keys, workers=2, accounts={"keep_provider_tokens": True})

    def fresh_process(self):
        """A client of one process that has called nobody yet."""
        instance = harness.Instance({name: self.instance.settings[name] for name in ("providers", "upstream")}, workers=1).start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        return client

    def test_fapi2_security_profile_final_client_test_happy_path(self):
        """The browser carries the client's name and a reference, and nothing else."""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.good("dpop")).query)
        self.assertEqual(sorted(query), ["client_id", "request_uri"])
        self.assertTrue(query["request_uri"][0].startswith("urn:ietf:params:oauth:request_uri:"))

    def test_proofs_and_nonces(self):
        """RFC 9449 8, 9: the first proof has no nonce and is turned down, the next one is good; userinfo is asked with the DPoP scheme."""
        since = len(self.provider.process.output())
        for _ in range(3):
            self.good("dpop")
        token, userinfo = self.provider.seen("/token", since, 3), self.provider.seen("/me", since, 3)
        self.assertEqual({line["dpop"] for line in token + userinfo}, {"yes"})
        self.assertEqual({line["scheme"] for line in userinfo}, {"DPoP"})
        self.assertEqual([line["status"] for line in token].count("200"), 3)
        self.assertLessEqual([line["status"] for line in token].count("400"), 2)  # once in each of two workers: the nonce is remembered

    def test_fapi2_security_profile_final_client_test_happy_path_no_dpop_nonce(self):
        self.provider.nonces("none")
        self.addCleanup(self.provider.nonces, "all")
        self.good("dpop")

    def test_fapi2_security_profile_final_client_test_rs_dpop_auth_scheme_case_insensitivity(self):
        """Userinfo asks for a nonce, as "dpop": a fresh process knows none."""
        self.provider.nonces("me")
        self.addCleanup(self.provider.nonces, "all")
        client, jar, since = self.fresh_process(), Jar(), len(self.provider.process.output())
        reply = client.post("/o/dpop/", form=Visitor(self.provider.ca).visit(client.begin("dpop", jar)), jar=jar)
        self.assertEqual(reply.status, 201, reply)
        self.assertEqual([line["status"] for line in self.provider.seen("/me", since)], ["401", "200"])

    def test_a_stanza_without_dpop_gets_no_bound_token(self):
        """The twin: the provider insists, we prove nothing, nobody signs in."""
        reply, _ = self.login("bearer")
        self.assertEqual(reply.status, 400, reply)

    def test_tokens_are_refreshed_with_the_key_by_any_process(self):
        """The key is the stanza's, so that a worker that made no login can use what another one kept."""
        jar = Jar()
        reply, _ = self.login("dpop", jar)
        headers = {"Authorization": "Bearer " + reply.json()["access"]}
        identity = self.client.get("/users/me/identities/", headers=headers).json()[0]["id"]
        self.assertEqual(reply.status, 201)
        answers = []
        for _ in range(4):  # it has 30 s to live, and is stale with 60 or less: each one is a refresh
            client = Direct(self.instance.socket)
            answer = client.get(f"/users/me/identities/{identity}/token/", headers=headers)
            client.close()
            self.assertEqual((answer.status, answer.json()["token_type"]), (200, "DPoP"), f"{answer}\n{self.instance.log()[-800:]}")
            answers.append(answer.json()["access_token"])
        self.assertEqual(len(set(answers)), 4)

    def test_oidcc_client_test_mtls_endpoint_aliases(self):
        """RFC 8705 5, with a certificate by an authority and with one of our own making."""
        for name in ("listed", "own"):
            with self.subTest(name):
                since = len(self.provider.process.output())
                self.good(name)
                for path in ("/request", "/token", "/me"):
                    lines = self.provider.seen(path, since)
                    self.assertTrue(lines, path)
                    self.assertEqual({(l["port"], l["certificate"]) for l in lines},
                                     {(str(self.provider.mtls_port), self.keys.thumbprints[name])}, path)

    def test_what_anybody_may_fetch_is_fetched_without_a_certificate(self):
        self.good("own")
        lines = self.provider.seen("/.well-known/openid-configuration") + self.provider.seen("/jwks")
        self.assertEqual({(line["port"], line["certificate"]) for line in lines}, {(str(self.provider.port), "-")})

    def test_certificates_are_not_mixed_up(self):
        """Connections are kept: each provider's calls still show its own certificate, in one process."""
        client, since = self.fresh_process(), len(self.provider.process.output())
        expected = []
        for name in ("own", "listed", "own", "listed"):
            jar = Jar()
            reply = client.post(f"/o/{name}/", form=Visitor(self.provider.ca).visit(client.begin(name, jar)), jar=jar)
            self.assertEqual(reply.status, 201, reply)
            expected.append(self.keys.thumbprints[name])
        self.assertEqual([line["certificate"] for line in self.provider.seen("/token", since, 4)], expected)

    def test_a_certificate_that_is_not_registered_is_refused(self):
        reply = self.client.get("/o/strange/?" + urllib.parse.urlencode({"redirect_uri": harness.CB}))
        self.assertEqual(reply.status, 503, reply)
        self.assertEqual(reply.json()["detail"], "The authentication provider does not accept the request")
        self.assertIn("par: HTTP 401", self.instance.log())

    def test_a_token_bound_to_a_certificate(self):
        """private_key_jwt says who we are, the certificate whose the token is (RFC 8705 3); without it the provider gives none."""
        since = len(self.provider.process.output())
        self.good("bound")
        self.assertEqual(self.provider.seen("/token", since)[-1]["certificate"], self.keys.thumbprints["own"])
        reply, _ = self.login("unbound")
        self.assertEqual(reply.status, 400, reply)

    def test_both_at_once(self):
        """A certificate says who we are, DPoP whose the token is."""
        reply, _ = self.login("dpop-tls")
        self.assertEqual(reply.status, 201, f"{reply}\n{self.provider.process.output()[-1500:]}")

    def test_check_looks_at_it(self):
        said = self.instance.command("check", check=False).stdout
        self.assertIn("ok   provider dpop (oidc)", said)
        self.assertIn("ok   provider own (oidc)", said)
        self.assertNotIn("PRIVATE KEY", said + self.instance.log())


class MessageSigning(Case):
    """FAPI 2.0 Message Signing: signed requests, signed answers. This provider has no aliases and knows no DPoP."""

    @classmethod
    def setUpClass(cls):
        keys = Keys(harness.temporary_folder())
        jwks = {"keys": [public_jwk(keys.key, kid="client-1")]}
        clients = {
            "signed": {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks},
            "own": {"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [keys.own_jwk]},
                    "tls_client_certificate_bound_access_tokens": True},
        }
        cls.port = harness.free_port()
        callback = f"http://127.0.0.1:{cls.port}/auth/o/form/callback"
        provider = StrictProvider(keys, clients, [harness.CB, callback], pushed=False, signed=True, dpop=False, aliases=False)
        ours = keys.signing()
        stanzas = {
            "signed": provider.stanza("signed", ours),
            "pushed": provider.stanza("signed", ours, authorize={"pushed": True}),
            "jarm": provider.stanza("signed", ours, authorize={"response_mode": "jwt"}),
            "query": provider.stanza("signed", ours, authorize={"response_mode": "query.jwt", "pushed": True}),
            "form": provider.stanza("signed", ours, authorize={"response_mode": "form_post.jwt"}),
            "dpop": provider.stanza("signed", ours, token={"dpop": True}),
            "own": provider.stanza("own", keys.stanza_of("own"), {"private_key_file": str(keys.folder / "own.key"), "key_id": "own"},
                                   token={"client_auth": "self_signed_tls_client_auth"}),
        }
        cls.begin_instance(provider, stanzas, keys, public_url=f"http://127.0.0.1:{cls.port}/auth")

    def test_a_signed_request_in_the_address(self):
        """The metadata demands it (RFC 9101 10.5)."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.good("signed")).query))
        self.assertEqual(sorted(query), ["client_id", "request", "response_type", "scope"])
        claims = claims_of(query["request"])
        self.assertEqual((claims["iss"], claims["aud"], claims["client_id"]), ("signed", self.provider.issuer, "signed"))
        self.assertLessEqual(claims["exp"] - claims["nbf"], 3600)

    def test_a_signed_request_pushed(self):
        self.assertEqual(sorted(urllib.parse.parse_qs(urllib.parse.urlsplit(self.good("pushed")).query)), ["client_id", "request_uri"])

    def test_signed_answers(self):
        """`response` takes the place of code and state."""
        for name in ("jarm", "query"):
            with self.subTest(name):
                jar = Jar()
                back = Visitor(self.provider.ca).visit(self.client.begin(name, jar))
                self.assertEqual(sorted(back), ["response"])
                reply = self.client.post(f"/o/{name}/", form=back, jar=jar)
                self.assertEqual(reply.status, 201, f"{reply}\n{self.instance.log()[-800:]}")

    def test_a_signed_answer_by_form(self):
        """form_post.jwt in redirect mode: the form comes without our cookie first, and again from our own page."""
        jar = Jar()
        begun = self.client.get("/o/form/login?next=/auth/", jar=jar)
        self.assertEqual(begun.status, 303, begun)
        back = Visitor(self.provider.ca).visit(begun.header("Location"), home=f"http://127.0.0.1:{self.port}/auth/o/form/callback")
        self.assertEqual(sorted(back), ["response"])
        first = self.client.post("/o/form/callback", form=back)
        page = Form(first.body.decode())
        self.assertEqual((first.status, page.fields["response"]), (200, back["response"]), first)
        reply = self.client.post("/o/form/callback", form=page.fields, jar=jar)
        self.assertEqual((reply.status, reply.header("Location")), (303, f"http://127.0.0.1:{self.port}/auth/"), reply)

    def test_a_refusal_inside_a_signed_answer(self):
        reply, _ = self.login("jarm", refuse=True)
        self.assertEqual(reply.status, 400, reply)
        self.assertIn("Authentication process canceled", reply.json()["non_field_errors"][0])

    def refused(self, why, key=None, **change):
        """The answer with claims changed, or left out (None), and signed by the provider's key, or another: 400, nobody signs in, no token is asked
        for. (The twin: test_signed_answers.)"""
        def changed(back):
            claims = {name: value for name, value in {**claims_of(back["response"]), **change}.items() if value is not None}
            return {"response": sign(key or self.keys.provider_key, {"alg": "ES256", "kid": "ES256"}, claims)}
        since = len(self.provider.process.output())
        reply, _ = self.login("jarm", change=changed)
        said = f"Authentication failed: the provider's signed answer cannot be believed: {why}"
        self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": [said]}))
        self.assertEqual(self.provider.seen("/token", since, 0), [])

    def test_an_answer_that_we_signed_with_the_providers_key_is_good(self):
        """So that those below are refused for what they say."""
        reply, _ = self.login("jarm", change=lambda back: {"response": sign(self.keys.provider_key, {"alg": "ES256"}, claims_of(back["response"]))})
        self.assertEqual(reply.status, 201, reply)

    def test_fapi2_security_profile_final_client_test_ensure_jarm_without_iss_fails(self):
        self.refused("iss is not the provider's", iss=None)

    def test_fapi2_security_profile_final_client_test_ensure_jarm_with_invalid_iss_fails(self):
        self.refused("iss is not the provider's", iss=self.provider.issuer + "/")

    def test_fapi2_security_profile_final_client_test_ensure_jarm_without_aud_fails(self):
        self.refused("aud is not this client", aud=None)

    def test_fapi2_security_profile_final_client_test_ensure_jarm_with_invalid_aud_fails(self):
        self.refused("aud is not this client", aud="another")

    def test_fapi2_security_profile_final_client_test_ensure_jarm_without_exp_fails(self):
        self.refused("exp is missing", exp=None)

    def test_fapi2_security_profile_final_client_test_ensure_jarm_with_expired_exp_fails(self):
        self.refused("it has expired", exp=int(time.time()) - 1)

    def test_fapi2_security_profile_final_client_test_ensure_jarm_with_invalid_sig_fails(self):
        self.refused("signature: bad signature", key=certificates.new_key())

    def test_an_answer_with_another_logins_state_is_refused(self):
        """The flow is found by a `state` beside it; the one inside counts."""
        jar = Jar()
        url = self.client.begin("jarm", jar)
        mine = Visitor(self.provider.ca).visit(url)
        other = Visitor(self.provider.ca).visit(self.client.begin("jarm", jar))
        reply = self.client.post("/o/jarm/", form={"response": other["response"], "state": claims_of(mine["response"])["state"]}, jar=jar)
        self.assertEqual(reply.status, 400, reply)
        self.assertIn("state is another login's", reply.json()["non_field_errors"][0])

    def test_a_plain_answer_is_none_where_it_is_to_be_signed(self):
        def change(back):
            claims = claims_of(back["response"])
            return {"code": claims["code"], "state": claims["state"], "iss": claims["iss"]}
        reply, _ = self.login("jarm", change=change)
        self.assertEqual(reply.status, 400, reply)

    def test_a_bearer_token_is_refused_where_dpop_was_asked_for(self):
        reply, _ = self.login("dpop")
        self.assertEqual((reply.status, reply.json()["non_field_errors"]), (400, ["Token error: the token's type is not DPoP"]), reply)

    def test_fapi2_security_profile_final_client_test_happy_path_no_mtls_endpoint_aliases(self):
        since = len(self.provider.process.output())
        self.good("own")
        for path in ("/token", "/me"):
            self.assertEqual({(l["port"], l["certificate"]) for l in self.provider.seen(path, since)},
                             {(str(self.provider.port), self.keys.thumbprints["own"])}, path)


if __name__ == "__main__":
    unittest.main()
