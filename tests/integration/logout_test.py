"""Logouts that begin at a certified OpenID provider (npm oidc-provider): it tells latchstring, behind a real web server, and what was begun by
that session is over here. And those that begin here: the address that ends the session there."""
import unittest
import urllib.parse

import harness
import webservers
from clients import CB, Http, Jar
from oidc_provider_test import SECRET, Form, OpenIdProvider, Person
from visitor import Visitor

BY_SESSION, BY_USER = "by-session", "by-user"


def setUpModule():
    global op, instance, web
    instance = harness.Instance(port=harness.free_port())
    op = OpenIdProvider({name: {
        "client_secret": SECRET, "redirect_uris": [CB, f"{instance.public_url}/o/{name}/callback"],
        "backchannel_logout_uri": f"{instance.public_url}/o/{name}/backchannel-logout", "backchannel_logout_session_required": name == BY_SESSION,
        "post_logout_redirect_uris": [instance.public_url + "/signed-out"],
    } for name in (BY_SESSION, BY_USER)})
    instance.settings["providers"] = {name: {"kind": "oidc", "issuer": op.issuer, "client_id": name, "client_secret": SECRET}
                                      for name in (BY_SESSION, BY_USER)}
    instance.settings["upstream"] = {"ca_file": str(op.ca)}
    instance.write()
    web = webservers.Lighttpd(instance)


def tearDownModule():
    web.stop()
    op.process.stop()


class Device:
    """Somebody's app: a login with tokens."""

    def __init__(self, person, provider):
        self.client, jar = Http(instance.port), Jar()
        reply = self.client.post(f"/o/{provider}/", form=person.visit(self.client.begin(provider, jar)), jar=jar)
        assert reply.status == 201, reply
        self.tokens = reply.json()

    def lives(self):
        """By the access token; and by the refresh token, which says the same."""
        me = self.client.get("/users/me/", headers={"Authorization": "Bearer " + self.tokens["access"]}).status
        reply = self.client.post("/jwt/refresh/", form={"refresh": self.tokens["refresh"]})
        if reply.status == 200:
            self.tokens |= reply.json()
        assert (me, reply.status) in ((200, 200), (401, 401)), (me, reply)
        return me == 200


def log_out(person, address=None):
    """Ends the session at the provider, by its own page; where the browser is sent afterwards."""
    url = address or op.issuer + "/session/end"
    reply = person.fetch("GET", url)
    page = Form(reply.body.decode())
    assert page.action, reply
    reply = person.fetch("POST", urllib.parse.urljoin(url, page.action), page.fields | {"logout": "yes"})
    assert reply.status == 303, reply
    return reply.header("Location")


class ToldByTheProvider(unittest.TestCase):
    def test_the_sessions_tokens_are_dead(self):
        alice, bob = Person(op.ca, "alice"), Person(op.ca, "bob")
        hers, his = Device(alice, BY_SESSION), Device(bob, BY_SESSION)
        self.assertTrue(hers.lives())
        log_out(alice)
        self.assertFalse(hers.lives())
        self.assertTrue(his.lives())
        rows = instance.sql("SELECT provider, outcome, detail FROM audit WHERE event = 'told_logout' ORDER BY id DESC LIMIT 1")
        self.assertEqual(rows, [(BY_SESSION, "ok", "1 sessions ended")])

    def test_two_devices_of_one_session_there_and_one_of_another(self):
        at_work, at_home = Person(op.ca, "carol"), Person(op.ca, "carol")
        one, two, three = Device(at_work, BY_SESSION), Device(at_work, BY_SESSION), Device(at_home, BY_SESSION)
        log_out(at_work)
        self.assertEqual([d.lives() for d in (one, two, three)], [False, False, True])
        log_out(at_home)
        self.assertFalse(three.lives())

    def test_by_user_all_of_theirs_end(self):
        at_work, at_home = Person(op.ca, "dave"), Person(op.ca, "dave")
        one, two = Device(at_work, BY_USER), Device(at_home, BY_USER)
        log_out(at_work)
        self.assertEqual([d.lives() for d in (one, two)], [False, False])

    def test_the_same_token_again_is_refused(self):
        erin = Person(op.ca, "erin")
        Device(erin, BY_SESSION)
        before = instance.log().count("route=/o/{provider}/backchannel-logout/ status=200")
        log_out(erin)
        self.assertEqual(instance.log().count("route=/o/{provider}/backchannel-logout/ status=200"), before + 1)
        self.assertNotIn("logout_token=", instance.log())

    def test_refusals(self):
        client = Http(instance.port)
        for form, why in (({"logout_token": "a.b.c"}, "it is no signed JWT"), ({}, "want one logout_token")):
            reply = client.post(f"/o/{BY_USER}/backchannel-logout", form=form)
            self.assertEqual((reply.status, reply.json()["error"], reply.header("Cache-Control")), (400, "invalid_request", "no-store"))
            self.assertIn(why, reply.json()["error_description"])
        self.assertEqual(client.post("/o/nobody/backchannel-logout", form={"logout_token": "x"}).status, 404)


