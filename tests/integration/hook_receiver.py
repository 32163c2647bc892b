"""An application with webhooks, as Standard Webhooks 1.0 wants one: it checks signature and time of each message on its own (hmac of the
standard library), takes each id of a question once, and answers what a test tells it to."""
import base64
import hashlib
import hmac
import json
import threading
import time

from fake.idp.http_server import Reply, Server

SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes for the webhooks").decode()
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
ALLOW = Reply(200, b'{"allow": true}')


class Message:
    def __init__(self, request):
        self.path, self.id = request.path, request.headers["webhook-id"]
        self.at = int(request.headers["webhook-timestamp"])
        self.json = json.loads(request.body)


class Receiver:
    """`answer(message) -> Reply`; messages that are well signed are in `got`, what is wrong with others is in `wrong`."""

    def __init__(self, port=0, answer=None):
        self.answer = answer or (lambda _message: ALLOW)
        self.got, self.wrong, self.lock = [], [], threading.Lock()
        self.server = Server(self.handle, port)
        self.base = f"http://127.0.0.1:{self.server.port}"

    def complaint(self, request):
        if request.method != "POST" or request.headers.get("content-type") != "application/json":
            return "no POST of JSON"
        head = [request.headers.get(f"webhook-{name}") for name in ("id", "timestamp", "signature")]
        if None in head:
            return "a header is missing"
        signed = f"{head[0]}.{head[1]}.".encode() + request.body
        right = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(right, head[2]):
            return "the signature does not fit"
        if abs(time.time() - int(head[1])) > 300:
            return "it is old"
        if request.path == "/login" and any(m.id == head[0] for m in self.got):
            return "it came before"
        return None if json.loads(request.body)["id"] == head[0] else "another id within"

    def handle(self, request):
        with self.lock:
            if (why := self.complaint(request)) is not None:
                self.wrong.append(why)
                return Reply(401)
            message = Message(request)
            self.got.append(message)
        return self.answer(message)

    def of(self, kind):
        with self.lock:
            return [m for m in self.got if m.json["type"] == kind]

    def stop(self):
        if not self.server.stopped.is_set():
            self.server.stop()
