"""Which issuer a provider's metadata and id_tokens name."""
import pathlib
import re
import tomllib

import harness
import replay_data

WELL_KNOWN = "/.well-known/openid-configuration"


class Files:
    """What provider files say of themselves, with python-social-auth's settings filled in. Looked for in `folder`, then beside the binary."""

    def __init__(self, folder=None):
        beside = pathlib.Path(harness.BIN).resolve().parents[2] / "conf" / "providers"
        self.folders = [f for f in (folder, beside, harness.ROOT / "conf" / "providers") if f is not None]

    def read(self, name):
        for folder in self.folders:
            if (file := folder / f"{name}.toml").is_file():
                return self.laid_over(tomllib.loads(file.read_text()))
        return {}

    def laid_over(self, table):
        """A file or a stanza over its kind. One that names another issuer means another provider (src/providers/layers.cc)."""
        below = self.read(table["kind"]) if "kind" in table else {}
        if "issuer" in table or "discovery" in table:
            below = {k: v for k, v in below.items() if k not in ("issuer", "discovery")}
        return {**below, **table}

    def of(self, case):
        """(its table, its settings by the names of templates)"""
        table = self.laid_over({**case.stanza, "kind": case.settings.get("KIND", case.stanza.get("kind", case.provider))})
        known = {k: s["default"] for k, s in table.get("settings", {}).items() if isinstance(s.get("default"), str)}
        return table, known | {k.lower(): v for k, v in case.settings.items() if isinstance(v, str)}

    def issuer(self, case):
        """The issuer that this provider expects; "" if its file does not say."""
        table, known = self.of(case)
        text = known.get("id_token_issuer") or replay_data.fill(table.get("issuer", ""), known)
        return "" if "{" in text else text

    def in_metadata(self, case):
        """What the metadata may call it, where that is something else ("https://sts.windows.net/{tenantid}/", as it stands)."""
        table, known = self.of(case)
        listed = replay_data.fill(table.get("discovery", {}).get("issuers", [""])[-1], known)
        literal = re.compile(r"\{'([^']*)'\}")
        return literal.sub(r"\1", listed) if listed and "{" not in literal.sub("", listed) else self.issuer(case)


class Issuer:
    """The one that the provider's file expects, since a provider names itself right and any other is to be refused (OpenID Connect Discovery
    4.3). A file that does not say expects whoever it asks."""

    def __init__(self, case, files):
        # A document without an authorization endpoint is Microsoft's, whose issuer is a template.
        self.at, self.document = next(((url, d) for url, d in case.documents.items() if "authorization_endpoint" in d), ("", {}))
        self.recorded = self.document.get("issuer", "")
        self.expected = files.issuer(case) if self.document else ""
        self.name = self.expected or self.recorded

    def answer(self, url):
        """The metadata, if it is asked for where it was recorded or where the issuer says that it is."""
        at = {self.at, *(i.rstrip("/") + WELL_KNOWN for i in (self.recorded, self.expected) if i)}
        if not self.document or url not in at:
            return None
        prefix = url.removesuffix(WELL_KNOWN)
        self.name = self.expected or (self.recorded if self.recorded.rstrip("/") == prefix else prefix)
        return {**self.document, "issuer": self.name}
