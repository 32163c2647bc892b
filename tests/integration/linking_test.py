"""Whose account it is: linking and unlinking, joining by e-mail, who may sign in, and /users/me/, through the real program with several workers.
What must not join, link or enter is in mistakes/."""
import concurrent.futures
import unittest
import urllib.parse

import harness
from clients import CB, Direct, Jar
from fake.idp.provider import Provider


def bearer(access):
    return {"Authorization": f"Bearer {access}"}


class Case(unittest.TestCase):
    accounts = {}

    def setUp(self):
        self.idp, self.second = Provider(), Provider()
        self.addCleanup(self.idp.stop)
        self.addCleanup(self.second.stop)
        client = {"client_id": "lab-client", "client_secret": "lab-secret-lab-secret-lab-secret-lab"}
        providers = {**harness.local_providers(self.idp), "second": {**client, "kind": "oidc", "issuer": self.second.issuer}}
        self.instance = harness.Instance({"providers": providers, "accounts": self.accounts}).start()
        self.addCleanup(self.instance.stop)
        self.client = self.connect()

    def connect(self):
        client = Direct(self.instance.socket)
        self.addCleanup(client.close)
        return client

    def idp_of(self, provider):
        return self.second if provider == "second" else self.idp

    def login(self, who, provider="fakeoidc"):
        return self.client.login(self.idp_of(provider), who, provider)

    def enter(self, who, provider="fakeoidc"):
        reply = self.login(who, provider)
        self.assertEqual(reply.status, 201, reply)
        return reply.json()["access"]

    def me(self, access):
        reply = self.client.get("/users/me/", headers=bearer(access))
        self.assertEqual(reply.status, 200, reply)
        return reply.json()

    def id(self, access):
        return self.me(access)["id"]

    def identities(self, access):
        return self.client.get("/users/me/identities/", headers=bearer(access)).json()

    def prepare_link(self, access, who, provider):
        """A linking flow up to the provider's answer: (form, jar)."""
        jar = Jar()
        begun = self.client.get(f"/o/{provider}/link/?" + urllib.parse.urlencode({"redirect_uri": CB}), headers=bearer(access), jar=jar)
        self.assertEqual(begun.status, 200, begun)
        return self.idp_of(provider).approve(begun.json()["authorization_url"], who), jar

    def link(self, access, who, provider, client=None, prepared=None):
        form, jar = prepared or self.prepare_link(access, who, provider)
        return (client or self.client).post(f"/o/{provider}/link/", form=form, jar=jar, headers=bearer(access))

    def unlink(self, access, identity, client=None):
        return (client or self.client).request("DELETE", f"/users/me/identities/{identity}/", headers=bearer(access))


