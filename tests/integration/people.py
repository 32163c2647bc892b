"""Somebody with a browser: follows redirects, fills in forms, keeps cookies."""
import html.parser
import http.client
import urllib.parse

from clients import TIMEOUT, Jar, Reply


class Form(html.parser.HTMLParser):
    """The first form of a page: action and fields."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attrs.get("action") or ""
        elif tag == "input" and attrs.get("name") and (attrs.get("type") != "checkbox" or "checked" in attrs):
            self.fields[attrs["name"]] = attrs.get("value") or ""


class Person:
    """`fields` are what they type into every form that has such fields."""

    def __init__(self, **fields):
        self.fields, self.jar = fields, Jar()

    def fetch(self, method, url, form=None):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT)
        headers = {"Cookie": self.jar.header(), "Referer": url}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""),
                           None if form is None else urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.getheaders(), answer.read())
        connection.close()
        self.jar.eat(reply)
        return reply

    def come_back(self, url, until, method="GET", form=None):
        """What is brought along to the first address that begins with `until`: its query, and the form if it is posted there."""
        for _ in range(15):
            if url.startswith(until):
                return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True)) | (form or {})
            reply = self.fetch(method, url, form)
            if (location := reply.header("Location")):
                url, method, form = urllib.parse.urljoin(url, location), "GET", None
                continue
            page = Form(reply.body.decode())
            if page.action is None or reply.status >= 400:
                raise AssertionError(f"{reply.status} {url}: {reply.body[:500]}")
            typed = {name: value for name, value in self.fields.items() if name in page.fields}
            form, url, method = page.fields | typed, urllib.parse.urljoin(url, page.action or url), "POST"
        raise AssertionError("the way has no end")
