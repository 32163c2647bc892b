"""Logins at an OpenID 2.0 provider that signs and judges with python3-openid: with a shared key and without, by the provider's identifier and
by one's own, and what must not get through. wire.json A09, T10-T14."""
import unittest
import urllib.parse

import harness
from clients import CB, Direct, Jar
from openid2_provider import Provider
from people import Person

DENIED = "Authentication failed: Server denied check_authentication"


def setUpModule():
    global provider
    provider = Provider(harness.free_port())


def tearDownModule():
    provider.stop()


def stanzas():
    def op(**openid2):
        return {"kind": "openid2", "openid2": openid2}
    return {
        "alone": op(identifier=provider.base + "/"),
        "shared": op(identifier=provider.base + "/", mode="associate"),
        "own-name": op(identifier=provider.base + "/{r:/kind}/{r:/who}"),
        "own-name-shared": op(identifier=provider.base + "/{r:/kind}/{r:/who}", mode="associate"),
        "known": {**op(identifier=provider.base + "/", own=provider.base + "/id/{label}", only_own=True), "map": {"uid": "i:/id"}},
        "openid": {"enabled": True},
        "livejournal": {"enabled": True},
    }


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = harness.Instance({"providers": stanzas()}, workers=2).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()

    def setUp(self):
        provider.requests.clear()
        provider.associations = True
        provider.announces = ["http://openid.net/srv/ax/1.0"]

    def back(self, name, jar, person="alice", answer="yes", **more):
        return Person(person=person, answer=answer).come_back(self.client.begin(name, jar, **more), CB)

    def login(self, name, person="alice", **more):
        jar = Jar()
        back = self.back(name, jar, person, **more)
        return self.client.post(f"/o/{name}/", form=back, jar=jar)

    def signed_in(self, reply, user):
        self.assertEqual((reply.status, reply.json().get("user")), (201, user), reply)

    def refused(self, reply, text):
        self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": [text]}))


