"""What the edge's tests stand on: one server of the test program tests/fake/edge_main.cc (build/MODE/tests/edge), the real fcgi/ with
a handler that says what it was asked."""
import json
import os
import unittest

from fcgi_client import ask
from harness import MODE, ROOT, Process, temporary_folder

EDGE = os.environ.get("LATCHSTRING_EDGE", str(ROOT / "build" / MODE / "tests" / "edge"))


def text(hexadecimal):
    return bytes.fromhex(hexadecimal).decode("latin-1")


class Edge(unittest.TestCase):
    """Starts one server per test. Subclasses choose its arguments."""
    arguments = ()
    workers = 2

    def setUp(self):
        self.folder = temporary_folder()
        self.path = str(self.folder / "e.sock")
        self.server = self.start()

    def start(self, *more, log="log", ready=True):
        command = [EDGE, "--listen", self.path, "--mount", "/auth", "--workers", self.workers, *self.arguments, *more]
        server = Process(command, self.folder / log)
        self.addCleanup(lambda: self.assertNotIn("Sanitizer", server.output()))
        self.addCleanup(server.kill)  # first, as cleanups go
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
