"""Logins at an OAuth 1.0a provider that judges with python3-oauthlib, over TLS: every signature method, refusals, and what must not be passed
from one login to another."""
import unittest
import urllib.parse

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import certificates
import harness
from clients import CB, Direct, Jar
from oauth1_provider import SECRET, Provider

METHODS = {"hmac": "HMAC-SHA1", "hmac256": "HMAC-SHA256", "rsa": "RSA-SHA1", "rsa256": "RSA-SHA256", "plain": "PLAINTEXT"}


def setUpModule():
    global provider, ca, key_file
    folder = harness.temporary_folder()
    certificates.make(folder)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    ca, key_file = str(folder / "ca.pem"), folder / "client.pem"
    key_file.write_bytes(certificates.pem_of(key))
    provider = Provider(folder, harness.free_port(), public, CB)


def tearDownModule():
    provider.stop()


def stanzas():
    """[providers.NAME] for each signature method, and a wiki with and without a prefix."""
    out = {}
    for name, method in METHODS.items():
        secret = {"private_key_file": str(key_file)} if name.startswith("rsa") else {"client_secret": SECRET}
        out[name] = {
            "kind": "oauth1", "client_id": name, **secret, "oauth1": {"signature": method},
            "request_token": {"url": provider.base + "/initiate?tenant=a+b"}, "authorize": {"url": provider.base + "/authorize"},
            "token": {"url": provider.base + "/token", "params": {"more": "ä&b=c"}},
            "user": [{"url": provider.base + "/me?a=1&a=0", "params": {"fields": "id,name ü+&"}}],
            "map": {"uid": "u:/id", "username": "u:/id", "name": "u:/name"},
        }
    wiki = {"kind": "mediawiki", "client_id": "wiki", "client_secret": SECRET, "mediawiki_url": provider.base + "/w/index.php"}
    return {**out, "wiki": wiki, "wiki-oob": {**wiki, "callback": "oob"}}


class Logins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = harness.Instance({"providers": stanzas(), "upstream": {"ca_file": ca}}).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()

    def begun(self, name, jar, **visit):
        address, back = provider.visit(self.client.begin(name, jar), **visit)
        self.assertEqual(address, CB)
        return back

    def finish(self, name, back, jar):
        return self.client.post(f"/o/{name}/", form=back, jar=jar)

    def refused(self, name, back, jar, text):
        reply = self.finish(name, back, jar)
        self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": [text]}))

    def test_every_signature_method(self):
        for name, method in METHODS.items():
            with self.subTest(method):
                jar = Jar()
                provider.tables.methods.clear()
                reply = self.finish(name, self.begun(name, jar, user=f"{name}-user"), jar)
                self.assertEqual((reply.status, reply.json()["user"]), (201, f"{name}-user"))
                self.assertEqual(provider.tables.methods, [method] * 3)

    def test_parameters_in_the_query_string_and_an_empty_body(self):
        jar = Jar()
        back = self.begun("hmac", jar)
        self.assertEqual(set(back), {"state", "oauth_token", "oauth_verifier"})
        reply = self.client.post("/o/hmac/?" + urllib.parse.urlencode(back), form="", jar=jar)
        self.assertEqual(reply.status, 201, reply)

    def test_the_user_refuses(self):
        jar = Jar()
        self.refused("hmac", self.begun("hmac", jar, refuse=True), jar, "Authentication process canceled")

    def test_a_callback_is_good_once(self):
        jar = Jar()
        back = self.begun("hmac", jar)
        self.assertEqual(self.finish("hmac", back, jar).status, 201)
        self.refused("hmac", back, jar, "Wrong state parameter given.")

    def test_a_wrong_verifier(self):
        jar = Jar()
        self.refused("hmac", {**self.begun("hmac", jar), "oauth_verifier": "guessed"}, jar, "Your credentials aren't allowed")

    def test_a_callback_without_a_verifier_uses_nothing_up(self):
        jar = Jar()
        back = self.begun("hmac", jar)
        for name in ("oauth_verifier", "oauth_token"):
            self.refused("hmac", {k: v for k, v in back.items() if k != name}, jar, "Authentication process canceled")
        self.assertEqual(self.finish("hmac", back, jar).status, 201)

    def test_the_token_of_another_login(self):
        """Somebody's consent cannot be put under the state of somebody else's login."""
        jar = Jar()
        mine, theirs = self.begun("hmac", jar), self.begun("hmac", Jar(), user="mallory")
        self.refused("hmac", {**theirs, "state": mine["state"]}, jar, "Token error: Incorrect tokens")

    def test_the_state_of_another_browser(self):
        back = self.begun("hmac", Jar(), user="mallory")
        jar = Jar()
        self.begun("hmac", jar)
        self.assertEqual(self.finish("hmac", back, jar).status, 400)

    def test_a_provider_that_does_not_confirm_the_callback(self):
        """OAuth 1.0 without the a: the login does not begin."""
        provider.confirms = False
        self.addCleanup(setattr, provider, "confirms", True)
        reply = self.client.get("/o/hmac/?redirect_uri=" + CB, jar=Jar())
        self.assertEqual(reply.status, 503, reply)
        self.assertIn("oauth_callback_confirmed is missing", self.instance.log())

    def test_a_wiki_tells_who_it_is_in_a_signed_identity(self):
        jar = Jar()
        reply = self.finish("wiki", self.begun("wiki", jar, user="wikiuser"), jar)
        self.assertEqual(reply.status, 201, reply)
        me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]})
        self.assertEqual(me.json()["email"], "wikiuser@wiki.example")

    def test_a_wiki_that_returns_to_the_registered_address_only(self):
        """"oob": the state does not come back; the page kept it, as it stood in the authorization URL."""
        jar = Jar()
        url = self.client.begin("wiki-oob", jar)
        _, back = provider.visit(url)
        self.assertEqual(set(back), {"oauth_token", "oauth_verifier"})
        self.assertEqual(self.finish("wiki-oob", back, jar).status, 400)
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        kept = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(asked["redirect_uri"]).query))
        self.assertEqual(self.finish("wiki-oob", {**back, **kept}, jar).status, 201)


if __name__ == "__main__":
    unittest.main()
