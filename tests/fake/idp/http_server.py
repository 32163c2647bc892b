"""A small, quick HTTP/1.1 server on loopback: a thread for each connection, kept connections, TLS where wanted, no more than the stand-in
provider needs."""
import socket
import ssl
import threading
import typing
import urllib.parse
from dataclasses import dataclass, field

REASONS = {200: "OK", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict
    body: bytes

    def params(self):
        return dict(urllib.parse.parse_qsl(self.query, keep_blank_values=True))

    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict = field(default_factory=dict)
    close: bool = False   # hang up without an answer
    hang: bool = False    # never answer
    write: typing.Callable | None = None   # write(connection, server) is the whole answer, whatever it is; then the end


def read_request(stream):
    """The next request of a kept connection, or None at its end."""
    if not stream.peek(1)[:1].isupper():
        return None  # the end, or TLS where none is spoken
    first = stream.readline().split()
    if len(first) != 3:
        return None
    headers = {}
    while (line := stream.readline().strip()):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length") or 0))
    path, _, query = first[1].decode("latin-1").partition("?")
    return Request(first[0].decode(), path, query, headers, body)


class Server:
    """Calls `handle(request) -> Reply` for each request. With `tls`, a folder, as its cert.pem and key.pem."""

    def __init__(self, handle, port=0, tls=None):
        self.handle, self.stopped, self.context = handle, threading.Event(), None
        if tls is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
        self.listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.open = set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        plain = connection
        try:
            if self.context is not None:
                connection.settimeout(60)
                connection = self.context.wrap_socket(connection, server_side=True)
                self.open.add(connection)
            with connection, connection.makefile("rb") as stream:
                while (request := read_request(stream)) is not None:
                    reply = self.handle(request)
                    if reply.hang:
                        self.stopped.wait(60)
                    if reply.write is not None:
                        reply.write(connection, self)
                    if reply.hang or reply.close or reply.write is not None:
                        return
                    head = [f"HTTP/1.1 {reply.status} {REASONS[reply.status]}", f"Content-Type: {reply.kind}",
                            f"Content-Length: {len(reply.body)}", *(f"{k}: {v}" for k, v in reply.headers.items())]
                    connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + reply.body)
        except OSError:
            pass  # the other side went away
        finally:
            self.open -= {plain, connection}

    def stop(self):
        self.stopped.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
