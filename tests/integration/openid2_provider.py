"""An OpenID 2.0 provider on loopback: messages, associations and signatures are those of python3-openid's server code, the pages are ours.

/              the provider's own identifier (XRDS): who the user is, is chosen here
/id/NAME       a user's identifier: XRDS for who asks for it, else a page with links in its head
/blog/NAME     a page elsewhere that names /id/NAME as what the provider knows its owner by
/moved/NAME    a redirect to /id/NAME
/server        the endpoint; a page with a form for whom the browser brings
"""
import html
import http.server
import threading
import urllib.parse

from openid.extensions import ax, sreg
from openid.server import server as openid
from openid.store.memstore import MemoryStore

from clients import TIMEOUT

AX_TYPES = {"http://axschema.org/contact/email": "{}@example.test", "http://axschema.org/namePerson": "{} example",
            "http://axschema.org/namePerson/friendly": "{}"}


def xrds(endpoint, types, local_id=""):
    services = "".join(f"<Type>{t}</Type>" for t in types)
    local_id = f"<LocalID>{local_id}</LocalID>" if local_id else ""
    return ('<?xml version="1.0" encoding="UTF-8"?><xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD>'
            f'<Service priority="10">{services}<URI>{endpoint}</URI>{local_id}</Service></XRD></xrds:XRDS>')


class Provider:
    def __init__(self, port):
        self.base = f"http://127.0.0.1:{port}"
        self.endpoint = self.base + "/server"
        self.associations = True    # may be switched off
        self.announces = [ax.AXMessage.ns_uri]
        self.requests = []          # (what, of whom) in order: ("GET", path), ("associate", session type), ("check_authentication", "")
        self.lock = threading.Lock()  # MemoryStore knows no threads
        self.openid = openid.Server(MemoryStore(), self.endpoint)
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = TIMEOUT

            def do_GET(self):
                provider.get(self, urllib.parse.urlsplit(self.path))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                provider.message(self, dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))

            def answer(self, status, body, kind="text/html; charset=utf-8", **headers):
                data = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def asked(self, what):
        return [of for asked, of in self.requests if asked == what]

    def get(self, handler, url):
        kind, _, name = url.path[1:].partition("/")
        if url.path == "/server":
            return self.message(handler, dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True)))
        self.requests.append(("GET", url.path))
        me = f"{self.base}/id/{name}"
        if url.path == "/":
            return handler.answer(200, xrds(self.endpoint, ["http://specs.openid.net/auth/2.0/server", *self.announces]), "application/xrds+xml")
        if kind == "moved":
            return handler.answer(302, "", Location=me)
        if kind == "blog":
            return handler.answer(200, f'<html><head><title>{name}</title><link rel="openid2.provider" href="{self.endpoint}">'
                                       f'<link rel="openid2.local_id" href="{me}"></head><body>Hello</body></html>')
        if kind == "id" and "xrds" in handler.headers.get("Accept", ""):
            return handler.answer(200, xrds(self.endpoint, ["http://specs.openid.net/auth/2.0/signon", *self.announces]), "application/xrds+xml")
        return handler.answer(404, "nothing here")

    def message(self, handler, fields):
        person, answer = fields.pop("person", None), fields.pop("answer", None)
        with self.lock:
            try:
                request = self.openid.decodeRequest(fields)
            except openid.ProtocolError as error:
                return self.send(handler, error)
            if request is None:
                return handler.answer(200, "an OpenID endpoint")
            if request.mode == "checkid_setup":
                return self.send(handler, self.decided(request, person, answer)) if answer else handler.answer(200, self.form(fields))
            self.requests.append((request.mode, fields.get("openid.session_type", "")))
            if request.mode == "associate" and not self.associations:
                return self.send(handler, request.answerUnsupported("no associations here"))
            return self.send(handler, self.openid.handleRequest(request))

    def send(self, handler, response):
        web = self.openid.encodeResponse(response)
        headers = {k.title(): v for k, v in web.headers.items() if k.lower() != "content-type"}
        handler.answer(web.code, web.body or "", "text/plain", **headers)

    @staticmethod
    def form(fields):
        hidden = "".join(f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in fields.items())
        return f'<form method="post" action="/server">{hidden}<input name="person"><input name="answer"><button>Sign in</button></form>'

    def decided(self, request, person, answer):
        if answer != "yes":
            return request.answer(False)
        response = request.answer(True, identity=f"{self.base}/id/{person}" if request.idSelect() else None)
        asked = sreg.SRegRequest.fromOpenIDRequest(request)
        data = {"email": f"{person}@example.test", "fullname": f"{person} example", "nickname": person}
        response.addExtension(sreg.SRegResponse.extractResponse(asked, data))
        fetch = ax.FetchRequest.fromOpenIDRequest(request)
        if fetch:
            told = ax.FetchResponse(fetch)
            for attribute in fetch.requested_attributes:
                if attribute in AX_TYPES:
                    told.addValue(attribute, AX_TYPES[attribute].format(person))
            response.addExtension(told)
        return response