class BrowserSession(unittest.TestCase):
    """Redirect mode: the session is a cookie's."""

    def signed_in(self, name):
        visitor = Visitor(op.ca, login=name, password="any")
        reply = visitor.go(f"{instance.public_url}/o/{BY_SESSION}/login?next=/auth/account")
        self.assertEqual(self.me(visitor), 200, (reply, visitor.pages))
        return visitor

    @staticmethod
    def me(visitor):
        return visitor.fetch(instance.public_url + "/users/me/", Accept="application/json").status

    def test_it_ends_when_the_provider_says_so(self):
        frank = self.signed_in("frank")
        frank.fields["logout"] = "yes"
        frank.go(op.issuer + "/session/end")
        self.assertEqual(self.me(frank), 401)

    def test_it_ends_there_when_it_ends_here(self):
        """RP-Initiated Logout: by the button of a page without script, over the provider, and back."""
        grace = self.signed_in("grace")
        grace.fields["logout"] = "yes"
        reply = grace.fetch(instance.public_url + "/logout/", "POST", {}, initiator=f"http://127.0.0.1:{instance.port}")
        self.assertEqual(reply.status, 303, reply)
        address = reply.header("Location")
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        self.assertEqual(set(asked), {"client_id", "post_logout_redirect_uri", "state", "id_token_hint"})
        self.assertEqual(asked["post_logout_redirect_uri"], instance.public_url + "/signed-out")
        back = grace.go(address, until=instance.public_url + "/signed-out")
        self.assertEqual(back, f"{instance.public_url}/signed-out?" + urllib.parse.urlencode({"state": asked["state"]}))
        self.assertEqual((self.me(grace), grace.fetch(back).status), (401, 200))
        grace.fields = {}  # whoever signs in again is asked who they are
        self.assertIn(b'name="login"', grace.fetch(grace.go(f"{instance.public_url}/o/{BY_SESSION}/login", until=op.issuer + "/interaction/")).body)

    def test_an_app_is_told_where_its_browser_can_sign_out(self):
        heidi = Person(op.ca, "heidi")
        device = Device(heidi, BY_USER)
        reply = device.client.post("/logout/", headers={"Authorization": "Bearer " + device.tokens["access"]})
        self.assertEqual(reply.status, 200, reply)
        self.assertFalse(device.lives())
        self.assertTrue(log_out(heidi, reply.json()["end_session_url"]).startswith(instance.public_url + "/signed-out?state="))

    def test_the_page_behind_it_survives_any_state(self):
        for query in ("", "?state=", "?state=of-somebody-else", "?state=%3Cscript%3E&error=x"):
            reply = Http(instance.port).get("/signed-out" + query)
            self.assertEqual(reply.status, 200, reply)
            self.assertNotIn(b"somebody-else", reply.body)
            self.assertNotIn(b"<script>", reply.body)


class InAFrame(unittest.TestCase):
    def test_the_page_may_be_framed_by_the_provider_alone(self):
        reply = Http(instance.port).get(f"/o/{BY_USER}/frontchannel-logout?" + urllib.parse.urlencode({"iss": op.issuer, "sid": "nothing"}))
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.header("Content-Security-Policy"), f"default-src 'none'; frame-ancestors {op.issuer}")
        self.assertEqual((reply.header("X-Frame-Options"), reply.header("Cache-Control")), (None, "no-store"))


if __name__ == "__main__":
    unittest.main()
