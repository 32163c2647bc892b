"""Faults on the way: what a provider's endpoints may answer instead of an answer. Each is one of transport.WAYS, at each endpoint; the login
ends with a reason, in time, within bounds of memory, and the next one works."""
import pathlib
import unittest

import certificates
import harness
import stage
from fake.idp import transport
from fake.idp.provider import Provider

TIMEOUT = harness.PATIENCE
MEMORY = 200 << 20   # bytes that a worker may ever have had; a gibibyte or a bomb would show

# kind -> what the log says of it; the first word is net/'s kind of failure, or it is a document that was read and not believed
BROKEN = {
    "drip-head": "timeout", "hang": "timeout", "too-long": "timeout", "drip": "timeout",
    "endless-head": "too large", "gibibyte": "too large", "gibibyte-unannounced": "too large", "gzip-bomb": "too large: body",
    "deflate-bomb": "too large: body",
    "gzip-twice": "protocol: content coding that was not asked for", "brotli": "protocol: content coding that was not asked for",
    "gzip-broken": "protocol: ", "half": "protocol: ", "half-chunked": "protocol: ", "two-lengths": "", "close": "protocol: ",
    "s500": "HTTP 500", "redirect-http": "HTTP 302", "redirect-loopback": "HTTP 302", "redirect-host": "HTTP 307", "redirect-file": "HTTP 302",
    "redirect-loop": "HTTP 307", "redirect-forever": "HTTP 308",
    "too-short": "json", "empty": "json", "html": "json", "deep": "json", "twice": "json", "trailing": "json", "latin1": "json", "nul": "json",
    "bom16": "json",
}
SLOW = ("drip-head", "hang", "too-long")   # a second each: at the token endpoint only


class Transport(stage.Plan):
    timeout = f"{TIMEOUT}s"
    issuers = {"op": ({}, {}), **{f"{at}-{kind}": ({at: kind}, {}) for at in ("jwks", "discovery") for kind in [*BROKEN, "gzip"]}}

    @classmethod
    def providers(cls):
        github = harness.local_providers(cls.idp)["github-local"]
        for kind in ("gzip", "deflate"):
            transport.bomb(kind)  # made once, before anybody waits for it
        return {**super().providers(), "plain": github}

    def test_every_kind_of_fault_is_tried(self):
        self.assertEqual(set(transport.WAYS), {*BROKEN, "gzip"})

    def refused(self, fault, kind, called, provider="op"):
        log = {"json": "answer: "}.get(BROKEN[kind], BROKEN[kind])
        outcome = self.sign_in(fault, provider)
        self.assertEqual(outcome.status, 400, outcome)
        self.assertIn(log, outcome.line, outcome)
        self.assertEqual(outcome.entered, (0, 0, 0), outcome)
        # libcurl asks once more where a kept connection ends without a byte: the provider may have closed it before.
        asked = [c for c in dict.fromkeys(self.called) if c in ("token", "userinfo")]
        self.assertEqual(asked, called, outcome)

    def test_token_endpoint(self):
        for kind in BROKEN:
            with self.subTest(kind):
                self.refused(f"token-{kind}", kind, ["token"])
        self.assert_in(self.sign_in("token-gzip"))
        self.assert_unharmed()

    def test_userinfo_endpoint(self):
        for kind in BROKEN:
            if kind not in SLOW:
                with self.subTest(kind):
                    self.refused(f"userinfo-{kind}", kind, ["token", "userinfo"])
        self.assert_in(self.sign_in("userinfo-gzip"))
        self.assert_unharmed()

    def test_plain_oauth_2(self):
        for at in ("token", "userinfo"):
            for kind in BROKEN:
                if kind not in SLOW and kind != "drip":
                    with self.subTest(at=at, kind=kind):
                        self.refused(f"{at}-{kind}", kind, [], "plain")
        self.assert_unharmed(provider="plain")

    def test_key_set(self):
        for kind in BROKEN:
            if kind not in SLOW:
                with self.subTest(kind):
                    log = {"json": "keys: jwks: "}.get(BROKEN[kind], "keys: " + BROKEN[kind])
                    self.assert_refused(self.sign_in("ok", f"jwks-{kind}"), "The authentication provider could not be reached", log, ["token"])
        self.assert_in(self.sign_in(provider="jwks-gzip"))

    def test_discovery(self):
        for kind in BROKEN:
            if kind not in SLOW:
                with self.subTest(kind):
                    self.begin_fails(f"discovery-{kind}", {"json": "discovery: "}.get(BROKEN[kind], "discovery: " + BROKEN[kind]))
                    self.assertEqual(self.called, [".well-known/openid-configuration"])
        self.assert_in(self.sign_in(provider="discovery-gzip"))

    def tearDown(self):
        """No answer, however long, was ever in memory as a whole."""
        if harness.MODE in ("release", "debug"):
            for pid in self.instance.process.children():
                peak = next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
                self.assertLess(int(peak.split()[1]) << 10, MEMORY)


class Tls(stage.Plan):
    """Who cannot prove to be that host is told nothing."""

    @classmethod
    def providers(cls):
        cls.bad = {kind: Provider(tls=folder) for kind, folder in certificates.make_bad(cls.folder, cls.authority).items()}
        stanzas = super().providers()
        for kind, idp in cls.bad.items():
            stanzas[f"openid-{kind}"] = {**stanzas["op"], "issuer": idp.issuer}
            stanzas[f"plain-{kind}"] = harness.local_providers(idp)["github-local"]
        cls.plain = Provider()  # speaks HTTP where TLS is expected
        stanzas["openid-plain"] = {**stanzas["op"], "issuer": cls.plain.issuer.replace("http://127.0.0.1", "https://localhost")}
        return stanzas

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        for idp in (*cls.bad.values(), cls.plain):
            idp.stop()

    def test_certificates_that_prove_nothing(self):
        for kind, idp in self.bad.items():
            with self.subTest(kind):
                self.begin_fails(f"openid-{kind}", "discovery: tls: ")
                door = stage.Api(self.client, f"plain-{kind}", self.instance.port)
                back = idp.approve(door.begin(), "ok.ada")
                self.assert_refused(self.outcome(lambda: door.finish(back)), "the provider could not be reached", log="token: tls: ")
                self.assertEqual(list(idp.seen), [])
        self.begin_fails("openid-plain", "discovery: tls: ")
        self.assert_in(self.sign_in())


if __name__ == "__main__":
    unittest.main()
