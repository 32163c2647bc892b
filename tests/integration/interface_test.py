"""The interface file (www/openapi.json): a validator accepts it, the program serves it, and each refusal that it names happens as it says:
status, shape and content type. Whoever adds an endpoint or a refusal to the file adds a row here: what has none fails."""
import json
import pathlib
import subprocess
import unittest
import urllib.parse

import harness
import jsonschema
from clients import Direct, Jar
from fake.idp.provider import Provider

HERE = pathlib.Path(__file__).parent
FILE = harness.ROOT / "www" / "openapi.json"
INTERFACE = json.loads(FILE.read_text(encoding="utf-8"))
VALIDATE = """
import { Validator } from "@seriousme/openapi-schema-validator";
import { readFileSync } from "node:fs";
const result = await new Validator().validate(JSON.parse(readFileSync(process.argv[1])));
console.log(result.valid ? "valid" : JSON.stringify(result.errors));
"""

GET, POST, PATCH, DELETE = "GET", "POST", "PATCH", "DELETE"
NO_JSON = {"Accept": "text/csv"}
AS_JSON = {"Accept": "application/json"}
NO_FORM = {"Content-Type": "text/plain"}
OTHER_SITE = {"Origin": "https://evil.example"}


class Row:
    """How a refusal comes about. `who`: nobody, a page of ours ("page"), a bearer ("token"), a browser that is signed in
    ("cookie"), or a bad bearer ("forged")."""

    def __init__(self, method, path, status, who="nobody", headers=None, form=None, body=None):
        self.method, self.path, self.status, self.who = method, path, status, who
        self.headers, self.form, self.body = headers or {}, form, body

    def __str__(self):
        return f"{self.method} {self.path} {self.status}"


CB = "redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcb"
OPEN = ("/gate", "/token/introspect/")  # they answer whoever is not known in a way of their own


def rows_of_all():
    """What every endpoint of a kind refuses alike."""
    for template, operations in INTERFACE["paths"].items():
        path = template.replace("{provider}", "github-local").replace("{file}", "nothing.txt").replace("{id}", "999999")
        for method, operation in operations.items():
            answers, method = operation["responses"], method.upper()
            account = bool(operation.get("security"))
            if "406" in answers:
                yield Row(method, path, 406, "token", NO_JSON)
            if "404" in answers and "{provider}" in template:
                query = f"?{CB}" if any(p.get("$ref", "").endswith("/redirect_uri") for p in operation["parameters"]) else ""
                yield Row(method, template.replace("{provider}", "nobody-knows") + query, 404, "token" if account else "nobody",
                          form={} if method == POST else None)
            if "404" in answers and "{id}" in template:
                yield Row(method, path, 404, "token")
            if "401" in answers and account and template not in OPEN:
                yield Row(method, path, 401)
            if "401" in answers and not account and "406" in answers:
                yield Row(method, path, 401, "forged")
            if "403" in answers and account and template not in OPEN:
                yield Row(method, path, 403, "cookie", OTHER_SITE)
            if "415" in answers:
                yield Row(method, path, 415, "token", NO_FORM, body="x")


