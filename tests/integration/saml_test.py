"""SAML 2.0 logins at real identity providers: SimpleSAMLphp (both bindings, signed requests, encrypted assertions, metadata both ways) and npm
samlp (one signature only: over the response, or over the assertion)."""
import base64
import json
import subprocess
import unittest
import urllib.parse
import xml.etree.ElementTree

import harness
import people
import simplesaml
from clients import CB, Direct, Jar

SP = "https://latchstring.test/sp/"  # our name at the identity provider, one for each of its settings


class Person(people.Person):
    """Somebody at the identity provider; the way ends where a form leads to CB."""

    def __init__(self, name="alice"):
        super().__init__(username=name, password=f"{name}-password")

    def visit(self, url, method="GET", form=None):
        """What is posted to CB in the end; AssertionError if a page leads nowhere."""
        back = self.come_back(url, CB, method, form)
        return {name: back[name] for name in ("SAMLResponse", "RelayState")}


def setUpModule():
    global idp
    idp = simplesaml.SimpleSaml()


def tearDownModule():
    idp.stop()


def stanzas():
    """One for each way: what we say, and what SimpleSAMLphp is told of us."""
    key, certificate = idp.new_pair("sp")
    _, strangers = idp.new_pair("stranger")
    common = {"kind": "saml", "idp_entity_id": idp.entity_id, "idp_sso_url": idp.sso, "idp_cert_file": str(idp.certificate),
              "attr_user_permanent_id": "uid", "attr_username": "uid"}
    own = {"sp_private_key_file": str(key), "sp_public_cert_file": str(certificate)}
    ways = {
        "plain": ({}, {}),
        "metadata": ({"idp_metadata": idp.metadata()}, {}),
        "named": ({"attr_user_permanent_id": "name_id"}, {}),
        "encrypted": ({**own, "want_assertions_encrypted": True}, {"assertion.encryption": True, "certificate": "sp.crt"}),
        "gcm": (own, {"assertion.encryption": True, "certificate": "sp.crt", "sharedkey_algorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm"}),
        "signing": ({**own, "sign_requests": True}, {"validate.authnrequest": True, "certificate": "sp.crt"}),
        "post": ({"idp_binding": "post"}, {}),
        "signing-post": ({**own, "idp_binding": "post", "sign_requests": True}, {"validate.authnrequest": True, "certificate": "sp.crt"}),
        "unsigned": ({}, {"validate.authnrequest": True, "certificate": "sp.crt"}),
        "wrong-key": ({"idp_cert_file": str(strangers)}, {}),
        "assertion-only": ({}, {"saml20.sign.response": False}),
        "response-only": ({}, {"saml20.sign.assertion": False}),
        "nothing-signed": ({}, {"saml20.sign.response": False, "saml20.sign.assertion": False}),
        "sha1": ({}, {"signature.algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}),
        "sha1-allowed": ({"allow_sha1": True}, {"signature.algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}),
    }
    base = {"AssertionConsumerService": CB, "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "simplesaml.nameidattribute": "uid"}
    idp.write_services({SP + name: {**base, **theirs} for name, (_, theirs) in ways.items()})
    made = {name: {**common, "sp_entity_id": SP + name, **ours} for name, (ours, _) in ways.items()}
    for key in ("idp_entity_id", "idp_sso_url", "idp_cert_file"):
        del made["metadata"][key]
    return made


class AtSimpleSaml(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stanzas = stanzas()
        cls.instance = harness.Instance({"providers": cls.stanzas}).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()

    def begun(self, provider, jar, person=None):
        """The fields that come back."""
        person, url = person or Person(), self.client.begin(provider, jar)
        if not url.startswith(self.instance.public_url):
            return person.visit(url)
        page = self.client.get(url.removeprefix(self.instance.public_url))  # our own page, which posts
        self.assertEqual((page.status, page.header("Content-Type")), (200, "text/html; charset=utf-8"), page)
        self.assertIn("default-src 'none'", page.header("Content-Security-Policy"))
        form = people.Form(page.body.decode())
        self.assertEqual(form.action, idp.sso)
        return person.visit(form.action, "POST", form.fields)

    def login(self, provider, person=None):
        jar = Jar()
        return self.client.post(f"/o/{provider}/", form=self.begun(provider, jar, person), jar=jar)

    def test_every_way_in(self):
        for way in ("plain", "metadata", "named", "encrypted", "gcm", "signing", "post", "signing-post", "assertion-only", "response-only", "sha1-allowed"):
            with self.subTest(way):
                reply = self.login(way)
                self.assertEqual(reply.status, 201, reply)
                me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]}).json()
                self.assertEqual((me["name"], me["username"]), ("Alice Ä. Example", "alice"), me)

    def test_whoever_was_there_before_is_the_same_person(self):
        """The identity is the provider's entity id and the uid, whatever our stanza is called."""
        users = {self.login(way, Person("bob")).json()["user"] for way in ("plain", "encrypted", "plain")}
        self.assertEqual(users, {"bob"})

    def test_what_is_not_signed_as_it_should_be_stays_out(self):
        for way in ("wrong-key", "nothing-signed", "sha1"):
            with self.subTest(way):
                reply = self.login(way)
                self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": ["Authentication failed: SAML login failed: invalid response"]}))

    def test_the_identity_provider_insists_on_signed_requests(self):
        with self.assertRaises(AssertionError):
            self.login("unsigned")

    def test_an_answer_is_good_once(self):
        jar = Jar()
        back = self.begun("plain", jar)
        self.assertEqual(self.client.post("/o/plain/", form=back, jar=jar).status, 201)
        self.assertEqual(self.client.post("/o/plain/", form=back, jar=jar).status, 400)

    def test_an_answer_is_good_for_its_own_login_alone(self):
        jar = Jar()
        first, second = self.begun("plain", jar), self.begun("plain", jar)
        reply = self.client.post("/o/plain/", form={**second, "SAMLResponse": first["SAMLResponse"]}, jar=jar)
        self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": ["Authentication failed: SAML login failed: invalid InResponseTo"]}))

    def test_another_browser_gets_nothing(self):
        back = self.begun("plain", Jar())
        self.assertEqual(self.client.post("/o/plain/", form=back, jar=Jar()).status, 400)

    def test_a_changed_answer_stays_out(self):
        jar = Jar()
        back = self.begun("plain", jar)
        xml_text = base64.b64decode(back["SAMLResponse"]).replace(b"alice@example.test", b"admin@example.test")
        reply = self.client.post("/o/plain/", form={**back, "SAMLResponse": base64.b64encode(xml_text).decode()}, jar=jar)
        self.assertEqual(reply.status, 400, reply)

    def test_a_comment_changes_nothing(self):
        """CVE-2017-11427: what a comment cuts in two is still one text."""
        jar = Jar()
        back = self.begun("named", jar, Person("bob"))
        xml_text = base64.b64decode(back["SAMLResponse"]).replace(b">bob<", b">b<!-- -->ob<")
        reply = self.client.post("/o/named/", form={**back, "SAMLResponse": base64.b64encode(xml_text).decode()}, jar=jar)
        self.assertEqual((reply.status, reply.json().get("user")), (201, "bob"), reply)

    def test_the_state_stands_in_relay_state_or_in_state(self):
        jar = Jar()
        back = self.begun("plain", jar)
        reply = self.client.post("/o/plain/?" + urllib.parse.urlencode({"state": back["RelayState"]}), form={"SAMLResponse": back["SAMLResponse"]}, jar=jar)
        self.assertEqual(reply.status, 201, reply)

    def test_our_metadata_is_understood(self):
        reply = self.client.get("/o/signing/metadata")
        self.assertEqual((reply.status, reply.header("Content-Type")), (200, "application/samlmetadata+xml"), reply)
        self.assertEqual(json.loads(idp.understand(reply.body.decode())), [SP + "signing", CB, [[True, False], [False, True]]])
        bare = self.client.get("/o/plain/metadata")
        self.assertEqual(xml.etree.ElementTree.fromstring(bare.body).get("entityID"), SP + "plain")
        self.assertEqual(self.client.get("/o/nope/metadata").status, 404)

    def test_the_page_that_posts_shows_nothing_that_it_is_given(self):
        for query in ({"SAMLRequest": "\"><script>alert(1)</script>", "RelayState": "s"}, {"SAMLRequest": "PHg+", "RelayState": "\"><b>"}, {}):
            with self.subTest(query):
                reply = self.client.get("/o/post/post?" + urllib.parse.urlencode(query))
                self.assertEqual(reply.status, 400, reply)
                self.assertNotIn(b"<", reply.body)
        self.assertEqual(self.client.get("/o/plain/post?SAMLRequest=PHg%2B&RelayState=s").status, 404)

    def test_check_is_content(self):
        self.assertIn("plain", self.instance.command("check").stdout)


class AtSamlp(unittest.TestCase):
    """Another implementation's documents: prefixes, order and canonical forms are not SimpleSAMLphp's."""

    @classmethod
    def setUpClass(cls):
        folder, port = harness.temporary_folder(), harness.free_port()
        key, certificate = idp.new_pair("samlp")
        own, own_certificate = idp.new_pair("samlp-sp")
        public = folder / "sp.pub"
        subprocess.run(["openssl", "pkey", "-in", own, "-pubout", "-out", public], check=True, capture_output=True, timeout=60)
        options = {"port": port, "key": str(key), "cert": str(certificate), "callback": CB,
                   "encrypt": {"cert": str(own_certificate), "publicKey": str(public)}}
        cls.process = harness.Process(["node", harness.ROOT / "tests/integration/samlp_provider.mjs", json.dumps(options)], folder / "log")
        cls.process.wait_until("READY", lambda: "READY" in cls.process.output(), 30)
        common = {"kind": "saml", "idp_entity_id": f"http://127.0.0.1:{port}/idp", "idp_cert_file": str(certificate), "sp_private_key_file": str(own)}
        ways = {way: {**common, "idp_sso_url": f"http://127.0.0.1:{port}/{way}"} for way in ("response", "assertion", "both", "encrypted", "elsewhere")}
        ways["strict-response"] = {**ways["assertion"], "want_messages_signed": True}
        ways["strict-assertion"] = {**ways["response"], "want_assertions_signed": True}
        cls.instance = harness.Instance({"providers": ways}).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()
        cls.process.stop()

    def login(self, provider):
        jar = Jar()
        return self.client.post(f"/o/{provider}/", form=Person().visit(self.client.begin(provider, jar)), jar=jar)

    def test_one_good_signature_will_do(self):
        for way in ("response", "assertion", "both", "encrypted"):
            with self.subTest(way):
                reply = self.login(way)
                self.assertEqual(reply.status, 201, reply)
                me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]}).json()
                self.assertEqual((me["name"], me["email"]), ("Alice E", "alice@example.test"), me)

    def test_unless_the_operator_wants_a_certain_one_or_it_is_for_nobody(self):
        for way in ("strict-response", "strict-assertion", "elsewhere"):
            with self.subTest(way):
                self.assertEqual(self.login(way).status, 400)


if __name__ == "__main__":
    unittest.main()
