"""What the logout plans share: somebody who is signed in by cookie and by tokens, and whether they still are."""
import urllib.parse

import stage


class Device:
    """A login in redirect mode, so that it has a cookie."""

    def __init__(self, test, user, provider="op"):
        self.test, self.jar, self.user = test, stage.Jar(), user
        door = stage.Redirect(test.client, provider, test.instance.port)
        self.back = test.idp.approve(door.begin(), f"ok.{user}")
        test.assertEqual(door.finish(self.back).status, 303)
        self.jar = door.jar
        self.sid = test.idp.grants[self.back["code"]].sid

    def lives(self):
        return self.test.client.get("/users/me/", headers={"Cookie": self.jar.header()}).status == 200


class LogoutPlan(stage.Plan):
    def log_out(self, device):
        """The address at the provider that ends the session there."""
        origin = {"Origin": f"{stage.ORIGIN}:{self.instance.port}", "Accept": "text/html"}
        reply = self.client.post("/logout/", form={}, jar=device.jar, headers=origin)
        self.assertEqual(reply.status, 303, reply)
        return reply.header("Location")

    def at_provider(self, address):
        """Where the provider's page sends the browser."""
        path, _, query = urllib.parse.urlsplit(address)._replace(scheme="", netloc="").geturl().partition("?")
        return self.idp.handle(stage.Request("GET", path, query, {}, b"")).headers["Location"]

    def told(self, token, provider="op"):
        return self.outcome(lambda: self.client.post(f"/o/{provider}/backchannel-logout", form={"logout_token": token}))
