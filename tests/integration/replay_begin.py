"""What the catalogue says of a provider (tests/data/catalogue.json) against the real binary: the authorization URL, and, where the protocol
has a code, how it is redeemed and who is asked about the user. There is no recording behind it, so any answer will do."""
import json
import urllib.parse

import clients
import harness
import replay_data
import replay_instance
import replay_issuer
import replay_keys
import replay_rules as rules
import replayer

FILE = harness.ROOT / "tests" / "data" / "catalogue.json"
OP = "https://op.example.com/server"
XRDS = ('<?xml version="1.0" encoding="UTF-8"?><xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD><Service priority="0">'
        f"<Type>http://specs.openid.net/auth/2.0/server</Type><URI>{OP}</URI></Service></XRD></xrds:XRDS>")
SUB = "1234"


def load():
    return [Fact(row) for row in json.loads(FILE.read_text())]


class Fact:
    """One back end of the catalogue; looks like a replay_data.Case to an Instance."""

    def __init__(self, row):
        self.row, self.provider, self.stanza = row, row["name"], {}
        self.kind, self.reason = ("refused", "enabling") if row.get("refused") else ("start", None)
        self.name = row.get("class", "catalogue")
        self.settings, self.get, self.documents = dict(row["settings"]), row.get("get", {}), {}
        self.settings.update(row.get("choose", {}))

    def __str__(self):
        return f"{self.provider}: {self.name}"

    def variant(self):
        return f"{self.provider} {self.name}"


class Script:
    """Plays the provider: metadata, request tokens and XRDS before the redirect; a token and an almost empty answer after it."""

    def __init__(self, fact, issuer):
        self.fact, self.row, self.issuer = fact, fact.row, issuer
        self.metadata, self.asked, self.nonce, self.sent = None, None, "", []

    def answer(self, request):
        if (document := self.document(request)) is not None:
            request.exchange = "document"
            return replayer.Answer(text=json.dumps(document))
        self.sent.append(request)
        return {"openid2": self.openid2, "oauth1": self.oauth1}.get(self.row["protocol"], self.oauth2)(request)

    def document(self, request):
        if request.url.endswith(replay_issuer.WELL_KNOWN):
            prefix = request.url.removesuffix(replay_issuer.WELL_KNOWN)
            self.asked, self.issuer = request.url, self.issuer or prefix
            self.metadata = {"issuer": self.issuer, "authorization_endpoint": prefix + "/authorize", "token_endpoint": prefix + "/token",
                             "userinfo_endpoint": prefix + "/userinfo", "jwks_uri": prefix + "/jwks"}
            return self.metadata
        # Of what is asked for with no token, only the keys are left once the code is redeemed.
        if self.row["protocol"] == "oidc" and self.sent and request.method == "GET" and not has_token(request):
            return replay_data.keys_of({"keys": [{"$key": "a", "kid": "a", "alg": "RS256", "use": "sig"}]})
        return None

    def oauth1(self, _request):
        return replayer.Answer(text="oauth_token=foobar&oauth_token_secret=foobar-secret&oauth_callback_confirmed=true", kind="text/plain")

    def openid2(self, request):
        if request.method == "POST":
            return replayer.Answer(400, "ns:http://specs.openid.net/auth/2.0\nerror:no\nerror_code:unsupported-type\n", "text/plain")
        return replayer.Answer(text=XRDS, kind="application/xrds+xml")

    def oauth2(self, request):
        if has_token(request):
            return replayer.Answer(text=json.dumps({"sub": SUB}))
        token = {"access_token": "at", "token": "at", "token_type": "Bearer"}
        for part in reversed(self.row.get("token", {}).get("at", "/access_token").split("/")[1:-1]):
            token = {part: token}
        if self.row.get("token", {}).get("answer") == "form":
            return replayer.Answer(text=urllib.parse.urlencode(token), kind="application/x-www-form-urlencoded")
        if self.row["protocol"] == "oidc":
            claims = {"iss": self.issuer, "aud": self.fact.settings["KEY"], "sub": SUB, "iat": "now+0", "exp": "now+300", "nonce": self.nonce}
            token["id_token"] = replay_keys.token({"key": "a", "header": {"alg": "RS256", "kid": "a"}}, claims)
        return replayer.Answer(text=json.dumps(token))


def has_token(request):
    values = [*request.query.values(), *request.form.values()]
    return "at" in values or request.headers.get("authorization", "").partition(" ")[2] == "at"


