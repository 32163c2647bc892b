"""A PostgreSQL of one's own: Debian's server on a Unix socket in a temporary folder, run by somebody who is no administrator (the server
insists on that), gone with the process. usage: postgres.py; prints a URL, and stops when its standard input ends."""
import glob
import os
import pwd
import signal
import subprocess
import sys

import harness
from clients import PATIENCE

BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))[-1]


class Postgres:
    def __init__(self):
        self.folder = harness.temporary_folder()
        self.run_as = {}
        if harness.AS_ROOT:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.run_as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        data = str(self.folder / "data")
        subprocess.run([f"{BIN}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                       check=True, stdout=subprocess.DEVNULL, timeout=120 * PATIENCE, cwd=self.folder, **self.run_as)
        small = ["fsync=off", "listen_addresses=", "shared_buffers=16MB", "max_connections=30", "unix_socket_permissions=0777",
                 "autovacuum=off", "max_parallel_workers=0"]
        self.process = harness.Process([f"{BIN}/postgres", "-D", data, "-k", self.folder, *(o for s in small for o in ("-c", s))],
                                       self.folder / "log", cwd=self.folder, **self.run_as)
        self.process.wait_until("it accepts connections", lambda: "ready to accept connections" in self.process.output(), 60)

    def url(self, database="postgres", user="postgres"):
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def sql(self, statement, database="postgres"):
        done = subprocess.run([f"{BIN}/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, self.url(database)], capture_output=True, text=True,
                              timeout=60 * PATIENCE, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self):
        self.process.stop(signal.SIGINT)  # "fast": sessions are ended


if __name__ == "__main__":
    server = Postgres()
    print(server.url(), flush=True)
    sys.stdin.read()
    server.stop()
