"""A Django project made by the real djoser, social-auth-app-django and Django, in SQLite and in PostgreSQL, moves over with one command, and
its people sign in as the users that they were."""
import contextlib
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import unittest

import harness
from clients import PATIENCE, Direct, Jar
from fake.idp.provider import CLIENT, SECRET, Provider
from postgres import Postgres

TIME_LIMIT = 300
PROJECT = harness.ROOT / "tests/integration/django_project.py"
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
REFUSED = 3  # of the rows above


def make_project(database, steps, model="auth.User"):
    """What each step told."""
    task = {"database": database, "model": model, "steps": steps}
    done = subprocess.run([sys.executable, str(PROJECT), json.dumps(task)], capture_output=True, text=True, timeout=120 * PATIENCE,
                          env=harness.plain_environment())
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def sqlite_project(steps, model="auth.User"):
    file = harness.temporary_folder() / "db.sqlite3"
    return file, make_project({"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}, steps, model)


def providers(idp):
    """The stand-in provider under the names that the project used."""
    client = {"client_id": CLIENT, "client_secret": SECRET}
    oauth = {**client, "authorize": {"url": idp.base + "/login/oauth/authorize"}, "token": {"url": idp.base + "/login/oauth/access_token"}}
    bearer = {"Authorization": "Bearer {access_token}"}
    return {
        "github": {**oauth, "kind": "oauth2", "user": [{"url": idp.base + "/api/user", "headers": bearer}],
                   "map": {"uid": "u:/id", "username": "u:/login", "email": "u:/email", "name": "u:/name"}},
        "google-oauth2": {**oauth, "uid": "email", "user": [{"url": idp.base + "/oidc/userinfo", "headers": bearer}]},
        "corp": {**client, "kind": "oidc", "issuer": idp.issuer},
    }


class Case(unittest.TestCase):
    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        self.instance = harness.Instance({"providers": providers(self.idp)})

    def run_import(self, source, *options, status=0):
        done = self.instance.command("import", "django", str(source), *options, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def serve(self):
        self.instance.start()
        self.addCleanup(self.instance.stop)
        client = Direct(self.instance.socket)
        self.addCleanup(client.close)
        return client

    def login(self, client, provider, person):
        """(id, username) of who comes out."""
        reply = client.login(self.idp, "ok." + person, provider)
        self.assertEqual(reply.status, 201, reply)
        me = client.get("/users/me/", headers={"Authorization": "Bearer " + reply.json()["access"]}).json()
        self.assertEqual(me["username"], reply.json()["user"])
        return me["id"], me["username"]

    def users(self):
        return self.instance.sql("SELECT id, username, email, email_verified, email_match, first_name, last_name, active, created FROM users ORDER BY id")

    def everything(self):
        return {t: self.instance.sql(f"SELECT * FROM {t} ORDER BY id") for t in ("users", "identities", "audit", "sessions")} | {
            "sequence": self.instance.sql("SELECT * FROM sqlite_sequence ORDER BY name")}


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


def social_auth(folder, users="auth_user (id INTEGER PRIMARY KEY, username TEXT, email TEXT)", rows=(), social=None, people=()):
    """A database by hand, for what Django would not make."""
    file = pathlib.Path(folder) / "hand.sqlite3"
    file.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(file)) as db, db:
        if users:
            db.execute("CREATE TABLE " + users)
        db.execute("CREATE TABLE " + (social or "social_auth_usersocialauth (id INTEGER PRIMARY KEY, user_id INTEGER, provider TEXT, uid TEXT)"))
        for person in people:
            db.execute(f"INSERT INTO {users.split()[0]} VALUES ({','.join('?' * len(person))})", person)
        for row in rows:
            db.execute("INSERT INTO social_auth_usersocialauth VALUES (?, ?, ?, ?)", row)
    return file


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
        self.configure("azuread-oauth2-v2")
        said = self.import_row("azuread-oauth2-v2", "a@x.test", "--same-uid", "azuread-oauth2-v2", status=2)
        self.assertRegex(said, "its issuer cannot be asked for|an issuer for each tenant")
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
