"""What `latchstring import django` refuses: sources that are none, rows that cannot come along, uids that nobody would sign in with."""
import unittest

from import_case import Case, social_auth, sqlite_project


class Refusals(Case):
    def test_sources_that_are_none(self):
        folder = self.instance.folder
        (folder / "text").write_text("no database at all, but a file of some length" * 50)
        cases = [
            (folder / "absent.sqlite3", "No such file or directory"), (folder, "it is no file"), (folder / "text", "it is no SQLite database"),
            ("mysql://root@127.0.0.1/django", "import reads a SQLite file or postgresql://"),
            (social_auth(folder, social="other (id INTEGER)"), "no database of Django with social-auth-app-django"),
        ]
        for source, expected in cases:
            with self.subTest(expected):
                said = self.run_import(source, status=1)
                self.assertRegex(said, "^latchstring: [^\n]+\n$")
                self.assertIn(expected, said)
        self.assertFalse(self.instance.database.exists())  # nothing was begun

    def test_tables_that_are_others(self):
        keyed = "social_auth_usersocialauth (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES people (nr), provider TEXT, uid TEXT)"
        cases = [
            (dict(users=None), [], "there is no table auth_user: name the users' table with --user-table"),
            (dict(), ["--user-table", "nobody"], "there is no table nobody"),
            (dict(users="auth_user (id TEXT PRIMARY KEY, username TEXT)"), [], "the ids of table auth_user are of type text"),
            (dict(users="auth_user (id INTEGER PRIMARY KEY, nick TEXT)"), [], "neither username nor email"),
            (dict(users="auth_user (nr INTEGER PRIMARY KEY, username TEXT)"), [], "has no column id"),
            (dict(social="social_auth_usersocialauth (id INTEGER, user_id INTEGER, provider TEXT)"), [], "has no column uid"),
        ]
        for made, options, expected in cases:
            with self.subTest(expected):
                self.assertIn(expected, self.run_import(social_auth(self.instance.folder, **made), *options, status=1))
        # The foreign key names table and column; what is not there is done without, what is there besides is not looked at.
        file = social_auth(self.instance.folder, users="people (nr INTEGER PRIMARY KEY, username TEXT, odd BLOB)", social=keyed,
                           people=[(3, "anna", b"\0")], rows=[(1, 3, "github", "1001")])
        self.run_import(file)
        self.assertEqual([u[:2] + u[7:] for u in self.users()], [(3, "anna", 1, 0)])
        self.assertEqual(self.login(self.serve(), "github", "u1"), (3, "anna"))

    def test_users_that_cannot_come_along(self):
        people = [(0, "zero", ""), (1, "", ""), (2, "a\nb", ""), (3, "x" * 151, ""), (4, "ok", "bad\x07@x.test"), (5, "ok", ""),
                  (6, b"\xff\xfe", ""), (7, "fine", "x" * 250 + "@x.test"), (8, "é" * 150, "")]
        said = self.run_import(social_auth(self.instance.folder, people=people, rows=[(1, 3, "github", "1"), (2, 99, "github", "2")]), status=2)
        for line in ("user 0 (zero): its id is not between 1 and", "user 1 (): it has no username", "user 2 (a?b): its username holds a control character",
                     "its username is longer than 150 characters", "user 5 (ok): its username is that of user 4 here", "or is no UTF-8",
                     "row 1 (github, user 3): its user is not imported", "row 2: its user is not in table auth_user",
                     "note     user 4: e-mail address left out", "note     user 7: e-mail address left out: it is longer"):
            self.assertIn(line, said)
        self.assertEqual([u[:3] for u in self.users()], [(4, "ok", ""), (7, "fine", ""), (8, "é" * 150, "")])

    def test_what_is_here_already_wins(self):
        client = self.serve()
        self.assertEqual(self.login(client, "github", "u1"), (1, "u1"))
        self.assertEqual(self.login(client, "github", "u2"), (2, "u2"))
        before = self.everything()
        people = [(1, "anna", ""), (3, "u2", ""), (4, "new", ""), (5, "other", "")]
        rows = [(1, 1, "github", "77"), (2, 4, "github", "1001"), (3, 5, "github", "1003")]
        file = social_auth(self.instance.folder, people=people, rows=rows)
        rehearsed = self.run_import(file, "--dry-run", status=2)
        self.assertEqual(self.everything(), before)
        said = self.run_import(file, status=2)
        for line in ('user 1 (anna): id 1 belongs to another user here, "u1"', "row 1 (github, user 1): its user is not imported",
                     "user 3 (u2): its username is that of user 2 here", "row 2 (github, user 4): this person is known here as user 1"):
            self.assertIn(line, said)
            self.assertIn(line, rehearsed)
        self.assertEqual(self.everything()["users"][:2], before["users"])
        self.assertEqual(self.everything()["identities"][:2], before["identities"])
        self.assertEqual(self.login(client, "github", "u3"), (5, "other"))   # the row's own number was free

    def test_two_rows_of_one_person(self):
        self.instance.settings["providers"]["corp2"] = self.instance.settings["providers"]["corp"]
        self.instance.write()
        file = social_auth(self.instance.folder, people=[(1, "a", ""), (2, "b", "")],
                           rows=[(1, 1, "corp", "s"), (2, 1, "corp2", "s"), (3, 2, "corp2", "S"), (4, 2, "corp2", "s")])
        rehearsed = self.run_import(file, "--dry-run", status=2)
        said = self.run_import(file, status=2)
        for text in (said, rehearsed):
            self.assertIn("row 4 (corp2, user 2): this person is known here as user 1", text)  # one issuer, compared as bytes
            self.assertIn(", 1 here already, 1 refused", text)

    def test_a_deleted_user_does_not_come_back(self):
        file = social_auth(self.instance.folder, people=[(1, "a", "")], rows=[(1, 1, "github", "1")])
        self.run_import(file)
        self.instance.command("users", "delete", "1")
        self.assertIn("user 1 (a): was deleted here, and does not come back", self.run_import(file, status=2))

    def test_odd_uids(self):
        uids = [1001, "  ", "x" * 1025, "a\0b", "ünïcode", "sub"]
        file = social_auth(self.instance.folder, people=[(1, "a", "")], rows=[(n, 1, "github", uid) for n, uid in enumerate(uids, 1)])
        said = self.run_import(file, status=2)
        for line in ("row 2 (github, user 1): its uid is empty", "row 3 (github, user 1): its uid is longer than 1024 bytes",
                     "row 4 (github, user 1): its uid holds a control character"):
            self.assertIn(line, said)
        self.assertEqual(self.instance.sql("SELECT uid FROM identities ORDER BY id"), [("1001",), ("ünïcode",), ("sub",)])


