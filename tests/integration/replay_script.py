"""The provider's part in one case: what the replayer answers."""
import json

import replay_data
import replay_keys
import replay_rules as rules
import replayer


class Script:
    """Answers as recorded: documents by their address, as often as they are asked for (they are cached), the rest one after the other.
    `values` are filled in: they grow while the case runs."""

    def __init__(self, case, issuer, values):
        self.case, self.issuer, self.values, self.left = case, issuer, values, list(case.exchanges)

    def answer(self, request):
        if request.method == "GET" and (document := self.document(request.url)) is not None:
            request.exchange = "document"
            return document
        self.values["oauth_nonce"] = rules.oauth1_parameters(request).get("oauth_nonce", "")
        for exchange in self.left:
            if asks_for(request, exchange):
                self.left.remove(exchange)
                request.exchange = exchange
                return self.recorded(exchange["answer"])
        # Where the original refuses early, we may have asked on: then it is answered as in a login.
        for exchange in self.case.beyond if self.case.kind == "refused" else []:
            if asks_for(request, exchange):
                request.exchange = "beyond"
                return self.recorded(exchange["answer"])
        return None

    def document(self, url):
        found = self.issuer.answer(url) or self.case.documents.get(url)
        if found is None:
            return None
        if "$text" in found:
            return replayer.Answer(text=found["$text"], kind=found["$type"])
        return replayer.Answer(text=json.dumps(replay_data.keys_of(found) if "keys" in found else found))

    def recorded(self, answer):
        body = json.dumps(answer["json"], ensure_ascii=False) if "json" in answer else answer.get("text", "")
        self.add_tokens(body)
        kind = answer.get("type", "application/json" if "json" in answer else "text/plain")
        return replayer.Answer(answer.get("status", 200), replay_data.fill(body, self.values), kind, answer.get("headers", {}))

    def add_tokens(self, text):
        for name in self.case.jwts:
            if "{jwt:%s}" % name in text:
                self.values["jwt:" + name] = self.token(self.case.jwts[name])

    def token(self, recipe):
        """Signed now."""
        self.values["issuer"] = self.issuer.name
        claims, signed = (replay_data.fill(recipe.get(c), self.values) for c in ("claims", "signed"))
        # OpenID Connect Core 3.1.2.1: a nonce that was sent comes back. Where the original sent none, the recorded token has none.
        for made in filter(None, (claims, signed)):
            if self.values.get("nonce"):
                made.setdefault("nonce", self.values["nonce"])
        return replay_keys.token(recipe, claims, signed)


def asks_for(request, exchange):
    """OpenID 2.0 asks several things at one address."""
    mode = exchange.get("form", {}).get("openid.mode")
    return (exchange.get("method", "GET"), exchange["url"], mode) == (request.method, request.url, request.form.get("openid.mode"))
