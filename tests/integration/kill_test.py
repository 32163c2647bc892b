"""kill -9, again and again, during many logins: every login that was answered 201 is in the database afterwards, and the database is whole.
How many: $LATCHSTRING_KILL_LOGINS, by default 10,000 (500 in sanitizer builds)."""
import contextlib
import os
import random
import signal
import sqlite3
import threading
import time
import unittest

import harness
from clients import Direct
from fake.idp.provider import Provider

TIME_LIMIT = 420
LOGINS = int(os.environ.get("LATCHSTRING_KILL_LOGINS", "10000" if harness.PATIENCE == 1 else "500"))
THREADS = 8
WORKERS = 3


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Kill(unittest.TestCase):
    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        self.instance = harness.Instance({"providers": harness.local_providers(self.idp)}, workers=WORKERS).start()
        self.addCleanup(self.instance.stop)
        self.lock, self.numbers = threading.Lock(), iter(range(10**9))
        self.answered = {}          # user -> refresh token, of logins that were answered 201
        self.done = threading.Event()
        self.strange = []

    def log_in(self):
        client = Direct(self.instance.socket, retry=False)  # a second POST would meet a state that is used up
        while not self.done.is_set():
            with self.lock:
                user = f"k{next(self.numbers)}"
            try:
                reply = client.login(self.idp, f"ok.{user}")
            except (OSError, EOFError, AssertionError):
                client.close()
                client = Direct(self.instance.socket, retry=False)
                self.done.wait(0.005)  # the socket may be away while the master starts again
                continue
            with self.lock:
                if reply.status == 201:
                    self.answered[user] = reply.json()["refresh"]
                elif reply.status != 503:
                    self.strange.append(repr(reply))
                if len(self.answered) >= LOGINS:
                    self.done.set()
        client.close()

    def kill_a_worker(self):
        workers = self.instance.process.children()
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)

    def kill_the_master(self):
        workers = self.instance.process.children()
        os.kill(self.instance.process.pid, signal.SIGKILL)
        self.instance.process.popen.wait()
        harness.wait_for("orphaned workers to go", lambda: not any(map(alive, workers)), 40)
        self.instance.start()

    def killing(self):
        """A worker at every twentieth part of the way, the master at every fifth; returns how many of each."""
        workers = masters = 0
        deadline = time.monotonic() + TIME_LIMIT * 0.7 * harness.PATIENCE
        for part in range(1, 21):
            while len(self.answered) < LOGINS * part // 21:
                if time.monotonic() > deadline or self.instance.process.popen.poll() is not None:
                    self.fail(f"only {len(self.answered)} of {LOGINS} logins; strange: {self.strange[:3]}\n{self.instance.log()[-2000:]}")
                self.done.wait(0.01)
            if part % 5 == 0:
                self.kill_the_master()
                masters += 1
            else:
                self.kill_a_worker()
                workers += 1
        self.done.wait(max(deadline - time.monotonic(), 1))
        return workers, masters

    def test_no_answered_login_is_lost(self):
        threads = [threading.Thread(target=self.log_in) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            self.assertEqual(self.killing(), (16, 4))
        finally:
            self.done.set()
            for thread in threads:
                thread.join(30 * harness.PATIENCE)
        self.assertEqual(self.strange, [])
        self.kill_the_master()
        self.whole(self.instance.database)
        self.whole(f"{self.instance.database}-flows")
        known = {name for (name,) in self.instance.sql("SELECT username FROM users")}
        self.assertGreaterEqual(len(self.answered), LOGINS)
        self.assertEqual(self.answered.keys() - known, set(), "answered with 201, and not in the database")
        client = Direct(self.instance.socket)
        for user in random.sample(sorted(self.answered), min(200, LOGINS)):  # their sessions live on
            reply = client.post("/jwt/refresh/", json_text={"refresh": self.answered[user]})
            self.assertEqual(reply.status, 200, reply)
        client.close()

    def whole(self, path):
        with contextlib.closing(sqlite3.connect(path, timeout=30)) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])


if __name__ == "__main__":
    unittest.main()
