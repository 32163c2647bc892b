"""HTTP clients for tests: through a web server (`Http`), or straight to latchstring's FastCGI socket (`Direct`), where the request arrives
exactly as written. Both keep a connection, give a Reply, and share the cookie jar's and the login's verbs."""
import contextlib
import http.client
import json
import os
import urllib.parse

import fcgi_client

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
    """FastCGI on a Unix socket, parameters as lighttpd sends them, on a kept connection. With `retry`, a request that meets the end of that
    connection is sent once more, as web servers do."""

    def __init__(self, path, retry=True):
        self.path, self.retry, self.connection = path, retry, None

    def pairs(self, method, target, headers, body):
        named = fcgi_client.variables(method, target, str(len(body)), QUERY_STRING=target.partition("?")[2], SCRIPT_NAME=self.base,
                                      SERVER_PROTOCOL="HTTP/1.1", REMOTE_ADDR="127.0.0.1")
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            named.append((key if key == "CONTENT_TYPE" else "HTTP_" + key, value))
        return named

    def exchange(self, method, target, headers, body):
        data = fcgi_client.request(body or b"", keep=True, pairs=self.pairs(method, target, headers, body or b""))
        again = self.connection is not None and self.retry
        try:
            return self.once(data)
        except (ConnectionError, EOFError):
            self.close()
            if not again:
                raise
            return self.once(data)

    def once(self, data):
        if self.connection is None:
            self.connection = fcgi_client.Connection(self.path, TIMEOUT)
        with contextlib.suppress(BrokenPipeError):  # it may have answered early (413), or closed a kept connection: reading tells
            self.connection.send(data)
        answer = self.connection.answer()
        return Reply(answer.status, [(k, v) for k, v in answer.headers if k != "Status"], answer.body)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
