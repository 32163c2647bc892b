"""The FastCGI edge over real sockets and real processes: what arrives, what is refused, who starves whom, who lives and who dies.
The program is tests/fake/edge_main.cc (build/MODE/tests/edge): the real fcgi/ with a handler that says what it was asked."""
import json
import os
import pathlib
import re
import signal
import socket
import struct
import threading
import time
import unittest

import fcgi_client as fcgi
from fcgi_client import Connection, ask
from harness import MODE, PATIENCE, ROOT, Process, answers, free_port, temporary_folder, wait_for

EDGE = os.environ.get("LATCHSTRING_EDGE", str(ROOT / "build" / MODE / "tests" / "edge"))


def text(hexadecimal):
    return bytes.fromhex(hexadecimal).decode("latin-1")


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Edge(unittest.TestCase):
    """Starts one server per test. Subclasses choose its arguments."""
    arguments = ()
    workers = 2

    def setUp(self):
        self.folder = temporary_folder()
        self.path = str(self.folder / "e.sock")
        self.server = self.start()

    def start(self, *more, log="log", ready=True):
        server = Process([EDGE, "--listen", self.path, "--mount", "/auth", "--workers", self.workers, *self.arguments, *more], self.folder / log)
        self.addCleanup(server.kill)
        if ready:
            server.wait_until("workers", lambda: server.output().count("ev=worker_ready") >= self.workers)
        return server

    def ask(self, **more):
        return ask(self.path, **more)

    def echo(self, **more):
        """What the handler saw."""
        answer = self.ask(**{"uri": "/auth/echo", **more})
        self.assertEqual(answer.status, 200, answer.body)
        seen = json.loads(answer.body)
        return {k: text(v) if isinstance(v, str) else v for k, v in seen.items() if k != "headers"} | {
            "headers": [(text(k), text(v)) for k, v in seen["headers"]]}

    def handled(self):
        """How many requests reached the handler, this one included; with one worker."""
        return int(self.ask(uri="/auth/handled").body)


