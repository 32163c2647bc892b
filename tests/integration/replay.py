"""Runs recorded exchanges against the real binary: GET /o/NAME/, the browser's way back, POST /o/NAME/. Behind it stands the replayer."""
import json
import time
import urllib.parse

import clients
import harness
import replay_data
import replay_keys
import replay_rules as rules
import replay_signed
import replayer


def variable(provider, setting):
    """As python-social-auth names settings."""
    return f"SOCIAL_AUTH_{provider.upper().replace('-', '_').replace('.', '_')}_{setting}"


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


class Instance(harness.Instance):
    """One latchstring with the providers of some variants enabled through the environment, and a replayer behind it."""

    def __init__(self, cases, authority, providers_dir=None):
        self.replayer = replayer.Replayer(authority)
        stanzas = {c.provider: c.stanza for c in cases if c.stanza}
        settings = {"upstream": {"proxy": self.replayer.url, "ca_file": authority.ca_file}, "providers": stanzas}
        if providers_dir:
            settings["providers_dir"] = str(providers_dir)
        super().__init__(settings, workers=1)
        self.environment = {}
        for case in cases:
            self.environment.update({variable(case.provider, k): text(replay_data.fill(v, KEYS)) for k, v in case.settings.items()})
            if "KEY" not in case.settings:
                self.environment.setdefault(variable(case.provider, "ENABLED"), "true")
        self.environment = {k: v for k, v in self.environment.items() if v != ""}
        self.issuers = {case.variant(): replay_data.Issuer(case) for case in cases}

    def start(self):
        log = self.folder / "log"
        self.process = harness.Process([harness.BIN, "serve", "--listen", self.socket, "--config", self.config], log, env=self.environment)
        self.process.wait_until("a worker is ready", lambda: b"ev=worker_ready" in log.read_bytes())
        self.client = clients.Direct(self.socket)
        self.protocols = {p["id"]: p["protocol"] for p in self.client.get("/o/").json()}
        return self

    def close(self):
        self.replayer.close()
        if self.process:
            self.client.close() if hasattr(self, "client") else None
            self.process.kill()


class Keys(dict):
    """`{public_key:NAME}` in a setting."""

    def get(self, name, otherwise=None):
        kind, _, key = name.partition(":")
        made = {"public_base64": replay_keys.public_base64, "private_key": replay_keys.private_pem,
                "private_base64": replay_keys.private_base64, "certificate": replay_keys.certificate_base64}
        return made[kind](key) if kind in made else otherwise


KEYS = Keys()


class Script:
    """Answers as recorded: documents by their address, as often as asked (they are cached), the rest one after the other."""

    def __init__(self, case, issuer, values):
        self.case, self.issuer, self.values, self.left = case, issuer, values, list(case.exchanges)

    def answer(self, request):
        if request.method == "GET" and (document := self.document(request.url)) is not None:
            request.exchange = "document"
            if "$text" in document:
                return replayer.Answer(text=document["$text"], kind=document["$type"])
            return replayer.Answer(text=json.dumps(document))
        for exchange in self.left:
            if (exchange.get("method", "GET"), exchange["url"]) == (request.method, request.url):
                self.left.remove(exchange)
                request.exchange = exchange
                return self.recorded(exchange["answer"])
        return None

    def document(self, url):
        if (metadata := self.issuer.answer(url)) is not None:
            return metadata
        found = self.case.documents.get(url)
        return replay_data.keys_of(found) if found and "keys" in found else found

    def token(self, name):
        """The token of that name, signed now."""
        recipe = self.case.jwts[name]
        self.values["issuer"] = self.issuer.name
        claims, signed = (replay_data.fill(recipe.get(c), self.values) for c in ("claims", "signed"))
        # OpenID Connect Core 3.1.2.1: a nonce that was sent comes back. Where the original sent none, the recorded token has none.
        for made in filter(None, (claims, signed)):
            if self.values.get("nonce"):
                made.setdefault("nonce", self.values["nonce"])
        return replay_keys.token(recipe, claims, signed)

    def recorded(self, answer):
        body = json.dumps(answer["json"], ensure_ascii=False) if "json" in answer else answer.get("text", "")
        for name in self.case.jwts:
            if "{jwt:%s}" % name in body:
                self.values["jwt:" + name] = self.token(name)
        kind = answer.get("type", "application/json" if "json" in answer else "text/plain")
        return replayer.Answer(answer.get("status", 200), replay_data.fill(body, self.values), kind, answer.get("headers", {}))