class Probe:
    """One back end; `differences` afterwards."""

    def __init__(self, instance, fact):
        self.instance, self.fact, self.row = instance, fact, fact.row
        self.script = Script(fact, instance.files.in_metadata(fact) or fact.row.get("issuer", ""))
        self.path = f"/o/{fact.provider}/"

    def __call__(self):
        self.instance.forget()
        self.instance.replayer.play(self.script)
        jar = clients.Jar()
        reply = self.instance.client.get(f"{self.path}?" + urllib.parse.urlencode({"redirect_uri": clients.CB, **self.fact.get}), jar=jar)
        if reply.status != 200 or self.fact.kind == "refused":
            return [f"GET: {reply}", *(f"asked: {r}" for r in self.instance.replayer.requests)]
        url = reply.json()["authorization_url"]
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        out = self.begun(url, query)
        if "token" not in self.row or out:
            return out
        self.script.nonce, self.script.sent = query.get("nonce", ""), []
        code = {"oauth_token": "foobar", "oauth_verifier": "bazqux"} if self.row["protocol"] == "oauth1" else {"code": "foobar"}
        callback = {**code, "state": replay_data.state_in(query), **self.row.get("callback", {})}
        self.instance.client.post(self.path, form=callback, jar=jar)
        return self.redeemed()

    def begun(self, url, query):
        protocol = self.row["protocol"]
        if protocol == "openid2":
            wanted = {"endpoint": OP, "query": {"openid.mode": "checkid_setup", "openid.ns": "http://specs.openid.net/auth/2.0"}}
            asked = [] if "{" in self.row["openid"] else [self.asked_openid()]
            kept = {k: v for k, v in query.items() if k in wanted["query"]}
            kept_url = url.partition("?")[0] + "?" + urllib.parse.urlencode(kept)
            return [*filter(None, asked), *rules.authorization_url(wanted, kept_url, False)]
        out = []
        if protocol == "oauth1":
            out += self.asked_token()
        if "discovery" in self.row and self.script.metadata:
            allowed = {self.row["discovery"], self.script.issuer.rstrip("/") + replay_issuer.WELL_KNOWN}
            out += [] if self.script.asked in allowed else [rules.differs("discovery", self.row["discovery"], self.script.asked)]
        wanted = self.wanted()
        if wanted is None:
            return out
        oidc = self.instance.protocols.get(self.fact.provider) == "oidc"
        return out + rules.authorization_url(wanted, url, oidc)

    def wanted(self):
        """The authorization URL as the catalogue has it; None where it says nothing."""
        at = self.row.get("authorize") or (self.script.metadata or {}).get("authorization_endpoint")
        if at is None:
            return None
        endpoint, _, own = at.partition("?")
        query = dict(urllib.parse.parse_qsl(own))
        if self.row["protocol"] == "oauth1":
            query |= {"oauth_token": "foobar", "redirect_uri": clients.CB}
        elif self.row["protocol"] in ("oauth2", "oidc"):
            key = self.fact.settings.get("CLIENT", self.fact.settings.get("KEY", ""))
            query |= {"client_id": key, "redirect_uri": clients.CB, "state": "*", "response_type": "code"}
            if self.row["protocol"] == "oidc":
                query["nonce"] = "*"
            if self.row.get("pkce"):
                query |= {"code_challenge": "*", "code_challenge_method": "*"}
        if "scope" in self.row:
            query["scope"] = self.row.get("separator", " ").join(self.row["scope"])
        query |= {k: clients.CB if v == "{redirect_uri}" else v for k, v in self.row.get("params", {}).items()}
        for name in self.row.get("omit", []):
            # A login without a state is none of ours.
            if name != "state":
                query.pop(name, None)
        return {"endpoint": endpoint, "query": query}

    def asked_token(self):
        wanted = self.row["request"]
        url, _, _ = wanted["url"].partition("?")
        sent = self.script.sent
        if not sent:
            return ["no request token was asked for"]
        out = [] if sent[0].url == url else [rules.differs("request token", url, sent[0].url)]
        if sent[0].method != wanted["method"]:
            out.append(rules.differs("request token", wanted["method"], sent[0].method))
        key, secret = self.fact.settings["KEY"], self.fact.settings["SECRET"]
        return out + rules.oauth1("request token", {"oauth_consumer_key": key}, sent[0], (secret, ""))

    def asked_openid(self):
        wanted = self.row["openid"]
        wanted = wanted if "://" in wanted else "https://" + wanted
        sent = self.script.sent[0].url if self.script.sent else None
        return None if sent is not None and sent.rstrip("/") == wanted.rstrip("/") else rules.differs("OpenID discovery", wanted, sent)

    def redeemed(self):
        token, sent = self.row["token"], self.script.sent
        at = token["url"] if token["url"] != "*" else (self.script.metadata or {}).get("token_endpoint", "*")
        if not sent:
            return ["the code was not redeemed"]
        first, rest = sent[0], sent[1:]
        out = [] if at in ("*", first.url) else [rules.differs("token endpoint", at, first.url)]
        if first.method != token["method"]:
            out.append(rules.differs("token endpoint", token["method"], first.method))
        out += self.client_auth(token.get("auth"), first)
        known = [u["url"] for u in self.row.get("user", [])] or [(self.script.metadata or {}).get("userinfo_endpoint")]
        if not any(u is None or "{" in u for u in known):
            out += [f"asked besides: {r}" for r in rest if r.url not in known]
            if rest == [] and not all(u.get("optional") for u in self.row.get("user", [{"optional": True}])):
                out.append(f"nobody was asked about the user; the catalogue has {known}")
        return out

    def client_auth(self, wanted, request):
        basic = request.headers.get("authorization", "").startswith("Basic ")
        post = self.fact.settings.get("SECRET") in [*request.form.values(), *request.query.values(), *body_of(request).values()]
        sent = "basic" if basic else "post" if post else "none"
        # RFC 6749 2.3: one method in a request, where the original uses both; OIDC Discovery 3: basic where the metadata says nothing.
        allowed = {"either": ("basic", "post"), "metadata": ("basic", "post")}.get(wanted, (wanted,))
        return [] if wanted is None or sent in allowed else [rules.differs("client authentication", wanted, sent)]


def body_of(request):
    return json.loads(request.body) if "json" in request.kind else {}
