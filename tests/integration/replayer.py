"""Every provider at once: an HTTPS proxy that answers for any host (HTTP CONNECT, a certificate made on the spot by a test authority) from
the script of the case that runs now. It keeps every request, and answers 599 to what the script does not know."""
import json
import socket
import socketserver
import ssl
import tempfile
import threading
import urllib.parse

import certificates
from cryptography import x509
from cryptography.hazmat.primitives import serialization

LIMIT = 1 << 20


class Request:
    """One that latchstring sent: `url` without its query, query and form decoded (last value of each name), headers in lower case."""

    def __init__(self, method, url, headers, body):
        parts = urllib.parse.urlsplit(url)
        self.method, self.headers, self.body = method, headers, body
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}"
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        self.kind = headers.get("content-type", "").split(";")[0].strip()
        self.form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True)) if "urlencoded" in self.kind else {}
        self.exchange = None  # what of the script answered it

    def __str__(self):
        query = "?" + urllib.parse.urlencode(self.query) if self.query else ""
        return f"{self.method} {self.url}{query}" + (f" {self.body[:300]}" if self.body else "")


class Answer:
    def __init__(self, status=200, text="", kind="application/json", headers=()):
        self.status, self.text, self.kind, self.headers = status, text, kind, dict(headers)

    def bytes(self):
        body = self.text.encode()
        lines = [f"HTTP/1.1 {self.status} X", f"Content-Type: {self.kind}", f"Content-Length: {len(body)}"]
        if self.status in (204, 304):
            lines, body = lines[:1], b""
        return "\r\n".join([*lines, *(f"{k}: {v}" for k, v in self.headers.items()), "", ""]).encode() + body


class Authority:
    """Signs a certificate for any host; all share one key."""

    def __init__(self, folder):
        self.folder, self.contexts, self.lock = folder, {}, threading.Lock()
        self.ca_key, self.key = certificates.new_key(), certificates.new_key()
        self.ca = certificates.certificate("latchstring replay", self.ca_key, "latchstring replay", self.ca_key,
                                           (x509.BasicConstraints(True, 0), True))
        (folder / "ca.pem").write_bytes(self.ca.public_bytes(serialization.Encoding.PEM))
        self.ca_file = str(folder / "ca.pem")

    def context(self, host):
        with self.lock:
            if host not in self.contexts:
                leaf = certificates.certificate("replay", self.key, "latchstring replay", self.ca_key,
                                                (x509.SubjectAlternativeName([x509.DNSName(host)]), False))
                with tempfile.NamedTemporaryFile(dir=self.folder) as file:
                    file.write(certificates.pem_of(self.key) + leaf.public_bytes(serialization.Encoding.PEM))
                    file.flush()
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(file.name)
                self.contexts[host] = context
            return self.contexts[host]


def read_head(file):
    """(method, target, headers), or None at the end of the connection."""
    line = file.readline(LIMIT).decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while (field := file.readline(LIMIT)) not in (b"\r\n", b"\n", b""):
        name, _, value = field.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return line[0], line[1], headers


class Handler(socketserver.BaseRequestHandler):
    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        try:
            with self.request.makefile("rb") as plain:
                head = read_head(plain)
            if head is None:
                return
            if head[0] != "CONNECT":
                return self.request.sendall(Answer(599, f"no CONNECT: {head[1]}").bytes())
            authority = head[1].removesuffix(":443")
            self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            with self.server.authority.context(authority.partition(":")[0]).wrap_socket(self.request, server_side=True) as tls:
                self.serve(tls, authority)
        except (OSError, ssl.SSLError):
            return  # the other side hung up

    def serve(self, tls, authority):
        with tls.makefile("rb") as file:
            while (head := read_head(file)) is not None:
                method, target, headers = head
                body = file.read(int(headers.get("content-length", 0))).decode("latin-1")
                request = Request(method, f"https://{authority}{target}", headers, body)
                tls.sendall(self.server.owner.answer(request).bytes())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, request_queue_size, address_family = True, True, 64, socket.AF_INET


class Replayer:
    """Swap `script` between cases: an object with `answer(request)` -> Answer or None."""

    def __init__(self, authority):
        self.script, self.requests, self.lock = None, [], threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.owner, self.server.authority = self, authority
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def play(self, script):
        with self.lock:
            self.script, self.requests = script, []

    def answer(self, request):
        with self.lock:
            self.requests.append(request)
            answer = self.script.answer(request) if self.script else None
            return answer or Answer(599, json.dumps({"asked": str(request)}))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