class WhoTheyAreHere(Case):
    """A uid is only worth something with the issuer, and where both programs count people alike."""

    def import_row(self, provider, uid, *options, status=0):
        return self.run_import(social_auth(self.instance.folder, people=[(1, "a", "")], rows=[(1, 1, provider, uid)]), *options, status=status)

    def configure(self, name, **stanza):
        self.instance.settings["providers"][name] = {"client_id": "x", "client_secret": "y" * 32, **stanza}
        self.instance.write()

    def test_addresses_and_names_in_the_place_of_ids(self):
        self.configure("google-oauth2")
        self.assertIn('set uid = "email" in its stanza', self.import_row("google-oauth2", "a@x.test", status=2))
        self.import_row("google-oauth2", "10101")  # USE_UNIQUE_USER_ID was set
        self.configure("google-oauth2", uid="email")
        self.import_row("google-oauth2", "a@x.test")
        self.assertIn("are no addresses", self.import_row("google-oauth2", "10102", status=2))
        self.configure("google-oauth2", kind="oidc", issuer=self.idp.issuer)  # the name says whose rows they are, not the protocol
        self.assertIn('set uid = "email" in its stanza', self.import_row("google-oauth2", "b@x.test", status=2))
        self.configure("trello")
        self.assertIn('set uid = "username" in its stanza', self.import_row("trello", "anna", status=2))
        self.import_row("trello", "5af1", "--same-uid", "trello")  # ID_KEY was set
        self.configure("trello", uid="username")
        self.import_row("trello", "anna")
        self.configure("github", uid="username")
        self.assertIn('uid = "username" is set in its stanza', self.import_row("github", "1001", status=2))
        self.assertIn("--same-uid nobody: there is no such provider", self.import_row("github", "1", "--same-uid", "nobody", status=1))

    def test_an_issuer_for_each_tenant_is_not_guessed(self):
        self.configure("microsoft")
        self.assertIn("refused  1 row of microsoft: it has an issuer for each tenant", self.import_row("microsoft", "sub-of-a-tenant", status=2))
        self.assertEqual(self.instance.sql("SELECT count(*) FROM identities"), [(0,)])

    def test_an_issuer_that_is_found_in_the_metadata(self):
        self.configure("oidc", oidc_endpoint=self.idp.issuer)
        self.import_row("oidc", "sub-u1")
        self.assertEqual(self.instance.sql("SELECT issuer FROM identities"), [(self.idp.issuer,)])
        self.assertEqual(self.idp.hits["/oidc/.well-known/openid-configuration"], 1)

    def test_metadata_that_cannot_be_had_stops_its_rows_only(self):
        self.configure("oidc", oidc_endpoint="http://127.0.0.1:9")
        file = social_auth(self.instance.folder, people=[(1, "a", "")], rows=[(1, 1, "oidc", "s"), (2, 1, "oidc", "t"), (3, 1, "github", "1001")])
        said = self.run_import(file, status=2)
        self.assertIn("refused  2 rows of oidc: its issuer cannot be asked for", said)
        self.assertIn("identities  1 imported, 0 here already, 2 refused", said)

    def test_many(self):
        file, _ = sqlite_project([["fill", 1200]])
        self.assertIn("users       1200 imported", self.run_import(file))
        self.assertIn("identities  0 imported, 1200 here already", self.run_import(file))
        self.assertEqual(self.instance.sql("SELECT count(*), count(DISTINCT user_id) FROM identities"), [(1200, 1200)])


if __name__ == "__main__":
    unittest.main()
