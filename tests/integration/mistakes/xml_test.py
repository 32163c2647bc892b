"""Mistake 65: XML that two parsers read in two ways."""
import base64
import re
import unittest

import people
import simplesaml
from way_common import CB, Direct, Jar, harness

ASSERTION = re.compile(r"<saml:Assertion.*</saml:Assertion>", re.S)
SIGNATURE = re.compile(r"<ds:Signature .*?</ds:Signature>", re.S)


def forged(xml):
    """The assertion of the answer, for another person, without its signature."""
    return SIGNATURE.sub("", ASSERTION.search(xml)[0]).replace("alice", "bob")


def before_assertion(xml, text):
    return xml.replace("<saml:Assertion ", text + "<saml:Assertion ", 1)


def other_id(text):
    return re.sub(r' ID="[^"]*"', ' ID="_forged"', text, count=1)


# Why, what is done to the answer, and whether it may still be alice's.
CHANGES = {
    "as it came": (lambda x: x, True),
    "another name": (lambda x: x.replace(">alice<", ">bob<"), False),
    "a forged assertion before": (lambda x: before_assertion(x, other_id(forged(x))), False),
    "a forged assertion with the same ID before": (lambda x: before_assertion(x, forged(x)), False),
    "a forged assertion behind": (lambda x: x.replace("</samlp:Response>", other_id(forged(x)) + "</samlp:Response>"), False),
    "a forged assertion alone": (lambda x: ASSERTION.sub(lambda _: forged(x), x), False),
    "a forged one, the real one in its signature": (lambda x: ASSERTION.sub(lambda m: other_id(forged(x)).replace(
        "<saml:Subject>", SIGNATURE.search(m[0])[0].replace("</ds:Signature>", "<ds:Object>" + SIGNATURE.sub("", m[0]) + "</ds:Object></ds:Signature>") + "<saml:Subject>", 1), x), False),
    "the real one in extensions": (lambda x: ASSERTION.sub(lambda m: "<samlp:Extensions>" + m[0] + "</samlp:Extensions>" + other_id(forged(x)), x), False),
    "the response's signature taken away": (lambda x: SIGNATURE.sub("", x, count=1).replace(">alice<", ">bob<"), False),
    "both signatures taken away": (lambda x: SIGNATURE.sub("", x), False),
    "a document type": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r [<!ENTITY who "bob">]><samlp:Response', 1).replace(">alice<", ">&who;<"), False),
    "an empty document type": (lambda x: x.replace("<samlp:Response", "<!DOCTYPE samlp:Response><samlp:Response", 1), False),
    "an attribute default": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r [<!ATTLIST saml:Assertion ID CDATA "_x">]><samlp:Response', 1), False),
    "an external entity": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r [<!ENTITY who SYSTEM "file:///etc/passwd">]><samlp:Response', 1).replace(">alice<", ">&who;<"), False),
    "an external subset": (lambda x: x.replace("<samlp:Response", '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><samlp:Response', 1), False),
    "a comment in the name": (lambda x: x.replace(">alice<", ">ali<!-- x -->ce<"), True),
    "a comment that hides the rest": (lambda x: x.replace(">alice<", ">alice<!---->.evil<"), False),
    "an instruction in the name": (lambda x: x.replace(">alice<", ">ali<?x y?>ce<"), False),
    "CDATA in the name": (lambda x: x.replace(">alice<", "><![CDATA[alice]]><"), True),
    "CDATA of another": (lambda x: x.replace(">alice<", "><![CDATA[bob]]><"), False),
    "a name space without a name": (lambda x: x.replace("<saml:Assertion ", '<saml:Assertion xmlns:x="" ', 1), False),
    "another prefix for the same": (lambda x: x.replace("<saml:Assertion ", '<saml:Assertion xmlns:evil="urn:oasis:names:tc:SAML:2.0:assertion" ', 1), True),
    "the prefix bound anew": (lambda x: x.replace("<saml:Subject>", '<saml:Subject xmlns:saml="urn:evil">', 1), False),
    "two colons in a name": (lambda x: x.replace("<samlp:Response", "<samlp:x:Response", 1).replace("</samlp:Response>", "</samlp:x:Response>"), False),
    "a colon before a name": (lambda x: before_assertion(x, "<:Assertion/>"), False),
    "an undeclared prefix": (lambda x: before_assertion(x, "<evil:Assertion/>"), False),
    "the same attribute twice": (lambda x: re.sub(r'(<saml:Assertion [^>]*?)( ID="[^"]*")', r"\1\2\2", x, count=1), False),
    "text between elements": (lambda x: before_assertion(x, "bob"), False),
    "a digest beside the signed info": (lambda x: x.replace("<ds:SignedInfo>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:SignedInfo>"), False),
    "a second signed info": (lambda x: re.sub(r"(<ds:SignedInfo>.*?</ds:SignedInfo>)", r"\1\1", x, flags=re.S), False),
    "a comment in a digest": (lambda x: re.sub(r"<ds:DigestValue>(.)", r"<ds:DigestValue><!-- AAAA -->\1", x), True),
    "another digest": (lambda x: re.sub(r"<ds:DigestValue>[^<]*", "<ds:DigestValue>" + base64.b64encode(bytes(32)).decode(), x), False),
    "the signature of another algorithm": (lambda x: x.replace("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"), False),
    "a key of the attacker's": (lambda x: re.sub(r"<ds:X509Certificate>[^<]*", "<ds:X509Certificate>AAAA", x).replace(">alice<", ">bob<"), False),
    "a transform by style sheet": (lambda x: x.replace("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"), False),
    "a transform by path": (lambda x: x.replace("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"), False),
    "a reference to everything": (lambda x: re.sub(r'<ds:Reference URI="[^"]*"', '<ds:Reference URI=""', x), False),
    "a reference elsewhere": (lambda x: re.sub(r'<ds:Reference URI="[^"]*"', '<ds:Reference URI="http://127.0.0.1:9/x"', x), False),
    "a reference by file": (lambda x: re.sub(r'<ds:Reference URI="[^"]*"', '<ds:Reference URI="file:///etc/passwd"', x), False),
    "two roots": (lambda x: x + x, False), "something behind": (lambda x: x + "<x/>", False), "a NUL": (lambda x: x.replace(">alice<", ">bob\0alice<"), False),
    "another encoding": (lambda x: '<?xml version="1.0" encoding="UTF-7"?>' + x.partition("?>")[2] if x.startswith("<?xml") else '<?xml version="1.0" encoding="UTF-7"?>' + x, False),
    "XML 1.1": (lambda x: '<?xml version="1.1"?>' + re.sub(r"^<\?xml.*?\?>", "", x).replace(">alice<", ">bo&#1;b<"), False),
    "no XML at all": (lambda x: "{}", False), "nothing": (lambda x: "", False),
}


