"""Mistakes 1 to 9: whose account it is. Each test makes the mistake's attack against the real program; README.md is the ledger."""
import unittest

from clients import Jar
from common import VICTIM, House, bearer

IMPOSTOR = {"id": 666, "login": "impostor", "email": "victim@corp.example", "verified": False}


class ByEmail(House):
    """The operator joins accounts by verified addresses."""

    def test_01_cve_2024_38351_pocketbase_prehijack(self):
        """CVE-2024-38351, PocketBase. Somebody signed up in advance with the victim's address, unverified; the victim's later OAuth sign-up
        landed in that account, and the impostor's password stayed good. There are no passwords here: the impostor comes by an identity that
        claims the address. Rule: an address counts where an identity proves it (store::decide; OIDC Core 5.7: e-mail is no identifier)."""
        impostor = self.enter("a", IMPOSTOR)
        victim = self.enter("b", VICTIM)
        self.assert_apart(impostor, victim)
        self.assertEqual((self.ways(impostor), self.ways(victim)), ([("a", "666")], [("b", "1")]))
        self.assertEqual(self.id(self.enter("a", IMPOSTOR)), self.id(impostor), "the impostor's way in leads where it led")
        self.assertEqual(self.id(self.enter("c", VICTIM)), self.id(victim), "and the proven one joins")

    def test_02_cve_2026_44166_pocketbase_two_providers(self):
        """CVE-2026-44166, PocketBase. The same with provider A and then B on a record that was never verified. Rule: two claims are no proof,
        linked or not."""
        impostor = self.enter("a", IMPOSTOR)
        self.assertEqual(self.link(impostor, "b", {**IMPOSTOR, "id": 667}).status, 201)
        victim = self.enter("c", VICTIM)
        self.assert_apart(impostor, victim)
        self.assertEqual(self.id(self.enter("b", VICTIM)), self.id(victim), "b's word joins the proven account, not the claimed one")
        self.assertEqual(self.ways(impostor), [("a", "666"), ("b", "667")])

    def test_03_cve_2026_56666_zitadel_only_the_local_flag(self):
        """CVE-2026-56666, Zitadel. Linking by itself looked at whether the local address was verified, and never at the provider's word. Rule:
        both sides say so; anything but true is no (OIDC Core 5.1: email_verified is a boolean)."""
        victim = self.enter("a", VICTIM)
        flags = [False, None, "no", "false", "TRUE ", 0, 2, 1.5, [], [True], {}, {"true": True}]
        for number, flag in enumerate(flags, 600):
            self.assert_apart(self.enter("b", {**IMPOSTOR, "id": number, "verified": flag}), victim, flag)
        self.assertEqual(self.ways(victim), [("a", "1")])
        for number, flag in enumerate((True, "true", 1), 700):
            self.assertEqual(self.id(self.enter("b", {**IMPOSTOR, "id": number, "verified": flag})), self.id(victim), flag)

    def test_04_cve_2025_64717_zitadel_disabled_provider(self):
        """CVE-2025-64717, Zitadel. Accounts were linked through a provider that the operator had switched off. Rule: what is not configured
        begins nothing and finishes nothing that it had begun, over a restart."""
        victim = self.enter("a", VICTIM)
        jar = Jar()
        forms = {name: (self.approved(name, VICTIM, jar), self.approved(name, {"id": 7}, jar, "link/", bearer(victim))) for name in "bc"}
        before = self.count()
        self.restart(providers={"b": None})
        self.news()
        for path, form in (("", forms["b"][0]), ("link/", forms["b"][1])):
            reply = self.client.post(f"/o/b/{path}", form=form, jar=jar, headers=bearer(victim))
            self.assert_refused(reply, "Provider 'b' not supported", "provider not enabled", 404)
            self.assertEqual(self.client.get(f"/o/b/{path}?redirect_uri=http://localhost:3000/cb", headers=bearer(victim)).status, 404)
        self.assertEqual(self.count(), before)
        self.assertEqual(self.client.post("/o/c/link/", form=forms["c"][1], jar=jar, headers=bearer(victim)).status, 201, "c was left on")
        self.assertEqual(self.client.post("/o/c/", form=forms["c"][0], jar=jar).status, 201)
        self.assertEqual(self.ways(victim), [("a", "1"), ("c", "1"), ("c", "7")])

    def test_05_cve_2026_9087_keycloak_proof_for_another_identity(self):
        """CVE-2026-9087, Keycloak. The proof of an address was kept for (user, provider), so that another upstream user of that provider had it
        too. Rule: each identity, (issuer, sub), brings its own proof with each login."""
        victim = self.enter("a", VICTIM)
        self.assert_apart(self.enter("a", IMPOSTOR), victim)
        self.assertEqual(self.link(victim, "a", {"id": 2, "email": "second@corp.example", "verified": False}).status, 201)
        second = {"id": 3, "email": "second@corp.example", "verified": True}
        self.assert_apart(self.enter("b", second), victim, "a's word for the first identity says nothing of the second's address")
        self.assertEqual(self.id(self.enter("b", {**VICTIM, "id": 5})), self.id(victim), "of the first's it does")

    def test_06_cve_2026_14781_keycloak_flag_of_another_document(self):
        """CVE-2026-14781, Keycloak. email_verified of the id_token was believed for the address that userinfo told. Rule: the document that
        tells the address says whether it is verified (profile.cc)."""
        victim = self.enter("a", VICTIM)
        address, own = {"email": "victim@corp.example"}, {"email": "own@op.example"}
        bent = [(address, {**own, "email_verified": True}), (address, {"email_verified": True}), ({"email_verified": True}, address),
                ({**address, "email_verified": False}, {**address, "email_verified": True})]
        for number, (userinfo, claims) in enumerate(bent):
            self.assert_apart(self.enter("op", {"sub": f"evil-{number}", **userinfo}, claims=claims), victim, (userinfo, claims))
        good = {**address, "email_verified": True}
        for number, (userinfo, claims) in enumerate([(good, {**own, "email_verified": False}), ({}, good)]):
            self.assertEqual(self.id(self.enter("op", {"sub": f"good-{number}", **userinfo}, claims=claims)), self.id(victim))

    def test_07_keycloak_53041_account_that_never_verified(self):
        """keycloak issue 53041. Linking by itself went to an account whose own address nobody had ever verified. Rule: an account's address
        counts while an identity of it proves it, and no longer."""
        sleeper = self.enter("a", {"id": 666, "login": "sleeper", "email": "victim@corp.example"})   # not a word on the flag
        self.assert_apart(self.enter("b", VICTIM), sleeper)
        own = {"id": 7, "email": "own@corp.example", "verified": True}
        proven = self.enter("a", own)
        self.assertEqual(self.id(self.enter("b", {**own, "id": 8})), self.id(proven), "while it is proven")
        for provider, number in (("a", 7), ("b", 8)):   # the address was theirs, and is no more
            self.enter(provider, {**own, "id": number, "verified": False})
        self.assert_apart(self.enter("c", {**own, "id": 9}), proven)