class Linking(Case):
    def test_three_users_and_two_providers(self):
        ada, bob, eve = (self.enter(f"ok.u{n}", "github-local") for n in (1, 2, 3))
        linked = self.link(ada, "ok.u11", "fakeoidc")
        self.assertEqual((linked.status, linked.json()["provider"], linked.json()["uid"]), (201, "fakeoidc", "sub-u11"), linked)
        self.assertEqual(self.identities(ada)[0], linked.json())
        self.assertEqual(self.id(self.enter("ok.u11")), self.id(ada), "either way in is the same user")
        self.assertEqual(self.link(ada, "ok.u11", "fakeoidc").status, 200, "once more changes nothing")
        taken = self.link(bob, "ok.u11", "fakeoidc")
        self.assertEqual((taken.status, taken.json()["code"]), (409, "identity_in_use"), taken)
        self.assertIn("Sign in with it", taken.json()["detail"])
        form, jar = self.prepare_link(bob, "ok.u12", "fakeoidc")
        self.assertEqual(self.link(eve, "", "fakeoidc", prepared=(form, jar)).status, 400, "a linking flow is its user's")
        self.assertEqual(self.client.post("/o/fakeoidc/", form=form, jar=jar).status, 400, "and no login")
        self.assertEqual(self.link(bob, "", "fakeoidc", prepared=(form, jar)).status, 201, "nobody has used it up")
        self.assertEqual(self.unlink(eve, linked.json()["id"]).status, 404)
        self.assertEqual(self.unlink(ada, linked.json()["id"]).status, 204)
        last = self.unlink(ada, self.identities(ada)[0]["id"])
        self.assertEqual((last.status, last.json()["code"]), (409, "last_identity"), last)
        self.assertEqual(self.link(eve, "ok.u11", "fakeoidc").status, 201, "what was unlinked is free")
        audit = {(event, outcome) for event, outcome in self.instance.sql("SELECT event, outcome FROM audit")}
        self.assertLessEqual({("linked", "ok"), ("link_refused", "conflict"), ("unlinked", "ok")}, audit)
        self.assertNotIn("@x.test", self.instance.log(), "no address is logged")

    def test_of_many_who_link_one_identity_one_gets_it(self):
        users = [self.enter(f"ok.u{n}", "github-local") for n in range(20, 28)]
        ready = [self.prepare_link(access, "ok.u99", "fakeoidc") for access in users]
        clients = [self.connect() for _ in users]
        with concurrent.futures.ThreadPoolExecutor(len(users)) as pool:
            replies = list(pool.map(lambda c, a, r: self.link(a, "", "fakeoidc", c, r), clients, users, ready))
        self.assertEqual(sorted(r.status for r in replies), [201] + [409] * 7, replies)
        self.assertEqual(self.instance.sql("SELECT count(*) FROM identities WHERE uid = 'sub-u99'"), [(1,)])

    def test_of_two_who_unlink_the_last_two_one_is_refused(self):
        here, there = self.connect(), self.connect()
        for n in range(30, 36):
            access = self.enter(f"ok.u{n}", "github-local")
            self.assertEqual(self.link(access, f"ok.u{n}", "fakeoidc").status, 201)
            one, two = (identity["id"] for identity in self.identities(access))
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                replies = list(pool.map(lambda c, i, a=access: self.unlink(a, i, c), (here, there), (one, two)))
            self.assertEqual(sorted(r.status for r in replies), [204, 409], replies)
            self.assertEqual(len(self.identities(access)), 1)

    def test_unlinking_ends_what_the_identity_had_begun(self):
        ada = self.enter("ok.u1", "github-local")
        hub = self.link(ada, "ok.u1", "fakeoidc").json()["id"]
        lost_phone = self.login("ok.u1").json()
        self.assertEqual(self.unlink(ada, hub).status, 204)
        self.assertEqual(self.client.get("/users/me/", headers=bearer(lost_phone["access"])).status, 401)
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": lost_phone["refresh"]}).status, 401)
        self.assertEqual(self.id(ada), self.id(self.enter("ok.u1", "github-local")))


class ByEmail(Case):
    accounts = {"link_by_email": "verified"}

    def test_joins_where_both_sides_are_verified(self):
        ada = self.enter("ok.u1")
        self.assertEqual(self.id(self.enter("ok.u1", "second")), self.id(ada))
        self.assertEqual({one["provider"] for one in self.identities(ada)}, {"fakeoidc", "second"})


class ByEmailOfSome(Case):
    accounts = {"link_by_email": "verified", "trusted_providers": ["fakeoidc", "second:corp.test"]}

    def test_an_untrusted_word_joins_nothing_and_is_joined_by_nothing(self):
        shady = self.enter("verified.u6", "second")
        ada = self.enter("ok.u1")
        self.assertNotEqual(self.id(ada), self.id(shady))
        self.assertNotEqual(self.id(self.enter("ok.u1", "second")), self.id(ada))


class Lists(Case):
    accounts = {"allowed_domains": ["corp.test"], "allowed_emails": ["u1@x.test"]}

    def test_only_a_verified_address_on_one_of_them_enters(self):
        ada = self.enter("ok.u1")
        for who, provider in (("ok.u2", "fakeoidc"), ("ok.u1", "github-local"), ("unverified.u3", "second"), ("twomails.u4", "second")):
            with self.subTest(who):
                reply = self.login(who, provider)
                self.assertEqual(reply.status, 400, reply)
                self.assertIn("not allowed to sign in here", reply.json()["non_field_errors"][0])
                self.assertEqual(self.link(ada, who, provider).status, 400, "nor is it linked")
        self.assertEqual(self.instance.sql("SELECT count(*) FROM users"), [(1,)])


