"""How what latchstring sends is compared with what python-social-auth sent. Everything recorded must be there, with the same value once
decoded, and nothing else; the exceptions are these, each with its reason. Every function gives a list of differences."""
import base64
import hashlib
import hmac
import json
import re
import urllib.parse

import replay_keys

# The authorization URL may say more:
EXTRA = {
    "code_challenge": "RFC 9700 2.1.1: PKCE wherever the provider does not refuse it",
    "code_challenge_method": "RFC 7636 4.3: S256",
    "nonce": "OpenID Connect Core 3.1.2.1: replay of an id_token",
    "state": "RFC 9700 4.7: no login without",
}
SEPARATORS = " ,;|+"
CLIENT = {"client_id", "client_secret"}


def differs(what, recorded, ours):
    return f"{what}: recorded {recorded!r}, sent {ours!r}"


def same_scope(recorded, ours):
    """The same scopes with the same separator in any order. `openid` may be added (OpenID Connect Core 3.1.2.1 demands it)."""
    separator = next((c for c in SEPARATORS if c in recorded), " ")
    return sorted(filter(None, recorded.split(separator))) == sorted(filter(None, ours.split(separator)))


def authorization_url(begin, url, oidc):
    """`begin`: {endpoint, query}; "*" stands for a value that is the client's own."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    endpoint = urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    out = [] if endpoint == begin["endpoint"] else [differs("authorization endpoint", begin["endpoint"], endpoint)]
    wanted, differences = openid2(begin["query"], query) if "openid.mode" in begin["query"] else (begin["query"], [])
    out += differences
    for name, recorded in wanted.items():
        ours = query.pop(name, None)
        if ours is None:
            # RFC 5849 2.1, 2.2: the address to come back to went with the request for the token.
            if not (name == "redirect_uri" and "oauth_token" in wanted):
                out.append(f"authorization URL: {name}={recorded!r} is missing")
        elif name == "scope":
            if not same_scope(recorded, ours):
                out.append(differs("authorization URL: scope", recorded, ours))
        elif recorded not in ("*", ours) and not comes_back_with_state(recorded, ours, wanted):
            out.append(differs(f"authorization URL: {name}", recorded, ours))
    out += [f"authorization URL: {name}={value!r} is not in the recording" for name, value in query.items()
            if name not in EXTRA or (name == "nonce" and not oidc)]
    return out


def comes_back_with_state(recorded, ours, query):
    """A protocol without a state has ours in the address to come back to."""
    return "state" not in query and ours.partition("?state=")[0] == recorded


def openid2(recorded, query):
    """Attribute exchange (OpenID AX 1.0 5.1): what is asked for counts, not what it is called nor whether it is a must. Removed from both."""
    def asked(q):
        return {v for k, v in q.items() if k.startswith("openid.ax.type.")}
    missing = asked(recorded) - asked(query)
    out = [f"authorization URL: AX type {t} is not asked for" for t in sorted(missing)]
    for name in [n for n in query if n.startswith(("openid.ax.", "openid.ns.ax"))]:
        del query[name]
    return {k: v for k, v in recorded.items() if not k.startswith(("openid.ax.", "openid.ns.ax"))}, out


def carried_in_header(value, headers):
    """RFC 6750 2.3: a token in the query ends up in logs; in the header it says the same."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return scheme.lower() in ("bearer", "token", "oauth") and token == value


def parameters(what, recorded, ours, request, challenge):
    out, ours = [], dict(ours)
    for name, value in recorded.items():
        got = ours.pop(name, None)
        if got is None and carried_in_header(value, request.headers):
            continue
        # RFC 6749 2.3.1: a secret must not stand in an address; some recordings have it there and in the body.
        if got is None and name == "client_secret" and what.endswith(" query") and request.form.get(name) == value:
            continue
        # RFC 6749 2.3: no more than one method in a request; some recordings have both.
        if got is None and name in CLIENT and request.headers.get("authorization", "").startswith("Basic "):
            continue
        if got is None:
            out.append(f"{what}: {name}={value!r} is missing")
        elif name == "fields" and sorted(got.split(",")) == sorted(value.split(",")):
            continue  # a list of names in any order
        elif value not in ("*", "{minted}", got):
            out.append(differs(f"{what}: {name}", value, got))
    if "*" in recorded:
        return [d for d in out if "'*'" not in d]
    verifier = ours.pop("code_verifier", None)
    if verifier is not None and base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode() != challenge:
        out.append(f"{what}: code_verifier is not that of the code_challenge")
    return out + [f"{what}: {name}={value!r} is not in the recording" for name, value in ours.items()]


def authorization_header(recorded, exchange, request):
    ours = request.headers.get("authorization", "")
    if ours.startswith("Basic "):
        # RFC 6749 2.3.1: both halves are form-encoded first.
        ours = "Basic " + urllib.parse.unquote_plus(base64.b64decode(ours[6:]).decode())
    if recorded is None:
        allowed = not ours or any(carried_in_header(v, request.headers) for p in ("query", "form") for v in exchange.get(p, {}).values())
        return [] if allowed else [f"Authorization: {ours!r} is not in the recording"]
    if recorded.startswith("Basic ") and not ours and CLIENT <= set(request.form) and CLIENT <= set(exchange.get("form", {})):
        return []
    (scheme, _, credentials), (theirs, _, recorded_credentials) = ours.partition(" "), recorded.partition(" ")
    return [] if (scheme.lower(), credentials) == (theirs.lower(), recorded_credentials) else [differs("Authorization", recorded, ours)]


