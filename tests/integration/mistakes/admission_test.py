"""Mistakes 10 to 18: who is who, and who may come in. Each test makes the mistake's attack against the real program; README.md is the ledger."""
import unittest

from clients import Jar
from common import VICTIM, House, bearer

NOT_ALLOWED = "not allowed to sign in here"
ON_NO_LIST = "e-mail is not verified, or on no list of [accounts]"


class Openid(House):
    def providers(self):
        """okta: the catalogue's file, at an organisation of its own."""
        idp = self.idp
        for path, route in {"authorize": idp.authorize, "token": idp.openid_token, "userinfo": idp.document, "keys": idp.key_set}.items():
            idp.routes["/oidc/v1/" + path] = route
        okta = {"client_id": "lab-client", "client_secret": "lab-secret-lab-secret-lab-secret-lab", "kind": "okta-openidconnect",
                "api_url": self.idp.issuer, "token": {"client_auth": "post"}}
        return {"okta": okta, "mail": self.idp.plain(uid="email"), **super().providers()}

    def test_10_cve_2025_65431_allauth_preferred_username_as_uid(self):
        """CVE-2025-65431, allauth before 65.13. preferred_username was the uid for Okta and NetIQ, and whoever renamed themselves was somebody
        else. Rule: sub, which is never given to another, and nothing besides (OIDC Core 5.7)."""
        for provider in ("okta", "op"):
            admin = {"sub": "s1", "preferred_username": "admin", "name": "admin", "nickname": "admin", "upn": "admin", "username": "admin"}
            real = self.enter(provider, admin)
            self.assert_apart(self.enter(provider, {**admin, "sub": "s2"}), real, "a name of theirs")
            self.assertEqual(self.id(self.enter(provider, {**admin, "sub": "s1", "preferred_username": "renamed"})), self.id(real))
            before = self.count()
            self.news()
            self.assert_refused(self.login(provider, {**admin, "sub": None}), "Invalid UserInfo sub", "sub is missing or unfit")
            self.assert_refused(self.login(provider, {**admin, "sub": "s2"}, claims={"sub": "s1"}), "Invalid UserInfo sub")
            for odd in (1, True, ["s1"], {"s1": 1}, "", "s1\n", "s1\0", "s" * 256):
                self.assert_refused(self.login(provider, {**admin, "sub": odd}), "Invalid UserInfo sub")
            self.assertEqual(self.count(), before)

    def test_10_an_address_as_uid(self):
        """The same where the operator takes the address for the uid (uid = "email"): it is somebody's who proved it."""
        victim = self.enter("mail", VICTIM)
        self.news()
        reply = self.login("mail", {**VICTIM, "id": 666, "verified": False})
        self.assert_refused(reply, "Your credentials aren't allowed", "the e-mail is not verified")
        self.assertEqual(self.id(self.enter("mail", {**VICTIM, "id": 2})), self.id(victim))

    def test_11_ghsa_g38m_r43w_p2q7_better_auth_linking_ownership(self):
        """GHSA-g38m-r43w-p2q7, better-auth. Whoever asked could link an identity to an account that was not theirs. Rule: a linking flow names
        its user, that user finishes it in the same browser, and an identity that somebody has stays theirs (RFC 9700 4.7)."""
        victim, attacker = self.enter("a", VICTIM), self.enter("a", {"id": 666})
        jar = Jar()
        form = self.approved("b", {"id": 667}, jar, "link/", bearer(attacker))
        self.news()
        self.assert_refused(self.client.post("/o/b/link/", form=form, jar=jar, headers=bearer(victim)), "Wrong state parameter", "not this caller's")
        self.assert_refused(self.client.post("/o/b/link/", form=form, jar=jar), "credentials were not provided", status=401)
        self.assert_refused(self.client.post("/o/b/link/", form=form, headers=bearer(attacker)), "Session value state missing", "neither cookie nor")
        self.assert_refused(self.client.post("/o/b/", form=form, jar=jar), "Wrong state parameter", "not this caller's")
        self.assertEqual(self.idp.hits["/login/oauth/access_token"], 2, "the two logins: no code was redeemed")
        more = {"user": "1", "user_id": "1", "link_user": "1", "account": "1"}
        linked = self.client.post("/o/b/link/?user_id=1&link_user=1", form={**form, **more}, jar=jar, headers=bearer(attacker))
        self.assertEqual(linked.status, 201, "nobody had used it up, and it is still the attacker's own account that it goes to")
        self.assertEqual((self.ways(victim), self.ways(attacker)), ([("a", "1")], [("a", "666"), ("b", "667")]))
        self.assert_refused(self.link(attacker, "a", VICTIM), "belongs to another account here", "identity belongs to another user", 409)
        theirs = self.client.get("/users/me/identities/", headers=bearer(victim)).json()[0]["id"]
        self.assertEqual(self.client.request("DELETE", f"/users/me/identities/{theirs}/", headers=bearer(attacker)).status, 404)
        self.assertEqual((self.ways(victim), self.ways(attacker)), ([("a", "1")], [("a", "666"), ("b", "667")]))


