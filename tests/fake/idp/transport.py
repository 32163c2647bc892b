"""What can go wrong with an answer that is good in itself, on its way: each kind of WAYS makes a Reply of a good one."""
import functools
import json
import zlib

from .http_server import Reply

GIBIBYTE = 1 << 30
MEBIBYTE = bytes(1 << 20)


def head(connection, *lines):
    connection.sendall("\r\n".join(("HTTP/1.1 200 OK", "Content-Type: application/json", *lines)).encode() + b"\r\n\r\n")


def raw(write):
    """A reply that writes itself: `write(connection, body, server)`; the connection is closed afterwards."""
    return lambda good: Reply(write=lambda connection, server: write(connection, good.body, server))


def drip(connection, body, server):
    """A byte every tenth of a second, for as long as somebody listens."""
    head(connection, f"Content-Length: {len(body)}")
    for at in range(len(body)):
        connection.sendall(body[at:at + 1])
        if server.stopped.wait(0.1):
            return


def drip_head(connection, body, server):
    for byte in f"HTTP/1.1 200 OK\r\nX-Slow: {'x' * 600}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body:
        connection.sendall(bytes([byte]))
        if server.stopped.wait(0.1):
            return


def endless_head(connection, _body, server):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100_000):
        connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


def half(connection, body, _server):
    head(connection, f"Content-Length: {len(body)}")
    connection.sendall(body[:len(body) // 2])


def half_chunked(connection, body, _server):
    """A chunk, and no end."""
    head(connection, "Transfer-Encoding: chunked")
    connection.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n")


def too_short(connection, body, _server):
    head(connection, f"Content-Length: {len(body) // 2}")
    connection.sendall(body)


def too_long(connection, body, server):
    head(connection, f"Content-Length: {len(body) + 50}")
    connection.sendall(body)
    server.stopped.wait(60)


def two_lengths(connection, body, _server):
    head(connection, f"Content-Length: {len(body)}", f"Content-Length: {len(body) - 5}")
    connection.sendall(body)


def announced(connection, body, _server):
    """Says that a gibibyte follows."""
    head(connection, f"Content-Length: {GIBIBYTE}")
    endless(connection, body[:-1])


def endless(connection, body):
    """A gibibyte of white space within the JSON, from one mebibyte of memory."""
    connection.sendall(body)
    for _ in range(GIBIBYTE // len(MEBIBYTE)):
        connection.sendall(b" " * len(MEBIBYTE))


def unannounced(connection, body, _server):
    """A gibibyte until the end of the connection."""
    head(connection, "Connection: close")
    endless(connection, body[:-1])


@functools.cache
def bomb(kind):
    """100 MiB that travel as 100 KiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if kind == "gzip" else 15)
    return b"".join(packer.compress(b" " * len(MEBIBYTE)) for _ in range(100)) + packer.flush()


def packed(kind):
    def write(connection, _body, _server):
        content = bomb(kind)
        head(connection, f"Content-Encoding: {kind}", f"Content-Length: {len(content)}")
        connection.sendall(content)
    return write


def well_packed(good):
    """The twin of the bombs: compressed, and right."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return Reply(200, packer.compress(good.body) + packer.flush(), headers={"Content-Encoding": "gzip"})


def packed_twice(good):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return Reply(200, packer.compress(good.body) + packer.flush(), headers={"Content-Encoding": "gzip, gzip"})


def broken_gzip(good):
    return Reply(200, b"\x1f\x8b\x08" + good.body, headers={"Content-Encoding": "gzip"})


def redirect(target, status=302):
    return lambda _good: Reply(status, headers={"Location": target})


def twice(good):
    """The first member comes again with another value: whoever takes the first and whoever takes the last see two things."""
    members = json.loads(good.body)
    name = next(iter(members))
    return Reply(200, good.body.rstrip()[:-1] + f", {json.dumps(name)}: \"another\"}}".encode())


WAYS = {
    "drip": raw(drip), "drip-head": raw(drip_head), "endless-head": raw(endless_head), "half": raw(half), "half-chunked": raw(half_chunked),
    "too-short": raw(too_short), "too-long": raw(too_long), "two-lengths": raw(two_lengths), "gibibyte": raw(announced),
    "gibibyte-unannounced": raw(unannounced), "gzip-bomb": raw(packed("gzip")), "deflate-bomb": raw(packed("deflate")),
    "gzip": well_packed, "gzip-twice": packed_twice, "gzip-broken": broken_gzip,
    "brotli": lambda good: Reply(200, good.body, headers={"Content-Encoding": "br"}),
    "hang": lambda _: Reply(hang=True), "close": lambda _: Reply(close=True), "empty": lambda _: Reply(200), "s500": lambda _: Reply(500),
    "html": lambda _: Reply(200, b"<!doctype html><title>Sign in to the Wi-Fi</title>", "text/html"),
    "deep": lambda _: Reply(200, b'{"a":' * 50_000), "twice": twice, "trailing": lambda good: Reply(200, good.body + b'{"x":1}'),
    "latin1": lambda good: Reply(200, good.body.rstrip()[:-1] + b', "odd": "Zo\xeb"}'),
    "nul": lambda good: Reply(200, good.body.rstrip()[:-1] + b', "odd": "\0"}'),
    "bom16": lambda good: Reply(200, good.body.decode().encode("utf-16")),
    "redirect-http": redirect("http://127.0.0.1:9/token"), "redirect-loopback": redirect("https://127.0.0.1:9/"),
    "redirect-host": redirect("https://evil.invalid/token", 307), "redirect-file": redirect("file:///etc/passwd"),
    "redirect-loop": redirect("?", 307), "redirect-forever": redirect("?", 308),
}


def spoiled(good, kind):
    """The good reply, or what becomes of it."""
    return WAYS[kind](good) if kind in WAYS else good