class Run:
    """One case on a running instance; `differences` afterwards."""

    def __init__(self, instance, case):
        self.instance, self.case, self.differences = instance, case, []
        self.values = {"redirect_uri": clients.CB}
        self.script = Script(case, instance.issuers[case.variant()], self.values)
        self.path = f"/o/{case.provider}/"

    def __call__(self):
        self.instance.sql("DELETE FROM identities")
        self.instance.sql("DELETE FROM users")
        self.instance.replayer.play(self.script)
        jar = clients.Jar()
        query = urllib.parse.urlencode({"redirect_uri": clients.CB, **self.case.get})
        reply = self.instance.client.get(f"{self.path}?{query}", jar=jar)
        if self.case.refused_at_begin:
            self.expect(400 <= reply.status < 600, f"GET is answered {reply}, recorded is a refusal")
            return self.differences
        if reply.status != 200:
            self.differences.append(f"GET: {reply}")
            self.requests("begin", whole=False)
            return self.differences
        self.begun(reply.json()["authorization_url"])
        if self.case.kind == "start":
            return self.differences
        self.instance.replayer.requests.clear()
        callback = self.callback()
        reply = self.instance.client.post(self.path, form=callback, jar=jar)
        (self.logged_in if self.case.kind == "login" else self.refused)(reply)
        return self.differences

    def expect(self, fact, difference):
        if not fact:
            self.differences.append(difference)

    def begun(self, url):
        self.requests("begin")
        self.query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True))
        self.values |= {"state": rules_state(self.query), "nonce": self.query.get("nonce", ""),
                        "return_to": self.query.get("openid.return_to", ""), "realm": self.query.get("openid.realm", "")}
        if self.case.begin and "endpoint" in self.case.begin:
            oidc = self.instance.protocols.get(self.case.provider) == "oidc"
            self.differences += rules.authorization_url(replay_data.fill(self.case.begin, self.values), url, oidc)
        self.expect(self.values["state"], f"no state in {url}")

    def callback(self):
        recorded = self.case.callback or {}
        for name in self.case.jwts:
            if "{jwt:%s}" % name in json.dumps(recorded):
                self.values["jwt:" + name] = self.script.token(name)
        self.values["utc"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        callback = {k: str(replay_keys.moment(v)) for k, v in replay_data.fill(recorded, self.values).items()}
        for name, value in callback.items():
            if value.startswith("{discourse:"):
                callback[name] = replay_signed.discourse_payload(self.query, value[len("{discourse:"):-1])
        # Where the protocol has no state, ours rides in the address to come back to, so the browser brings it along.
        if self.case.reason != "state" and not any(v == self.values["state"] for v in callback.values()):
            callback["state"] = self.values["state"]
        for name, value in callback.items():
            if value.startswith("{signed:"):
                callback[name] = getattr(replay_signed, value[len("{signed:"):-1])(callback, self.case.settings)
        return callback

    def requests(self, phase, whole=True):
        """What was sent in this phase against what is recorded, in order."""
        sent = [r for r in self.instance.replayer.requests if r.exchange != "document"]
        recorded = self.case.of(phase)
        self.differences += [f"not in the recording: {r}" for r in sent if r.exchange is None]
        known = [r for r in sent if r.exchange is not None]
        order = [recorded.index(r.exchange) for r in known if r.exchange in recorded]
        self.expect(order == sorted(order), "asked in another order: " + ", ".join(f"{r.method} {r.url}" for r in known))
        for r in known:
            self.differences += rules.request(replay_data.fill(r.exchange, self.values), r, self.query_of("code_challenge"), self.secrets(r))
        if whole:
            asked = [r.exchange for r in known]
            self.differences += [f"not asked: {e.get('method', 'GET')} {e['url']}" for e in recorded if e not in asked and not e.get("optional")]

    def query_of(self, name):
        return getattr(self, "query", {}).get(name, "")

    def secrets(self, request):
        """OAuth 1.0a: the consumer's secret, and the one of the token that the request names."""
        token = rules.oauth1_parameters(request).get("oauth_token")
        secret = ""
        for exchange in self.case.exchanges:
            answered = dict(urllib.parse.parse_qsl(exchange["answer"].get("text", "")))
            if token is not None and answered.get("oauth_token") == token:
                secret = answered.get("oauth_token_secret", "")
                if exchange is request.exchange:
                    break
        return self.case.settings.get("SECRET", ""), secret

    def logged_in(self, reply):
        self.requests("complete")
        if reply.status != 201:
            self.differences.append(f"POST: {reply}; log: {self.why()}")
            return
        self.differences += rules.person(self.case.who, self.identity(reply.json()))

    def identity(self, answer):
        columns = "i.uid, i.username, i.email, i.name, u.first_name, u.last_name, u.username"
        rows = self.instance.sql(f"SELECT {columns} FROM identities i JOIN users u ON u.id = i.user_id")
        self.expect(len(rows) == 1, f"{len(rows)} identities")
        return dict(zip(("uid", "username", "email", "name", "first_name", "last_name", "user"), rows[0])) if rows else {}

    def refused(self, reply):
        self.requests("complete", whole=False)
        self.expect(reply.status == 400, f"POST is answered {reply}, recorded is a refusal ({self.case.reason})")
        if reply.status != 400:
            return
        said = " ".join(reply.json().get("non_field_errors", []))
        self.expect(said, f"no non_field_errors: {reply}")
        self.expect(rules.says(self.case.reason, said), f"refused, but not for the reason that is recorded ({self.case.reason}): {said!r}; log: {self.why()}")
        secrets = [v for k, v in self.case.settings.items() if "SECRET" in k and len(text(v)) > 5]
        self.expect(not any(text(s) in said for s in secrets) and "https://" not in said, f"tells too much: {said!r}")
        self.expect(self.instance.sql("SELECT count(*) FROM users") == [(0,)], "a user was made")

    def why(self):
        lines = [line for line in self.instance.log().splitlines() if " ev=" in line]
        return lines[-1][-300:] if lines else ""


def rules_state(query):
    return replay_data.state_in(query)


def batches(cases, most=40):
    """Cases by instances: a provider stands in an instance with one set of settings, and a document is one provider's."""
    out = []
    for case in cases:
        for batch in out:
            if batch.takes(case, most):
                break
        else:
            batch = Batch()
            out.append(batch)
        batch.add(case)
    return out


class Batch:
    def __init__(self):
        self.variants, self.documents, self.cases = {}, {}, []

    def takes(self, case, most):
        if case.provider in self.variants:
            return self.variants[case.provider] == case.variant()
        return len(self.variants) < most and not set(self.documents) & set(case.documents)

    def add(self, case):
        self.variants[case.provider] = case.variant()
        self.documents.update(case.documents)
        self.cases.append(case)


def refused_at_start(case, said):
    """A setting that python-social-auth stumbles over in a login stops our start."""
    return case.kind == "refused" and case.refused_at_begin and any(variable(case.provider, s) in said for s in case.settings if s not in ("KEY", "SECRET"))


def run(cases, authority, report, providers_dir=None, probe=Run):
    """Runs them all; `report(case, differences)` for each. An instance that does not start is halved until the culprit stands alone."""
    instance = Instance(cases, authority, providers_dir)
    try:
        instance.start()
    except AssertionError as error:
        instance.close()
        parts = {}
        for case in cases:
            parts.setdefault(case.variant(), []).append(case)
        variants = list(parts.values())
        if len(variants) == 1:
            said = [line for line in str(error).splitlines() if line.startswith("latchstring: ")] or [str(error)[-600:]]
            text_of = "; ".join(said)
            return [report(case, [] if refused_at_start(case, text_of) else ["does not start: " + text_of]) for case in cases]
        for half in (variants[:len(variants) // 2], variants[len(variants) // 2:]):
            run([c for v in half for c in v], authority, report, providers_dir, probe)
        return None
    try:
        for case in cases:
            try:
                differences = probe(instance, case)()
            except (AssertionError, EOFError, OSError, KeyError, ValueError, TypeError, IndexError) as error:
                differences = [f"{type(error).__name__}: {error}"]
            report(case, differences)
    finally:
        instance.close()
    return None
