"""The FastCGI edge over real sockets: what arrives, what is refused, and who may starve whom."""
import json
import resource
import struct
import time
import unittest

import fcgi_client as fcgi
from edge import Edge, text
from fcgi_client import Connection
from harness import PATIENCE


class Requests(Edge):
    workers = 1

    def test_a_request_arrives_whole(self):
        seen = self.echo(uri="/auth/echo?a=%20b", method="POST", body=b"x=1\0\xff", CONTENT_TYPE="text/x", HTTP_COOKIE=["a=b", "sid=s1"],
                         HTTP_X_Y="z")
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
        part = fcgi.record(fcgi.STDIN, b"part")
        for rest in (b"", part, fcgi.record(fcgi.ABORT), part + fcgi.record(fcgi.ABORT)):
            with Connection(self.path) as c:
                c.send(start + rest)
        for cut in range(0, len(start), 7):  # the peer is gone in the middle of the parameters
            with Connection(self.path) as c:
                c.send(start[:cut])
        for i in range(1, 21):  # once would be too early to see what slipped through
            self.assertEqual(self.handled(), before + i)
        self.assertNotIn("worker_died", self.server.output())

    def test_parameters_that_end_early_are_400_even_between_two_of_them(self):
        pairs = [fcgi.pair(*p) for p in fcgi.variables(uri="/auth/echo")]
        for n in range(len(pairs) + 1):  # libfcgi takes a broken stream for its end if it breaks there
            for broken in (fcgi.stream(fcgi.STDIN, b"x"), fcgi.record(fcgi.ABORT)):
                with Connection(self.path) as c:
                    c.send(fcgi.begin() + fcgi.record(fcgi.PARAMS, b"".join(pairs[:n])) * (n > 0) + broken)
                    self.assertEqual(c.answer().status, 400)
                    self.assertTrue(c.closed())

    def test_a_client_that_leaves_during_the_answer_harms_nobody(self):
        for _ in range(20):
            with Connection(self.path) as c:
                c.send(fcgi.request(uri="/auth/big?2000000"))
                c.exactly(100)
        self.assertEqual(self.ask().status, 200)
        self.assertNotIn("worker_died", self.server.output())

    def test_what_is_not_fastcgi_ends_the_connection(self):
        good = fcgi.variables()
        params = b"".join(fcgi.pair(*p) for p in good)

        def hiding(kind, content, hidden):  # libfcgi does not pass over this padding: it takes it for records
            return struct.pack("!BBHHBx", 1, kind, 1, len(content), len(hidden)) + content + hidden
        overflow = b"\x04\xff\xff\xff\xfeNAMEab"
        for why, data in {
            "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "version 2": fcgi.record(fcgi.BEGIN, struct.pack("!HB5x", 1, 0), version=2),
            "unknown role": fcgi.begin(role=9) + fcgi.stream(fcgi.PARAMS, params), "a short begin": fcgi.record(fcgi.BEGIN, b"\0\1"),
            "a parameter longer than the stream": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x7f\x7fabc"),
            "a parameter cut in its length": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x80\0"),
            "a negative length": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xffab"),
            "two lengths that add up to a negative one": fcgi.begin() + fcgi.stream(fcgi.PARAMS, b"\x04\xff\xff\xff\xfeNAMEab"),
            "the same in the padding of the begin": hiding(fcgi.BEGIN, b"\0\1" + b"\0" * 6, fcgi.record(fcgi.PARAMS, overflow)),
            "the same in the padding of the parameters' end": fcgi.begin() + fcgi.stream(fcgi.PARAMS, params, end=False) +
            hiding(fcgi.PARAMS, b"", fcgi.record(fcgi.GET_VALUES, overflow, request=0)) + fcgi.stream(fcgi.STDIN, b"x"),
            "a record of the connection, of no type": fcgi.record(11, b"", request=0) + fcgi.begin(),
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
        data = fcgi.record(fcgi.PARAMS, b"of a request that never began", request=3)
        data += fcgi.begin() + b"".join(fcgi.record(fcgi.PARAMS, bytes([b]), padding=7) for b in params) + fcgi.record(fcgi.PARAMS)
        data += fcgi.record(fcgi.STDIN, b"other", request=2) + fcgi.record(fcgi.STDIN, b"abc", padding=255) + fcgi.record(fcgi.STDIN)
        for size in (1, 3, 1000, len(data)):
            with self.subTest(size), Connection(self.path) as c:
                for i in range(0, len(data), size):
                    c.send(data[i:i + size])
                self.assertEqual(text(json.loads(c.answer().body)["body"]), "abc")

    def test_the_filter_role_is_not_served(self):
        self.assertEqual(self.ask(role=fcgi.FILTER).status, 403)

    def test_an_authorizers_request_reaches_the_gate_and_nothing_else(self):
        for uri in ("/open/x?a=b", "http://h.example/open/x"):
            answer = self.ask(role=fcgi.AUTHORIZER, uri=uri)
            self.assertEqual((answer.status, answer.header("Variable-REMOTE_USER")), (200, "ada"), uri)
        for uri in ("/auth/hello", "/auth/echo", "/hello", "", "*", "/auth/gate"):
            self.assertEqual(self.ask(role=fcgi.AUTHORIZER, uri=uri).status, 401, uri)

    def test_a_200_that_is_not_the_gates_lets_nobody_in(self):
        for uri in ("/held/200", "/held/204"):
            self.assertEqual(self.ask(role=fcgi.AUTHORIZER, uri=uri).status, 500)
        self.assertIn("held back", self.server.output())

    def test_nobody_waits_for_the_body_of_an_authorizers_request(self):
        """lighttpd announces the client's body and sends none; Apache does not even send the record that ends it (FastCGI 6.3)."""
        for more in ({"HTTP_CONTENT_LENGTH": "3"}, {"length": "3"}, {"method": "POST", "length": "100000000"}):
            with Connection(self.path) as c:
                params = b"".join(fcgi.pair(*p) for p in fcgi.variables(uri="/open/x", **more))
                c.send(fcgi.begin(role=fcgi.AUTHORIZER) + fcgi.stream(fcgi.PARAMS, params))
                self.assertEqual(c.answer().status, 200, more)
                self.assertTrue(c.closed())

    def test_an_authorizers_parameters_that_end_early_are_400(self):
        pairs = [fcgi.pair(*p) for p in fcgi.variables(uri="/open/x")]
        for n in range(len(pairs) + 1):
            with Connection(self.path) as c:
                c.send(fcgi.begin(role=fcgi.AUTHORIZER) + fcgi.record(fcgi.PARAMS, b"".join(pairs[:n])) * (n > 0) + fcgi.record(fcgi.ABORT))
                self.assertEqual(c.answer().status, 400)

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


class Descriptors(Edge):
    """One worker that may have 40 descriptors open."""
    arguments = ("--threads", "4")
    workers = 1

    def start(self, *more, **named):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, before[1]))
        try:
            server = super().start(*more, **named)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        if named.get("ready", True):
            self.ask()  # UBSan needs descriptors (a pipe) the first time that it looks at an object of a class
        return server

    def test_idle_connections_make_room_for_new_ones(self):
        kept = []
        for _ in range(100):
            kept.append(Connection(self.path))
            self.addCleanup(kept[-1].close)
            self.assertEqual(kept[-1].ask(keep=True).status, 200)
        self.assertIn("ev=accept", self.server.output())

    def test_more_at_once_than_descriptors_wait_for_their_turn(self):
        waiting = [Connection(self.path) for _ in range(100)]
        for c in waiting:
            self.addCleanup(c.close)
            c.send(fcgi.request())
        self.assertEqual([c.answer().status for c in waiting], [200] * 100)


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


if __name__ == "__main__":
    unittest.main()
