#!/usr/bin/python3
"""The soak's provider: OAuth 2 and OpenID Connect over TLS, one process, no memory of anybody. A code is USER, or USER.NONCE; the access token
is the user. It is told on standard input how to behave, a line each: late SECONDS, drip, close, open, rotate, drop, well.
usage: provider.py PORT FOLDER     (FOLDER holds cert.pem and key.pem)"""
import asyncio
import base64
import contextlib
import json
import signal
import ssl
import sys
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

CLIENT = "soak"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    def __init__(self, kid):
        self.kid, self.key = kid, ec.generate_private_key(ec.SECP256R1())

    def jwk(self):
        point = self.key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
                "x": b64(point.x.to_bytes(32, "big")), "y": b64(point.y.to_bytes(32, "big"))}

    def token(self, claims):
        head = b64(json.dumps({"alg": "ES256", "kid": self.kid}).encode()) + "." + b64(json.dumps(claims).encode())
        r, s = utils.decode_dss_signature(self.key.sign(head.encode(), ec.ECDSA(hashes.SHA256())))
        return head + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


class Provider:
    def __init__(self, port):
        self.base, self.port = f"https://idp.soak.test:{port}", port
        self.keys = [Key("1")]
        self.late, self.drip, self.server, self.open = 0, False, None, set()

    def discovery(self):
        return {"issuer": self.base, "authorization_endpoint": self.base + "/authorize", "token_endpoint": self.base + "/token",
                "jwks_uri": self.base + "/jwks", "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"], "code_challenge_methods_supported": ["S256"]}

    def redeem(self, form):
        user, _, nonce = form.get("code", [""])[0].partition(".")
        answer = {"access_token": user, "token_type": "bearer", "expires_in": 3600}
        if nonce:
            now = int(time.time())
            answer["id_token"] = self.keys[-1].token({"iss": self.base, "aud": CLIENT, "sub": user, "nonce": nonce, "iat": now, "exp": now + 300,
                                                      "preferred_username": user, "email": f"{user}@soak.test"})
        return answer

    def answer(self, path, headers, body):
        if path == "/token":
            return self.redeem(urllib.parse.parse_qs(body.decode()))
        if path == "/user":
            who = headers.get("authorization", "").rpartition(" ")[2]
            return {"id": who, "login": who, "email": f"{who}@soak.test", "name": "A person of the soak"}
        if path == "/jwks":
            return {"keys": [key.jwk() for key in self.keys]}
        return self.discovery() if path == "/.well-known/openid-configuration" else None

    async def connection(self, reader, writer):
        self.open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                content = self.answer(head[0].split()[1].partition("?")[0], headers, body)
                await self.send(writer, content)
        self.open.discard(writer)
        writer.close()

    async def send(self, writer, content):
        if self.late:
            await asyncio.sleep(self.late)
        text = json.dumps(content).encode()
        status = "200 OK" if content is not None else "404 Not Found"
        whole = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text
        while self.drip and len(whole) > 1:
            writer.write(whole[:1])
            whole = whole[1:]
            await asyncio.sleep(0.05)
        writer.write(whole)
        await writer.drain()

    def drop(self):
        for writer in self.open:
            writer.transport.abort()

    async def listen(self, context):
        self.server = await asyncio.start_server(self.connection, "127.0.0.1", self.port, ssl=context, backlog=1024)

    async def told(self, word, context):
        command, _, value = word.partition(" ")
        if command == "late":
            self.late = float(value)
        elif command == "drip":
            self.drip = True
        elif command == "well":
            self.late, self.drip = 0, False
        elif command == "rotate":   # the new one signs, the last one is still published
            self.keys = [*self.keys[-1:], Key(str(int(self.keys[-1].kid) + 1))]
        elif command == "drop":
            self.drop()
        elif command == "close":
            self.server.close()
            self.drop()
        elif command == "open":
            await self.listen(context)

    async def main(self, folder):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
        await self.listen(context)
        words = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
        print("ready", flush=True)
        while line := await words.readline():   # its end: whoever started us is gone
            await self.told(line.decode().strip(), context)
            print("done", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(Provider(int(sys.argv[1])).main(sys.argv[2]))
