"""An OAuth 1.0a provider over TLS: python3-oauthlib's server code judges every request (signature, nonce, tokens, verifier); the pages, the
storage and a MediaWiki-like identity are ours. It runs in a thread of the test, which may look into its tables."""
import http.server
import json
import ssl
import threading
import time
import urllib.parse

import jwt
from oauthlib.oauth1 import OAuth1Error, RequestValidator, WebApplicationServer
from oauthlib.oauth1.rfc5849 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, SIGNATURE_PLAINTEXT, SIGNATURE_RSA_SHA1, SIGNATURE_RSA_SHA256

SECRET = "secret&+ü"  # every character of it wants to be encoded
FORM = "application/x-www-form-urlencoded"
CLIENTS = ("hmac", "hmac256", "rsa", "rsa256", "plain", "wiki")
WIKI = {"Special:OAuth/initiate": "/initiate", "Special:Oauth/authenticate": "/authorize", "Special:Oauth/token": "/token"}


class Tables(RequestValidator):
    """What oauthlib asks of a provider's database."""
    allowed_signature_methods = (SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, SIGNATURE_RSA_SHA1, SIGNATURE_RSA_SHA256, SIGNATURE_PLAINTEXT)
    client_key_length = request_token_length = access_token_length = nonce_length = verifier_length = (3, 64)
    dummy_client = dummy_request_token = dummy_access_token = "nobody"

    def __init__(self, public_key):
        super().__init__()
        self.public_key, self.requests, self.tokens, self.nonces, self.methods = public_key, {}, {}, set(), []

    def validate_client_key(self, client_key, request):
        return client_key in CLIENTS

    def validate_request_token(self, client_key, token, request):
        return self.requests.get(token, {}).get("client") == client_key

    def validate_access_token(self, client_key, token, request):
        return self.tokens.get(token, {}).get("client") == client_key

    def validate_timestamp_and_nonce(self, client_key, timestamp, nonce, request, request_token=None, access_token=None):
        self.methods.append(request.signature_method)
        seen = (client_key, timestamp, nonce, request_token, access_token)
        fresh = seen not in self.nonces and abs(int(timestamp) - time.time()) < 300
        self.nonces.add(seen)
        return fresh

    def validate_redirect_uri(self, client_key, redirect_uri, request):
        return redirect_uri == "oob" or redirect_uri.startswith(("http://localhost", "http://127.0.0.1:"))

    def get_client_secret(self, client_key, request):
        return SECRET

    def get_rsa_key(self, client_key, request):
        return self.public_key

    def get_request_token_secret(self, client_key, token, request):
        return self.requests.get(token, {}).get("secret", "none")

    def get_access_token_secret(self, client_key, token, request):
        return self.tokens.get(token, {}).get("secret", "none")

    def get_default_realms(self, client_key, request):
        return []

    get_realms = get_default_realms

    def validate_requested_realms(self, client_key, realms, request):
        return True

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def get_redirect_uri(self, token, request):
        return self.requests[token]["callback"]

    def verify_request_token(self, token, request):
        return token in self.requests

    def verify_realms(self, token, realms, request):
        return True

    def validate_verifier(self, client_key, token, verifier, request):
        return bool(verifier) and self.requests.get(token, {}).get("verifier") == verifier

    def save_request_token(self, token, request):
        self.requests[token["oauth_token"]] = {"secret": token["oauth_token_secret"], "client": request.client_key,
                                               "callback": request.redirect_uri}

    def save_verifier(self, token, verifier, request):
        self.requests[token]["verifier"] = verifier["oauth_verifier"]

    def save_access_token(self, token, request):
        self.tokens[token["oauth_token"]] = {"secret": token["oauth_token_secret"], "client": request.client_key,
                                             "user": self.requests[request.resource_owner_key]["user"]}

    def invalidate_request_token(self, client_key, request_token, request):
        self.requests.pop(request_token, None)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind="application/json"):
        data = (body or "").encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def serve(self):
        provider = self.server.provider
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        uri = f"https://{self.headers['Host']}{self.path}"
        parts = urllib.parse.urlsplit(uri)
        path = WIKI.get(title := dict(urllib.parse.parse_qsl(parts.query)).get("title", ""), parts.path)
        asked = (uri, self.command, body, dict(self.headers))
        try:
            if path == "/initiate":
                _, text, status = provider.oauth.create_request_token_response(*asked)
                return self.answer(status, provider.spoil(text), FORM)
            if path == "/token":
                _, text, status = provider.oauth.create_access_token_response(*asked, credentials={"user_id": "42"})
                return self.answer(status, text, FORM)
            good, request = provider.oauth.validate_protected_resource_request(*asked)
            if not good:
                return self.answer(401, json.dumps({"errors": [{"code": 32}]}))
            user = provider.tables.tokens[request.resource_owner_key]["user"]
            if title == "Special:OAuth/identify":
                return self.answer(200, provider.identity(user, request), "text/plain")
            return self.answer(200, json.dumps({"id": user, "name": f"{user} Example", "asked": dict(urllib.parse.parse_qsl(parts.query))}))
        except OAuth1Error as error:
            return self.answer(error.status_code, error.urlencoded, FORM)

    do_GET = do_POST = serve

    def log_message(self, *_):
        pass


class Provider:
    """`registered`: where "oob" returns to, as MediaWiki does. `confirms`: False = OAuth 1.0 without the a."""

    def __init__(self, folder, port, public_key, registered):
        self.base, self.registered, self.confirms = f"https://localhost:{port}", registered, True
        self.tables = Tables(public_key)
        self.oauth = WebApplicationServer(self.tables)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.provider, self.server.daemon_threads = self, True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def spoil(self, text):
        return text if self.confirms else text.replace("&oauth_callback_confirmed=true", "")

    def identity(self, user, request):
        now = int(time.time())
        claims = {"iss": self.base, "aud": request.client_key, "iat": now, "exp": now + 100, "nonce": request.nonce, "sub": 1234,
                  "username": user, "email": f"{user}@wiki.example", "confirmed_email": True}
        return jwt.encode(claims, SECRET, algorithm="HS256")

    def visit(self, url, user="alice", refuse=False):
        """Somebody's browser at the authorization URL: (where it is sent back to, what that address carries)."""
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        token = asked["oauth_token"]
        if refuse:
            callback = self.tables.requests.pop(token)["callback"]
            back = callback + ("&" if "?" in callback else "?") + "denied=" + token
        else:
            self.tables.requests[token]["user"] = user
            headers, text, _ = self.oauth.create_authorization_response(f"{self.base}/authorize?oauth_token={token}", "POST", "", {})
            back = headers["Location"] if "Location" in headers else self.registered + "?" + text  # oob
        parts = urllib.parse.urlsplit(back)
        return parts._replace(query="").geturl(), dict(urllib.parse.parse_qsl(parts.query))
