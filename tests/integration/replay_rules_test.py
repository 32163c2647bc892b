"""The rules of the replay test let through what they are meant to, and nothing beside it."""
import base64
import hashlib
import unittest
import urllib.parse

import replay_keys
import replay_rules as rules
import replayer

AT = "https://idp.example/authorize"
BEGIN = {"endpoint": AT, "query": {"client_id": "a-key", "redirect_uri": "https://app.example/cb", "state": "*", "scope": "a b"}}
GOOD = {"client_id": "a-key", "redirect_uri": "https://app.example/cb", "state": "s1", "scope": "b a"}
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def url(at=AT, without=(), **query):
    return at + "?" + urllib.parse.urlencode({k: v for k, v in {**GOOD, **query}.items() if k not in without})


def sent(method="POST", at="https://idp.example/token", headers=None, **form):
    headers = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    return replayer.Request(method, at, headers, urllib.parse.urlencode(form))


def basic(user, password):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


URLS = [
    ("as recorded, scopes in another order", url(), False, 0),
    ("PKCE and a nonce of OpenID Connect may be added", url(code_challenge="c", code_challenge_method="S256", nonce="n"), True, 0),
    ("a nonce has no business in plain OAuth 2.0", url(nonce="n"), False, 1),
    ("another endpoint", url("https://idp.example/other"), False, 1),
    ("another client", url(client_id="b-key"), False, 1),
    ("a scope more", url(scope="a b c"), False, 1),
    ("a scope less", url(scope="a"), False, 1),
    ("another separator", url(scope="a,b"), False, 1),
    ("no state", url(without=["state"]), False, 1),
    ("a parameter that nobody recorded", url(prompt="login"), False, 1),
]

TOKEN = {"method": "POST", "url": "https://idp.example/token", "form": {"code": "c", "client_id": "i", "client_secret": "s"}}
BASIC = {"method": "POST", "url": "https://idp.example/token", "form": {"code": "c"}, "headers": {"Authorization": "Basic i:s"}}
BOTH = {**TOKEN, "headers": {"Authorization": "Basic i:s"}}
QUERY = {"url": "https://idp.example/me", "query": {"access_token": "at"}}
HEADER = {"url": "https://idp.example/me", "headers": {"Authorization": "Bearer at"}}
JSON = {"method": "POST", "url": "https://idp.example/token", "json": {"code": "c"}}

REQUESTS = [
    ("as recorded", TOKEN, sent(code="c", client_id="i", client_secret="s"), 0),
    ("the verifier of our challenge", TOKEN, sent(code="c", client_id="i", client_secret="s", code_verifier=VERIFIER), 0),
    ("some other verifier", TOKEN, sent(code="c", client_id="i", client_secret="s", code_verifier="x"), 1),
    ("another secret", TOKEN, sent(code="c", client_id="i", client_secret="t"), 1),
    ("basic where post is recorded", TOKEN, sent(code="c", headers=basic("i", "s")), 1),
    ("basic as recorded", BASIC, sent(code="c", headers=basic("i", "s")), 0),
    ("post where basic is recorded", BASIC, sent(code="c", client_id="i", client_secret="s"), 3),
    ("one of both ways", BOTH, sent(code="c", headers=basic("i", "s")), 0),
    ("the other of both ways", BOTH, sent(code="c", client_id="i", client_secret="s"), 0),
    ("a parameter more", TOKEN, sent(code="c", client_id="i", client_secret="s", more="1"), 1),
    ("a token in the query", QUERY, sent("GET", "https://idp.example/me?access_token=at"), 0),
    ("the same token in the header", QUERY, sent("GET", "https://idp.example/me", {"authorization": "Bearer at"}), 0),
    ("another token in the header", QUERY, sent("GET", "https://idp.example/me", {"authorization": "Bearer x"}), 2),
    ("a header's token in the query", HEADER, sent("GET", "https://idp.example/me?access_token=at"), 2),
    ("no token at all", HEADER, sent("GET", "https://idp.example/me"), 1),
    ("a form where JSON is recorded", JSON, sent(code="c"), 1),
]

WHO = {"uid": "1", "username": "Foo Bar", "email": "a@b.example", "fullname": "Foo Bar", "user": "FooBar"}
IDENTITY = {"uid": "1", "username": "Foo Bar", "email": "a@b.example", "name": "Foo Bar", "first_name": "Foo", "last_name": "Bar",
            "user": "FooBar"}
PEOPLE = [
    ("names that were not recorded may be made", WHO, IDENTITY, 0),
    ("another uid", WHO, {**IDENTITY, "uid": "2"}, 1),
    ("no uid recorded, one found", {**WHO, "uid": ""}, IDENTITY, 1),
    ("an address that was not recorded", {k: v for k, v in WHO.items() if k != "email"}, IDENTITY, 1),
    ("an address that is none", {**WHO, "email": "value"}, {**IDENTITY, "email": ""}, 0),
    ("another name", WHO, {**IDENTITY, "name": "Foo"}, 1),
    ("another user name", WHO, {**IDENTITY, "username": "foo", "user": "foo"}, 2),
]


def oauth1(**changed):
    """A request signed with the secrets "cs" and "ts", then changed."""
    request = replayer.Request("GET", "https://idp.example/me?b=2&a=1", {}, "")
    oauth = {"oauth_consumer_key": "ck", "oauth_nonce": "n", "oauth_signature_method": "HMAC-SHA1", "oauth_timestamp": "1", "oauth_token": "t"}
    oauth["oauth_signature"] = rules.signature(request, oauth, ("cs", "ts"))
    oauth.update(changed)
    request.headers["authorization"] = "OAuth " + ", ".join(f'{k}="{urllib.parse.quote(v, safe="")}"' for k, v in oauth.items() if v)
    return request


SIGNED = {"url": "https://idp.example/me", "query": {"a": "1", "b": "2"},
          "oauth1": {"oauth_consumer_key": "ck", "oauth_token": "t", "oauth_callback": "https://app.example/cb", "oauth_verifier": "v"}}
OAUTH1 = [
    ("callback and verifier belong to other requests", oauth1(), 0),
    ("another signature", oauth1(oauth_signature="AAAA"), 1),
    ("another nonce than signed", oauth1(oauth_nonce="m"), 1),
    ("another token than signed and recorded", oauth1(oauth_token="u"), 2),
    ("no timestamp", oauth1(oauth_timestamp=""), 2),
]


class Rules(unittest.TestCase):
    def rows(self, rows, differences):
        for why, *arguments, count in rows:
            with self.subTest(why):
                found = differences(*arguments)
                self.assertEqual(len(found), count, found)

    def test_authorization_url(self):
        self.rows(URLS, lambda text, oidc: rules.authorization_url(BEGIN, text, oidc))

    def test_requests(self):
        self.rows(REQUESTS, lambda recorded, request: rules.request(recorded, request, CHALLENGE, ("", "")))

    def test_people(self):
        self.rows(PEOPLE, rules.person)

    def test_oauth1(self):
        self.rows(OAUTH1, lambda request: rules.request(SIGNED, request, "", ("cs", "ts")))

    def test_tampered_token(self):
        whole = replay_keys.token({"key": "hmac:k", "header": {"alg": "HS256"}}, {"sub": "1"}).split(".")
        forged = replay_keys.token({"key": "hmac:k", "header": {"alg": "HS256"}}, {"sub": "2"}, {"sub": "1"}).split(".")
        self.assertEqual((whole[0], whole[2]), (forged[0], forged[2]))
        self.assertNotEqual(whole[1], forged[1])


if __name__ == "__main__":
    unittest.main()
