"""What an operator does with users at the command line: find, show, export, delete."""
import json
import unittest

import harness
from clients import Direct
from fake.idp.provider import Provider

SECRET_COLUMNS = {"sessions.cookie_hash", "sessions.id_token", "refresh_tokens.hash", "refresh_tokens.next_sealed", "provider_tokens.sealed"}


class Users(unittest.TestCase):
    def setUp(self):
        idp = Provider()
        self.addCleanup(idp.stop)
        self.instance = harness.Instance({"providers": harness.local_providers(idp)}).start()
        self.addCleanup(self.instance.stop)
        client = Direct(self.instance.socket)
        self.addCleanup(client.close)
        self.pairs = {}
        for person in ("u1", "u2", "u11"):
            reply = client.login(idp, "ok." + person)
            self.assertEqual(reply.status, 201, reply)
            self.pairs[person] = reply.json()

    def users(self, *arguments, status=0):
        done = self.instance.command("users", *arguments, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def test_list(self):
        def ids(*arguments):
            return [int(line.split()[0]) for line in self.users("list", *arguments)[0].splitlines()]
        self.assertEqual(ids(), [1, 2, 3])
        self.assertEqual(ids("U1"), [1, 3])
        self.assertEqual(ids("u2@x"), [2])
        self.assertEqual(ids("nobody"), [])
        self.assertEqual(ids("--limit", "2"), [1, 2])
        self.assertIn("there are more", self.users("list", "--limit", "2")[1])
        self.assertEqual(self.users("list", "--limit", "3")[1], "")
        listed = json.loads(self.users("list", "u2", "--json")[0])
        self.assertEqual([(u["id"], u["username"], u["email"], u["active"]) for u in listed], [(2, "u2", "u2@x.test", True)])

    def test_show_by_id_name_and_address(self):
        by_id = self.users("show", "2")[0]
        self.assertRegex(by_id, r"username  u2\n[^$]*identity  github-local  issuer github-local  uid 1002\n")
        for who in ("u2", "U2@x.test"):
            self.assertEqual(self.users("show", who)[0], by_id)
        self.assertEqual(self.users("show", "U2", status=1)[1], 'latchstring: there is no user "U2"\n')
        self.assertEqual(self.users("show", "99", status=1)[1], "latchstring: there is no user 99\n")
        self.instance.sql("UPDATE users SET email = 'u2@x.test' WHERE id = 1")
        out, err = self.users("show", "u2@x.test", status=1)
        self.assertEqual(([line.split()[0] for line in out.splitlines()], err),
                         (["1", "2"], "latchstring: more than one user is called so: show one by id\n"))

    def test_export_has_everything_but_secrets(self):
        text = self.users("export", "1")[0]
        told = json.loads(text)
        self.assertEqual([len(told[t]) for t in ("users", "identities", "sessions", "refresh_tokens", "audit")], [1] * 5)
        user, identity, session, audit = (told[t][0] for t in ("users", "identities", "sessions", "audit"))
        self.assertEqual((user["id"], user["username"], user["email"], user["active"]), (1, "u1", "u1@x.test", True))
        self.assertRegex(user["created"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual((identity["issuer"], identity["uid"], identity["extra"]), ("github-local", "1001", {}))
        self.assertEqual((session["claims"], session["ended"]), ({}, False))
        self.assertEqual((audit["event"], audit["outcome"], audit["remote_addr"]), ("login", "ok", "127.0.0.1"))
        self.assertEqual(set(told["left_out"]), SECRET_COLUMNS)
        self.assertNotIn("u2", text)
        self.assertEqual(self.users("export", "99", status=1)[1], "latchstring: there is no user 99\n")

    def test_delete_leaves_no_trace(self):
        self.users("delete", "1")
        self.assertEqual(self.users("export", "1", status=1)[1], "latchstring: there is no user 1\n")
        tables = [name for (name,) in self.instance.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        everything = repr([self.instance.sql(f"SELECT * FROM {table}") for table in tables])
        self.assertIn("u2@x.test", everything)
        self.assertNotIn("u1@x.test", everything)
        self.assertNotIn("'1001'", everything)
        me = Direct(self.instance.socket).get("/users/me/", headers={"Authorization": "Bearer " + self.pairs["u1"]["access"]})
        self.assertEqual(me.status, 401)


if __name__ == "__main__":
    unittest.main()