class Adapters(House):
    def at(self, kind, *paths):
        """The catalogue's file, with its addresses led to the stand-in provider."""
        return {"client_id": "lab-client", "client_secret": "lab-secret-lab-secret-lab-secret-lab", "kind": kind,
                "authorize": {"url": self.idp.base + "/login/oauth/authorize"},
                "token": {"url": self.idp.base + "/login/oauth/access_token", "client_auth": "post"},
                "user": [{"url": self.idp.base + path, "headers": {"Authorization": "Bearer {access_token}"}} for path in paths]}

    def providers(self):
        return {**super().providers(), "discord": self.at("discord", "/api/user"),
                "bitbucket": self.at("bitbucket-oauth2", "/api/user/emails", "/api/user")}

    def test_12_cve_2026_41574_nhost_flags_that_an_adapter_dropped(self):
        """CVE-2026-41574, nhost. The adapters dropped Discord's `verified` and took Bitbucket's addresses without `is_confirmed`. Rule: the
        provider's file says where the flag stands; without it nothing is verified."""
        victim = self.id(self.enter("a", VICTIM))
        email = "victim@corp.example"
        for number, (flag, joins) in enumerate([({}, False), ({"verified": False}, False), ({"verified": None}, False), ({"verified": True}, True)]):
            found = self.id(self.enter("discord", {"id": str(number), "username": "x", "email": email, **flag}))
            self.assertEqual(found == victim, joins, flag)
        for number, (flag, joins) in enumerate([({}, False), ({"is_confirmed": False}, False), ({"is_confirmed": True}, True)]):
            emails = {"values": [{"email": "own@evil.example", "is_primary": False, "is_confirmed": True},
                                 {"email": email, "is_primary": True, **flag}]}
            found = self.id(self.enter("bitbucket", {"uuid": f"{{{number}}}", "username": "x", "email": email}, emails=emails))
            self.assertEqual(found == victim, joins, flag)


class Existing(House):
    accounts = {"link_by_email": "verified", "allowed_domains": ["corp.example"]}

    def test_13_cve_2026_47164_vaultwarden_the_branch_for_existing_users(self):
        """CVE-2026-47164, Vaultwarden. email_verified was asked of new users, and not where the user existed. Rule: one decision for both, and
        the lists are asked at every login."""
        victim = self.enter("a", VICTIM)
        before = self.count()
        self.news()
        self.assert_refused(self.login("b", {**VICTIM, "id": 666, "verified": False}), NOT_ALLOWED, ON_NO_LIST)
        self.assert_refused(self.login("a", {**VICTIM, "verified": False}), NOT_ALLOWED, ON_NO_LIST)
        self.assert_refused(self.link(victim, "b", {**VICTIM, "id": 666, "verified": False}), NOT_ALLOWED, ON_NO_LIST)
        self.assertEqual(self.count(), before)
        self.assertEqual(self.id(self.enter("b", {**VICTIM, "id": 2})), self.id(victim), "verified, it is the same user")