class Requests(Edge):
    workers = 1

    def test_a_request_arrives_whole(self):
        seen = self.echo(uri="/auth/echo?a=%20b", method="POST", body=b"x=1\0\xff", CONTENT_TYPE="text/x", HTTP_COOKIE=["a=b", "sid=s1"], HTTP_X_Y="z")
        self.assertEqual((seen["method"], seen["path"], seen["query"]), ("POST", "/echo", "a=%20b"))
        self.assertEqual((seen["body"], seen["content_type"], seen["sid"]), ("x=1\0\xff", "text/x", "s1"))
        self.assertEqual((seen["remote_addr"], seen["headers"]), ("192.0.2.1", [("cookie", "a=b"), ("cookie", "sid=s1"), ("x-y", "z")]))

    def test_every_answer_names_its_own_request(self):
        ids = set()
        for _ in range(20):
            answer = self.ask()
            self.assertRegex(answer.header("X-Request-Id"), "^[0-9a-f]{16}$")
            ids.add(answer.header("X-Request-Id"))
        self.assertEqual(len(ids), 20)

    def test_no_length_empty_length_and_zero_are_no_body(self):
        for length in (None, "", "0"):
            self.assertEqual(self.echo(length=length)["body"], "", repr(length))

    def test_a_chunked_body_without_a_length_is_read_to_its_end(self):
        body = bytes(range(256)) * 100
        self.assertEqual(self.echo(method="POST", body=body, length=None, HTTP_TRANSFER_ENCODING="chunked")["body"], body.decode("latin-1"))

    def test_the_body_limit_is_64_kib_to_the_byte(self):
        for length in ({}, {"length": None}):
            self.assertEqual(len(self.echo(method="POST", body=b"b" * 65536, **length)["body"]), 65536)
            answer = self.ask(uri="/auth/echo", method="POST", body=b"b" * 65537, **length)
            self.assertEqual((answer.status, answer.body), (413, b'{"detail":"Request body too large."}'))

    def test_a_body_that_is_too_large_is_refused_before_it_is_read(self):
        with Connection(self.path) as c:
            params = b"".join(fcgi.pair(*p) for p in fcgi.variables(method="POST", uri="/auth/echo", length=str(10**9)))
            c.send(fcgi.begin(keep=True) + fcgi.stream(fcgi.PARAMS, params))
            self.assertEqual(c.answer().status, 413)
            self.assertTrue(c.closed())

    def test_a_length_that_is_none_is_400(self):
        for length in ("-1", "+1", "1 ", "0x1", "1,1", "abc", "99999999999999999999"):
            self.assertEqual(self.ask(method="POST", length=length).status, 400, length)

    def test_a_body_of_another_length_is_400_and_nothing_is_done(self):
        before = self.handled()
        for body, length in ((b"abc", "4"), (b"abcde", "4"), (b"a", "0")):
            self.assertEqual(self.ask(uri="/auth/echo", method="POST", body=body, length=length).status, 400, (body, length))
        self.assertEqual(self.handled(), before + 1)

    def test_an_aborted_request_never_reaches_the_handler(self):
        before = self.handled()
        params = b"".join(fcgi.pair(*p) for p in fcgi.variables(method="POST", uri="/auth/echo", length="1000"))
        start = fcgi.begin() + fcgi.stream(fcgi.PARAMS, params)
        for rest in (b"", fcgi.stream(fcgi.STDIN, b"part", end=False), fcgi.record(fcgi.ABORT), fcgi.record(fcgi.STDIN, b"part") + fcgi.record(fcgi.ABORT)):
            with Connection(self.path) as c:
                c.send(start + rest)
        for cut in range(0, len(start), 7):  # the peer is gone in the middle of the parameters
            with Connection(self.path) as c:
                c.send(start[:cut])
        with Connection(self.path) as c:  # and after a whole request, before its answer
            c.send(fcgi.request(uri="/auth/big?2000000"))
        wait_for("the handler", lambda: self.handled() >= before + 2)
        wait_for("idle threads", lambda: self.ask().status == 200)
        self.assertLessEqual(self.handled(), before + 60)
        self.assertNotIn("worker_died", self.server.output())

    def test_what_is_not_fastcgi_ends_the_connection(self):
        good = fcgi.variables()
        params = b"".join(fcgi.pair(*p) for p in good)
        for why, data in {
            "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "version 2": fcgi.record(fcgi.BEGIN, struct.pack("!HB5x", 1, 0), version=2),
            "unknown role": fcgi.begin(role=9) + fcgi.stream(fcgi.PARAMS, params), "a short begin": fcgi.record(fcgi.BEGIN, b"\0\1"),
            "parameters before begin": fcgi.stream(fcgi.PARAMS, params), "stdin within the parameters": fcgi.begin() + fcgi.stream(fcgi.STDIN, b"x"),
            "a parameter longer than the stream": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x7f\x7fabc"),
            "a parameter cut in its length": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x80\0"),
            "a negative length": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xffab"),
        }.items():
            with self.subTest(why), Connection(self.path) as c:
                c.send(data)
                self.assertTrue(c.closed())
        self.assertEqual(self.ask().status, 200)
        self.assertNotIn("worker_died", self.server.output())

    def test_parameters_are_limited(self):
        self.assertEqual(self.ask(HTTP_COOKIE="c" * 60000).status, 200)
        self.assertEqual(self.ask(HTTP_COOKIE="c" * 66000).status, 431)
        self.assertEqual(self.ask(**{f"HTTP_X{i}": "v" for i in range(100)}).status, 200)
        self.assertEqual(self.ask(**{f"HTTP_X{i}": "v" for i in range(101)}).status, 431)

    def test_a_flood_of_parameters_is_cut_off(self):
        with Connection(self.path) as c:
            sent = 0
            with self.assertRaises(OSError):
                c.send(fcgi.begin())
                chunk = fcgi.record(fcgi.PARAMS, b"".join(fcgi.pair(f"N{i}", "v" * 1000) for i in range(60)))
                while sent < 100_000_000:
                    c.send(chunk)
                    sent += len(chunk)
            self.assertLess(sent, 2_000_000)  # what the socket's buffers hold
        self.assertEqual(self.ask().status, 200)

    def test_one_endless_parameter_is_cut_off(self):
        with Connection(self.path) as c, self.assertRaises(OSError):
            c.send(fcgi.begin() + fcgi.record(fcgi.PARAMS, struct.pack("!II", 0x80000004, 0xbfffffff) + b"NAME"))
            for _ in range(1600):
                c.send(fcgi.record(fcgi.PARAMS, b"v" * 65535))
        self.assertEqual(self.ask().status, 200)

    def test_split_records_padding_and_records_of_others_are_understood(self):
        params = b"".join(fcgi.pair(*p) for p in fcgi.variables(method="POST", uri="/auth/echo", length="3"))
        data = fcgi.begin() + b"".join(fcgi.record(fcgi.PARAMS, bytes([b]), padding=7) for b in params) + fcgi.record(fcgi.PARAMS)
        data += fcgi.record(fcgi.STDIN, b"other", request=2) + fcgi.record(fcgi.STDIN, b"abc", padding=255) + fcgi.record(fcgi.STDIN)
        for size in (1, 3, 1000, len(data)):
            with self.subTest(size), Connection(self.path) as c:
                for i in range(0, len(data), size):
                    c.send(data[i:i + size])
                self.assertEqual(text(json.loads(c.answer().body)["body"]), "abc")

    def test_only_the_responder_role_is_served(self):
        for role in (fcgi.AUTHORIZER, fcgi.FILTER):  # an authorizer's 200 would let everybody in
            self.assertEqual(self.ask(role=role).status, 403)

    def test_outside_the_mount_is_404_and_logged_without_the_query(self):
        answer = self.ask(uri="/authority/hello?code=secret")
        self.assertEqual((answer.status, answer.body), (404, b'{"detail":"Not found."}'))
        line = next(x for x in self.server.output().splitlines() if "ev=unmounted" in x)
        self.assertIn("mount=/auth", line)
        self.assertIn("path=/authority/hello", line)
        self.assertNotIn("secret", line)

    def test_answers_are_whole_and_exact(self):
        self.assertEqual(len(self.ask(uri="/auth/big?1000000").body), 1_000_000)
        head = self.ask(uri="/auth/hello", method="HEAD")
        self.assertEqual((head.status, head.body, head.header("Content-Length")), (200, b"", "13"))
        empty = self.ask(uri="/auth/empty")
        self.assertEqual((empty.status, empty.body, empty.header("Content-Length")), (204, b"", None))

    def test_what_goes_wrong_in_the_handler_is_500_and_no_more(self):
        for path in ("throw", "badheader", "bigheader"):
            answer = self.ask(uri=f"/auth/{path}")
            self.assertEqual((answer.status, answer.body), (500, b'{"detail":"A server error occurred."}'), path)
            self.assertIsNone(answer.header("Set-Cookie"))
            self.assertIn(answer.header("X-Request-Id"), self.server.output())
        self.assertNotIn("worker_died", self.server.output())


