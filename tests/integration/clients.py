"""HTTP clients for tests: through a web server (`Http`), or straight to latchstring's FastCGI socket (`Direct`), where the request arrives
exactly as written. Both keep a connection, give a Reply, and share the cookie jar's and the login's verbs."""
import http.client
import json
import os
import socket
import struct
import urllib.parse

PATIENCE = int(os.environ.get("LATCHSTRING_PATIENCE", "1"))  # more in sanitizer builds
TIMEOUT = 30 * PATIENCE
CB = "http://localhost:3000/cb"


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, [(k.lower(), v) for k, v in headers], body

    def header(self, name):
        """The last header of that name, None if there is none."""
        return dict(self.headers).get(name.lower())

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Jar(dict):
    """Cookies of one browser: name -> value. Paths and dates are left out; an emptied cookie goes."""

    def eat(self, reply):
        for name, value in reply.headers:
            if name == "set-cookie":
                pair, *attributes = value.split(";")
                key, _, content = pair.partition("=")
                if any(a.strip().lower() == "max-age=0" for a in attributes):
                    self.pop(key.strip(), None)
                else:
                    self[key.strip()] = content.strip()

    def header(self):
        return "; ".join(f"{k}={v}" for k, v in self.items())


class Client:
    """Verbs of a front end. Subclasses give `exchange`. `base` is the mount."""
    base = "/auth"

    def request(self, method, path, form=None, json_text=None, body=None, headers=None, jar=None):
        headers = dict(headers or {})
        if form is not None:
            text = form if isinstance(form, str) else urllib.parse.urlencode(form)
            body, kind = text.encode("latin-1"), "application/x-www-form-urlencoded"
            headers.setdefault("Content-Type", kind)
        elif json_text is not None:
            body = (json_text if isinstance(json_text, str) else json.dumps(json_text)).encode()
            headers.setdefault("Content-Type", "application/json")
        elif isinstance(body, str):
            body = body.encode("latin-1")
        if jar and "Cookie" not in headers:
            headers["Cookie"] = jar.header()
        reply = self.exchange(method, self.base + path, headers, body)
        if jar is not None:
            jar.eat(reply)
        return reply

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, **more):
        return self.request("POST", path, **more)

    def begin(self, provider, jar, redirect_uri=CB, **more):
        """The authorization URL of a new login."""
        reply = self.get(f"/o/{provider}/?" + urllib.parse.urlencode({"redirect_uri": redirect_uri, **more}), jar=jar)
        assert reply.status == 200, reply
        return reply.json()["authorization_url"]

    def login(self, idp, user="ok.u1", provider="github-local", jar=None, **headers):
        """A whole login at the stand-in provider; the last Reply."""
        jar = Jar() if jar is None else jar
        back = idp.approve(self.begin(provider, jar), user)
        return self.post(f"/o/{provider}/", form=back, jar=jar, headers=headers)


class Http(Client):
    """Over HTTP/1.1 to 127.0.0.1:port."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def exchange(self, method, target, headers, body):
        for attempt in (1, 2):  # a kept connection may have been closed by the server meanwhile
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
            try:
                self.connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
                if body is not None or method == "POST":
                    headers = {"Content-Length": str(len(body or b"")), **headers}
                for name, value in headers.items():
                    self.connection.putheader(name, value)
                self.connection.endheaders(body)
                answer = self.connection.getresponse()
                reply = Reply(answer.status, answer.getheaders(), answer.read())
                if answer.will_close:
                    self.close()
                return reply
            except (http.client.HTTPException, ConnectionError):
                self.close()
                if fresh or attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Direct(Client):
    """FastCGI, role responder, on a Unix socket; parameters as lighttpd sends them. FastCGI specification 3-6. With `retry`, a request that
    meets the end of a kept connection is sent once more, as web servers do."""

    def __init__(self, path, retry=True):
        self.path, self.retry, self.socket = path, retry, None

    def params(self, method, target, headers, body):
        query = target.partition("?")[2]
        params = {"REQUEST_METHOD": method, "REQUEST_URI": target, "QUERY_STRING": query, "SCRIPT_NAME": self.base,
                  "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body or b""))}
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            params[key if key == "CONTENT_TYPE" else "HTTP_" + key] = value
        params.pop("HTTP_CONTENT_LENGTH", None)
        return params

    def exchange(self, method, target, headers, body):
        kept = self.socket is not None and self.retry
        try:
            return self.once(self.params(method, target, headers, body), body or b"")
        except (ConnectionError, EOFError):
            self.close()
            if not kept:
                raise
            return self.once(self.params(method, target, headers, body), body or b"")

    def once(self, params, body):
        if self.socket is None:
            fresh = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            fresh.settimeout(TIMEOUT)
            fresh.connect(self.path)
            self.socket = fresh
        try:
            self.socket.sendall(encode_request(params, body))
        except BrokenPipeError:
            pass  # it may have answered early (413), or closed a kept connection: reading tells
        output, closed = read_answer(self.socket)
        if closed:
            self.close()
        return parse_cgi(output)

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def record(kind, content):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def encode_request(params, body):
    """BEGIN_REQUEST with FCGI_KEEP_CONN, PARAMS, STDIN."""
    pairs = b""
    for name, value in params.items():
        n, v = name.encode("latin-1"), value.encode("latin-1")
        pairs += b"".join(struct.pack(">B", len(x)) if len(x) < 128 else struct.pack(">I", len(x) | 1 << 31) for x in (n, v)) + n + v
    out = record(1, struct.pack(">HB5x", 1, 1))
    out += b"".join(record(4, pairs[i:i + 65535]) for i in range(0, len(pairs), 65535)) + record(4, b"")
    return out + b"".join(record(5, body[i:i + 65535]) for i in range(0, len(body), 65535)) + record(5, b"")


def read_answer(connection):
    """(STDOUT, whether the other side has closed) up to END_REQUEST. EOFError if it never comes."""
    output, buffer = b"", b""

    def need(n):
        nonlocal buffer
        while len(buffer) < n:
            part = connection.recv(65536)
            if not part:
                raise EOFError("the FastCGI connection ended within an answer")
            buffer += part
    while True:
        need(8)
        _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", buffer[:8])
        need(8 + length + padding)
        content, buffer = buffer[8:8 + length], buffer[8 + length + padding:]
        if kind == 6:
            output += content
        elif kind == 3:
            return output, False


def parse_cgi(output):
    head, _, body = output.partition(b"\r\n\r\n")
    headers = [tuple(p.strip() for p in line.split(":", 1)) for line in head.decode("latin-1").split("\r\n") if ":" in line]
    status = next((int(v.split()[0]) for k, v in headers if k.lower() == "status"), 200)
    return Reply(status, [(k, v) for k, v in headers if k.lower() != "status"], body)