class Local(House):
    def test_14_ghsa_29rf_f4vv_pvq6_authorizer_unverified_local_account(self):
        """GHSA-29rf-f4vv-pvq6, authorizer. A local account with an unverified address was merged with an OAuth login of that address. Rule: an
        address on record (an import, a row) is a claim until an identity that is signed in with proves it, whatever a column says."""
        local = self.enter("a", {"id": 5, "login": "local"})
        self.instance.sql("UPDATE users SET email = 'victim@corp.example', email_verified = 0, email_match = 'victim@corp.example'")
        self.assert_apart(self.enter("b", VICTIM), local)
        self.instance.sql("UPDATE users SET email = 'boss@corp.example', email_verified = 1, email_match = 'boss@corp.example' WHERE id = ?",
                          self.id(local))
        boss = {"id": 9, "email": "boss@corp.example", "verified": True}
        self.assert_apart(self.enter("b", boss), local, "no identity stands for it")
        self.assertEqual(self.ways(local), [("a", "5")])
        own = {"id": 5, "login": "local", "email": "own@corp.example", "verified": True}
        self.instance.sql("UPDATE users SET email = 'own@corp.example', email_match = 'own@corp.example' WHERE id = ?", self.id(local))
        self.enter("a", own)
        self.assertEqual(self.id(self.enter("b", {**own, "id": 10})), self.id(local), "what its identity proves joins")


COMMAS = ["victim@corp.example,attacker@evil.example", "attacker@evil.example,victim@corp.example", "attacker@evil.example;victim@corp.example",
          "victim@corp.example attacker@evil.example", " victim@corp.example", "victim@corp.example ", "<victim@corp.example>",
          "Victim <victim@corp.example>", "victim@corp.example(x)", "victim@corp.example\r\nBcc: x@evil.example", "victim@corp.example\0",
          "victim@corp.example\t", "mailto:victim@corp.example", "\"victim\"@corp.example", "vic\\tim@corp.example"]
LOOKALIKES = ["victim\uff20corp.example", "x\uff20evil.example@corp.example", "victim\ufe6bcorp.example", "victim@corp\u3002example",
              "victim@corp\uff0eexample", "v\u0131ctim@corp.example", "victim@\uff43orp.example", "victim@corp.ex\u0430mple", "victim\u200b@corp.example",
              "victim@corp.example\u200b", "\ufeffvictim@corp.example", "victim@corp.e\u00adxample", "vi\u0441tim@corp.example", "victim@co\u212bp.example",
              "victim@corp.example\u202e", "victim@\u24d2orp.example", "victim@xn--crp-hoa.example"]
AT_SIGNS = ["victim@corp.example@evil.example", "x@evil.example@corp.example", "x@@corp.example", "@corp.example", "victim@", "victim", "@", "",
            "\"victim@corp.example\"@evil.example", "x@evil.example%00@corp.example", "x%40evil.example@corp.example@"]
DOMAINS = ["victim@corp.example.", "victim@.corp.example", "victim@sub.corp.example", "victim@evilcorp.example", "victim@corp.example.evil.example",
           "victim@corp..example", "victim@corp.example/", "victim@corp.example#", "victim@corp.example?", "victim@[corp.example]", "victim@corp",
           "victim@corp.example:25", "victim@corp_example", "victim@corp%2eexample", "victim@" + "a" * 300 + ".corp.example"]


