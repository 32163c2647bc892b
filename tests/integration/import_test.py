"""A Django project made by the real djoser, social-auth-app-django and Django, in SQLite and in PostgreSQL, moves over with one command, and
its people sign in as the users that they were."""
import contextlib
import hashlib
import sqlite3
import unittest

from import_case import Case, make_project, sqlite_project
from postgres import Postgres

TIME_LIMIT = 300
STEPS = [
    ["create", {"username": "early", "email": "early@x.test"}], ["delete", 1],
    ["login", "github", "u1"], ["login", "google-oauth2", "u2"], ["login", "corp", "u4"],                    # users 2, 3, 4
    ["login", "github", "u5"], ["change", 5, {"is_active": False}],
    ["create", {"username": "pässword-only", "email": "u9@x.test", "password": "secret"}],                   # user 6, with u9's address
    ["attach", 2, "corp", "sub-u1"],                                                                         # user 2 has two
    ["attach", 3, "vk-oauth2", 77], ["attach", 4, "github", None], ["attach", 6, "github", ""],              # rows that cannot come along
    ["change", 2, {"first_name": "Ada", "last_name": "of Wales", "date_joined": "2019-05-06T07:08:09.5Z"}],
    ["create", {"username": "late", "email": "late@x.test"}], ["delete", 7],
]


class Moves:
    """For a project with Django's own user model; a subclass for each database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source, cls.told = cls.make()

    def test_everybody_signs_in_as_the_same_user(self):
        self.run_import(self.source, status=2)
        client = self.serve()
        for step, told in zip(STEPS, self.told):
            if step[0] == "login" and step[2] != "u5":
                with self.subTest(step):
                    self.assertEqual(self.login(client, step[1], step[2]), (told["id"], told["answered"]))
        self.assertEqual(self.login(client, "corp", "u1"), (2, "u1"))     # who had two ways has two
        refused = client.login(self.idp, "ok.u5", "github")               # who was switched off still is
        self.assertEqual((refused.status, refused.json()), (400, {"non_field_errors": ["User account is disabled."]}))

    def test_an_address_in_the_table_opens_nothing(self):
        """security: CVE-2024-38351, CVE-2026-44166, keycloak#53041: whoever registered with somebody's address does not get their login."""
        self.instance.settings["accounts"] = {"link_by_email": "verified"}
        self.instance.write()
        self.run_import(self.source, status=2)
        self.assertEqual({u[3:5] for u in self.users()}, {(0, "")})
        self.assertEqual(self.login(self.serve(), "corp", "u9")[0], 8)    # verified u9@x.test: a new user, not user 6

    def test_ids_that_were_given_away_do_not_come_back(self):
        self.run_import(self.source, status=2)
        self.assertEqual(self.login(self.serve(), "corp", "u77")[0], 8)   # user 7 was deleted in Django

    def test_what_comes_along(self):
        self.run_import(self.source, status=2)
        users = {u[0]: u[1:] for u in self.users()}
        self.assertEqual(sorted(users), [2, 3, 4, 5, 6])
        self.assertEqual(users[2], ("u1", "u1@x.test", 0, "", "Ada", "of Wales", 1, 1557126489))
        self.assertEqual((users[6][0], users[5][6]), ("pässword-only", 0))
        rows = self.instance.sql("SELECT id, user_id, provider, issuer, uid, email, email_verified, extra FROM identities ORDER BY id")
        self.assertEqual(rows, [
            (1, 2, "github", "github", "1001", "", 0, "{}"), (2, 3, "google-oauth2", "google-oauth2", "u2@x.test", "", 0, "{}"),
            (3, 4, "corp", self.idp.issuer, "sub-u4", "", 0, "{}"), (4, 5, "github", "github", "1005", "", 0, "{}"),
            (5, 2, "corp", self.idp.issuer, "sub-u1", "", 0, "{}")])
        self.assertNotIn("pbkdf2", self.instance.database.read_bytes().decode("latin-1"))
        self.assertNotIn("gho_", self.instance.database.read_bytes().decode("latin-1"))

    def test_each_refused_row_has_its_reason(self):
        said = self.run_import(self.source, status=2)
        for line in ("refused  row 7 (github, user 4): its uid is \"None\": the provider had named nobody",
                     "refused  row 8 (github, user 6): its uid is empty",
                     "refused  1 row of vk-oauth2: it is not configured here: add its stanza and import again",
                     "users       5 imported, 0 here already, 0 refused", "identities  5 imported, 0 here already, 3 refused",
                     "1 of the users cannot sign in by what came along", "left where they were: passwords"):
            self.assertIn(line, said)

    def test_a_second_run_changes_nothing(self):
        self.run_import(self.source, status=2)
        before = self.everything()
        said = self.run_import(self.source, status=2)
        self.assertIn("users       0 imported, 5 here already, 0 refused", said)
        self.assertIn("identities  0 imported, 5 here already, 3 refused", said)
        self.assertEqual(self.everything(), before)

    def test_after_logins_and_a_new_name_a_user_is_known_again(self):
        self.run_import(self.source, status=2)
        self.login(self.serve(), "github", "u1")
        self.instance.sql("UPDATE users SET username = 'renamed' WHERE id = 2")
        self.assertIn("users       0 imported, 5 here already, 0 refused", self.run_import(self.source, status=2))
        self.assertEqual(self.instance.sql("SELECT username FROM users WHERE id = 2"), [("renamed",)])

    def test_a_row_whose_provider_is_configured_later_comes_along_then(self):
        self.run_import(self.source, status=2)
        self.instance.settings["providers"]["vk-oauth2"] = self.instance.settings["providers"]["github"]
        self.instance.write()
        self.assertIn("identities  1 imported, 5 here already, 2 refused", self.run_import(self.source, status=2))

    def test_a_rehearsal_says_the_same_and_writes_nothing(self):
        self.instance.command("users", "list")  # makes the database
        before = self.everything()
        rehearsed = self.run_import(self.source, "--dry-run", status=2)
        self.assertEqual(self.everything(), before)
        self.assertEqual(rehearsed.replace("would be imported", "imported").replace("nothing was written: --dry-run\n", ""),
                         self.run_import(self.source, status=2))


