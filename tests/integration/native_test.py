"""Logins of phone apps, through the real binary: tokens that the stand-in provider's SDK gave, right and wrong ones."""
import base64
import hashlib
import unittest

import harness
from clients import Direct
from fake.idp.provider import CLIENT, Provider

APP = "lab-app-ios"


def hashed(nonce):
    digest = hashlib.sha256(nonce.encode())
    return digest.hexdigest(), base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


class Case(unittest.TestCase):
    more = {}

    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        local = harness.local_providers(cls.idp)
        proof = {"url": cls.idp.base + "/api/tokeninfo", "params": {"access_token": "{access_token}"}, "audience": "i:/aud",
                 "subject": "i:/sub", "expires": "i:/exp"}
        providers = {
            "app": {**local["oidc"], "client_ids": [APP], **cls.more}, "other": {**local["oidc"], "client_ids": [APP]},
            "proven": {**local["github-local"], "client_ids": [APP], "access_token_proof": proof},
            "astray": {**local["github-local"], "access_token_proof": {**proof, "url": "http://127.0.0.1:9/tokeninfo"}},
            "unproven": local["github-local"],
        }
        cls.instance = harness.Instance({"providers": providers}, workers=2).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()
        cls.idp.stop()

    def post(self, provider="app", **form):
        return self.client.post(f"/o/{provider}/", form=form)

    def nonce(self, provider="app"):
        reply = self.client.post(f"/o/{provider}/nonce/")
        self.assertEqual(reply.status, 201, reply)
        return reply.json()["nonce"]

    def refused(self, reply, text=None):
        self.assertEqual(reply.status, 400, reply)
        said = reply.json()["non_field_errors"][0]
        if text:
            self.assertIn(text, said)


class IdTokens(Case):
    def test_of_the_web_client_and_of_the_app_of_one_user(self):
        users = set()
        for client in (CLIENT, APP):
            reply = self.post(id_token=self.idp.sdk("ok.u1", client)[0])
            self.assertEqual(reply.status, 201, reply)
            self.assertEqual(set(reply.json()), {"access", "refresh", "token", "user"})
            me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]})
            users.add(me.json()["id"])
        code = self.client.login(self.idp, "ok.u1", "app").json()
        users.add(self.client.get("/users/me/", headers={"Authorization": "Bearer " + code["access"]}).json()["id"])
        self.assertEqual(len(users), 1, "a login with a code is the same person's")

    def test_as_json(self):
        reply = self.client.post("/o/app/", json_text={"id_token": self.idp.sdk("ok.u1", APP)[0]})
        self.assertEqual(reply.status, 201, reply)

    def test_of_another_application(self):
        self.refused(self.post(id_token=self.idp.sdk("ok.u1", "somebody-else")[0]), "Invalid audience")

    def test_every_fault(self):
        for fault in ("badaud", "badazp", "audlist", "badiss", "expired", "exp0", "noexp", "noiat", "oldiat", "futiat", "nosub", "badsig",
                      "none", "hs256", "unkkid", "idgarbage"):
            with self.subTest(fault):
                self.refused(self.post(id_token=self.idp.sdk(f"{fault}.u1", APP)[0]))

    def test_keys_rotate(self):
        self.assertEqual(self.post(id_token=self.idp.sdk("ok.u1", APP)[0]).status, 201)
        other = Provider()
        self.addCleanup(other.stop)
        instance = harness.Instance({"providers": {"app": {**harness.local_providers(other)["oidc"], "client_ids": [APP]}}}, workers=1).start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        self.assertEqual(client.post("/o/app/", form={"id_token": other.sdk("ok.u1", APP)[0]}).status, 201)
        other.rotate(keep_old=False)
        self.assertEqual(client.post("/o/app/", form={"id_token": other.sdk("ok.u1", APP)[0]}).status, 201)

    def test_no_provider_no_login(self):
        self.assertEqual(self.post("nobody", id_token=self.idp.sdk("ok.u1", APP)[0]).status, 404)


class Nonces(Case):
    def test_good_once_over_all_workers(self):
        nonce = self.nonce()
        token = self.idp.sdk("ok.u1", APP, nonce)[0]
        replies = [Direct(self.instance.socket).post("/o/app/", form={"id_token": token}) for _ in range(8)]
        self.assertEqual(sorted(r.status for r in replies), [201] + 7 * [400])

    def test_hashed_as_the_sdks_do(self):
        for index in (0, 1):
            nonce = self.nonce()
            token = self.idp.sdk("ok.u1", APP, hashed(nonce)[index])[0]
            self.refused(self.post(id_token=token), "nonce")
            self.assertEqual(self.post(id_token=token, nonce=nonce).status, 201)
            self.refused(self.post(id_token=token, nonce=nonce), "nonce")

    def test_of_another_provider(self):
        nonce = self.nonce("other")
        self.refused(self.post(id_token=self.idp.sdk("ok.u1", APP, nonce)[0]), "nonce")

    def test_of_somebody_else(self):
        self.assertEqual(self.post(id_token=self.idp.sdk("ok.u1", APP, "of-the-sdk")[0]).status, 201)
        self.refused(self.post(id_token=self.idp.sdk("ok.u1", APP, "of-the-sdk")[0], nonce="another"), "nonce")


class Strict(Case):
    more = {"native_nonce": "required"}

    def test_ours_or_none(self):
        for nonce in ("", "of-the-sdk"):
            self.refused(self.post(id_token=self.idp.sdk("ok.u1", APP, nonce)[0]), "nonce")
        self.assertEqual(self.post(id_token=self.idp.sdk("ok.u1", APP, self.nonce())[0]).status, 201)


class AccessTokens(Case):
    def test_proven(self):
        for client in (CLIENT, APP):
            self.assertEqual(self.post("proven", access_token=self.idp.sdk("ok.u3", client)[1]).status, 201)

    def test_of_another_application(self):
        self.refused(self.post("proven", access_token=self.idp.sdk("ok.u3", "somebody-else")[1]), "not issued to this application")

    def test_of_nobody(self):
        self.refused(self.post("proven", access_token="made-up"), "not issued to this application")

    def test_the_proof_cannot_be_had(self):
        self.refused(self.post("astray", access_token=self.idp.sdk("ok.u3")[1]), "could not be reached")

    def test_without_a_proof_userinfo_is_not_even_asked(self):
        before = self.idp.hits["/api/user"]
        self.refused(self.post("unproven", access_token=self.idp.sdk("ok.u3")[1]), "does not prove")
        self.refused(self.post("app", access_token=self.idp.sdk("ok.u3")[1]), "does not prove")
        self.assertEqual(self.idp.hits["/api/user"], before)

    def test_the_log_holds_no_token(self):
        token = self.idp.sdk("ok.u3")
        self.post("proven", access_token=token[1])
        self.post("app", id_token=token[0])
        self.assertNotIn(token[1], self.instance.log())
        self.assertNotIn(token[0][-40:], self.instance.log())


if __name__ == "__main__":
    unittest.main()