class Trust(Edge):
    arguments = ("--trust", "10.0.0.1")
    workers = 1

    def test_a_trusted_proxy_says_who_the_client_is(self):
        self.assertEqual(self.echo(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.1.1.1, 192.0.2.9")["remote_addr"], "192.0.2.9")
        self.assertEqual(self.echo(REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR="192.0.2.9")["remote_addr"], "10.0.0.2")


class Threads(Edge):
    """One worker with four threads."""
    arguments = ("--threads", "4")
    workers = 1

    def test_kept_connections_beyond_the_threads_starve_nobody(self):
        kept = [Connection(self.path) for _ in range(200)]
        for c in kept:
            self.addCleanup(c.close)
            self.assertEqual(c.ask(keep=True).status, 200)
        began = time.monotonic()
        self.assertEqual(self.ask().status, 200)  # somebody new, at once
        self.assertLess(time.monotonic() - began, 1 * PATIENCE)
        for c in reversed(kept):                  # and each of the old ones
            self.assertEqual(c.ask(keep=True).status, 200)

    def test_a_kept_connection_serves_many_requests_in_order(self):
        with Connection(self.path) as c:
            for i in range(300):
                answer = c.ask(keep=True, uri=f"/auth/echo?{i}", method="POST", body=b"b" * i)
                self.assertEqual(text(json.loads(answer.body)["query"]), str(i))
            self.assertEqual(c.ask(keep=False).status, 200)
            self.assertTrue(c.closed())

    def test_a_refused_request_does_not_end_a_kept_connection(self):
        with Connection(self.path) as c:
            self.assertEqual(c.ask(keep=True, uri="/elsewhere").status, 404)
            self.assertEqual(c.ask(keep=True, method="POST", length="x").status, 400)
            self.assertEqual(c.ask(keep=True).status, 200)

    def test_connections_that_say_nothing_hold_no_thread(self):
        silent = [Connection(self.path) for _ in range(50)]
        for c in silent:
            self.addCleanup(c.close)
        began = time.monotonic()
        self.assertEqual(self.ask().status, 200)
        self.assertLess(time.monotonic() - began, 1 * PATIENCE)

    def test_a_slow_sender_is_served(self):
        data = fcgi.request(uri="/auth/echo", method="POST", body=b"slow")
        with Connection(self.path) as c:
            for i in range(0, len(data), 16):
                c.send(data[i:i + 16])
                self.assertEqual(self.ask().status, 200)  # others are not kept waiting
            self.assertEqual(text(json.loads(c.answer().body)["body"]), "slow")

    def test_more_requests_than_threads_wait_for_their_turn(self):
        connections = [Connection(self.path) for _ in range(20)]
        for c in connections:
            self.addCleanup(c.close)
            c.send(fcgi.request(uri="/auth/sleep?50"))
        self.assertEqual([c.answer().status for c in connections], [200] * 20)


class Patience(Edge):
    arguments = ("--threads", "2")
    workers = 1

    def test_half_a_request_holds_a_thread_no_longer_than_half_a_minute(self):
        stuck = [Connection(self.path, timeout=90) for _ in range(2)]
        for c in stuck:
            self.addCleanup(c.close)
            c.send(fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\x7f\x7fhalf"))
        for c in stuck:
            self.assertTrue(c.closed())
        self.assertEqual(self.ask().status, 200)
        self.assertIn("ev=malformed", self.server.output())


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
        times = []
        for i in range(4):
            known = self.server.output().count("worker_ready")
            victim = min(self.pids()) if i == 0 else max(self.pids())
            os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            wait_for("its successor", lambda n=known: self.server.output().count("worker_ready") > n)
            times.append(time.monotonic() - began)
        self.assertGreater(times[3], times[1] * 2)
        self.assertGreaterEqual(times[3], 0.8)

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
        """Requests without a pause. What may be asked again (RFC 9110 9.2.2 and what web servers do): a request on a kept connection that was closed
        before anything of it was read, seen as a failed send or an end without a byte of an answer; on a fresh connection nothing may fail."""
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
        time.sleep(0)
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
            server = Process(["sh", "-c", f'LISTEN_FDS=1 LISTEN_PID=$$ exec "{EDGE}" --mount /auth 3<&{listening.fileno()}'], self.folder / "log",
                             pass_fds=(listening.fileno(),))
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
                server = Process([EDGE, "--listen", f"127.0.0.1:{port}", "--mount", "/auth"], self.folder / peers, env={"FCGI_WEB_SERVER_ADDRS": peers})
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