class Logins(Case):
    def test_A09_parameters_in_order(self):
        """Differences "janrain_nonce" and "realm"."""
        provider.announces = []
        instance = harness.Instance({"providers": stanzas()}, workers=1).start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        base, _, query = client.begin("alone", Jar()).partition("?")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        self.assertEqual(base, provider.endpoint)
        self.assertEqual([name for name, _ in pairs], ["openid." + name for name in (
            "claimed_id", "identity", "mode", "ns", "ns.sreg", "realm", "return_to", "sreg.optional")])
        fields = dict(pairs)
        self.assertEqual(fields["openid.claimed_id"], "http://specs.openid.net/auth/2.0/identifier_select")
        self.assertEqual(fields["openid.sreg.optional"], "email,fullname,nickname")
        self.assertEqual(fields["openid.realm"], "http://localhost:3000/")
        self.assertRegex(fields["openid.return_to"], "^" + CB + r"\?state=[\w-]{32,}$")

    def test_T10_the_provider_verifies_its_own_signature(self):
        self.signed_in(self.login("alone"), "AliceExample")
        self.assertEqual(provider.asked("associate"), [])
        self.assertEqual(len(provider.asked("check_authentication")), 1)
        self.assertIn("/id/alice", provider.asked("GET"))  # asked whom it names (11.2)

    def test_T11_the_parameters_in_the_query_string(self):
        jar = Jar()
        back = self.back("alone", jar, "querida")
        reply = self.client.post("/o/alone/?" + urllib.parse.urlencode(back), form="", jar=jar)
        self.signed_in(reply, "QueridaExample")

    def test_the_state_may_stand_in_return_to_alone(self):
        jar = Jar()
        back = self.back("alone", jar, "bob")
        del back["state"]
        self.signed_in(self.client.post("/o/alone/", form=back, jar=jar), "BobExample")

    def test_a_shared_key_serves_many_logins_in_all_processes(self):
        for _ in range(4):
            client, jar = Direct(self.instance.socket), Jar()
            self.addCleanup(client.close)
            back = Person(person="carol", answer="yes").come_back(client.begin("shared", jar), CB)
            other = Direct(self.instance.socket)  # perhaps the other worker
            self.addCleanup(other.close)
            self.signed_in(other.post("/o/shared/", form=back, jar=jar), "CarolExample")
        self.assertEqual(set(provider.asked("associate")), {"DH-SHA256"})
        self.assertLessEqual(len(provider.asked("associate")), 2)  # one for each worker
        self.assertEqual(provider.asked("check_authentication"), [])

    def test_a_provider_without_associations(self):
        provider.associations = False
        instance = harness.Instance({"providers": stanzas()}, workers=1).start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        for _ in range(2):
            jar = Jar()
            back = Person(person="dora", answer="yes").come_back(client.begin("shared", jar), CB)
            self.signed_in(client.post("/o/shared/", form=back, jar=jar), "DoraExample")
        self.assertEqual(len(provider.asked("associate")), 1)  # not asked again for a while
        self.assertEqual(len(provider.asked("check_authentication")), 2)

    def test_simple_registration_where_attribute_exchange_is_not_announced(self):
        provider.announces = []
        instance = harness.Instance({"providers": stanzas()}, workers=1).start()
        self.addCleanup(instance.stop)
        client, jar = Direct(instance.socket), Jar()
        self.addCleanup(client.close)
        url = client.begin("alone", jar)
        self.assertIn("openid.sreg.optional=email", url)
        self.assertNotIn("openid.ax", url)
        reply = client.post("/o/alone/", form=Person(person="emil", answer="yes").come_back(url, CB), jar=jar)
        self.signed_in(reply, "EmilExample")
        me = client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]})
        self.assertEqual(me.json()["email"], "emil@example.test")

    def test_one_is_the_same_every_time_and_others_are_others(self):
        users = [self.login("alone", person).json()["user"] for person in ("frank", "frank", "frankie")]
        self.assertEqual(users, ["FrankExample", "FrankExample", "FrankieExample"])

    def test_a_provider_that_is_believed_about_its_own(self):
        self.signed_in(self.login("known", "gerda"), "GerdaExample")
        self.assertNotIn("/id/gerda", provider.asked("GET"))

    def test_check_asks_the_provider(self):
        self.assertIn("alone", self.instance.command("check").stdout)


class OwnNames(Case):
    """Whoever signs in brings an identifier along."""

    def test_an_identifier_with_xrds(self):
        self.signed_in(self.login("own-name", kind="id", who="henry", person="henry"), "HenryExample")
        self.assertEqual(provider.asked("GET"), ["/id/henry"])  # it was looked up at the beginning

    def test_a_page_that_delegates(self):
        self.signed_in(self.login("own-name", "irma", kind="blog", who="irma"), "IrmaExample")

    def test_a_page_that_delegates_with_a_shared_key(self):
        self.signed_in(self.login("own-name-shared", "jane", kind="blog", who="jane"), "JaneExample")
        self.assertEqual(provider.asked("check_authentication"), [])

    def test_a_redirect_to_plain_http_is_not_followed(self):
        reply = self.client.get("/o/own-name/?" + urllib.parse.urlencode({"redirect_uri": CB, "kind": "moved", "who": "kurt"}))
        self.assertEqual((reply.status, reply.json()), (400, {"detail": "No OpenID provider was found for this identifier"}))

    def test_nobody_is_found(self):
        reply = self.client.get("/o/own-name/?" + urllib.parse.urlencode({"redirect_uri": CB, "kind": "nothing", "who": "x"}))
        self.assertEqual((reply.status, reply.json()), (400, {"detail": "No OpenID provider was found for this identifier"}))

    def test_what_is_missing_or_wrong_is_told(self):
        rows = {"/o/openid/?redirect_uri=" + CB: "Missing needed parameter openid_identifier",
                "/o/livejournal/?redirect_uri=" + CB: "Missing needed parameter openid_lj_user",
                "/o/openid/?openid_identifier=http://example.org/&redirect_uri=" + CB: "This is no OpenID: it must begin with https://"}
        for path, text in rows.items():
            reply = self.client.get(path)
            self.assertEqual((reply.status, reply.json()), (400, {"detail": text}))

    def test_a_stranger_may_not_name_an_address_on_this_machine(self):
        """CWE-918. The provider itself must not be reached."""
        for typed in (provider.base + "/id/lena", "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/"):
            reply = self.client.get("/o/openid/?" + urllib.parse.urlencode({"redirect_uri": CB, "openid_identifier": typed}))
            self.assertEqual(reply.status, 400, typed)
        self.assertEqual(provider.requests, [])


