"""Somebody with a browser, as strict with cookies as browsers are: they belong to an origin, and SameSite=Lax ones stay at home when another
site's page posts a form. Here a site is an origin, since all our servers are on one host. No script runs: forms are sent by their buttons."""
import http.client
import ssl
import urllib.parse

from clients import TIMEOUT, Reply
from people import Form


def origin_of(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Visitor:
    """`fields` are what they type into every form that has such fields, and the buttons that they press."""

    def __init__(self, ca=None, **fields):
        self.fields, self.cookies, self.pages = fields, {}, []
        self.context = ssl.create_default_context(cafile=ca) if ca else None

    def cookies_for(self, url, method, initiator):
        """What is sent along (RFC 6265bis 5.8.3)."""
        elsewhere = initiator is not None and initiator != origin_of(url)
        jar = self.cookies.get(origin_of(url), {})
        return {name: value for name, (value, same_site) in jar.items()
                if not elsewhere or same_site == "none" or same_site == "lax" and method == "GET"}

    def keep(self, url, reply):
        jar = self.cookies.setdefault(origin_of(url), {})
        for name, value in reply.headers:
            if name == "set-cookie":
                pair, *attributes = (part.strip() for part in value.split(";"))
                key, _, content = pair.partition("=")
                named = {a.partition("=")[0].lower(): a.partition("=")[2] for a in attributes}
                if named.get("max-age") == "0":
                    jar.pop(key, None)
                else:
                    jar[key] = (content, named.get("samesite", "none").lower())

    def fetch(self, url, method="GET", form=None, initiator=None, **headers):
        """One request; `initiator` is the origin whose page caused it, None for an address that was typed."""
        parts = urllib.parse.urlsplit(url)
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        more = {"context": self.context} if parts.scheme == "https" else {}
        connection = connect(parts.hostname, parts.port, timeout=TIMEOUT, **more)
        sent = {"Accept": "text/html,*/*;q=0.8", **headers}
        if (cookies := self.cookies_for(url, method, initiator)):
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if method == "POST":
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            sent["Origin"] = initiator or "null"
        body = None if form is None else urllib.parse.urlencode(form)
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, sent)
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.getheaders(), answer.read())
        connection.close()
        self.keep(url, reply)
        self.pages.append((method, url.partition("?")[0], reply.status))
        return reply

    def go(self, url, until=None):
        """Follows redirects and sends forms: the last Reply, or, before the first GET of an address that begins with `until`, that address."""
        method, form, initiator = "GET", None, None
        for _ in range(20):
            if until is not None and method == "GET" and url.startswith(until):
                return url
            reply = self.fetch(url, method, form, initiator)
            if (location := reply.header("Location")):
                url, method, form = urllib.parse.urljoin(url, location), "GET", None
                continue
            text = reply.body.decode()
            page = Form(text)
            if reply.status >= 400 or page.action is None:
                return reply
            initiator = origin_of(url)
            form = page.fields | {name: value for name, value in self.fields.items() if f'name="{name}"' in text}
            url, method = urllib.parse.urljoin(url, page.action or url), "POST"
        raise AssertionError(f"the way has no end: {self.pages}")
