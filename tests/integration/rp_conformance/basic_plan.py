"""The plan "Basic" of the OpenID Foundation's relying-party tests, 16 modules; a file for each response mode runs it through its doors."""
import base64
import urllib.parse

from fake.idp import keys
from fake.idp.provider import CLIENT, SECRET

BAD_SIGNATURE = "Signature verification failed"
NO_KID = keys.make("RS256", None)


class BasicPlan:
    """Mixed into a stage.Plan."""
    issuers = {
        "op": ({}, {}),
        "kidless": ({"signing": [NO_KID]}, {}),
        "kidless-many": ({"signing": [NO_KID, keys.make("RS256", "other"), keys.make("ES256", "third")]}, {}),
        "by-body": ({}, {}),
        "scopes": ({}, {"scope": ["address", "phone"]}),
    }

    @classmethod
    def stanza(cls, name, more):
        if name == "by-body":
            url = cls.opened[name].name + "/userinfo"
            more = {"user": [{"url": url, "method": "POST", "form": {"access_token": "{access_token}"}}]}
        return super().stanza(name, more)

    def only(self, path):
        """The one request of the last login to that endpoint."""
        found = [r for r in self.idp.seen if r.path.endswith("/" + path)]
        self.assertEqual(len(found), 1, path)
        return found[0]

    def test_oidcc_client_test(self):
        self.assert_in(self.sign_in())

    def test_oidcc_client_test_nonce_invalid(self):
        for fault in ("badnonce", "nononce", "nonce-null"):
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), "Incorrect id_token: nonce", called=["token"])
        self.assert_unharmed()

    def test_oidcc_client_test_scope_userinfo_claims(self):
        self.assert_in(self.sign_in(provider="scopes", user="claims"))
        door = self.door(self.client, "scopes", self.instance.port)
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(door.begin()).query))
        self.assertEqual(set(asked["scope"].split()), {"openid", "profile", "email", "address", "phone"})
        row = self.instance.sql("SELECT email, email_verified, name FROM identities WHERE uid = 'sub-claims'")
        self.assertEqual(row, [("claims@x.test", 1, "Name claims Lastname")])

    def test_oidcc_client_test_client_secret_basic(self):
        self.assert_in(self.sign_in())
        request = self.only("token")
        scheme, _, value = request.headers["authorization"].partition(" ")
        self.assertEqual((scheme, base64.b64decode(value).decode()), ("Basic", f"{CLIENT}:{SECRET}"))
        self.assertNotIn("client_secret", request.form())

    def test_oidcc_client_test_kid_absent_single_jwks(self):
        self.assert_in(self.sign_in(provider="kidless"))
        self.assert_refused(self.sign_in("badsig", "kidless"), BAD_SIGNATURE, log="bad signature", called=["token"])

    def test_oidcc_client_test_kid_absent_multiple_jwks(self):
        """All that fit are tried (RFC 7515 6), none that does not."""
        self.assert_in(self.sign_in(provider="kidless-many"))
        for fault in ("badsig", "otherkey"):
            self.assert_refused(self.sign_in(fault, "kidless-many"), BAD_SIGNATURE, log="bad signature", called=["token"])

    def test_oidcc_client_test_idtoken_sig_rs256(self):
        self.assertEqual(self.opened["op"].keys[0].alg, "RS256")
        self.assert_in(self.sign_in())

    def test_oidcc_client_test_idtoken_sig_none(self):
        for fault, why in {"none": "no signature", "null-alg": "no signature", "nosig": "no signature",
                           "none-signed": "alg unknown, or none", "None": "no signature"}.items():
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), BAD_SIGNATURE, log="id_token: jws: " + why, called=["token"])
        self.assert_unharmed()

    def test_oidcc_client_test_invalid_sig_rs256(self):
        for fault in ("badsig", "flipped", "otherkey"):
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), BAD_SIGNATURE, log="bad signature", called=["token"])
        self.assert_unharmed()

    def test_oidcc_client_test_invalid_iss(self):
        for fault in ("badiss", "iss-slash"):
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), "Invalid issuer", called=["token"])
        self.assert_unharmed()

    def test_oidcc_client_test_missing_sub(self):
        for fault in ("nosub", "sub-empty", "sub-number", "sub-long"):
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), "Invalid UserInfo sub", log="sub is missing or unfit", called=["token"])
        self.assert_unharmed()

    def test_oidcc_client_test_invalid_aud(self):
        for fault in ("badaud", "aud-empty", "aud-object"):
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), "Invalid audience", called=["token"])
        self.assert_unharmed()

    def test_oidcc_client_test_missing_iat(self):
        for fault in ("noiat", "iat-text"):
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), "Incorrect id_token: iat", called=["token"])
        self.assert_unharmed()

    def test_oidcc_client_test_userinfo_bearer_header(self):
        self.assert_in(self.sign_in())
        request = self.only("userinfo")
        self.assertRegex(request.headers["authorization"], "^Bearer at_")
        self.assertEqual((request.method, request.query, request.body), ("GET", "", b""))

    def test_oidcc_client_test_userinfo_bearer_body(self):
        self.assert_in(self.sign_in(provider="by-body"))
        request = self.only("userinfo")
        self.assertRegex(request.form()["access_token"], "^at_")
        self.assertEqual((request.method, request.query, request.headers.get("authorization")), ("POST", "", None))

    def test_oidcc_client_test_userinfo_invalid_sub(self):
        for fault in ("uibadsub", "ui-sub-number", "ui-sub-null"):
            with self.subTest(fault):
                self.assert_refused(self.sign_in(fault), "Invalid UserInfo sub", called=["token", "userinfo"])
        self.assert_unharmed()
