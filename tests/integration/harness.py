"""What integration tests stand on: free ports, processes with bounded waits, and an Instance: one latchstring with its configuration,
key and database in a temporary folder. Nothing here sleeps for a fixed time: it waits for a port, a socket, a line or an exit."""
import atexit
import base64
import contextlib
import fcntl
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

from clients import CB, PATIENCE

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODE = os.environ.get("LATCHSTRING_MODE", "release")
BIN = os.environ.get("LATCHSTRING_BIN", str(ROOT / "build" / MODE / "latchstring"))
WEB_USER = "www-data"   # whom Apache becomes when the tests run as root
AS_ROOT = os.geteuid() == 0


def wait_for(what, condition, seconds=15):
    """The first true value of `condition()`; AssertionError when time is up."""
    end, pause = time.monotonic() + seconds * PATIENCE, 0.002
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds * PATIENCE} s in vain for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return value


_port_locks = []


def free_port():
    """A port on loopback that no other test process will take: below the range of outgoing connections, and locked while we live."""
    folder = pathlib.Path(tempfile.gettempdir(), "latchstring-ports")
    folder.mkdir(mode=0o777, exist_ok=True)
    while True:
        port = random.randrange(20000, 32000)
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.create_server(("127.0.0.1", port)):
                pass
        except OSError:
            os.close(lock)
            continue
        _port_locks.append(lock)
        return port


def answers(address):
    """Does anybody listen at (host, port) or at the path of a Unix socket?"""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        try:
            s.connect(address)
            return True
        except OSError:
            return False


def temporary_folder():
    """A folder that goes away at the end; others may look into it, because Apache's children run as another user."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="latchstring-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def plain_environment():
    """Ours without what would configure a latchstring."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("LATCHSTRING_", "SOCIAL_AUTH_"))}


