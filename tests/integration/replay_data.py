"""The recorded exchanges (tests/data/exchanges/NAME.json): what the browser is sent away with, what is asked of the provider, what it answers,
and who comes out. A case says what differs from its file's `common`. See tests/data/exchanges/README.md."""
import base64
import contextlib
import copy
import json
import re
import urllib.parse

import harness
import replay_keys

FOLDER = harness.ROOT / "tests" / "data" / "exchanges"


class Case:
    """One recorded exchange. Unknown members are a mistake in the data."""
    MEMBERS = {"case", "class", "kind", "source", "settings", "stanza", "get", "begin", "documents", "callback", "exchanges", "jwts", "who",
               "reason", "at"}

    def __init__(self, file, data):
        merged = {**file.get("common", {}), **data}
        unknown = set(merged) - self.MEMBERS
        assert not unknown, f"{file['provider']}: unknown {unknown}"
        self.provider, self.name, self.kind = file["provider"], merged["case"], merged["kind"]
        self.stanza = {**file.get("stanza", {}), **merged.get("stanza", {})}
        chosen = file.get("choose", {}).get(merged.get("class"), {})
        self.settings = {**file.get("settings", {}), **merged.get("settings", {}), **chosen}
        self.get, self.begin, self.documents = merged.get("get", {}), merged.get("begin"), merged.get("documents", {})
        self.callback, self.exchanges = merged.get("callback"), merged.get("exchanges", [])
        self.jwts, self.who = merged.get("jwts", {}), merged.get("who", {})
        self.reason, self.refused_at_begin = merged.get("reason"), merged.get("at") == "begin"
        self.beyond = []  # exchanges of its provider's logins

    def __str__(self):
        return f"{self.provider}: {self.name}"

    def variant(self):
        """Cases of one variant can share an instance: the same settings and the same documents (which are cached by their URLs)."""
        return json.dumps([self.provider, self.settings, self.stanza, self.documents], sort_keys=True)

    def of(self, phase):
        return [e for e in self.exchanges if e.get("at", "complete") == phase]


def names():
    return sorted(p.stem for p in FOLDER.glob("*.json"))


def load(name):
    """(cases, what is not run: [{case, reason}])"""
    file = json.loads((FOLDER / f"{name}.json").read_text())
    cases = [Case(file, data) for data in file["cases"]]
    beyond = [e for c in cases if c.kind == "login" for e in c.of("complete") if "{jwt:" not in json.dumps(e)]
    for case in cases:
        case.beyond = beyond
    if "uid" in file:
        cases += [c for c in (with_own_uid(case, file["uid"]) for case in cases) if c is not None]
    return cases, file["not_run"]


def with_own_uid(case, rule):
    """python-social-auth knows some users by an e-mail address or a name, which change hands. `rule`: {at: where the lasting id stands,
    setting: what `uid` must be set to for theirs, if it can}. The case itself is held to the lasting id; given back is one with that setting."""
    lasting = pointed(case, rule["at"]) if case.kind == "login" else None
    if lasting is None or str(lasting) == case.who["uid"]:
        return None
    theirs = copy.copy(case)
    case.who = {**case.who, "uid": str(lasting)}
    if "setting" not in rule:
        return None
    theirs.name, theirs.settings = f"{case.name}, uid is the {rule['setting']}", {**case.settings, "UID": rule["setting"]}
    return theirs


def pointed(case, at):
    """`u:/sub` of the last answer, `t:/sub` of the first one, `i:/sub` of the id_token, 'text'."""
    if at.startswith("'"):
        return at.strip("'")
    document, _, pointer = at.partition(":")
    answers = [e["answer"].get("json") for e in case.of("complete")]
    value = {"u": answers[-1] if answers else None, "t": answers[0] if answers else None,
             "i": next((j["claims"] for j in case.jwts.values()), None)}[document]
    for part in pointer.split("/")[1:]:
        value = value.get(part) if isinstance(value, dict) else None
    return value


class Differences:
    """What is done otherwise on purpose (tests/data/exchanges_differ.json): {provider, differs: part of the text, why}."""

    def __init__(self):
        file = FOLDER.parent / "exchanges_differ.json"
        self.rows = json.loads(file.read_text())
        self.used = [0] * len(self.rows)

    def left(self, provider, found):
        """Those that no row explains."""
        return [d for d in found if not self.explained(provider, d)]

    def explained(self, provider, difference):
        for i, row in enumerate(self.rows):
            if row["provider"] == provider and row["differs"] in difference:
                self.used[i] += 1
                return True
        return False


def fill(value, values):
    """`{name}` in any text of a value, replaced."""
    if isinstance(value, dict):
        return {k: fill(v, values) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(v, values) for v in value]
    if isinstance(value, str):
        return re.sub(r"\{([a-z0-9_]+(?::\w+)?)\}", lambda m: values.get(m.group(1), m.group(0)), value)
    return value


def keys_of(document):
    """A key set with its keys: {"$key": "a", "kid": ...} is our key of that name."""
    made = [replay_keys.jwk(k["$key"], {n: v for n, v in k.items() if n != "$key"}) if "$key" in k else k for k in document["keys"]]
    return {**document, "keys": made}


def state_in(query):
    """Our state, wherever the protocol carries it: its own parameter, RelayState, the query of an address to come back to, or a payload
    (Discourse) whose nonce it is."""
    for name in ("state", "RelayState"):
        if query.get(name):
            return query[name]
    for value in query.values():
        inner = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(value).query))
        if "state" in inner:
            return inner["state"]
    with contextlib.suppress(KeyError, ValueError):
        payload = dict(urllib.parse.parse_qsl(base64.b64decode(query["sso"]).decode()))
        return state_in({"return": payload.get("return_sso_url", "")}) or payload["nonce"]
    return ""
