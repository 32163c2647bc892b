"""latchstring with the providers of many cases enabled by python-social-auth's own variables, and a replayer behind it."""
import json

import clients
import harness
import replay_data
import replay_issuer
import replay_keys
import replayer


def variable(provider, setting):
    """As python-social-auth names settings."""
    return f"SOCIAL_AUTH_{provider.upper().replace('-', '_').replace('.', '_')}_{setting}"


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


class Instance(harness.Instance):
    def __init__(self, cases, authority, providers_dir=None):
        self.client = None
        self.replayer = replayer.Replayer(authority)
        settings = {"upstream": {"proxy": self.replayer.url, "ca_file": authority.ca_file},
                    "providers": {c.provider: c.stanza for c in cases if c.stanza}}
        if providers_dir:
            settings["providers_dir"] = str(providers_dir)
        super().__init__(settings, workers=1)
        self.environment = {}
        for case in cases:
            self.environment |= {variable(case.provider, k): self.setting(v) for k, v in case.settings.items()}
            if "KEY" not in case.settings:
                self.environment[variable(case.provider, "ENABLED")] = "true"
        self.environment = {k: v for k, v in self.environment.items() if v != ""}
        self.files = replay_issuer.Files(providers_dir)
        self.issuers = {case.variant(): replay_issuer.Issuer(case, self.files) for case in cases}

    def setting(self, value):
        """As text. `{file:CONTENT}` is the path of a file that holds that."""
        if isinstance(value, str) and value.startswith("{file:"):
            path = self.folder / f"setting-{len(list(self.folder.iterdir()))}"
            path.write_text(value[len("{file:"):-1])
            return str(path)
        return text(replay_data.fill(value, replay_keys.IN_SETTINGS))

    def start(self):
        log = self.folder / "log"
        self.process = harness.Process([harness.BIN, "serve", "--listen", self.socket, "--config", self.config], log, env=self.environment)
        self.process.wait_until("a worker is ready", lambda: b"ev=worker_ready" in log.read_bytes())
        self.client = clients.Direct(self.socket)
        self.protocols = {p["id"]: p["protocol"] for p in self.client.get("/o/").json()}
        return self

    def forget(self):
        """Nobody has ever signed in."""
        self.sql("DELETE FROM identities")
        self.sql("DELETE FROM users")

    def close(self):
        self.replayer.close()
        if self.client:
            self.client.close()
        if self.process:
            self.process.kill()


class Batch:
    """Cases of one instance: a provider stands in it with one set of settings, and an address has one provider's document."""

    def __init__(self):
        self.variants, self.documents, self.cases = {}, set(), []

    def takes(self, case, most):
        if case.provider in self.variants:
            return self.variants[case.provider] == case.variant()
        return len(self.variants) < most and not self.documents & set(case.documents)

    def add(self, case):
        self.variants[case.provider] = case.variant()
        self.documents |= set(case.documents)
        self.cases.append(case)


def batches(cases, most=40):
    out = []
    for case in cases:
        batch = next((b for b in out if b.takes(case, most)), None)
        if batch is None:
            batch = Batch()
            out.append(batch)
        batch.add(case)
    return out


def refused_at_start(case, said):
    """What python-social-auth misses when a login is on its way (`client`: a way to say who we are) we miss at the start, and there we say of
    some providers that they cannot be used (`enabling`)."""
    return case.kind == "refused" and f"providers.{case.provider}" in said and (
        (case.reason == "client" and "client_" in said) or (case.reason == "enabling" and "cannot be enabled" in said))


def halves(cases):
    """Cases of half of the variants each; one list if there is one variant only."""
    variants = {}
    for case in cases:
        variants.setdefault(case.variant(), []).append(case)
    lists = list(variants.values())
    middle = len(lists) // 2
    return [sum(half, []) for half in (lists[:middle], lists[middle:]) if half]


def run(cases, authority, probe, report, providers_dir=None):
    """`report(case, probe(instance, case)())` for each. Cases whose instance does not start are halved until the culprit stands alone."""
    instance = Instance(cases, authority, providers_dir)
    try:
        try:
            instance.start()
        except AssertionError as error:
            return did_not_start(cases, authority, probe, report, providers_dir, str(error))
        for case in cases:
            try:
                differences = probe(instance, case)()
            except (AssertionError, EOFError, OSError, LookupError, ValueError, TypeError) as error:
                differences = [f"{type(error).__name__}: {error}"]
            report(case, differences)
    finally:
        instance.close()
    return None


def did_not_start(cases, authority, probe, report, providers_dir, error):
    parts = halves(cases)
    if len(parts) > 1:
        for part in parts:
            run(part, authority, probe, report, providers_dir)
        return
    said = "; ".join(line for line in error.splitlines() if line.startswith("latchstring: ")) or error[-600:]
    for case in cases:
        report(case, [] if refused_at_start(case, said) else ["does not start: " + said])
