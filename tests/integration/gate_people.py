"""People for the gate's tests: users, identities and browser sessions, written beside the running program; and what they send."""
import base64
import hashlib
import json
import os
import socket
import time

from clients import TIMEOUT, Reply


class Person:
    def __init__(self, instance, username, provider="github-local", email="", verified=True, name="", extra=None, claims=None):
        self.instance, self.provider, self.claims = instance, provider, claims or {}
        now = int(time.time())
        self.id = instance.sql("INSERT INTO users (username, email, email_verified, name, created) VALUES (?, ?, ?, ?, ?) RETURNING id",
                               username, email, int(verified), name, now)[0][0]
        columns = "user_id, provider, issuer, uid, username, email, email_verified, name, picture, created, used, extra"
        self.identity = instance.sql(f"INSERT INTO identities ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?) RETURNING id",
                                     self.id, provider, provider, username, username, email, int(verified), name, now, now,
                                     json.dumps(extra or {}))[0][0]

    def session(self, ends_in=3600):
        """The Cookie header of a browser that is signed in."""
        now, secret = int(time.time()), os.urandom(32)
        columns = "user_id, provider, user_agent, created, used, expires, cookie_hash, identity_id, claims"
        self.last = self.instance.sql(f"INSERT INTO sessions ({columns}) VALUES (?, ?, 'test', ?, ?, ?, ?, ?, ?) RETURNING id", self.id,
                                      self.provider, now, now, now + ends_in, hashlib.sha256(secret).digest(), self.identity,
                                      json.dumps(self.claims))[0][0]
        value = base64.urlsafe_b64encode(self.last.to_bytes(8, "big") + secret).rstrip(b"=").decode()
        return {"Cookie": "latchstring=" + value}


def send(port, target, headers=(), method="GET", body=b""):
    """One request, its target and headers as they are written; the Reply. `headers`: a dict or pairs."""
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    head = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *(f"{k}: {v}" for k, v in pairs)]
    if body:
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as s:
        s.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)
        data = b""
        while part := s.recv(65536):
            data += part
    text, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = text.decode("latin-1").split("\r\n")
    reply = Reply(int(first.split()[1]), [tuple(line.split(": ", 1)) for line in lines if ": " in line], rest)
    if (reply.header("transfer-encoding") or "").lower() == "chunked":
        reply.body = unchunked(rest)
    return reply


def unchunked(data):
    out = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        count = int(size, 16)
        out, data = out + data[:count], data[count + 2:]
        if count == 0:
            break
    return out
