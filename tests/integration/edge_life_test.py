"""The edge's processes: who lives, who dies, who is told to go, and that no request is lost by it."""
import os
import pathlib
import re
import signal
import socket
import threading
import time
import unittest

import fcgi_client as fcgi
from edge import EDGE, Edge
from fcgi_client import Connection
from harness import PATIENCE, Process, answers, free_port, temporary_folder, wait_for


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Lives(Edge):
    def pids(self):
        return set(self.server.children())

    def test_a_worker_that_dies_is_replaced(self):
        before = self.pids()
        with Connection(self.path) as c:
            c.send(fcgi.request(uri="/auth/crash"))
            self.assertRaises((EOFError, ConnectionResetError), c.answer)
        self.assertEqual(self.ask().status, 200)  # the other one serves
        wait_for("two workers", lambda: len(self.pids()) == 2 and self.pids() != before and self.server.output().count("worker_ready") == 3)
        self.assertIn('why="signal 6"', self.server.output())

    def test_who_dies_young_again_and_again_waits_longer(self):
        for i in range(4):
            known = self.server.output().count("worker_ready")
            victim = min(self.pids()) if i == 0 else max(self.pids())
            os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            wait_for("its successor", lambda n=known: self.server.output().count("worker_ready") > n)
            self.assertGreaterEqual(time.monotonic() - began, 0.1 * 2**i)

    def test_sigterm_finishes_what_is_in_hand(self):
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            with self.subTest(sign), Connection(self.path) as c:
                c.send(fcgi.request(uri="/auth/sleep?800", keep=True))
                wait_for("the request in hand", lambda: self.ask().status == 200)
                self.server.popen.send_signal(sign)
                self.assertEqual(c.answer().body, b'"slept"')
                self.assertTrue(c.closed())
                self.assertEqual(self.server.stop(sign), 0)
                self.assertEqual(len(re.findall(r"^stopped \d+$", self.server.output(), re.M)), 2)  # Life::stop ran in each worker
                self.assertFalse(os.path.exists(self.path))
            self.server = self.start(log=f"log.{sign}")

    def test_an_idle_server_is_gone_within_a_second_and_a_half(self):
        kept = [Connection(self.path) for _ in range(20)]
        for c in kept:
            self.addCleanup(c.close)
            self.assertEqual(c.ask(keep=True).status, 200)
        began = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - began, 1.5 * PATIENCE)
        for c in kept:
            self.assertTrue(c.closed())

    def test_a_master_that_is_killed_takes_its_workers_along(self):
        pids = self.pids()
        self.assertEqual(len(pids), 2)
        self.server.kill()
        wait_for("the end of its workers", lambda: not any(alive(p) for p in pids))

    def test_a_long_request_keeps_the_socket_from_nobody(self):
        """A worker that finishes what is in hand listens no more: a master that was killed can be started again at once."""
        with Connection(self.path) as c:
            c.send(fcgi.request(uri=f"/auth/sleep?{min(6000 * PATIENCE, 20000)}"))  # a worker that leaves waits half a minute for it
            wait_for("the request in hand", lambda: self.ask().status == 200)
            self.server.kill()
            wait_for("an end of listening", lambda: not answers(self.path), 4)
            self.server = self.start(log="log.next")
            self.assertEqual(self.ask().status, 200)
            self.assertEqual(c.answer().body, b'"slept"')

    def test_the_socket_of_a_live_server_is_left_alone_and_a_dead_ones_is_taken(self):
        second = self.start(log="second", ready=False)
        self.assertEqual(second.popen.wait(20 * PATIENCE), 1)
        self.assertEqual(second.output(), f"latchstring: cannot listen on {self.path}: another server is listening there\n")
        self.assertEqual(self.ask().status, 200)
        pids = self.pids()
        self.server.kill()
        wait_for("the end of its workers", lambda: not any(alive(p) for p in pids))
        self.assertTrue(os.path.exists(self.path))  # nobody could take it away
        self.start(log="third")
        self.assertEqual(self.ask().status, 200)


class Reload(Edge):
    arguments = ("--threads", "8")

    def setUp(self):
        super().setUp()
        self.done, self.lost, self.served, self.lock = threading.Event(), [], 0, threading.Lock()

    def load(self, keep):
        """Requests without a pause. On a fresh connection nothing may fail. On a kept one, which the server may close at any time between two
        requests, one that fails is asked again on a fresh one, as web servers do."""
        c, fresh = None, True
        while not self.done.is_set():
            try:
                if c is None:
                    c, fresh = Connection(self.path), True
                if c.ask(keep=keep).status != 200:
                    raise AssertionError("not 200")
                with self.lock:
                    self.served += 1
                fresh = False
            except (OSError, EOFError, AssertionError) as error:
                if fresh or isinstance(error, AssertionError):
                    self.lost.append(repr(error))
                c.close()
                c = None
                continue
            if not keep:
                c.close()
                c = None
        if c:
            c.close()

    def run_load(self, keep, meanwhile):
        threads = [threading.Thread(target=self.load, args=(keep,)) for _ in range(6)]
        for t in threads:
            t.start()
        try:
            meanwhile()
        finally:
            self.done.set()
            for t in threads:
                t.join(60)
        self.assertEqual(self.lost, [])
        self.assertGreater(self.served, 100)

    def reload(self):
        before = set(self.server.children())
        self.server.popen.send_signal(signal.SIGHUP)
        wait_for("new workers", lambda: len(now := set(self.server.children())) == 2 and not now & before, 30)

    def test_no_request_is_lost_on_fresh_connections(self):
        self.run_load(False, lambda: [self.reload() for _ in range(5)])

    def test_no_request_is_lost_on_kept_connections(self):
        self.run_load(True, lambda: [self.reload() for _ in range(5)])

    def test_a_long_request_survives_a_reload(self):
        with Connection(self.path) as c:
            c.send(fcgi.request(uri="/auth/sleep?1500"))
            self.assertEqual(self.ask().status, 200)
            self.server.popen.send_signal(signal.SIGHUP)
            self.assertEqual(c.answer().body, b'"slept"')
        wait_for("two workers left behind", lambda: self.server.output().count("ev=worker_left") == 2)

    def test_reloads_in_a_row_end_with_as_many_workers(self):
        for _ in range(10):
            self.server.popen.send_signal(signal.SIGHUP)
        wait_for("peace", lambda: self.server.output().count("ev=worker_left") == self.server.output().count("ev=worker_ready") - 2 >= 2
                 and len(self.server.children()) == 2, 30)
        self.assertEqual(self.ask().status, 200)


