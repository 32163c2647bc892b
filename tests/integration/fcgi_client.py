"""FastCGI, record by record, so that tests can send what no web server would. FastCGI specification 3 to 6."""
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = range(1, 10)
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3
TIMEOUT = 60


def record(kind, content=b"", request=1, padding=0, version=1):
    return struct.pack("!BBHHBx", version, kind, request, len(content), padding) + content + b"\0" * padding


def begin(role=RESPONDER, keep=False, request=1):
    return record(BEGIN, struct.pack("!HB5x", role, int(keep)), request)


def pair(name, value):
    """One parameter; a length of 128 and more takes four bytes."""
    name, value = (x.encode("latin-1") if isinstance(x, str) else x for x in (name, value))
    size = b"".join(bytes([n]) if n < 128 else struct.pack("!I", n | 0x80000000) for n in (len(name), len(value)))
    return size + name + value


def stream(kind, content, chunk=65535, end=True, request=1):
    """Records that carry `content`, and the empty one that ends it."""
    parts = [record(kind, content[i:i + chunk], request) for i in range(0, len(content), chunk)]
    return b"".join(parts) + (record(kind, b"", request) if end else b"")


def variables(method="GET", uri="/auth/hello", length="", **more):
    """What a web server passes at the least, as pairs. more: HTTP_X="v"; a list gives the name several times; None leaves it out."""
    named = {"REQUEST_METHOD": method, "REQUEST_URI": uri, "CONTENT_LENGTH": length, "REMOTE_ADDR": "192.0.2.1", **more}
    return [(k, v) for k, values in named.items() for v in (values if isinstance(values, list) else [values]) if v is not None]


def request(body=b"", keep=False, role=RESPONDER, pairs=None, **more):
    """A whole request."""
    if body and "length" not in more:
        more["length"] = str(len(body))
    params = b"".join(pair(k, v) for k, v in (pairs if pairs is not None else variables(**more)))
    return begin(role, keep) + stream(PARAMS, params) + stream(STDIN, body)


class Answer:
    def __init__(self, stdout, protocol_status):
        head, _, self.body = stdout.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.headers = [tuple(line.split(": ", 1)) for line in lines]
        self.status = int(dict(self.headers)["Status"].split()[0])
        self.protocol_status, self.size = protocol_status, len(head)

    def header(self, name):
        return dict(self.headers).get(name)


class Connection:
    """A connection to `address`: a path, or (host, port)."""

    def __init__(self, address, timeout=TIMEOUT):
        self.socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, n):
        while len(self.buffer) < n:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(f"the connection ended after {len(self.buffer)} of {n} bytes")
            self.buffer += data
        out, self.buffer = self.buffer[:n], self.buffer[n:]
        return out

    def answer(self):
        """The Answer to the request that is under way; EOFError if the server closes before its end."""
        out = b""
        while True:
            _version, kind, _request, size, padding = struct.unpack("!BBHHBx", self.exactly(8))
            content = self.exactly(size + padding)[:size]
            if kind == STDOUT:
                out += content
            elif kind == END:
                return Answer(out, content[4])

    def ask(self, **more):
        """Sends a whole request and gives its Answer."""
        self.send(request(**more))
        return self.answer()

    def closed(self):
        """True once the server has closed: waits for it."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def ask(address, **more):
    """One request on a connection of its own."""
    with Connection(address) as connection:
        return connection.ask(**more)
