"""Providers as the operator meets them: a file in a folder, without a build; what `latchstring providers` prints; services that are closed."""
import json
import subprocess
import unittest

import harness
from clients import Direct, Jar
from fake.idp.provider import Provider

CATALOGUE = json.loads((harness.ROOT / "tests" / "data" / "catalogue.json").read_text())

# DEVELOPMENT.md, "A provider", with the stand-in provider's addresses.
FORGE = """title = "Our forge"
protocol = "oauth2"
docs = "https://forge.example/docs"
[settings]
base = { required = true, help = "where it is" }
[authorize]
url = "{base}/login/oauth/authorize"
scope = ["read:user"]
[token]
url = "{base}/login/oauth/access_token"
client_auth = "post"
[[user]]
url = "{base}/api/user"
headers = { Authorization = "token {access_token}" }
[map]
uid = "u:/id"
username = "u:/login"
email = "u:/email"
[extra]
nick = "u:/login"
"""


class Folder(unittest.TestCase):
    """providers_dir adds files and overrides the catalogue's, at run time."""

    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()

    @classmethod
    def tearDownClass(cls):
        cls.idp.stop()

    def instance(self, files, providers):
        folder = harness.temporary_folder() / "files"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text)
        return harness.Instance({"providers_dir": str(folder), "providers": providers}, workers=1)

    def login(self, instance, name):
        client, jar = Direct(instance.socket), Jar()
        url = client.begin(name, jar)
        self.assertTrue(url.startswith(self.idp.base + "/login/oauth/authorize?"), url)
        self.assertIn("scope=read%3Auser", url)
        reply = client.post(f"/o/{name}/", form=self.idp.approve(url, "ok.ada"), jar=jar)
        self.assertEqual(reply.status, 201, reply)
        token = {"Authorization": "Bearer " + reply.json()["access"]}
        return reply.json()["user"], client.get("/users/me/identities/", headers=token).json()

    def stanza(self):
        return {"client_id": "lab-client", "client_secret": "lab-secret-lab-secret-lab-secret-lab", "base": self.idp.base + "/"}

    def test_a_file_in_the_folder_is_a_provider(self):
        instance = self.instance({"forge": FORGE}, {"forge": self.stanza()}).start()
        try:
            user, identities = self.login(instance, "forge")
            self.assertEqual(len(identities), 1)
            one = identities[0]
            self.assertEqual((one["provider"], one["username"], one["email_verified"]), ("forge", user, False))
            self.assertTrue(one["uid"])
            self.assertEqual(one["extra"], {"nick": one["username"]})
        finally:
            instance.stop()

    def test_and_overrides_the_catalogues(self):
        instance = self.instance({"discord": FORGE}, {"discord": self.stanza()}).start()
        try:
            self.login(instance, "discord")
        finally:
            instance.stop()

    def test_a_mistake_in_it_stops_the_start_with_its_place(self):
        for text, told in ((FORGE + "[mapp]\n", "forge.toml:21: providers.forge.mapp: no such key; did you mean map?"),
                           (FORGE.replace('"u:/id"', '"u/id"'), "forge.toml:16: providers.forge.map.uid: "),
                           (FORGE.replace("{base}/api", "{bsae}/api"), "there is no setting \"bsae\"; did you mean base?")):
            done = self.instance({"forge": text}, {"forge": self.stanza()}).command("check", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(told, done.stderr)


class Listing(unittest.TestCase):
    """`latchstring providers`, without a configuration."""

    def run_it(self, *arguments, **env):
        done = subprocess.run([harness.BIN, "providers", *arguments], capture_output=True, text=True, timeout=30, cwd=harness.temporary_folder(),
                              env={**harness.plain_environment(), **env})
        return done

    def test_every_name_of_python_social_auth_is_there(self):
        listed = {row["id"]: row for row in json.loads(self.run_it("--json").stdout)}
        names = {row["name"] for row in CATALOGUE}
        self.assertEqual(len(names), 217)
        self.assertEqual(names - listed.keys(), set())
        refused = {name for name, row in listed.items() if row["status"] == "refused"}
        self.assertEqual(refused, {"email", "username", "pocket", "pushbullet"})
        for name, row in listed.items():
            self.assertTrue(row["title"] and row["protocol"] and row["docs"], name)
            if row["status"] != "alive":
                self.assertTrue(row["status_why"] and row["status_at"], name)

    def test_further_services_are_marked_as_untried(self):
        rows = json.loads(self.run_it("--json").stdout)
        self.assertGreaterEqual(sum(row["status"] == "unproven" for row in rows), 60)

    def test_one_says_how_to_register_there(self):
        text = self.run_it("github").stdout
        for part in ("https://github.com/settings/developers", "callback URL", "/o/github/callback", "client_id = ", "client_secret_file = ", "https://docs.github.com/"):
            self.assertIn(part, text)
        self.assertIn("status: dead", self.run_it("angel").stdout)
        steam = self.run_it("steam").stdout
        self.assertIn("enabled = true", steam)
        self.assertNotIn("client_id", steam)

    def test_a_name_that_is_none(self):
        done = self.run_it("githup")
        self.assertEqual(done.returncode, 1)
        self.assertIn('there is no provider "githup": did you mean github?', done.stderr)


class Closed(unittest.TestCase):
    """What cannot be enabled stops the start; what is closed or untried says so and is served."""

    def test_refused(self):
        for name in ("email", "pocket"):
            instance = harness.Instance({"providers": {name: {"client_id": "c", "client_secret": "s"}}}, workers=1)
            done = instance.command("check", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"providers.{name}: cannot be enabled: ", done.stderr)

    def test_dead(self):
        instance = harness.Instance({"providers": {"angel": {"client_id": "c", "client_secret": "s"}}}, workers=1)
        self.assertIn("warn provider angel (oauth2): the service is closed", instance.command("check").stdout)
        instance.start()
        try:
            self.assertIn("level=warn ev=provider provider=angel", instance.log())
            self.assertTrue(Direct(instance.socket).begin("angel", Jar()).startswith("https://angel.co/api/oauth/authorize/?"))
        finally:
            instance.stop()


class Environment(unittest.TestCase):
    """python-social-auth's variables alone configure a provider."""

    def test_names_and_settings(self):
        instance = harness.Instance(workers=1)
        env = {"SOCIAL_AUTH_GITLAB_KEY": "id", "SOCIAL_AUTH_GITLAB_SECRET": "secret", "SOCIAL_AUTH_GITLAB_SCOPE": "openid email",
               "SOCIAL_AUTH_GITLAB_API_URL": "https://git.example/", "SOCIAL_AUTH_STEAM_ENABLED": "true",
               "SOCIAL_AUTH_MATWERK_KEY": "id", "SOCIAL_AUTH_MATWERK_SECRET": "secret",
               "SOCIAL_AUTH_GITLAB_AUTH_EXTRA_ARGUMENTS": '{"theme": "a{b}"}'}
        process = harness.Process([harness.BIN, "serve", "--listen", instance.socket, "--config", instance.config],
                                  instance.folder / "log", env=env)
        try:
            process.wait_until("a worker is ready", lambda: "ev=worker_ready" in process.output())
            client = Direct(instance.socket)
            self.assertEqual({row["id"] for row in client.get("/o/").json()}, {"gitlab", "steam", "matWerk"})
            url = client.begin("gitlab", Jar())
            self.assertTrue(url.startswith("https://git.example/oauth/authorize?client_id=id&"), url)
            self.assertIn("scope=openid%20email%20read_user", url)
            self.assertIn("theme=a%7Bb%7D", url)
        finally:
            process.stop()


if __name__ == "__main__":
    unittest.main()