class Process:
    """A child process whose output goes to a file. Stopped by its own pid, with a bounded wait."""

    def __init__(self, command, log, env=None, cwd=None, **popen):
        self.command, self.log = [str(c) for c in command], pathlib.Path(log)
        with open(self.log, "ab") as out:
            self.popen = subprocess.Popen(self.command, stdin=popen.pop("stdin", subprocess.DEVNULL), stdout=out, stderr=subprocess.STDOUT,
                                          env={**plain_environment(), **(env or {})}, cwd=cwd, **popen)
        self.pid = self.popen.pid
        atexit.register(self.kill)

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_until(self, what, condition, seconds=15):
        def check():
            if self.popen.poll() is not None:
                raise AssertionError(f"{self.command} ended with {self.popen.returncode} before {what}:\n{self.output()[-3000:]}")
            return condition()
        return wait_for(what, check, seconds)

    def stop(self, sign=signal.SIGTERM, seconds=30):
        """The exit status after that signal."""
        if self.popen.poll() is None:
            self.popen.send_signal(sign)
        try:
            return self.popen.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.command} still runs {seconds * PATIENCE} s after signal {sign}:\n{self.output()[-3000:]}") from None

    def kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait()

    def children(self):
        """The pids of its child processes."""
        with contextlib.suppress(OSError):
            return [int(p) for p in pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        return []


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{k}" = {toml(v)}' for k, v in value.items()) + " }"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def toml_file(settings):
    """Top-level values first, then [section] and [providers.NAME]."""
    lines = [f"{k} = {toml(v)}" for k, v in settings.items() if not isinstance(v, dict)]
    for section, values in settings.items():
        tables = {f'providers."{n}"': t for n, t in values.items()} if section == "providers" else {section: values} if isinstance(values, dict) else {}
        for name, table in tables.items():
            lines += ["", f"[{name}]", *(f"{k} = {toml(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


class Instance:
    """One latchstring. `settings` are laid over defaults that suit tests; sections are merged key by key."""

    def __init__(self, settings=None, workers=2, port=None):
        self.folder = temporary_folder()
        self.port = port or free_port()
        self.public_url = f"http://127.0.0.1:{self.port}/auth"
        self.socket = str(self.folder / "l.sock")  # or HOST:PORT
        self.config = self.folder / "latchstring.toml"
        self.database = self.folder / "latchstring.db"
        self.settings = {
            "public_url": self.public_url, "redirect_uris": [CB],
            "store": {"url": f"sqlite:{self.database}", "key_file": str(self.folder / "latchstring.key")},
            "server": {"workers": workers, "threads": 16}, "providers": {},
        }
        for key, value in (settings or {}).items():
            self.settings[key] = {**self.settings.get(key, {}), **value} if isinstance(value, dict) else value
        self.process = None
        self.write()

    def write(self):
        key = self.folder / "latchstring.key"
        if not key.exists():
            key.write_text(base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode() + "\n")
            key.chmod(0o600)
        self.config.write_text(toml_file(self.settings))
        self.config.chmod(0o600)

    def start(self):
        """Serves on the Unix socket; returns when the first worker says that it is ready."""
        log = self.folder / "log"
        before = log.stat().st_size if log.exists() else 0
        self.process = Process([BIN, "serve", "--listen", self.socket, "--config", self.config], log)
        self.process.wait_until("a worker is ready", lambda: b"ev=worker_ready" in log.read_bytes()[before:])
        if AS_ROOT and os.path.exists(self.socket):  # else HOST:PORT
            os.chmod(self.socket, 0o666)
        return self

    def stop(self, sign=signal.SIGTERM):
        return self.process.stop(sign) if self.process else 0

    def command(self, *arguments, check=True):
        """Runs `latchstring ARGUMENTS --config FILE`; gives the finished process."""
        done = subprocess.run([BIN, *arguments, "--config", str(self.config)], capture_output=True, text=True, env=plain_environment(),
                              timeout=60 * PATIENCE)
        if check and done.returncode != 0:
            raise AssertionError(f"latchstring {arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def log(self):
        return self.process.output()

    def sql(self, statement, *values):
        """Rows of one statement on the main database, beside the running program."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as db, db:
            return db.execute(statement, values).fetchall()

    def give_to_web_user(self):
        """Where the web server itself starts the program, the folder belongs to the web server's user."""
        if AS_ROOT:
            user = pwd.getpwnam(WEB_USER)
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)


def local_providers(idp):
    """Stanzas for the stand-in provider (tests/fake/idp): GitHub-like, Google-like and Facebook-like OAuth 2, and OpenID Connect."""
    client = {"client_id": "lab-client", "client_secret": "lab-secret-lab-secret-lab-secret-lab"}
    github = {
        **client, "kind": "oauth2", "title": "GitHub, local",
        "authorize": {"url": idp.base + "/login/oauth/authorize"},
        "token": {"url": idp.base + "/login/oauth/access_token", "client_auth": "post"},
        "user": [{"url": idp.base + "/api/user", "headers": {"Authorization": "token {access_token}"}}],
        "map": {"uid": "u:/id", "username": "u:/login", "email": "u:/email", "name": "u:/name"},
    }
    facebook = {
        **github, "title": "Facebook, local",
        "authorize": {"url": idp.base + "/fb/v24.0/dialog/oauth", "params": {"return_scopes": "true"}, "omit": ["response_type"]},
        "token": {"url": idp.base + "/fb/token", "client_auth": "post"},
        "user": [{"url": idp.base + "/fb/me", "headers": {"Authorization": "Bearer {access_token}"}}],
        "map": {"uid": "u:/id", "username": "u:/name", "email": "u:/email", "name": "u:/name"},
    }
    openid = {**client, "kind": "oidc", "issuer": idp.issuer}
    down = {**github, "token": {"url": "http://127.0.0.1:9/token", "client_auth": "post"}}
    return {
        "github-local": github, "google-local": {**github, "title": "Google, local"}, "github-down": down,
        "facebook-local": facebook, "facebook-local2": facebook, "fakeoidc": openid, "oidc": openid,
        "oidc-down": {**client, "kind": "oidc", "issuer": "http://127.0.0.1:9"},
    }
