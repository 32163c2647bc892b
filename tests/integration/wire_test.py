"""djoser's wire, row by row: tests/data/wire/*.json holds what a recorded djoser answered, differences.json where we answer otherwise and why.

A row: "before" are steps, "send" the request, "want" djoser's answer. Steps: `begin PROVIDER [as NAME] [in JAR] [at PAGE]`,
`post LOGIN` (finishes the last begun login), `refused FORM` (a POST that must give 400), `login USER`, `refresh`, `inactive USER`, `delete`.
Placeholders: {cb[:PAGE]} a redirect_uri, {state[:NAME]}, {code:LOGIN[@NAME]} what the provider gives after a login as LOGIN ("FAULT.USER"),
{last} the last code, {access} {refresh} {old}, {access:altered}, {cookie} the name of our cookie, {idp}, {x*N}.
"""
import json
import re
import unittest
import urllib.parse

import harness
from clients import Direct, Jar
from fake.idp.provider import Provider

DATA = harness.ROOT / "tests" / "data" / "wire"
COOKIE = "latchstring-flow"
JWT = re.compile(r"^[\w-]+\.[\w-]+\.[\w-]+$")
PAGES = {"": harness.CB, "google": "http://localhost:3000/google", "facebook": "http://localhost:3000/facebook"}
REDIRECT_URIS = [*PAGES.values(), "http://localhost:3000/cb?x=1&y=a%20b", "http://localhost:3000/p%C3%A4th"]


def rows():
    files = sorted(p for p in DATA.glob("*.json") if p.name != "differences.json")
    return [row for path in files for row in json.loads(path.read_text())]


DIFFERENCES = {d["id"]: d for d in json.loads((DATA / "differences.json").read_text())}


class Scene:
    """What one row has done so far: jars, begun logins, codes and tokens."""

    def __init__(self, client, idp, instance):
        self.client, self.idp, self.instance = client, idp, instance
        self.jars, self.begun, self.named = {}, [], {}
        self.values = {"cookie": COOKIE, "idp": idp.base}

    def jar(self, name):
        return Jar() if name == "none" else self.jars.setdefault(name, Jar())

    def step(self, text):
        verb, *words = text.split()
        getattr(self, verb)(*words)

    def begin(self, provider, *options):
        options = dict(zip(options[::2], options[1::2]))
        url = self.client.begin(provider, self.jar(options.get("in", "main")), PAGES[options.get("at", "")])
        self.begun.append((provider, url))
        self.named[options.get("as", provider)] = (provider, url)

    def approved(self, login, name=None):
        back = self.idp.approve((self.named[name] if name else self.begun[-1])[1], login)
        self.values["last"] = back["code"]
        return back

    def post(self, login):
        reply = self.client.post(f"/o/{self.begun[-1][0]}/", form=self.approved(login), jar=self.jar("main"))
        assert reply.status == 201, reply

    def refused(self, form):
        reply = self.client.post(f"/o/{self.begun[-1][0]}/", form=form, jar=self.jar("main"))
        assert reply.status == 400, reply

    def login(self, user):
        reply = self.client.login(self.idp, f"ok.{user}")
        assert reply.status == 201, reply
        self.values.update({k: reply.json()[k] for k in ("access", "refresh")})

    def refresh(self):
        self.values["old"] = self.values["refresh"]
        reply = self.client.post("/jwt/refresh/", json_text={"refresh": self.values["refresh"]})
        assert reply.status == 200, reply

    def inactive(self, user):
        self.instance.sql("UPDATE users SET active = 0 WHERE username = ?", user)

    def delete(self):
        reply = self.client.request("DELETE", "/users/me/", headers={"Authorization": "Bearer " + self.values["access"]})
        assert reply.status == 204, reply

    def fill(self, text):
        def value(match):
            name, _, argument = match[1].partition(":")
            if name == "cb":
                return urllib.parse.quote(PAGES[argument], safe="")
            if name.startswith("x*"):
                return "x" * int(name[2:])
            if name == "state":
                url = self.named[argument][1] if argument else self.begun[-1][1]
                return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))["state"]
            if name == "code":
                return self.approved(*argument.split("@"))["code"]
            if argument == "altered":
                head, payload, signature = self.values[name].split(".")
                return f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
            return self.values[name]
        return re.sub(r"\{((?:cb|state|code|last|access|refresh|old|cookie|idp|x\*)[^{}\"]*)\}", value, text)

    def send(self, row):
        method, path = self.fill(row["send"]).split(" ", 1)
        contents = {new: self.fill(row[old]) for old, new in (("form", "form"), ("json", "json_text"), ("body", "body")) if old in row}
        headers = {k: self.fill(v) for k, v in row.get("headers", {}).items()}
        if "jar" in row or "Cookie" not in headers:
            jar = self.jar(row.get("jar", "main"))
        else:
            jar = None
        return self.client.request(method, path, headers=headers, jar=jar, **contents)


