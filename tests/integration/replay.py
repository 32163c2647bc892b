"""Runs one recorded exchange against the real binary: GET /o/NAME/, the browser's way back, POST /o/NAME/. Behind it stands the replayer."""
import json
import time
import urllib.parse

import clients
import replay_data
import replay_keys
import replay_rules as rules
import replay_script
import replay_signed
from replay_instance import text


class Run:
    """One case on a running instance; `differences` afterwards."""

    def __init__(self, instance, case):
        self.instance, self.case, self.differences = instance, case, []
        self.query, self.values = {}, {"redirect_uri": clients.CB}  # of the authorization URL; what templates are filled with
        self.script = replay_script.Script(case, instance.issuers[case.variant()], self.values)
        self.path = f"/o/{case.provider}/"

    def __call__(self):
        self.instance.forget()
        self.instance.replayer.play(self.script)
        jar = clients.Jar()
        query = urllib.parse.urlencode({"redirect_uri": clients.CB, **self.case.get})
        reply = self.instance.client.get(f"{self.path}?{query}", jar=jar)
        if self.case.refused_at_begin:
            self.expect(reply.status >= 400 and reply.status != 404, f"GET is answered {reply}, recorded is a refusal")
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
        self.values |= {"state": replay_data.state_in(self.query), "nonce": self.query.get("nonce", ""),
                        "return_to": self.query.get("openid.return_to", ""), "realm": self.query.get("openid.realm", "")}
        if self.case.begin and "endpoint" in self.case.begin:
            oidc = self.instance.protocols.get(self.case.provider) == "oidc"
            self.differences += rules.authorization_url(replay_data.fill(self.case.begin, self.values), url, oidc)
        self.expect(self.values["state"], f"no state in {url}")

    def callback(self):
        recorded = self.case.callback or {}
        self.script.add_tokens(json.dumps(recorded))
        self.values["utc"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        callback = {k: str(replay_keys.moment(v)) for k, v in replay_data.fill(recorded, self.values).items()}
        for name, value in callback.items():
            if value.startswith("{discourse:"):
                callback[name] = replay_signed.discourse_payload(self.query, value[len("{discourse:"):-1])
        for name, value in callback.items():
            if value.startswith("{signed:"):
                callback[name] = getattr(replay_signed, value[len("{signed:"):-1])(callback, self.case.settings)
        # Where the protocol has no state, ours rides in the address to come back to, so the browser brings it along.
        if self.case.reason != "state" and not any(v == self.values["state"] for v in callback.values()):
            callback["state"] = self.values["state"]
        return callback

    def requests(self, phase, whole=True):
        """What was sent in this phase against what is recorded, in order."""
        sent = [r for r in self.instance.replayer.requests if r.exchange not in ("document", "beyond")]
        recorded = self.case.of(phase)
        self.differences += [f"not in the recording: {r}" for r in sent if r.exchange is None]
        known = [r for r in sent if r.exchange is not None]
        order = [recorded.index(r.exchange) for r in known if r.exchange in recorded]
        self.expect(order == sorted(order), "asked in another order: " + ", ".join(f"{r.method} {r.url}" for r in known))
        challenge = self.query.get("code_challenge", "")
        for r in known:
            self.differences += rules.request(replay_data.fill(r.exchange, self.values), r, challenge, self.secrets(r))
        if whole:
            asked = [r.exchange for r in known]
            missed = [e for e in recorded if e not in asked and not e.get("optional")]
            self.differences += [f"not asked: {e.get('method', 'GET')} {e['url']}" for e in missed]

    def secrets(self, request):
        """OAuth 1.0a: the consumer's secret, and the one of the token that the request names, as it was told last before."""
        token, secret = rules.oauth1_parameters(request).get("oauth_token"), ""
        for exchange in self.case.exchanges[:self.case.exchanges.index(request.exchange)]:
            answered = dict(urllib.parse.parse_qsl(exchange["answer"].get("text", "")))
            if token is not None and answered.get("oauth_token") == token:
                secret = answered.get("oauth_token_secret", "")
        # Google knew a client that needs no registration: "anonymous", with the same word for a secret.
        return self.case.settings.get("SECRET", "anonymous"), secret

    def logged_in(self, reply):
        self.requests("complete")
        if reply.status != 201:
            self.differences.append(f"POST: {reply}; log: {self.why()}")
            return
        self.differences += rules.person(self.case.who, self.identity(reply.json()))

    def identity(self, answer):
        """What GET /users/me/identities/ lists, with what the user is called."""
        reply = self.instance.client.get("/users/me/identities/", headers={"Authorization": "Bearer " + answer["access"]})
        listed = reply.json() if reply.status == 200 else []
        self.expect(len(listed) == 1 and listed[0]["provider"] == self.case.provider, f"/users/me/identities/: {reply}")
        return {**listed[0], "user": answer["user"]} if listed else {}

    def refused(self, reply):
        self.requests("complete", whole=False)
        self.expect(reply.status == 400, f"POST is answered {reply}, recorded is a refusal ({self.case.reason})")
        if reply.status != 400:
            return
        said = " ".join(reply.json().get("non_field_errors", []))
        self.expect(said, f"no non_field_errors: {reply}")
        self.expect(rules.says(self.case.reason, said), f"refused, but not as recorded ({self.case.reason}): {said!r}; log: {self.why()}")
        secrets = [v for k, v in self.case.settings.items() if "SECRET" in k and len(text(v)) > 5]
        self.expect(not any(text(s) in said for s in secrets) and "https://" not in said, f"tells too much: {said!r}")
        self.expect(self.instance.sql("SELECT count(*) FROM users") == [(0,)], "a user was made")

    def why(self):
        lines = [line for line in self.instance.log().splitlines() if " ev=" in line]
        return lines[-1][-300:] if lines else ""
