"""Mistakes 63 and 66: addresses that come from outside, and whom a connection is made to."""
import contextlib
import re
import socket
import sqlite3
import unittest
import urllib.parse

from tls_front import Authority, Listener, TlsFront
from way_common import CB, Bent, Case, Direct, Jar, Signer, harness

SIGNER = Signer()


def own_name():
    """A name of this machine that is not "localhost", and the address that it leads to."""
    name = socket.gethostname()
    return name, socket.gethostbyname(name)


class Fetches(Case):
    """The issuer stands at https and at a name, as issuers do; what its document names is what a stranger would write there."""
    make_provider = Bent
    tolerated = "status=503"
    ROWS = ("https://127.0.0.1:{port}/jwks", "https://localhost:{port}/jwks", "https://[::1]:{port}/jwks", "https://[::ffff:127.0.0.1]:{port}/jwks", "https://127.1:{port}/jwks",
            "https://2130706433:{port}/jwks", "https://0x7f000001:{port}/jwks", "https://0177.0.0.1:{port}/jwks", "https://0.0.0.0:{port}/jwks", "https://127.0.0.1.:{port}/jwks",
            "https://localhost.:{port}/jwks", "http://127.0.0.1:{port}/jwks", "http://localhost:{port}/jwks", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/jwks",
            "https://192.168.0.1/jwks", "https://[fd00::1]/jwks", "https://[fe80::1]/jwks", "https://100.64.0.1/jwks", "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/",
            "https://x@127.0.0.1:{port}/jwks", "//127.0.0.1:{port}/jwks")

    @classmethod
    def settings(cls, idp):
        folder, authority = harness.temporary_folder(), Authority()
        name, address = own_name()
        cls.front = TlsFront(idp.server.port, *authority.leaf(name), folder, address)
        cls.addClassCleanup(cls.front.stop)
        cls.listener = Listener()
        cls.addClassCleanup(cls.listener.stop)
        (folder / "ca.pem").write_bytes(authority.pem())
        cls.outside = f"https://{name}:{cls.front.port}"
        idp.sign_with(SIGNER)
        idp.answer_with(SIGNER.again(lambda claims: {**claims, "iss": cls.outside + "/oidc"}))
        stanza = idp.stanza(issuer=cls.outside + "/oidc")
        return {"upstream": {"ca_file": str(folder / "ca.pem"), "timeout": "2s"}, "providers": {"company": stanza, "openid": {"enabled": True}}}

    def document(self, **names):
        """What the issuer's metadata say from now on; nobody remembers the last."""
        def bend(document):
            return {k: v.replace(self.idp.base, self.outside) if isinstance(v, str) else v for k, v in document.items()} | names
        self.idp.answer_with(bend, "/oidc/.well-known/openid-configuration")
        self.instance.stop()
        with contextlib.closing(sqlite3.connect(f"{self.instance.database}-flows", timeout=30)) as db, db:
            db.execute("DELETE FROM documents")
        self.instance.start()
        self.client.close()
        self.pids = self.instance.process.children()

    def test_63_ghsa_5rr4_addresses_in_documents(self):
        """GHSA-5rr4-8452-hf4v (better-auth): whoever registered a provider chose the addresses that the server then called, its own network included.
        Addresses that stand in a document must be https and public, judged after the name is resolved (CURLOPT_OPENSOCKETFUNCTION), but for
        the issuer's own host, which the operator has chosen."""
        rows = [("jwks_uri", row) for row in self.ROWS] + [(name, row) for name in ("token_endpoint", "userinfo_endpoint") for row in self.ROWS[:8:3]]
        for name, row in rows:
            with self.subTest(f"{name} {row}"):
                self.document(**{name: row.format(port=self.listener.port)})
                jar = Jar()
                begun = self.client.get("/o/company/?" + urllib.parse.urlencode({"redirect_uri": CB}), jar=jar)
                if begun.status == 200:
                    self.refused(self.finish(self.idp.approve(begun.json()["authorization_url"], "ok.ssrf"), jar, "company"), 400, "could not be reached")
                    self.assertRegex(self.told(), "refused: private address|no address|resolve")
                else:
                    self.refused(begun, 503, "could not be reached", f"{name} is no https URL")
                self.assertEqual(self.listener.came, 0)
        self.document()
        self.assertEqual(self.client.login(self.idp, "ok.ssrf", "company").status, 201)

    def test_63_pocketbase_avatar_and_other_addresses_in_tokens(self):
        """PocketBase v0.37.2 fetched the picture that the provider named; others fetched keys from `jku`. Nothing of what a token or a profile says is
        an address to us: a picture is passed on as text, keys are those of the configured issuer."""
        self.document()
        there = f"http://127.0.0.1:{self.listener.port}/"
        good = self.idp.bends["/oidc/token"]
        self.addCleanup(lambda: self.idp.bends.update({"/oidc/token": good}))
        self.idp.answer_with(lambda user: {**user, "picture": there + "p.png", "profile": there, "website": there}, "/oidc/userinfo")
        self.addCleanup(self.idp.bends.pop, "/oidc/userinfo")
        header = {"jku": there, "x5u": there, "jwk": SIGNER.jwk(), "iss": there}
        self.idp.answer_with(SIGNER.again(lambda claims: {**claims, "iss": self.outside + "/oidc", "picture": there, "sub_jwk": there, "_claim_sources": {"a": {"endpoint": there}}}, **header))
        reply = self.client.login(self.idp, "ok.picture", "company")
        self.assertEqual(reply.status, 201, reply)
        self.assertEqual(self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]}).json()["picture"], there + "p.png")
        stranger = Signer("stranger")
        header = {"jku": there, "x5u": there, "jwk": stranger.jwk()}
        self.idp.answer_with(stranger.again(lambda claims: {**claims, "iss": self.outside + "/oidc"}, **header))
        self.refused(self.client.login(self.idp, "ok.picture", "company"), 400, "Signature verification failed", "unknown key")
        for path in ("/o/company/login?iss=" + there, "/o/company/login?request_uri=" + there, "/o/company/?redirect_uri=" + CB + "&request_uri=" + there,
                     "/o/company/frontchannel-logout?sid=x&iss=" + there, "/o/company/callback?state=x&code=y&iss=" + there):
            self.client.get(path)
        self.assertEqual(self.listener.came, 0)

    def test_63_what_somebody_types_as_their_openid(self):
        """Discovery of OpenID 2.0 goes where a visitor says (plane GHSA-hx79 and its like): https and public, or nowhere."""
        self.document()
        for row in self.ROWS:
            typed = row.format(port=self.listener.port)
            reply = self.client.get("/o/openid/?" + urllib.parse.urlencode({"redirect_uri": CB, "openid_identifier": typed}))
            self.assertIn(reply.status, (400, 503), (typed, reply))
            self.assertNotIn("169.254.169.254", reply.body.decode())
        self.assertEqual(self.listener.came, 0)
        self.assertIn("refused: private address", self.told())


