"""What the tests of `latchstring import django` share: Django projects, made by the real thing or by hand, and a latchstring to come to."""
import contextlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import unittest

import harness
from clients import PATIENCE, Direct
from fake.idp.provider import CLIENT, SECRET, Provider

PROJECT = harness.ROOT / "tests/integration/django_project.py"


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
