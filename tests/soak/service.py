"""latchstring's master under a supervisor, and who outlives its stop."""
import contextlib
import os
import pathlib
import subprocess
import threading
import time

import harness

WORKERS = 2
DIED = 60 * harness.PATIENCE   # nothing that was told to stop may live longer


class Service:
    """latchstring's master, started again whenever it ends, as systemd does with Restart=always and RestartSec=100ms."""

    def __init__(self, instance, environment):
        self.instance, self.environment = instance, environment
        self.starts, self.ends, self.stuck, self.wanted = 0, [], [], True
        self.log = instance.folder / "log"
        self.popen, self.lock = None, threading.Lock()
        self.thread = threading.Thread(target=self.supervise, daemon=True)
        self.thread.start()

    def command(self):
        return [harness.BIN, "serve", "--listen", self.instance.socket, "--socket-mode", "0666", "--config", str(self.instance.config)]

    def start(self):
        with self.lock, open(self.log, "ab") as out:
            if self.wanted:
                self.popen = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                              env={**harness.plain_environment(), **self.environment})
                self.starts += 1
            return self.wanted

    def supervise(self):
        while self.start():
            self.ends.append(self.popen.wait())
            time.sleep(0.1)

    def workers(self):
        with contextlib.suppress(OSError, AttributeError):
            pid = self.popen.pid
            return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def serving(self):
        """All workers are there and at work: they answer, and nobody is on the way."""
        workers = self.workers()
        return workers if len(workers) == WORKERS and self.popen.poll() is None else []

    def alive(self, pid):
        """Whether that is still one of ours: numbers are given again. A zombie has no command line."""
        with contextlib.suppress(OSError):
            return str(self.instance.config).encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

    def kill_master(self):
        """SIGKILL. Its workers must go by themselves."""
        workers, popen = self.workers(), self.popen
        popen.kill()
        threading.Thread(target=self.expect_end, args=(workers, "its master was killed"), daemon=True).start()
        return popen

    def expect_end(self, pids, why):
        """Who outlives its stop is stuck, and noted."""
        end = time.monotonic() + DIED
        while any(map(self.alive, pids)) and time.monotonic() < end:
            time.sleep(0.05)
        for pid in filter(self.alive, pids):
            self.stuck.append(f"worker {pid} still runs {DIED} s after {why}")
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

    def stop(self):
        """SIGTERM, and all of them must be gone soon."""
        with self.lock:
            self.wanted = False
        if self.popen is None or self.popen.poll() is not None:
            return
        workers = self.workers()
        self.popen.terminate()
        try:
            self.popen.wait(DIED)
        except subprocess.TimeoutExpired:
            self.stuck.append(f"the master still runs {DIED} s after SIGTERM")
            self.popen.kill()
        self.expect_end(workers, "SIGTERM")
        self.thread.join(10)
