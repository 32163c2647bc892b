"""What the soak stands on: a folder of its own, a small disk for the database, the provider, latchstring under a supervisor that starts it again
as systemd would, and nginx in front. Everything is stopped by its pid."""
import collections
import contextlib
import datetime
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

import certificates
import harness
import service
from control import Control

HERE = pathlib.Path(__file__).resolve().parent
SHIM = harness.ROOT / "build" / "soak" / "shim.so"
GRACE = 60


def run(*command, check=True, env=None):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, check=check, env=env)


def build_shim():
    source = HERE / "shim.c"
    if not SHIM.exists() or SHIM.stat().st_mtime < source.stat().st_mtime:
        SHIM.parent.mkdir(parents=True, exist_ok=True)
        fresh = SHIM.with_suffix(f".{os.getpid()}")
        run(os.environ.get("CC", "gcc"), "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", fresh, source, "-ldl")
        fresh.rename(SHIM)


def make_certificate(folder, host):
    """Good for days on either side: the clock will be moved."""
    key, now = certificates.new_key(), datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    builder = x509.CertificateBuilder().subject_name(certificates.name(host)).issuer_name(certificates.name(host)).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=10)).not_valid_after(now + datetime.timedelta(days=10))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), True)
    (folder / "cert.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(certificates.pem_of(key))


class Disk:
    """Where the database is: a file system of its own where one may be mounted, else a folder, and the shim says that it is full."""

    def __init__(self, folder, control, mount, megabytes):
        self.folder, self.control, self.mounted, self.size = folder, control, mount, megabytes << 20
        folder.mkdir()
        if mount:
            run("mount", "-t", "tmpfs", "-o", f"size={self.size},mode=0755", "soak", folder)

    def used(self):
        about = os.statvfs(self.folder)
        return (about.f_blocks - about.f_bfree) * about.f_frsize

    def resize(self, size):
        return run("mount", "-o", f"remount,size={size}", self.folder, check=False).returncode == 0

    def fill(self):
        """Not a byte more than is used by now. As a ballast file would, without its time and memory; a size below what is used is refused."""
        if not self.mounted:
            return self.control.fill_disk(True)
        while not self.resize(self.used()):
            pass

    def free(self):
        if not self.mounted:
            return self.control.fill_disk(False)
        if not self.resize(self.size):
            raise AssertionError("the disk could not be made larger again")

    def close(self):
        if self.mounted:
            run("umount", "-l", self.folder, check=False)


class Provider:
    def __init__(self, folder, port):
        with open(folder / "provider.log", "ab") as log:
            self.popen = subprocess.Popen([sys.executable, str(HERE / "provider.py"), str(port), str(folder)], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, stderr=log, text=True)
        self.heard()

    def heard(self):
        line = self.popen.stdout.readline()
        if line not in ("ready\n", "done\n"):
            raise AssertionError("the soak's provider has died")

    def tell(self, words):
        self.popen.stdin.write(words + "\n")
        self.popen.stdin.flush()
        self.heard()

    def stop(self):
        self.popen.send_signal(signal.SIGCONT)
        self.popen.kill()
        self.popen.wait()


class Ground:
    def __init__(self, mount, megabytes):
        build_shim()
        self.folder = harness.temporary_folder()
        self.control = Control(self.folder / "control", make=True)
        self.disk = Disk(self.folder / "disk", self.control, mount, megabytes)
        self.provider_port = harness.free_port()
        make_certificate(self.folder, "idp.soak.test")
        self.instance = self.new_instance()
        self.provider = self.service = self.front = None
        self.master_since, self.finish_after = 0, GRACE + 15   # what the old key sealed is of no use by then
        self.furthest, self.moves = 0, []   # the most that the clock was ahead, and when it was moved
        self.notes, self.wrongs = collections.Counter(), []

    def new_instance(self):
        base = f"https://idp.soak.test:{self.provider_port}"
        client = {"client_id": "soak", "client_secret": "soak-secret-soak-secret-soak-secret"}
        plain = {
            **client, "kind": "oauth2", "title": "Soak", "authorize": {"url": base + "/authorize", "scope": ["profile"]},
            "token": {"url": base + "/token", "client_auth": "post"},
            "user": [{"url": base + "/user", "headers": {"Authorization": "Bearer {access_token}"}}],
            "map": {"uid": "u:/id", "username": "u:/login", "email": "u:/email", "name": "u:/name"},
        }
        instance = harness.Instance({
            "redirect_uris": ["https://app.example/cb"],
            "store": {"url": f"sqlite:{self.folder}/disk/latchstring.db"},
            "server": {"workers": service.WORKERS, "threads": 32, "log_level": "warn", "trusted_proxies": ["127.0.0.1"]},
            "tokens": {"refresh_grace": f"{GRACE}s", "access_ttl": "300s"},
            "upstream": {"ca_file": str(self.folder / "cert.pem"), "timeout": "3s"},
            "providers": {"soak": plain, "soakoidc": {**client, "kind": "oidc", "issuer": base}}})
        instance.database = self.folder / "disk" / "latchstring.db"
        return instance

    @property
    def environment(self):
        return self.control.environment(SHIM)

    def start(self):
        self.provider = Provider(self.folder, self.provider_port)
        self.service = service.Service(self.instance, self.environment)
        harness.wait_for("latchstring", lambda: harness.answers(self.instance.socket))
        harness.wait_for("both workers", self.service.serving)
        self.start_front()

    def start_front(self):
        temp = "".join(f"{kind}_temp_path {self.folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.folder / "nginx.conf"
        config.write_text(f"""daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.folder}/nginx.log crit;
worker_rlimit_nofile 8000; {'user root;' if harness.AS_ROOT else ''}
events {{ worker_connections 4000; }}
http {{
  access_log off; keepalive_requests 100000000; {temp}
  upstream latchstring {{ server unix:{self.instance.socket}; keepalive 100; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{self.instance.port} backlog=1024;
    location /auth/ {{ include {harness.ROOT}/conf/web/nginx.conf; }}
  }}
}}
""")
        command = ["nginx", "-p", self.folder, "-c", config, "-e", self.folder / "nginx.log"]
        self.front = harness.Process(command, self.folder / "nginx.out")
        self.front.wait_until("nginx", lambda: harness.answers(("127.0.0.1", self.instance.port)))

    def command(self, *arguments):
        """One of latchstring's commands, where the clock and the disk are the same."""
        return run(harness.BIN, *arguments, "--config", self.instance.config, check=False,
                   env={**harness.plain_environment(), **self.environment})

    def move_clock(self, seconds):
        self.furthest = max(self.furthest, seconds)
        self.moves.append(time.monotonic())
        self.control.move_clock(seconds)

    def note(self, text):
        self.notes[text] += 1

    def wrong(self, text):
        self.wrongs.append(text)

    def stop(self):
        for part in (self.service, self.front, self.provider):
            if part is not None:
                with contextlib.suppress(AssertionError):
                    part.stop()
        self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)