class Unasked(House):
    accounts = {}

    def test_08_cve_2025_61783_social_app_django_association_unasked(self):
        """CVE-2025-61783, social-app-django before 5.6.0. Accounts were associated by e-mail where the pipeline had no such step. Rule: it is
        off until the operator says accounts.link_by_email = "verified"."""
        victim = self.enter("a", VICTIM)
        stranger = self.enter("b", VICTIM)
        self.assert_apart(victim, stranger)
        self.assertEqual(self.count("users", "identities"), [2, 2])
        self.restart(accounts={"link_by_email": "verified"})
        other = {**VICTIM, "id": 5, "email": "other@corp.example"}
        self.assertEqual(self.id(self.enter("a", other)), self.id(self.enter("b", other)), "once it is asked for")


def answer(uid):
    """A user document whose id is written just so."""
    return b'{"id":' + uid + b',"login":"x"}'


class Uids(House):
    def entered(self, uid):
        return self.id(self.enter("a", answer(uid)))

    def test_09_cve_2024_32879_social_app_django_uids_that_differ_in_case(self):
        """CVE-2024-32879, social-app-django before 5.4.1. A database that compares text case aside made one user of two uids. Rule: (issuer,
        uid) is compared as bytes: OIDC Core 2, sub is case-sensitive; nothing is folded, trimmed or normalised."""
        texts = ["abc", "ABC", "aBc", "\u00e4", "\u00c4", "a\u0308", "\u212a", "k", "K", "007", "7 ", " 7", "7.0", "+7", "7\u00a0", "\u0667", "\uff17",
                 "abc\u200b", "\u0131", "i", "I", "\u0130", "\u00df", "ss", "%61bc", "abc%00", "NaN", "null", "None", "'", "a'b", "\\", "x" * 255, "x" * 254]
        found = [self.entered(f'"{text}"'.encode() if "\\" not in text else b'"\\\\"') for text in texts]
        self.assertEqual(len(set(found)), len(texts), sorted(zip(found, texts)))
        self.assertEqual([self.entered(f'"{text}"'.encode()) for text in texts[:3]], found[:3], "and each comes back to their own")
        self.assertNotEqual(self.id(self.enter("b", answer(b'"abc"'))), found[0], "the provider is part of it")

    def test_09_numbers_and_texts(self):
        """The same, numbers: 7 and "7" are one user, since providers change their mind about the type (RFC 8259 6: what a program makes of a
        large number differs); what would have to be rounded, or is no number of anybody, is nobody."""
        seven = self.entered(b"7")
        self.assertEqual(self.entered(b'"7"'), seven)
        self.assertEqual(len({self.entered(n) for n in (b"9007199254740992", b"9007199254740993", b"9223372036854775807", b"-1", b"0")}), 5)
        before = self.count()
        for uid in (b"7.0", b"7e0", b"0.7e1", b"9007199254740993.0", b"18446744073709551617", b"18446744073709551616", b"1e400", b"0.5", b"null",
                    b"true", b"false", b'""', b"[]", b'["7"]', b"{}", b'{"id":7}', b'"7\\u0000"', b'"\\u0000"', b'"7\\n"', b'"7\\t"', b'"7\\u007f"',
                    b'"' + b"x" * 256 + b'"', b'"7","id":"8"', b'"\\ud800"', b'"\xff"', b"07", b"NaN"):
            reply = self.login("a", answer(uid))
            self.assertEqual(reply.status, 400, (uid, reply))
        self.assertEqual(self.count(), before, "nobody was made")


if __name__ == "__main__":
    unittest.main()
