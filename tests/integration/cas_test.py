"""Logins at a CAS server (django-cas-server): protocol 2 and 3, attributes, and tickets that are another's, used, or from an old session."""
import sys
import unittest
import urllib.parse
import urllib.request

import harness
from clients import CB, Direct, Jar
from people import Person

REFUSED = "Authentication failed: the CAS server did not accept the ticket"


def setUpModule():
    global base, process
    folder, port = harness.temporary_folder(), harness.free_port()
    base = f"http://127.0.0.1:{port}/cas"
    process = harness.Process([sys.executable, harness.ROOT / "tests/integration/cas_provider.py", port, folder], folder / "log")
    process.wait_until("the CAS server answers", lambda: harness.answers(("127.0.0.1", port)))


def tearDownModule():
    process.stop()


class Logins(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.instance = harness.Instance({"providers": {
            "uni": {"kind": "cas", "url": base, "title": "The university"},
            "uni2": {"kind": "cas", "url": base + "/", "version": "2"},
            "strict": {"kind": "cas", "url": base, "renew": True},
            "staff": {"kind": "cas", "url": base, "groups": ["nobody"], "require": [{"value": "i:/attributes/groups", "setting": "groups"}]},
            "cas": {"oidc_endpoint": base + "/oidc", "client_id": "c", "client_secret": "s"},
        }}).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()

    @staticmethod
    def person(name):
        return Person(username=name, password=name)

    def begun(self, provider, jar, person, **changes):
        """What the browser brings back; `changes` to the parameters of the way there."""
        url, _, query = self.client.begin(provider, jar).partition("?")
        return person.come_back(url + "?" + urllib.parse.urlencode(dict(urllib.parse.parse_qsl(query)) | changes), CB)

    def finish(self, provider, back, jar):
        return self.client.post(f"/o/{provider}/", form=back, jar=jar)

    def login(self, provider, person):
        jar = Jar()
        return self.finish(provider, self.begun(provider, jar, person), jar)

    def refused(self, reply, text=REFUSED):
        self.assertEqual((reply.status, reply.json()), (400, {"non_field_errors": [text]}))

    def test_protocol_3_with_attributes(self):
        reply = self.login("uni", self.person("alice"))
        self.assertEqual((reply.status, reply.json()["user"]), (201, "alice"), reply)
        me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]}).json()
        self.assertEqual((me["email"], me["name"]), ("alice@uni.example", "Alice Ä. Example"))

    def test_protocol_2(self):
        reply = self.login("uni2", self.person("bob"))
        self.assertEqual((reply.status, reply.json()["user"]), (201, "bob"), reply)

    def test_the_parameters_in_the_query_string(self):
        jar = Jar()
        back = self.begun("uni", jar, self.person("alice"))
        reply = self.client.post("/o/uni/?" + urllib.parse.urlencode(back), form="", jar=jar)
        self.assertEqual(reply.status, 201, reply)

    def test_single_sign_on(self):
        """Who is signed in at the server types nothing the second time, and is the same one."""
        person = self.person("carol")
        first = self.login("uni", person)
        person.fields = {}
        self.assertEqual((first.status, self.login("uni", person).json()["user"]), (201, first.json()["user"]))

    def test_a_ticket_that_somebody_used_before(self):
        jar = Jar()
        back = self.begun("uni", jar, self.person("alice"))
        service = CB + "?state=" + back["state"]
        query = urllib.parse.urlencode({"service": service, "ticket": back["ticket"]})
        with urllib.request.urlopen(f"{base}/serviceValidate?{query}", timeout=30) as answer:
            self.assertIn(b"authenticationSuccess", answer.read())
        self.refused(self.finish("uni", back, jar))

    def test_the_same_callback_again(self):
        jar = Jar()
        back = self.begun("uni", jar, self.person("alice"))
        self.assertEqual(self.finish("uni", back, jar).status, 201)
        self.refused(self.finish("uni", back, jar), "Wrong state parameter given.")

    def test_a_ticket_for_another_service(self):
        """Somebody else's application may not sign in here with the tickets that it is given."""
        jar = Jar()
        person = self.person("alice")
        back = self.begun("uni", jar, person)
        other = person.come_back(f"{base}/login?service=" + urllib.parse.quote("http://localhost:3000/cb/other", safe=""), CB)
        self.refused(self.finish("uni", {**back, "ticket": other["ticket"]}, jar))

    def test_a_ticket_of_another_login(self):
        mine, theirs = Jar(), Jar()
        back = self.begun("uni", mine, self.person("alice"))
        ticket = self.begun("uni", theirs, self.person("bob"))["ticket"]
        self.refused(self.finish("uni", {**back, "ticket": ticket}, mine))

    def test_tickets_that_are_none(self):
        for ticket, text in {"ST-unknown": REFUSED, "PT-1": "Authentication failed: the ticket is malformed",
                             "ST-1&renew=x": "Authentication failed: the ticket is malformed"}.items():
            jar = Jar()
            back = self.begun("uni", jar, self.person("alice"))
            self.refused(self.finish("uni", {**back, "ticket": ticket}, jar), text)

    def test_without_a_ticket_the_flow_stays_good(self):
        jar = Jar()
        back = self.begun("uni", jar, self.person("alice"))
        self.refused(self.finish("uni", {"state": back["state"]}, jar), "Authentication process canceled")
        self.assertEqual(self.finish("uni", back, jar).status, 201)

    def test_renew_wants_the_password_again(self):
        person, jar = self.person("bob"), Jar()
        self.assertEqual(self.login("uni", person).status, 201)
        back = self.begun("strict", jar, person, renew="")  # a ticket without typing anything
        self.refused(self.finish("strict", back, jar))
        self.assertEqual(self.login("strict", person).status, 201)

    def test_groups_can_be_required(self):
        self.refused(self.login("staff", self.person("alice")), "Your credentials aren't allowed")

    def test_the_catalogues_cas_is_openid_connect(self):
        listed = {p["id"]: p["protocol"] for p in self.client.get("/o/").json()}
        self.assertEqual((listed["uni"], listed["cas"]), ("cas", "oidc"))


if __name__ == "__main__":
    unittest.main()
