"""Load by wrk, and what it says."""
import dataclasses
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
UNITS = {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}


@dataclasses.dataclass
class Load:
    requests: int
    seconds: float
    p99_ms: float

    @property
    def rate(self):
        return self.requests / self.seconds


def command(url, seconds, connections, script=None, *arguments, headers=()):
    words = ["wrk", "-t", "2", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "20s", "--latency"]
    words += [word for name, value in dict(headers).items() for word in ("-H", f"{name}: {value}")]
    words += ["-s", str(HERE / script)] if script else []
    return [*words, url, "--", *map(str, arguments)] if arguments else [*words, url]


def read(text, partly_refused=False):
    """A Load. A run with errors measures nothing, so it ends the bench."""
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", text)
    done = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)", text)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", text)
    if bad and not partly_refused or not done or not slow:
        raise SystemExit(f"bench: not a clean run:\n{text}")
    return Load(int(done[1]), float(done[2]) * UNITS[done[3]] / 1e3, float(slow[1]) * UNITS[slow[2]])


def wrk(url, seconds, connections=32, script=None, *arguments, headers=()):
    done = subprocess.run(command(url, seconds, connections, script, *arguments, headers=headers), capture_output=True, text=True, timeout=seconds + 60)
    return read(done.stdout + done.stderr)