class FromSqlite(Moves, Case):
    @classmethod
    def make(cls):
        return sqlite_project(STEPS)

    def test_the_source_is_not_touched(self):
        before = hashlib.sha256(self.source.read_bytes()).digest(), sorted(self.source.parent.iterdir())
        self.source.chmod(0o444)
        self.run_import(self.source, status=2)
        self.assertEqual((hashlib.sha256(self.source.read_bytes()).digest(), sorted(self.source.parent.iterdir())), before)

    def test_a_source_in_use_is_read(self):
        with contextlib.closing(sqlite3.connect(self.source)) as other:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("UPDATE auth_user SET last_login = NULL")
            other.commit()
            self.assertIn("5 imported", self.run_import(self.source, status=2))
            other.execute("PRAGMA journal_mode = DELETE")


class FromPostgres(Moves, Case):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.addClassCleanup(cls.server.stop)
        super().setUpClass()

    @classmethod
    def make(cls):
        database = {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "postgres", "HOST": str(cls.server.folder)}
        told = make_project(database, STEPS)
        cls.server.sql("CREATE ROLE reader LOGIN PASSWORD 'open-sesame'; GRANT SELECT ON auth_user, social_auth_usersocialauth TO reader")
        return cls.server.url(), told

    def test_who_may_only_read_can_import(self):
        said = self.run_import(self.server.url(user="reader:open-sesame"), status=2)
        self.assertIn("users       5 imported", said)
        self.assertNotIn("sesame", said)

    def test_a_server_that_is_not_there_or_says_no(self):
        for url, expected in ((f"postgresql://x:open-sesame@/db?host={self.instance.folder}", "No such file or directory"),
                              (self.server.url("nowhere", "reader:open-sesame"), 'database "nowhere" does not exist'),
                              ("postgresql://x:open-sesame/@127.0.0.1/db", "%40"),
                              ("postgresql://x:open@sesame@127.0.0.1/db", "%40"), ("postgresql://x:1/sesame@127.0.0.1/db", "%40"),
                              ("postgresql://x:open-sesame@127.0.0.1:port/db", "%40")):
            with self.subTest(url):
                said = self.run_import(url, status=1)
                self.assertRegex(said, "^latchstring: the PostgreSQL database cannot be opened: [^\n]+\n$")
                self.assertIn(expected, said)
                self.assertNotIn("sesame", said)


class OtherUserModels(Case):
    def test_people_who_are_called_by_their_addresses(self):
        source, told = sqlite_project([["login", "github", "u1"], ["login", "corp", "u4"]], "django_people.Person")
        self.run_import(source)
        client = self.serve()
        self.assertEqual(self.login(client, "github", "u1"), (told[0]["id"], "u1@x.test"))
        self.assertEqual(self.login(client, "corp", "u4"), (told[1]["id"], told[1]["answered"]))

    def test_ids_that_are_no_numbers_cannot_be_kept(self):
        source, _ = sqlite_project([["login", "github", "u1"]], "django_people.UuidPerson")
        self.assertIn("the ids of table django_people_uuidperson are of type char(32)", self.run_import(source, status=1))


if __name__ == "__main__":
    unittest.main()