class TwoParsers(unittest.TestCase):
    """At a real identity provider, whose answers are changed on their way."""

    @classmethod
    def setUpClass(cls):
        cls.idp = simplesaml.SimpleSaml()
        cls.addClassCleanup(cls.idp.stop)
        cls.idp.write_services({"https://latchstring.test/sp": {"AssertionConsumerService": CB, "simplesaml.nameidattribute": "uid"}})
        cls.instance = harness.Instance({"providers": {"school": {
            "kind": "saml", "sp_entity_id": "https://latchstring.test/sp", "idp_entity_id": cls.idp.entity_id, "idp_sso_url": cls.idp.sso,
            "idp_cert_file": str(cls.idp.certificate), "attr_user_permanent_id": "uid", "attr_username": "uid"}}}, workers=1).start()
        cls.addClassCleanup(cls.instance.stop)
        cls.client = Direct(cls.instance.socket)
        cls.addClassCleanup(cls.client.close)
        cls.alice = people.Person(username="alice", password="alice-password")

    def login(self, change):
        jar = Jar()
        back = self.alice.come_back(self.client.begin("school", jar), CB)
        text = change(base64.b64decode(back["SAMLResponse"]).decode())
        form = {"SAMLResponse": base64.b64encode(text.encode()).decode(), "RelayState": back["RelayState"]}
        return text, self.client.post("/o/school/", form=form, jar=jar)

    def test_65_ghsa_m9hp_cve_2025_25291_xml_that_is_read_in_two_ways(self):
        """GHSA-m9hp-7r99-94h5 (Dex): XML that was written anew meant something else than what was signed. CVE-2025-25291, -25292 (ruby-saml): one parser
        checked the signature and another read the name. Here one parser reads, document types and what two would read differently are refused
        before a tree is built, and only what the digest was made of is looked at (xmldsig-core 8.2; SAML core 5.4)."""
        pids, original = self.instance.process.children(), None
        for why, (change, is_alice) in CHANGES.items():
            with self.subTest(why):
                mark = len(self.instance.log())
                text, reply = self.login(change)
                original = original or text
                if is_alice:
                    self.assertEqual((reply.status, reply.json().get("user")), (201, "alice"), reply)
                else:
                    self.assertEqual(reply.status, 400, reply)
                    self.assertRegex(reply.body, b"SAML login failed|canceled|State|state")
                    self.assertIn("why=", self.instance.log()[mark:])
                if why != "as it came":
                    self.assertNotEqual(re.sub(r"\d\d:\d\d|_[0-9a-f]{20,}", "", text)[:200000] == original, True)
        self.assertEqual(self.instance.process.children(), pids)
        self.assertEqual(self.login(lambda x: x)[1].status, 201)
        users = {row[0] for row in self.instance.sql("SELECT username FROM users")}
        self.assertEqual(users, {"alice"})


if __name__ == "__main__":
    unittest.main()