class Closed(Case):
    accounts = {"create_users": False}

    def test_only_who_exists_enters(self):
        refused = self.login("ok.u1")
        self.assertEqual(refused.status, 400, refused)
        self.assertIn("new ones are not made here", refused.json()["non_field_errors"][0])
        self.instance.sql("INSERT INTO users (id, username, created) VALUES (7, 'ada', 0)")
        self.instance.sql("INSERT INTO identities (user_id, provider, issuer, uid, username, email, email_verified, name, picture, created, used) "
                          "VALUES (7, 'fakeoidc', ?, 'sub-u1', '', '', 0, '', '', 0, 0)", self.idp.issuer)
        ada = self.enter("ok.u1")
        self.assertEqual(self.id(ada), 7)
        told = self.login("verified.u1", "second").json()["non_field_errors"][0]
        self.assertIn("Sign in as you did before", told)
        self.assertEqual(self.link(ada, "verified.u1", "second").status, 201, "and so it is done")
        self.assertEqual(self.id(self.enter("verified.u1", "second")), 7)


class Me(Case):
    accounts = {"change_username": True}

    def patch(self, access, **fields):
        return self.client.request("PATCH", "/users/me/", json_text=fields, headers=bearer(access))

    def test_names_are_changed_and_addresses_are_not(self):
        ada = self.enter("ok.u1")
        before = self.me(ada)
        changed = self.patch(ada, name="Ada", username="countess", email="boss@corp.test", email_verified=True, id=99)
        self.assertEqual(changed.status, 200, changed)
        self.assertEqual(changed.json(), {**before, "name": "Ada", "username": "countess"})
        self.assertEqual(self.me(ada), changed.json())
        self.enter("ok.u2")
        taken = self.patch(ada, username="u2")
        self.assertEqual((taken.status, taken.json()), (400, {"username": ["A user with that username already exists."]}))
        self.assertEqual(self.client.request("PUT", "/users/me/", json_text={}, headers=bearer(ada)).status, 405)

    def test_of_two_with_one_name_the_second_has_a_number(self):
        names = [self.login("ok.u1", provider).json()["user"] for provider in ("fakeoidc", "second", "github-local")]
        self.assertEqual(names, ["u1", "u1-2", "u1-3"])

    def test_a_deleted_account_leaves_nothing(self):
        ada = self.enter("ok.u1")
        self.assertEqual(self.link(ada, "ok.u1", "second").status, 201)
        tokens = self.login("ok.u1").json()
        user = self.id(ada)
        self.assertEqual(self.client.request("DELETE", "/users/me/", headers=bearer(ada)).status, 204)
        self.assertEqual(self.client.get("/users/me/", headers=bearer(ada)).status, 401)
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": tokens["refresh"]}).status, 401)
        for table in ("users", "identities", "sessions", "refresh_tokens", "provider_tokens"):
            self.assertEqual(self.instance.sql(f"SELECT count(*) FROM {table}"), [(0,)], table)
        self.assertEqual(self.instance.sql("SELECT event FROM audit WHERE user_id = ?", user), [("user_deleted",)])
        self.assertNotEqual(self.id(self.enter("ok.u1")), user)

    def test_a_blocked_user_is_out(self):
        tokens = self.login("ok.u1").json()
        user = self.id(tokens["access"])
        self.instance.command("users", "disable", str(user))
        self.assertEqual(self.login("ok.u1").json(), {"non_field_errors": ["User account is disabled."]})
        self.assertEqual(self.client.get("/users/me/", headers=bearer(tokens["access"])).status, 401)
        self.assertEqual(self.client.post("/jwt/refresh/", json_text={"refresh": tokens["refresh"]}).status, 401)
        self.instance.command("users", "enable", str(user))
        self.assertEqual(self.id(self.enter("ok.u1")), user)


if __name__ == "__main__":
    unittest.main()