class Start(Edge):
    def setUp(self):
        self.folder = temporary_folder()
        self.path = str(self.folder / "e.sock")
        self.fail = self.folder / "fail"

    def test_a_start_that_fails_says_one_line(self):
        self.fail.touch()
        server = self.start("--fail", self.fail, ready=False)
        self.assertEqual(server.popen.wait(20 * PATIENCE), 1)
        lines = [line for line in server.output().splitlines() if not line.startswith("ts=")]
        self.assertEqual(lines, ["latchstring: the start fails as the test wants"])
        self.assertFalse(os.path.exists(self.path))

    def test_without_a_master_it_says_the_same(self):
        self.fail.touch()
        server = self.start("--fail", self.fail, "--no-master", ready=False)
        self.assertEqual(server.popen.wait(20 * PATIENCE), 1)
        self.assertIn("latchstring: the start fails as the test wants\n", server.output())

    def test_a_reload_that_fails_keeps_the_old_workers(self):
        self.server = self.start("--fail", self.fail)
        before = set(self.server.children())
        self.fail.touch()
        self.server.popen.send_signal(signal.SIGHUP)
        wait_for("the failure", lambda: 'ev=reload_failed why="the start fails as the test wants"' in self.server.output())
        wait_for("the old workers alone", lambda: set(self.server.children()) == before)
        self.assertEqual(self.ask().status, 200)
        self.fail.unlink()
        self.server.popen.send_signal(signal.SIGHUP)
        wait_for("new workers", lambda: len(now := set(self.server.children())) == 2 and not now & before)

    def test_a_tcp_port(self):
        port = free_port()
        server = Process([EDGE, "--listen", f"127.0.0.1:{port}", "--mount", "/auth"], self.folder / "log")
        self.addCleanup(server.kill)
        server.wait_until("the port", lambda: answers(("127.0.0.1", port)))
        with Connection(("127.0.0.1", port)) as c:
            for _ in range(3):
                self.assertEqual(c.ask(keep=True).status, 200)
            answer = c.ask(keep=True, method="POST", uri="/auth/echo", body=b"b" * 100_000)
            self.assertEqual(answer.status, 413)
            self.assertTrue(c.closed())
        self.assertNotIn("ev=exposed", server.output())
        self.assertEqual(server.stop(), 0)

    def test_a_port_for_everybody_is_warned_of(self):
        server = Process([EDGE, "--listen", f"0.0.0.0:{free_port()}"], self.folder / "log")
        self.addCleanup(server.kill)
        server.wait_until("the warning", lambda: "level=warn ev=exposed" in server.output())
        self.assertEqual(server.stop(), 0)

    def test_descriptor_zero_as_spawn_fcgi_gives_it(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(self.path)
            listening.listen(10)
            for more in ((), ("--no-master",)):
                with self.subTest(more):
                    server = Process([EDGE, "--mount", "/auth", *more], self.folder / "log", stdin=listening.fileno())
                    self.addCleanup(server.kill)
                    self.assertEqual(self.ask().status, 200)
                    self.assertEqual(server.stop(), 0)
                    self.assertTrue(os.path.exists(self.path))  # not ours to take away

    def test_systemds_descriptor(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(self.path)
            listening.listen(10)
            # sh becomes the program, so that its pid is the one in LISTEN_PID
            command = f'LISTEN_FDS=1 LISTEN_PID=$$ exec "{EDGE}" --mount /auth 3<&{listening.fileno()}'
            server = Process(["sh", "-c", command], self.folder / "log", pass_fds=(listening.fileno(),))
            self.addCleanup(server.kill)
            self.assertEqual(self.ask().status, 200)
            self.assertEqual(server.stop(), 0)

    def test_nothing_to_listen_on_is_one_line(self):
        server = Process([EDGE], self.folder / "log")
        self.assertEqual(server.popen.wait(20 * PATIENCE), 1)
        self.assertEqual(server.output(), "latchstring: descriptor 0 is no listening socket: use --listen PATH or --listen HOST:PORT\n")

    def test_only_listed_web_servers_may_connect(self):
        port = free_port()
        for peers, allowed in (("192.0.2.1", False), ("192.0.2.1,127.0.0.1", True)):
            with self.subTest(peers):
                server = Process([EDGE, "--listen", f"127.0.0.1:{port}", "--mount", "/auth"], self.folder / peers,
                                 env={"FCGI_WEB_SERVER_ADDRS": peers})
                self.addCleanup(server.kill)
                server.wait_until("the port", lambda: answers(("127.0.0.1", port)))
                with Connection(("127.0.0.1", port)) as c:
                    if allowed:
                        self.assertEqual(c.ask().status, 200)
                    else:
                        self.assertRaises((EOFError, ConnectionError), c.ask)
                self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
