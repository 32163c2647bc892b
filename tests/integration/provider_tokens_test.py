"""Provider tokens through the real binary: refreshed once by many callers over processes, rotated, taken over from the dead, revoked when they
go, and in no file in clear; and the change of the master key under way."""
import concurrent.futures
import os
import signal
import threading
import unittest

import harness
from clients import Direct, Jar
from fake.idp import faults
from fake.idp.http_server import Reply
from fake.idp.provider import Provider


class Case(unittest.TestCase):
    workers = 4
    settings = {"accounts": {"keep_provider_tokens": True}, "upstream": {"timeout": "1s"}}

    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        local = harness.local_providers(self.idp)
        revoke = {"url": self.idp.base + "/login/oauth/revoke", "params": {"token": "{refresh_token | access_token}"}}
        providers = {"plain": {**local["github-local"], "revoke": revoke}, "openid": local["oidc"]}
        self.instance = harness.Instance({"providers": providers, **self.settings}, workers=self.workers).start()
        self.addCleanup(self.instance.stop)
        self.client = self.connect()

    def connect(self):
        client = Direct(self.instance.socket)
        self.addCleanup(client.close)
        return client

    def login(self, expires_in, provider="plain", user="ok.u1"):
        """Signs in with tokens that live for so long; those after them live for an hour."""
        self.idp.expires_in = expires_in
        reply = self.client.login(self.idp, user, provider)
        self.assertEqual(reply.status, 201, reply)
        self.idp.expires_in = 3600
        self.bearer = {"Authorization": "Bearer " + reply.json()["access"]}
        self.identity = self.client.get("/users/me/identities/", headers=self.bearer).json()[0]["id"]

    def ask(self, client=None):
        return (client or self.client).get(f"/users/me/identities/{self.identity}/token/", headers=self.bearer)

    def files(self):
        return {path.name: path.read_bytes() for path in self.instance.folder.glob("latchstring.db*")}


class Tokens(Case):
    def test_fresh(self):
        self.login(3600)
        reply = self.ask()
        self.assertEqual(reply.status, 200, reply)
        self.assertIn(reply.json()["access_token"], self.idp.tokens)
        self.assertEqual(reply.header("cache-control"), "no-store")
        self.assertFalse(self.idp.refreshed)

    def test_a_hundred_callers_over_four_workers_are_one_refresh(self):
        for provider in ("plain", "openid"):
            with self.subTest(provider):
                self.login(30, provider)
                before = sum(self.idp.refreshed.values())
                together = threading.Barrier(100)
                clients = [self.connect() for _ in range(100)]

                def call(client):
                    together.wait()
                    return self.ask(client)

                with concurrent.futures.ThreadPoolExecutor(100) as pool:
                    replies = list(pool.map(call, clients))
                self.assertEqual({r.status for r in replies}, {200})
                self.assertEqual(len({r.json()["access_token"] for r in replies}), 1)
                self.assertEqual(sum(self.idp.refreshed.values()) - before, 1)

    def test_rotated_refresh_tokens_are_kept(self):
        self.login(30)
        seen = set()
        for _ in range(4):  # each of the provider's refresh tokens is good once
            self.idp.expires_in = 30
            reply = self.ask()
            self.assertEqual(reply.status, 200, reply)
            seen.add(reply.json()["access_token"])
        self.assertEqual(len(seen), 4)

    def test_a_grant_that_is_gone(self):
        self.login(30)
        self.idp.refresh_tokens.clear()
        reply = self.ask()
        self.assertEqual((reply.status, reply.json()["code"]), (409, "provider_token_expired"))
        self.assertEqual(self.ask().status, 404)

    def test_a_provider_in_trouble(self):
        self.login(0)
        self.idp.refresh_answer = faults.as_json({}, 503)
        self.assertEqual(self.ask().status, 503)
        self.assertEqual(self.instance.sql("SELECT count(*) FROM provider_tokens")[0][0], 1)

    def test_whoever_is_killed_while_refreshing_is_succeeded(self):
        self.login(0)
        self.idp.refresh_answer = Reply(hang=True)
        tokens = dict(self.idp.refresh_tokens)
        threading.Thread(target=self.lost_call, daemon=True).start()
        harness.wait_for("the refresh to begin", lambda: self.idp.refreshed)
        for pid in self.instance.process.children():
            os.kill(pid, signal.SIGKILL)
        self.idp.refresh_answer = None
        self.idp.refresh_tokens.update(tokens)  # that request never reached the provider's books
        reply = harness.wait_for("the lease to end", lambda: (r := self.ask(self.connect())).status == 200 and r, 30)
        self.assertIn("refreshed", reply.json()["access_token"])

    def lost_call(self):
        try:
            self.ask(self.connect())
        except (OSError, EOFError):
            pass  # its worker was killed

    def test_nothing_in_clear(self):
        self.login(30)
        self.ask()
        for name, content in self.files().items():
            for secret in [*self.idp.tokens, *self.idp.refresh_tokens]:
                self.assertNotIn(secret.encode(), content, name)
        for secret in [*self.idp.tokens, *self.idp.refresh_tokens]:
            self.assertNotIn(secret, self.instance.log())

    def test_revoked_on_deletion(self):
        for provider in ("plain", "openid"):
            with self.subTest(provider):
                self.login(3600, provider)
                self.idp.revoked.clear()
                self.assertEqual(self.client.request("DELETE", "/users/me/", headers=self.bearer).status, 204)
                self.assertEqual([form["token"][:3] for form in self.idp.revoked], ["rt_"])
        self.assertEqual(self.instance.sql("SELECT count(*) FROM provider_tokens")[0][0], 0)

    def test_revoked_on_unlinking(self):
        self.login(3600)
        # A second way in, so that the first can go.
        self.instance.sql("INSERT INTO identities (user_id, provider, issuer, uid, username, email, email_verified, name, picture, created, used) "
                          "SELECT user_id, 'openid', 'x', 'y', '', '', 0, '', '', created, used - 1 FROM identities WHERE id = ?", self.identity)
        reply = self.client.request("DELETE", f"/users/me/identities/{self.identity}/", headers=self.bearer)
        self.assertEqual(reply.status, 204, reply)
        self.assertEqual([form["token"][:3] for form in self.idp.revoked], ["rt_"])

    def test_a_provider_that_is_gone_keeps_nobody_from_deleting(self):
        self.login(3600)
        self.idp.routes["/login/oauth/revoke"] = lambda _request: Reply(close=True)
        self.assertEqual(self.client.request("DELETE", "/users/me/", headers=self.bearer).status, 204)
        self.assertIn("ev=revoke", self.instance.log())


