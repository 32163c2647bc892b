"""The real program with wrong configurations: one line that says what is wrong, exit status 1, no secret; and the commands around it."""
import os
import pathlib
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import unittest

import harness

SECRET = "s3cret-that-must-stay-inside"
PLAIN = {k: v for k, v in os.environ.items() if not k.startswith(("LATCHSTRING_", "SOCIAL_AUTH_"))}


def latchstring(*arguments, env=None, cwd=None):
    return subprocess.run([harness.BIN, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=cwd,
                          env={**PLAIN, **(env or {})}, timeout=60 * harness.PATIENCE, check=False)


def told(done):
    """What standard error says to a person: its lines without the log's."""
    return [line for line in done.stderr.splitlines() if not line.startswith("ts=")]


# A configuration that works, as text to change. FOLDER is the test's own.
GOOD = f"""public_url = "https://app.example/auth"
redirect_uris = ["https://app.example/cb"]
[store]
url = "sqlite:FOLDER/latchstring.db"
key_file = "FOLDER/latchstring.key"
[providers.github]
client_id = "id"
client_secret = "{SECRET}"
"""

# why; what is replaced in GOOD by what (a whole new text if the first is None); what the line must say
WRONG = [
    ("no TOML", '"id"', f"{SECRET}", r"latchstring.toml:7: not TOML: .*a text wants double quotes"),
    ("a provider twice", None, GOOD + "[providers.github]\n", r"toml:9: not TOML: .*cannot redefine existing table 'providers.github'"),
    ("a provider twice but for capitals", None, GOOD + "[providers.GitHub]\n",
     r'providers."github" is there already at \S+:9, but for capital'),
    ("a key misspelt", "redirect_uris", "redirect_uri", r'toml:2: unknown key "redirect_uri": did you mean redirect_uris\?'),
    ("a key in the wrong table", "[providers", 'ttl = "1m"\n[providers', r'toml:6: unknown key "store.ttl": it belongs under \[flows\]'),
    ("a table misspelt", "[store]", "[stor]", r'toml:3: unknown key "stor": did you mean store\?'),
    ("a wrong type", '"https://app.example/auth"', "7", r"toml:1: public_url is a whole number: it wants a string"),
    ("no public_url", 'public_url = "https://app.example/auth"', "", r"toml: public_url is missing"),
    ("public_url in the clear", "https://app.example/auth", "http://app.example/auth", r"toml:1: public_url = .*http is for loopback only"),
    ("public_url with a password", "https://app", f"https://joe:{SECRET}@app",
     r"toml:1: public_url = .*a user name or password has no place"),
    ("a redirect URI with a wildcard", "example/cb", "example/*", r"toml:2: redirect_uris = .*compared exactly"),
    ("a redirect URI in the clear", "https://app.example/cb", "http://app.example/cb",
     r"toml:2: redirect_uris = .*http is for loopback only"),
    ("PostgreSQL", "sqlite:FOLDER", f"postgresql://joe:{SECRET}@db", r"toml:4: store.url: PostgreSQL comes later"),
    ("a flow's ttl out of range", "[providers", '[flows]\nttl = "2d"\n[providers',
     r'toml:7: flows.ttl = "2d": it wants a duration from 1s to 1d'),
    ("a binding that is none", "[providers", '[flows]\nbinding = "off"\n[providers',
     r'toml:7: flows.binding = "off": it wants "required" or "none"'),
    ("any origin", "[providers", '[cors]\norigins = ["*"]\n[providers', r"toml:7: cors.origins = .*every site must be named"),
    ("an algorithm that is none", "[providers", '[tokens]\nalgorithm = "none"\n[providers',
     r"toml:7: tokens.algorithm = .none.: it wants .ES256"),
    ("HS256 without a secret", "[providers", '[tokens]\nalgorithm = "HS256"\n[providers', r"toml:7: tokens.algorithm = .HS256.: it needs"),
    ("HS256 with a short secret", "[providers", f'[tokens]\nalgorithm = "HS256"\nhs256_secret = "{SECRET}"\n[providers',
     r"has 28 bytes: it wants 32"),
    ("the demo on a public host", "[providers", "[demo]\nenabled = true\n[providers", r"toml:7: demo.enabled: refused"),
    ("no such CA file", "[providers", '[upstream]\nca_file = "ca.pem"\n[providers',
     r'toml:7: upstream.ca_file = "\S+/ca.pem": cannot be read'),
    ("a missing secret file", f'client_secret = "{SECRET}"', 'client_secret_file = "none"', r"client_secret_file: \S+/none: No such file"),
    ("an empty secret file", f'client_secret = "{SECRET}"', 'client_secret_file = "empty"', r"client_secret_file: \S+/empty: is empty"),
    ("a secret in both forms", "client_id", 'client_secret_file = "empty"\nclient_id', r"client_secret_file stands beside client_secret"),
    ("a provider's key misspelt", "client_id", "clientid", r"toml:7: providers.github.*client_id"),
    ("a provider that nobody knows", "providers.github", "providers.gitub", r"toml:6: providers.gitub.*github"),
    ("a provider without a client", 'client_id = "id"', "", r"providers.github.*client_id"),
    ("a database where no folder is", "FOLDER/latchstring.db", "FOLDER/nowhere/x.db", r"FOLDER/nowhere"),
    ("a database that is a folder", "FOLDER/latchstring.db", "FOLDER/folder", r"FOLDER/folder"),
    ("a database that is none", "FOLDER/latchstring.db", "FOLDER/text", r"FOLDER/text"),
    ("no master key", "FOLDER/latchstring.key", "FOLDER/none.key", r"store.key_file: FOLDER/none.key: No such file.*latchstring init"),
    ("a master key that is none", "FOLDER/latchstring.key", "FOLDER/text", r"store.key_file: FOLDER/text"),
    ("a master key for all", "FOLDER/latchstring.key", "FOLDER/open.key", r"store.key_file: FOLDER/open.key: everyone .* can read it"),
]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = harness.temporary_folder()
        self.config = self.folder / "latchstring.toml"

    def write(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def refused(self, arguments, pattern, why, env=None, lines=told):
        done = latchstring(*arguments, env=env)
        said = lines(done)
        self.assertEqual((done.returncode, len(said)), (1, 1), f"{why}: {arguments}\n{done.stdout}{done.stderr}")
        self.assertRegex(said[0].replace(str(self.folder), "FOLDER"), pattern, why)
        self.assertNotIn(SECRET, done.stdout + done.stderr, why)


class Wrong(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "folder").mkdir()
        self.write("empty", "\n")
        self.write("text", "this is neither a key nor a database\n" * 100)
        self.write("latchstring.key", "A" * 43 + "\n")
        self.write("open.key", "A" * 43 + "\n", 0o644)

    def both(self, pattern, why, env=None):
        """serve and check both refuse."""
        self.refused(["serve", "--listen", self.folder / "s.sock", "--config", self.config], pattern, why, env)
        self.refused(["check", "--config", self.config], pattern, why, env)

    def test_each_mistake_is_told_in_one_line(self):
        for why, old, new, pattern in WRONG:
            with self.subTest(why):
                if old is not None:
                    self.assertIn(old, GOOD)
                text = new if old is None else GOOD.replace(old, new, 1)
                self.write("latchstring.toml", text.replace("FOLDER", str(self.folder)))
                self.both(pattern, why)

    def test_a_file_that_cannot_be_read(self):
        self.both(r"cannot read the configuration: FOLDER/latchstring.toml: No such file or directory; `latchstring init` makes one",
                  "missing")
        self.config.mkdir()
        self.both(r"cannot read the configuration: FOLDER/latchstring.toml: is a directory", "a folder")

    def test_a_wrong_variable(self):
        self.write("latchstring.toml", GOOD.replace("FOLDER", str(self.folder)))
        for why, variable, value, pattern in [
                ("a key misspelt", "LATCHSTRING_FLOWS_BINDNG", "none", "did you mean LATCHSTRING_FLOWS_BINDING"),
                ("a bad value", "LATCHSTRING_SERVER_THREADS", "many", "it wants a whole number from 1 to 4096"),
                ("half a list", "SOCIAL_AUTH_GITHUB_SCOPE", f'["{SECRET}', "begins with . and is no JSON array"),
                ("a secret file that is missing", "SOCIAL_AUTH_GITHUB_SECRET_FILE", "/nowhere/x", "/nowhere/x: No such file")]:
            with self.subTest(why):
                self.both(f"environment {variable}: .*{pattern}", why, {variable: value})

    def test_a_schema_from_the_future(self):
        self.write("latchstring.toml", GOOD.replace("FOLDER", str(self.folder)))
        self.assertEqual(latchstring("migrate", "--config", self.config).returncode, 0)
        db = sqlite3.connect(self.folder / "latchstring.db")
        with db:
            db.execute("INSERT INTO schema_migrations (number, name, applied) VALUES (9999, 'future', 0)")
        db.close()
        self.both(r"the database has schema 9999, and this program knows", "newer schema")
        self.refused(["migrate", "--config", self.config], r"the database has schema 9999", "migrate refuses too")

    def test_another_installations_key(self):
        self.write("latchstring.toml", GOOD.replace("FOLDER", str(self.folder)))
        self.assertEqual(latchstring("keys", "rotate", "--config", self.config).returncode, 0)
        self.write("latchstring.key", "B" * 42 + "A\n")
        self.both("FOLDER/latchstring.key is not the key that this database was made with", "after a restore")


class Commands(Case):
    def init(self, *arguments):
        return latchstring("init", self.folder / "made", *arguments)

    def test_init_makes_an_installation_that_works(self):
        done = self.init("--demo")
        self.assertEqual(done.returncode, 0, done.stderr)
        made = self.folder / "made"
        for name in ("latchstring.toml", "latchstring.key", "latchstring.db", "latchstring.db-flows"):
            self.assertEqual(stat.S_IMODE((made / name).stat().st_mode) & 0o077, 0, name)
        self.assertIn("demo", latchstring("providers", "--config", made / "latchstring.toml").stdout)
        check = latchstring("check", "--config", made / "latchstring.toml")
        self.assertEqual((check.returncode, check.stderr), (0, ""), check.stdout)
        self.assertTrue(all(re.match("ok   |warn ", line) for line in check.stdout.splitlines()), check.stdout)

    def test_init_overwrites_nothing(self):
        self.assertEqual(self.init().returncode, 0)
        before = {p: p.read_bytes() for p in (self.folder / "made").iterdir() if p.is_file()}
        self.refused(["init", self.folder / "made"], "is there already: nothing was changed", "again")
        for path, content in before.items():
            self.assertEqual(path.read_bytes(), content, path)

    def test_init_that_fails_leaves_nothing(self):
        self.refused(["init", self.folder / "made", "--demo", "--public-url", "https://app.example/auth"], "demo.enabled: refused",
                     "the demo in public")
        self.assertEqual(list((self.folder / "made").iterdir()), [])

    def test_keys_rotate_with_overlap(self):
        self.assertEqual(self.init().returncode, 0)
        config = self.folder / "made" / "latchstring.toml"

        def states():
            return sorted(re.sub(r"until .*", "until", " ".join(line.split()[5:])) for line in
                          latchstring("keys", "list", "--config", config).stdout.splitlines())
        self.assertEqual(states(), ["signs"])
        self.assertEqual(latchstring("keys", "rotate", "--config", config).returncode, 0)
        self.assertEqual(states(), ["signs", "verifies until"])
        self.assertEqual(latchstring("keys", "rotate", "--drop-old", "--config", config).returncode, 0)
        self.assertEqual(states(), ["signs"])

    def test_users_are_shown_switched_off_and_deleted(self):
        self.assertEqual(self.init().returncode, 0)
        config = self.folder / "made" / "latchstring.toml"
        db = sqlite3.connect(self.folder / "made" / "latchstring.db")
        self.addCleanup(db.close)
        with db:
            db.execute("INSERT INTO users (id, username, email, created) VALUES (7, 'ad\x1ba', 'ada@example.org', 0)")
        shown = latchstring("users", "show", "7", "--config", config).stdout
        self.assertRegex(shown, r"username +ad\?a\nemail +ada@example.org \(not verified\)")
        for act, active in (("disable", [(0,)]), ("enable", [(1,)]), ("delete", [])):
            done = latchstring("users", act, "7", "--config", config)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(db.execute("SELECT active FROM users WHERE id = 7").fetchall(), active, act)
            db.commit()
        self.refused(["users", "show", "7", "--config", config], "^latchstring: there is no user 7$", "gone")
        self.refused(["users", "delete", "7", "--config", config], "^latchstring: there is no user 7$", "gone")

    def test_the_reference_is_a_configuration(self):
        self.write("latchstring.toml", latchstring("reference").stdout)
        self.write("latchstring.key", "A" * 43 + "\n")
        done = latchstring("check", "--config", self.config, env={"LATCHSTRING_STORE_URL": f"sqlite:{self.folder}/x.db"})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_a_database_that_is_not_there_is_left_so_by_check(self):
        self.test_the_reference_is_a_configuration()
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["latchstring.key", "latchstring.toml"])

    def test_an_unknown_provider_is_met_with_the_nearest(self):
        self.refused(["providers", "githb"], 'no provider "githb": did you mean github', "providers")

    def test_wrong_arguments_are_one_line(self):
        for arguments in (["serv"], ["check", "--confg", "x"], ["serve", "--threads", "0"], ["serve", "--socket-mode", "999"], ["users"],
                          ["users", "show"], ["users", "disable", "x"], ["users", "list", "--limit", "0"], ["import"], ["import", "django"], ["keys"]):
            self.refused(arguments, "^latchstring: .*; see latchstring --help$", str(arguments))

    def test_without_a_command_and_a_socket_there_is_help(self):
        done = latchstring()
        self.assertEqual(done.returncode, 1)
        self.assertIn("Usage: latchstring", done.stderr)

    def test_without_a_command_it_serves_a_socket_on_descriptor_0(self):
        self.assertEqual(self.init("--demo").returncode, 0)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.folder / "s.sock"))
            listening.listen()
            process = harness.Process([harness.BIN], self.folder / "log",
                                      {"LATCHSTRING_CONFIG": str(self.folder / "made" / "latchstring.toml")}, stdin=listening)
            process.wait_until("a worker", lambda: "ev=worker_ready" in process.output())
            self.assertEqual(process.stop(signal.SIGTERM), 0, process.output())

    def test_no_core_dumps(self):
        self.assertEqual(self.init("--demo").returncode, 0)
        config = self.folder / "made" / "latchstring.toml"
        process = harness.Process([harness.BIN, "serve", "--listen", self.folder / "s.sock", "--config", config], self.folder / "log")
        process.wait_until("a worker", lambda: "ev=worker_ready" in process.output())
        limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        self.assertEqual(process.stop(), 0)


if __name__ == "__main__":
    unittest.main()