OWN = (
    Row(GET, "/o/github-local/", 400),
    Row(GET, f"/o/github-local/?{CB}&flow_challenge=short", 400),
    Row(POST, "/o/github-local/", 400, form={"code": "c", "state": "s"}),
    Row(POST, "/o/oidc/", 400, form={"id_token": "a.b.c"}),
    Row(POST, "/o/github-local/", 400, form={"access_token": "whose?"}),
    Row(POST, "/o/github-local/", 413, form={"code": "c" * 70_000}),
    Row(POST, "/o/github-local/nonce/", 401, "forged"),
    Row(GET, "/o/github-local/login?next=https://evil.example/", 400),
    Row(GET, "/o/nobody-knows/login", 404),
    Row(POST, "/o/github-local/login", 400, form={"next": "//evil.example"}),
    Row(GET, "/o/github-local/login", 403, headers={"Sec-Purpose": "prefetch"}),
    Row(POST, "/o/github-local/login", 401, "page", form={"link": "true"}),
    Row(POST, "/o/github-local/login", 403, "cookie", OTHER_SITE, form={"link": "true"}),
    Row(GET, "/o/github-local/callback", 400),
    Row(GET, "/o/github-local/callback?code=c&state=s", 400),
    Row(POST, "/o/github-local/callback", 400, form={"code": "c", "state": "s"}),
    Row(GET, "/o/github-local/link/", 400, "token"),
    Row(POST, "/o/github-local/link/", 400, "token", form={"code": "c", "state": "s"}),
    Row(GET, "/o/github-local/metadata", 404),
    Row(POST, "/o/oidc/backchannel-logout", 400, form={"logout_token": "a.b.c"}),
    Row(GET, "/o/oidc/frontchannel-logout?iss=https://evil.example&sid=1", 400),
    Row(POST, "/o/oidc/events", 400, headers={"Content-Type": "application/secevent+jwt"}, body="a.b.c"),
    Row(PATCH, "/users/me/", 400, "token", {"Content-Type": "application/json"}, body='{"name": null}'),
    Row(POST, "/logout/", 400, "nobody", form={"refresh": ""}),
    Row(POST, "/jwt/refresh/", 400, form={}),
    Row(POST, "/jwt/refresh/", 401, form={"refresh": "a.b.c"}),
    Row(POST, "/jwt/verify/", 400, form={}),
    Row(POST, "/jwt/verify/", 401, form={"token": "a.b.c"}),
    Row(POST, "/jwt/revoke/", 400, form={}),
    Row(POST, "/jwt/revoke/", 401, form={"refresh": "a.b.c"}),
    Row(POST, "/token/introspect/", 401, form={"token": "a.b.c"}),
    Row(POST, "/token/introspect/", 400, headers={"Content-Type": "application/json"}, body="{}"),
    Row(POST, "/token/revoke/", 400, form={}),
    Row(GET, "/gate", 401, headers=AS_JSON),
    Row(GET, "/gate?rule=nobody", 403, "token", AS_JSON),
    Row(GET, "/login?next=https://evil.example/", 400),
    Row(GET, "/www/nothing.txt", 404),
)

# (path, status): refusals that need a stage of their own, and have one.
ELSEWHERE = {
    ("/o/{provider}/", "429"),                           # limits_test, throttle_test.cc: so many logins have begun
    ("/o/{provider}/nonce/", "429"),                     # the same
    ("/o/{provider}/login", "429"),                      # the same
    ("/o/{provider}/link/", "429"),                      # the same
    ("/o/{provider}/callback", "403"),                   # redirect_test: an account that is switched off
    ("/o/{provider}/callback", "409"),                   # redirect_test, linking_test: an identity of somebody else
    ("/o/{provider}/link/", "409"),                      # linking_test
    ("/users/me/identities/{id}/", "409"),               # linking_test: the last way in
    ("/users/me/identities/{id}/token/", "409"),         # provider_tokens_test: the provider refuses to refresh
    ("/o/{provider}/post", "400"),                       # saml_test
}


def template_of(path):
    """The path of the file that a row's path is an example of."""
    wanted = path.partition("?")[0].strip("/").split("/")
    best = None
    for template in INTERFACE["paths"]:
        parts = template.strip("/").split("/")
        if len(parts) == len(wanted) and all(p == w or p.startswith("{") for p, w in zip(parts, wanted)):
            if best is None or template.count("{") < best.count("{"):
                best = template
    return best


def operation_of(row):
    return INTERFACE["paths"][template_of(row.path)][row.method.lower()]