class Tls(Case):
    make_provider = Bent
    tolerated = "status=503"  # an operator should know that a provider cannot be reached

    @classmethod
    def settings(cls, idp):
        folder, good, other = harness.temporary_folder(), Authority(), Authority("latchstring mistakes")  # of the same name
        (folder / "ca.pem").write_bytes(good.pem())
        key, chain = good.leaf("localhost", "127.0.0.1")
        leafs = {"good": (key, chain), "another authority": other.leaf("localhost"), "another name": good.leaf("other.test"), "a longer name": good.leaf("localhost.evil.example"),
                 "another address": good.leaf("127.0.0.2"), "too late": good.leaf("localhost", days=(-3, -1)), "too early": good.leaf("localhost", days=(1, 3)),
                 "signed by a leaf": good.leaf("localhost", issuer=(chain[0], key)), "the authority not sent along": other.leaf("localhost", days=(-1, 2))}
        cls.fronts = {}
        for why, (its_key, its_chain) in leafs.items():
            cls.fronts[why] = TlsFront(idp.server.port, its_key, its_chain, folder)
            cls.addClassCleanup(cls.fronts[why].stop)
        idp.sign_with(SIGNER)
        cls.issuers = {why: f"https://localhost:{front.port}/oidc" for why, front in cls.fronts.items()}
        stanzas = {re.sub(r"\W", "-", why): idp.stanza(issuer=issuer) for why, issuer in cls.issuers.items()}
        lab = harness.local_providers(idp)["github-local"]
        forge = {"authorize": {"url": idp.base + "/login/oauth/authorize"}, "token": {**lab["token"], "url": "https://localhost:{}/login/oauth/access_token"}}
        for why, front in cls.fronts.items():
            token = {**forge["token"], "url": forge["token"]["url"].format(front.port)}
            stanzas["forge-" + re.sub(r"\W", "-", why)] = {**lab, "token": token}
        return {"providers": stanzas, "upstream": {"ca_file": str(folder / "ca.pem")}}

    def speak_for(self, why):
        """The documents are those of the issuer behind that certificate."""
        base = self.issuers[why].removesuffix("/oidc")
        self.idp.answer_with(lambda document: {k: v.replace(self.idp.base, base) if isinstance(v, str) else v for k, v in document.items()}, "/oidc/.well-known/openid-configuration")
        self.idp.answer_with(SIGNER.again(lambda claims: {**claims, "iss": self.issuers[why]}))

    def test_66_ghsa_gr79_tls_settings_ignored(self):
        """GHSA-gr79-9v6v-gc9r (Dex): what was configured for TLS was not used for the connection. A certificate that upstream.ca_file does not vouch for, of
        another name, or out of its time ends the call before anything is sent (RFC 9525; OpenID Connect Core 16.17)."""
        for why in self.fronts:
            if why == "good":
                continue
            with self.subTest(why):
                self.speak_for(why)
                stanza = re.sub(r"\W", "-", why)
                hits = sum(self.idp.hits.values())
                reply = self.client.get(f"/o/{stanza}/?" + urllib.parse.urlencode({"redirect_uri": CB}))
                self.refused(reply, 503, "could not be reached", "tls")
                jar = Jar()
                back = self.begun(jar, "ok.tls", "forge-" + stanza)
                self.refused(self.finish(back, jar, "forge-" + stanza), 400, "the provider could not be reached", "tls")
                self.assertEqual(sum(self.idp.hits.values()), hits, "nothing was sent, no code and no secret")
        self.speak_for("good")
        self.assertEqual(self.client.login(self.idp, "ok.tls", "good").status, 201)
        self.assertEqual(self.client.login(self.idp, "ok.tls", "forge-good").status, 201)

    def test_66_the_systems_authorities_are_not_ours(self):
        """Without ca_file the system's are trusted, which know nothing of the one that signed here."""
        issuer = self.issuers["good"]
        instance = harness.Instance({"providers": {"good": self.idp.stanza(issuer=issuer)}}).start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        self.refused(client.get("/o/good/?" + urllib.parse.urlencode({"redirect_uri": CB})), 503, "could not be reached")
        self.assertIn("tls", instance.log())


if __name__ == "__main__":
    unittest.main()