class Bent(House):
    """Addresses that are bent to pass for another: none of them joins, passes a list, or is kept as verified."""

    def providers(self):
        return {**super().providers(), "listed": self.idp.plain(allowed_domains=["corp.example"], allowed_emails=["victim@corp.example"]),
                "own": self.idp.openid(allowed_domains=["corp.example"])}

    def nobody_passes_with(self, addresses):
        victim = self.enter("a", VICTIM)
        for number, address in enumerate(addresses, 1000):
            self.assert_apart(self.enter("b", {"id": number, "login": "x", "email": address, "verified": True}), victim, address)
        self.assertEqual(self.ways(victim), [("a", "1")])
        self.assertEqual(self.id(self.enter("b", {**VICTIM, "id": 2, "email": "Victim@CORP.example"})), self.id(victim), "capitals are the same")
        self.news()
        for number, address in enumerate(addresses, 2000):
            reply = self.login("listed", {"id": number, "login": "x", "email": address, "verified": True})
            self.assert_refused(reply, "Your credentials aren't allowed", "on none of the provider's lists")
            reply = self.login("own", {"sub": str(number), "email": address, "email_verified": True})
            self.assert_refused(reply, "Your credentials aren't allowed", "on none of the provider's lists")
        self.enter("listed", {**VICTIM, "id": 3, "email": "Victim@CORP.example"})
        self.restart(accounts={"allowed_domains": ["corp.example"], "allowed_emails": ["victim@corp.example"]})
        before = self.count("users", "identities")
        for number, address in enumerate(addresses, 3000):
            reply = self.login("c", {"id": number, "login": "x", "email": address, "verified": True})
            self.assert_refused(reply, NOT_ALLOWED, ON_NO_LIST)
        self.assertEqual(self.count("users", "identities"), before)
        self.assertEqual(self.id(self.enter("c", {**VICTIM, "id": 4, "email": "Victim@CORP.example"})), self.id(victim))

    def test_15_cve_2022_35924_next_auth_comma_list(self):
        """CVE-2022-35924, next-auth. "victim@corp.example,attacker@evil.example" was one address to the check and two to the one who sent the
        mail. Rule: a text that reads in two ways is no address (RFC 5322 3.4: lists, comments, quoted strings)."""
        self.nobody_passes_with(COMMAS)

    def test_16_ghsa_7rqj_j65f_68wh_authjs_before_normalisation(self):
        """GHSA-7rqj-j65f-68wh, Auth.js. The address was checked before Unicode normalisation, which made an @ of a look-alike. Rule: nothing is
        normalised; beyond ASCII an address matches nothing and is never verified (Unicode TR 36, TR 15)."""
        self.nobody_passes_with(LOOKALIKES)

    def test_17_ghsa_c5c4_8r6x_56w3_oauth2_proxy_several_at_signs(self):
        """GHSA-c5c4-8r6x-56w3, oauth2-proxy. What stood behind one of several @ passed the list of domains. Rule: one @, or no address."""
        self.nobody_passes_with(AT_SIGNS)

    def test_17_domains_that_only_resemble(self):
        """The same, by the domain: the whole of it is compared, without regard to capitals, and neither as a suffix nor without its last dot."""
        self.nobody_passes_with(DOMAINS)


class Groups(House):
    def providers(self):
        require = [{"value": "u:/groups", "setting": "groups"}]
        return {"lab": self.idp.plain(groups=["staff", "team/core"], require=require)}

    def test_18_cve_2021_21411_oauth2_proxy_groups_not_enforced(self):
        """CVE-2021-21411, oauth2-proxy. The GitLab groups of the configuration were not enforced. Rule: [[require]] is asked with every login
        and linking, of users who exist too; what the provider leaves out is not met."""
        because = ("Your credentials aren't allowed", "[[require]] of the provider")
        member = self.enter("lab", {"id": 1, "groups": ["guests", "team/core"]})
        before = self.count("users", "identities")
        self.news()
        for groups in (["guests"], [], None, "staff,x", ["Staff"], ["staff "], ["team"], ["team/core/x"], ["team/core\0"], {"staff": True}, [["staff"]],
                       [{"name": "staff"}], 1, True, "staff\nx"):
            for user in (1, 2):
                self.assert_refused(self.login("lab", {"id": user, "groups": groups}), *because)
            self.assert_refused(self.link(member, "lab", {"id": 3, "groups": groups}), *because)
        self.assert_refused(self.login("lab", {"id": 2, "login": "x"}), *because)
        self.assertEqual(self.count("users", "identities"), before)
        self.assertEqual(self.id(self.enter("lab", {"id": 1, "groups": "staff"})), self.id(member), "one group as a text is one")


if __name__ == "__main__":
    unittest.main()