def resolved(node):
    while "$ref" in node:
        target = INTERFACE
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.addClassCleanup(cls.idp.stop)
        cls.instance = harness.Instance({
            "providers": harness.local_providers(cls.idp), "accounts": {"keep_provider_tokens": True},
            "introspection": {"client_id": "api", "client_secret": "a secret of the api's own, long enough"},
        }).start()
        cls.addClassCleanup(cls.instance.stop)
        cls.client = Direct(cls.instance.socket)
        cls.addClassCleanup(cls.client.close)
        cls.jar = Jar()
        going = cls.client.get("/o/github-local/login?next=/", jar=cls.jar)
        back = cls.idp.approve(going.header("Location"), "ok.u1")
        done = cls.client.get("/o/github-local/callback?" + urllib.parse.urlencode(back), jar=cls.jar)
        assert done.status == 303, done
        cls.token = cls.client.login(cls.idp, "ok.u2").json()["access"]

    def send(self, row):
        headers = {**AS_JSON, **row.headers} if "Accept" not in row.headers else dict(row.headers)
        jar = None
        if row.who == "token":
            headers["Authorization"] = f"Bearer {self.token}"
        elif row.who == "forged":
            headers["Authorization"] = "Bearer a.b.c"
        elif row.who == "page":
            headers["Origin"] = self.instance.public_url.removesuffix("/auth")
        elif row.who == "cookie":
            jar = Jar(self.jar)
        return self.client.request(row.method, row.path, form=row.form, body=row.body, headers=headers, jar=jar)

    def check(self, row, reply):
        self.assertEqual(reply.status, row.status, reply)
        answer = resolved(operation_of(row)["responses"][str(row.status)])
        content = answer.get("content", {})
        if "application/json" not in content:  # a page, which is JSON for whoever asks for that
            return
        self.assertEqual(reply.header("Content-Type"), "application/json", reply)
        schema = {**content["application/json"]["schema"], "components": INTERFACE["components"]}
        jsonschema.Draft202012Validator(schema).validate(reply.json())

    def test_each_happens_as_the_file_says(self):
        for row in (*rows_of_all(), *OWN):
            with self.subTest(str(row)):
                self.check(row, self.send(row))

    def test_each_that_is_named_has_a_row(self):
        tried = {(row.method.lower(), template_of(row.path), str(row.status)) for row in (*rows_of_all(), *OWN)}
        for template, operations in INTERFACE["paths"].items():
            for method, operation in operations.items():
                for status in operation["responses"]:
                    if status.startswith("4") and (method, template, status) not in tried and (template, status) not in ELSEWHERE:
                        self.fail(f"{method.upper()} {template} {status} has no row")

    def test_other_methods_are_405(self):
        for template, operations in INTERFACE["paths"].items():
            path = template.replace("{provider}", "github-local").replace("{file}", "nothing.txt").replace("{id}", "1")
            for method in {"GET", "POST", "PATCH", "DELETE", "PUT"} - {m.upper() for m in operations}:
                with self.subTest(f"{method} {path}"):
                    reply = self.client.request(method, path, headers=AS_JSON)
                    self.assertEqual(reply.status, 405, reply)
                    self.assertEqual({m.strip() for m in reply.header("Allow").split(",")} - {"HEAD", "OPTIONS"},
                                     {m.upper() for m in operations})


class File(unittest.TestCase):
    def test_a_validator_accepts_it(self):
        done = subprocess.run(["node", "--input-type=module", "-e", VALIDATE, str(FILE)], cwd=HERE, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout.strip(), "valid", done.stderr)

    def test_a_validator_refuses_what_is_wrong(self):
        broken = harness.temporary_folder() / "broken.json"
        broken.write_text(json.dumps({**INTERFACE, "paths": {"/o/": {"get": {"responses": "none"}}}}))
        done = subprocess.run(["node", "--input-type=module", "-e", VALIDATE, str(broken)], cwd=HERE, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.stdout.strip(), "valid")

    def test_the_program_serves_it(self):
        instance = harness.Instance().start()
        self.addCleanup(instance.stop)
        client = Direct(instance.socket)
        self.addCleanup(client.close)
        self.assertEqual(client.get("/openapi.json").json(), INTERFACE)


if __name__ == "__main__":
    unittest.main()