class Off(Case):
    workers = 1
    settings = {}

    def test_nothing_is_kept(self):
        self.login(3600)
        self.assertEqual(self.ask().status, 404)
        self.assertEqual(self.instance.sql("SELECT count(*) FROM provider_tokens")[0][0], 0)


class MasterKey(Case):
    workers = 2

    def reload(self):
        before = self.instance.log().count("ev=worker_ready")
        self.instance.process.popen.send_signal(signal.SIGHUP)
        harness.wait_for("new workers", lambda: self.instance.log().count("ev=worker_ready") >= before + self.workers)

    def test_changes_under_way(self):
        key = self.instance.folder / "latchstring.key"
        key.chmod(0o640)
        old = key.read_text()
        self.login(3600)
        token = self.ask().json()["access_token"]
        jar = Jar()
        back = self.idp.approve(self.client.begin("openid", jar), "ok.u9")   # nonce and code_verifier are the old key's
        sealed = dict(self.instance.sql("SELECT kid, sealed FROM signing_keys"))

        self.instance.command("keys", "master")
        self.assertEqual(key.read_text().splitlines()[1:], old.splitlines())
        self.assertEqual(key.stat().st_mode & 0o777, 0o640)
        self.assertEqual(self.ask().json()["access_token"], token)
        self.reload()
        self.assertEqual(self.ask().json()["access_token"], token)
        reply = self.client.post("/o/openid/", form=back, jar=jar)
        self.assertEqual(reply.status, 201, "a login outlives the change")

        self.instance.command("keys", "master", "--finish")
        self.assertEqual(len(key.read_text().split()), 1)
        self.assertNotIn(old.strip(), key.read_text())
        self.assertEqual(key.stat().st_mode & 0o777, 0o640)
        after = dict(self.instance.sql("SELECT kid, sealed FROM signing_keys"))
        self.assertEqual(set(after), set(sealed))
        self.assertFalse(set(after.values()) & set(sealed.values()))
        self.reload()
        self.assertEqual(self.ask().json()["access_token"], token, "and so do access tokens of ours, and the provider's")
        self.instance.command("check")

        # The old key opens nothing any more.
        new = key.read_text()
        key.write_text(old)
        self.assertEqual(self.instance.command("check", check=False).returncode, 1)
        key.write_text(new)

    def test_a_second_command_keeps_out(self):
        (self.instance.folder / "latchstring.key.new").write_text("")
        done = self.instance.command("keys", "master", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("latchstring.key.new", done.stderr)

    def test_nothing_to_finish(self):
        self.assertIn("one master key", self.instance.command("keys", "master", "--finish").stdout)

    def test_a_file_that_all_can_read_is_left_alone(self):
        key = self.instance.folder / "latchstring.key"
        key.chmod(0o644)
        before = key.read_text()
        self.assertEqual(self.instance.command("keys", "master", check=False).returncode, 1)
        self.assertEqual(key.read_text(), before)


if __name__ == "__main__":
    unittest.main()
