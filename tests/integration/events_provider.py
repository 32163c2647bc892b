"""A small OpenID provider on loopback that signs whatever a test wants it to say: id_tokens at its token endpoint, security events in
`event`. Its keys are new in every run."""
import base64
import http.server
import json
import threading
import time
import urllib.parse

import harness
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

RISC = "https://schemas.openid.net/secevent/risc/event-type/"


def b64(number):
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


class Provider:
    """Codes are JSON: the claims that the id_token shall have."""

    def __init__(self, client_id="client"):
        self.port, self.client_id, self.key, self.count = harness.free_port(), client_id, ec.generate_private_key(ec.SECP256R1()), 0
        self.issuer = f"http://127.0.0.1:{self.port}"
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, what):
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer(provider.keys() if self.path == "/jwks" else provider.metadata())

            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                claims = {"exp": int(time.time()) + 300, **json.loads(form["code"])}
                self.answer({"access_token": "at", "token_type": "Bearer", "id_token": provider.signed(claims, "JWT")})

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def metadata(self):
        return {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize", "token_endpoint": self.issuer + "/token",
                "jwks_uri": self.issuer + "/jwks", "id_token_signing_alg_values_supported": ["ES256"]}

    def keys(self):
        numbers = self.key.public_key().public_numbers()
        return {"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "use": "sig", "alg": "ES256", "x": b64(numbers.x), "y": b64(numbers.y)}]}

    def signed(self, claims, typ, key=None):
        whole = {"iss": self.issuer, "aud": self.client_id, "iat": int(time.time()), **claims}
        return jwt.encode(whole, key or self.key, algorithm="ES256", headers={"typ": typ, "kid": "k"})

    def event(self, kind, sub, more=None, key=None, **claims):
        """A security event token about one account."""
        self.count += 1
        subject = {"subject_type": "iss-sub", "iss": self.issuer, "sub": sub}
        whole = {"jti": f"event-{self.count}", "events": {kind: {"subject": subject, **(more or {})}}, **claims}
        return self.signed(whole, "secevent+jwt", key)

    def notification(self, kind, sub, **claims):
        """The same as Apple puts it: the event is a text, and the token stands in a JSON object."""
        self.count += 1
        event = json.dumps({"type": kind, "sub": sub, "event_time": int(time.time())})
        return {"payload": self.signed({"jti": f"event-{self.count}", "events": event, **claims}, None)}

    def approve(self, url, sub, **claims):
        """What the browser brings back: the person has agreed."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        return {"state": asked["state"], "code": json.dumps({"sub": sub, "nonce": asked["nonce"], **claims})}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