class Refusals(Case):
    def altered(self, name, change, text, person="mallory"):
        jar = Jar()
        back = self.back(name, jar, person)
        change(back)
        self.refused(self.client.post(f"/o/{name}/", form=back, jar=jar), text)

    def test_T12_the_person_refuses(self):
        jar = Jar()
        back = self.back("alone", jar, answer="no")
        self.assertEqual(back["openid.mode"], "cancel")
        self.refused(self.client.post("/o/alone/", form=back, jar=jar), "Authentication process canceled")
        self.refused(self.client.post("/o/alone/", form={"openid.mode": "cancel"}), "Authentication process canceled")

    def test_T13_nothing(self):
        self.refused(self.client.post("/o/alone/", form=""), "Authentication failed: Invalid openid.mode: '<No mode set>'")

    def test_T14_code_and_state_as_for_oauth(self):
        jar = Jar()
        self.client.begin("alone", jar)
        self.refused(self.client.post("/o/alone/?code=a&state=b", form="", jar=jar), "Invalid state has been provided.")

    def test_a_signature_that_was_changed(self):
        def change(back):
            back["openid.sig"] = "AAAA" + back["openid.sig"][4:]
        self.altered("alone", change, DENIED)
        self.altered("shared", change, "Authentication failed: Bad signature")

    def test_another_identifier(self):
        def change(back):
            for name in ("openid.claimed_id", "openid.identity"):
                back[name] = provider.base + "/id/alice"
        self.altered("alone", change, DENIED)
        self.altered("shared", change, "Authentication failed: Bad signature")

    def test_an_email_address_that_nobody_signed_is_not_read(self):
        def change(back):
            back["openid.signed"] = ",".join(n for n in back["openid.signed"].split(",") if not n.startswith("ax.value"))
        self.altered("shared", change, "Authentication failed: Bad signature")
        jar = Jar()
        back = self.back("alone", jar, "nora")
        back |= {"openid.ns.sreg": "http://openid.net/extensions/sreg/1.1", "openid.sreg.email": "boss@example.test"}
        reply = self.client.post("/o/alone/", form=back, jar=jar)
        me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]})
        self.assertEqual(me.json()["email"], "nora@example.test")

    def test_the_same_assertion_again(self):
        jar = Jar()
        back = self.back("alone", jar, "otto")
        self.signed_in(self.client.post("/o/alone/", form=back, jar=jar), "OttoExample")
        self.refused(self.client.post("/o/alone/", form=back, jar=jar), "Wrong state parameter given.")

    def test_the_assertion_of_another_login(self):
        """Also if that login was never finished: return_to names its own flow."""
        jar, victim = Jar(), Jar()
        theirs = self.back("alone", jar, "mallory")
        mine = self.back("alone", victim, "paula")
        self.refused(self.client.post("/o/alone/", form={**theirs, "state": mine["state"]}, jar=victim),
                     "Authentication failed: return_to does not match return URL")
        self.refused(self.client.post("/o/alone/", form=theirs, jar=victim), "Wrong state parameter given.")

    def test_the_assertion_for_another_provider_of_ours(self):
        jar = Jar()
        back = self.back("alone", jar, "quentin")
        self.refused(self.client.post("/o/shared/", form=back, jar=jar), "Session value state missing.")

    def test_a_provider_that_speaks_for_its_own_only(self):
        def change(back):
            back["openid.claimed_id"] = back["openid.identity"] = provider.base + "/blog/alice"
        self.altered("known", change, DENIED)


if __name__ == "__main__":
    unittest.main()
