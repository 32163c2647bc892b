"""Mistake 68: what goes wrong lets nobody in."""
import signal
import unittest

from clients import PATIENCE
from gate_people import Person
from way_common import Bent, Direct, harness


class Closed(unittest.TestCase):
    def test_68_ghsa_8fpg_a_wrong_configuration_fails_closed(self):
        """GHSA-8fpg-xm3f-6cx3 (Auth.js): an error in a provider's configuration was answered as if somebody were signed in. A configuration that is not
        wholly right does not start: no socket, one line that says what is wrong."""
        oidc = {"kind": "oidc", "issuer": "https://op.example", "client_id": "c", "client_secret": "s" * 40}
        rows = {
            "no issuer": {"op": {k: v for k, v in oidc.items() if k != "issuer"}}, "an issuer without https": {"op": {**oidc, "issuer": "http://op.example"}}, "no client": {"op": {**oidc, "client_id": ""}},
            "an unknown kind": {"op": {**oidc, "kind": "oidcc"}}, "an unknown key": {"op": {**oidc, "isuer": "https://op.example"}}, "no such file": {"op": {**oidc, "client_secret_file": "/nowhere", "client_secret": ""}},
            "alg none": {"op": {**oidc, "id_token": {"algs": ["none"]}}}, "a short secret for HS256": {"op": {**oidc, "client_secret": "short", "id_token": {"algs": ["HS256"]}}},
            "SAML without a certificate": {"s": {"kind": "saml", "sp_entity_id": "https://x", "idp_entity_id": "https://y", "idp_sso_url": "https://y/sso"}}, "nobody's name": {"no-such-provider": {"client_id": "c"}},
        }
        settings = {why: {"providers": providers} for why, providers in rows.items()}
        settings |= {"a gate without paths": {"gate.x": {"paths": []}}, "a gate with an unknown key": {"gate.x": {"paths": ["/x/"], "user": ["ada"]}}, "a gate for a provider that is not there": {
            "gate.x": {"paths": ["/x/"], "providers": ["nobody"]}}, "an unknown section": {"gates": {"x": 1}}, "binding": {"flows": {"binding": "off"}}}
        for why, more in settings.items():
            with self.subTest(why):
                instance = harness.Instance(more)
                done = instance.command("check", check=False)
                self.assertNotEqual(done.returncode, 0, done)
                self.assertRegex(done.stderr, r"latchstring.toml|providers\.|gate\.", done)
        for more in (settings["no issuer"], settings["a gate without paths"]):
            instance = harness.Instance(more)
            process = harness.Process([harness.BIN, "serve", "--listen", instance.socket, "--config", instance.config], instance.folder / "log")
            self.assertNotEqual(process.popen.wait(30 * PATIENCE), 0)
            self.assertFalse(harness.answers(instance.socket))

    def test_68_a_reload_of_a_wrong_file_changes_nothing(self):
        instance = harness.Instance({"gate.x": {"paths": ["/x/"]}}, workers=1).start()
        self.addCleanup(instance.stop)
        client, pids = Direct(instance.socket), instance.process.children()
        self.addCleanup(client.close)
        before = instance.config.read_text()
        instance.config.write_text(before.replace('"/x/"', ""))
        instance.process.popen.send_signal(signal.SIGHUP)
        instance.process.wait_until("the refusal", lambda: "ev=reload_failed" in instance.log() and instance.process.children() == pids)
        self.assertEqual(client.get("/gate?rule=x").status, 401)

    def test_68_a_provider_or_a_database_that_fails_lets_nobody_in(self):
        """Nor does what goes wrong later: no metadata, no login; no sessions table, no way through the gate."""
        idp = Bent()
        self.addCleanup(idp.stop)
        instance = harness.Instance({"providers": harness.local_providers(idp), "gate.x": {"paths": ["/x/"]}}, workers=1)
        instance.command("migrate")
        instance.start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        cookie = Person(instance, "ada").session()
        self.assertEqual(client.get("/gate?rule=x", headers=cookie).status, 200)
        self.assertEqual(client.get("/gate?rule=typo", headers=cookie).status, 403)
        idp.bends["/oidc/.well-known/openid-configuration"] = lambda reply: type(reply)(500)
        reply = client.get("/o/oidc/login")
        self.assertEqual((reply.status, reply.header("Set-Cookie")), (503, None), reply)
        instance.sql("ALTER TABLE sessions RENAME TO gone")
        for headers in (cookie, {}, {"Cookie": "latchstring=x"}):
            reply = client.get("/gate?rule=x", headers=headers)
            self.assertEqual(reply.status, 500 if headers == cookie else 401, reply)
            self.assertFalse([name for name, _ in reply.headers if name.startswith(("remote-", "variable-"))])
        self.assertEqual(client.get("/users/me/", headers=cookie).status, 500)
        instance.sql("ALTER TABLE gone RENAME TO sessions")
        self.assertEqual(client.get("/gate?rule=x", headers=cookie).status, 200)


if __name__ == "__main__":
    unittest.main()