class Wire(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        google = {"client_id": "lab-client", "client_secret": "s"}
        providers = harness.local_providers(cls.idp)
        providers["plain"] = {**providers["github-local"], "title": "Plain"}
        providers.update({name: google for name in ("google-oauth2", "facebook", "github")})
        for name, scope in (("facebook", "email"), ("github", "user:email")):  # as the recorded djoser was configured
            providers[name] = {**providers[name], "scope": [scope]}
        cls.instance = harness.Instance({
            "redirect_uris": REDIRECT_URIS, "cors": {"origins": ["http://localhost:3000"]}, "upstream": {"timeout": "2s"},
            "providers": providers,
        }).start()
        cls.client = Direct(cls.instance.socket)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.instance.stop()
        cls.idp.stop()

    def play(self, row):
        scene = Scene(self.client, self.idp, self.instance)
        for step in row.get("before", []):
            scene.step(step)
        reply = scene.send(row)
        difference = DIFFERENCES.get(row["id"], {})
        self.compare(scene, reply, {**row["want"], **difference["answer"]} if "answer" in difference else row["want"])

    def compare(self, scene, reply, want):
        """`want` of a difference is laid over djoser's, so null takes a part away."""
        self.assertEqual(reply.status, want["status"], reply)
        if want.get("empty") or want["status"] == 301:
            self.assertEqual(reply.body, b"")
        elif want.get("url"):
            self.check_url(scene, reply.json(), want)
        elif want.get("login") and want["status"] == 201:
            self.check_tokens(reply, want["login"])
        elif "json" in want:
            self.assertEqual(reply.header("Content-Type"), "application/json")
            self.assertTrue(fits(reply.json(), want["json"]), f"{reply.json()} is not {want['json']}")
        for name, value in (want.get("headers") or {}).items():
            self.assertEqual(reply.header(name), None if value is None else scene.fill(value), name)
        if reply.status != 413:  # the edge refuses those before there is a handler
            self.assertEqual(reply.header("X-Content-Type-Options"), "nosniff")
        for name, value in reply.headers:  # differences "cookie"
            self.assertFalse(name == "set-cookie" and not value.startswith(COOKIE + "="), value)

    def check_url(self, scene, answer, want):
        self.assertEqual(list(answer), ["authorization_url"])
        base, _, query = answer["authorization_url"].partition("?")
        self.assertEqual(base, scene.fill(want["url"]))
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        self.assertRegex(query, r"^[\w.~&=+%-]*$")  # difference "escaping"
        names = [n for n, _ in pairs if not n.startswith("code_challenge")]  # difference "pkce"
        self.assertEqual(names, [n for n in want["params"] if not n.startswith("code_challenge")])
        challenged = dict(pairs).get("code_challenge_method")
        self.assertIn(challenged, (None, "S256"))
        self.assertRegex(dict(pairs)["state"], r"^[\w-]{32,}$")
        for text in want.get("absent", []):
            self.assertNotIn(text, answer["authorization_url"])

    def check_tokens(self, reply, user):
        answer = reply.json()
        self.assertEqual(list(answer), ["access", "refresh", "token", "user"])  # difference "token"
        self.assertEqual(answer["token"], answer["access"])
        self.assertRegex(answer["access"], JWT)
        self.assertRegex(answer["refresh"], JWT)
        self.assertRegex(answer["user"], "^" + user.replace("*", ".+") + "$")
        self.assertNotIn("set-cookie", dict(reply.headers))


    def test_a_state_is_fresh_with_every_get_and_each_is_good(self):
        """Difference "state"; djoser gives one state again and again (G34)."""
        jar = Jar()
        urls = [self.client.begin("github-local", jar) for _ in range(3)]
        backs = [self.idp.approve(url, "ok.u1") for url in urls]
        self.assertEqual(len({back["state"] for back in backs}), 3)
        for back in reversed(backs):
            self.assertEqual(self.client.post("/o/github-local/", form=back, jar=jar).status, 201)

    def test_redirect_uri_reaches_the_provider_as_it_is(self):
        """Differences "escaping" and "redirect_state"."""
        for provider in ("github-local", "plain", "fakeoidc", "facebook-local"):
            for redirect_uri in REDIRECT_URIS:
                url = self.client.begin(provider, Jar(), redirect_uri)
                self.assertEqual(urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["redirect_uri"], [redirect_uri])


def fits(value, want):
    """Equality, but "<jwt>" and "<number>" stand for any, and a text that ends in "*" for its beginning."""
    if want == "<jwt>":
        return isinstance(value, str) and JWT.match(value) is not None
    if want == "<number>":
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(want, str) and want.endswith("*"):
        return isinstance(value, str) and value.startswith(want[:-1])
    if isinstance(want, dict):
        return isinstance(value, dict) and list(value) == list(want) and all(fits(value[k], want[k]) for k in want)
    if isinstance(want, list):
        return isinstance(value, list) and len(value) == len(want) and all(map(fits, value, want))
    return type(value) is type(want) and value == want


def add_test(row):
    name = f"test_{row['id']}_" + re.sub(r"\W+", "_", row["claim"])[:60]
    setattr(Wire, name, lambda self: self.play(row))


for _row in rows():
    add_test(_row)


class Table(unittest.TestCase):
    def test_every_difference_names_a_row_or_a_general_rule(self):
        known = {row["id"] for row in rows()}
        for difference in DIFFERENCES.values():
            with self.subTest(difference["id"]):
                self.assertEqual(difference["id"] in known, "answer" in difference)
                self.assertTrue(difference["djoser"] and difference["ours"] and difference["why"])

    def test_every_difference_differs(self):
        for row in rows():
            answer = DIFFERENCES.get(row["id"], {}).get("answer")
            if answer:  # S20: the same answer to the client; what the provider is sent differs
                self.assertNotEqual({**row["want"], **answer}, row["want"], row["id"])