def request(exchange, sent, challenge, secrets):
    """`exchange`: what is recorded, filled in; `sent`: a replayer.Request."""
    where = f"{exchange.get('method', 'GET')} {exchange['url']}"
    out = parameters(f"{where} query", exchange.get("query", {}), sent.query, sent, challenge)
    if "json" in exchange:
        out += json_body(where, exchange["json"], sent, challenge)
    else:
        out += parameters(f"{where} form", exchange.get("form", {}), sent.form, sent, challenge)
    if sent.method == "POST" and sent.kind and not sent.body:  # Dropbox refuses that
        out.append(f"{where}: Content-Type {sent.kind} of an empty body")
    if "minted" in exchange:
        out += replay_keys.minted(exchange["minted"], sent.form.get(exchange["minted"]["parameter"], ".."))
    headers = {k.lower(): v for k, v in exchange.get("headers", {}).items()}
    if "oauth1" in exchange:
        return out + oauth1(where, exchange["oauth1"], sent, secrets)
    out += [f"{where} {d}" for d in authorization_header(headers.pop("authorization", None), exchange, sent)]
    other = {n: v for n, v in headers.items() if sent.headers.get(n) != v}
    return out + [differs(f"{where} {name}", value, sent.headers.get(name)) for name, value in other.items()]


def json_body(where, recorded, sent, challenge):
    try:
        ours = json.loads(sent.body)
    except ValueError:
        return [f"{where}: the body is no JSON: {sent.body[:100]!r}"]
    return parameters(f"{where} JSON", recorded, ours, sent, challenge)


# ---- OAuth 1.0a (RFC 5849) ---------------------------------------------------------------------------------------------------------
def escape(text):
    return urllib.parse.quote(text, safe="~")


def oauth1_parameters(sent):
    found = re.findall(r'(\w+)="([^"]*)"', sent.headers.get("authorization", "").removeprefix("OAuth "))
    return {name: urllib.parse.unquote(value) for name, value in found}


def signature(sent, oauth, secrets):
    """RFC 5849 3.4: what HMAC-SHA1 over this request must be."""
    pairs = [*sent.query.items(), *sent.form.items(), *((k, v) for k, v in oauth.items() if k not in ("oauth_signature", "realm"))]
    normal = "&".join(f"{k}={v}" for k, v in sorted((escape(k), escape(v)) for k, v in pairs))
    base = "&".join([sent.method, escape(sent.url), escape(normal)])
    key = "&".join(escape(s) for s in secrets)
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def oauth1(where, recorded, sent, secrets):
    ours = oauth1_parameters(sent)
    out = [f"{where} OAuth: {n} is missing" for n in ("oauth_nonce", "oauth_timestamp", "oauth_signature") if n not in ours]
    for name, value in recorded.items():
        # RFC 5849 2.1, 2.3: oauth_callback belongs to the first request, oauth_verifier to the second; the recordings repeat both.
        elsewhere = "oauth_token" in ours if name == "oauth_callback" else name == "oauth_verifier" and sent.method != "POST"
        if name not in ours and elsewhere:
            continue
        if ours.get(name) != value and name != "oauth_callback":
            out.append(differs(f"{where} OAuth: {name}", value, ours.get(name)))
    if ours.get("oauth_signature_method", "HMAC-SHA1") == "HMAC-SHA1" and ours.get("oauth_signature") != signature(sent, ours, secrets):
        out.append(differs(f"{where} OAuth: oauth_signature", signature(sent, ours, secrets), ours.get("oauth_signature")))
    return out


# ---- who came out ------------------------------------------------------------------------------------------------------------------
FIELDS = {"uid": "uid", "username": "username", "email": "email", "fullname": "name", "first_name": "first_name", "last_name": "last_name"}


def person(who, identity):
    """A name that python-social-auth left empty may be made from the others (and is, by it too, wherever a full name was told)."""
    out = []
    for theirs, ours in FIELDS.items():
        recorded, got = who.get(theirs, ""), identity.get(ours) or ""
        if theirs == "email" and "@" not in recorded:
            recorded = ""  # what is no address is not taken for one
        if recorded != got and (recorded or theirs in ("uid", "email")):
            out.append(differs(ours, recorded, got))
    # What the new user is called: both take spaces and the like out of what the provider says (src/store/rules.cc, username_for;
    # python-social-auth's clean_username), ours more strictly where it is not ASCII. Where nothing is said, python-social-auth throws dice.
    called = who.get("user", who.get("username", ""))
    if called and called.isascii() and called != identity.get("user"):
        out.append(differs("name of the user", called, identity.get("user")))
    return out


# What a refusal must say, so that it is refused for what is wrong with it (wire.md sections F and O).
SAYS = {
    "signature": "Signature verification failed|signature", "expired": "expired|outdated", "at_hash": "Invalid access token",
    "audience": "Invalid audience", "iat": "iat", "nonce": "nonce|Replay", "issuer": "Invalid issuer", "sub": "sub",
    "missing": "Missing id_token", "malformed": "id_token|Signature verification failed", "uid": "named no user", "state": "state",
}


def says(reason, said):
    return re.search(SAYS.get(reason, ""), said, re.IGNORECASE) is not None
