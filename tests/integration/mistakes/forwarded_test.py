"""Mistakes 44 and 48 once more: behind a proxy that is trusted."""
import unittest

import webservers
from gate_people import send
from way_common import Direct, harness

RULES = {
    "gate.team": {"paths": ["/team/"]},
    "gate.admins": {"paths": ["/team/admin/"], "email_domains": ["Corp.Example"]},
    "gate.help": {"paths": ["/team/help/"], "public": True},
}
REAL, CLAIMED = "198.51.100.7", "203.0.113.9"


class ClientAddress:
    """48 again: the web server stands behind a proxy (here: this test) whose X-Forwarded-For is believed."""
    server = None

    def test_48_the_address_that_a_proxy_names_cannot_be_overwritten(self):
        """A second spelling of X-Forwarded-For is a second HTTP_X_FORWARDED_FOR, before or behind the proxy's own."""
        instance = harness.Instance({"server": {"trusted_proxies": ["127.0.0.1"]}})
        web = self.server(instance)
        self.addCleanup(web.stop)

        def log():
            return instance.log() if web.needs_service else web.log()

        def seen(*headers):
            before = len(log())
            self.assertEqual(send(instance.port, "/auth/o/", headers).status, 200)
            return harness.wait_for("the line in the log", lambda: [word[3:] for word in log()[before:].split() if word.startswith("ip=")])[-1]
        self.assertEqual(seen(("X-Forwarded-For", REAL)), REAL)
        for spelling in ("X_Forwarded_For", "X-Forwarded_For", "X_Forwarded-For", "x_forwarded_for"):
            for order in (-1, 1):
                # Two that contradict each other are believed to name nobody: then it is the proxy's own.
                self.assertIn(seen(*[("X-Forwarded-For", REAL), (spelling, CLAIMED)][::order]), (REAL, "127.0.0.1"), (spelling, order))


class AddressBehindLighttpd(ClientAddress, unittest.TestCase):
    server = webservers.Lighttpd


class AddressBehindNginx(ClientAddress, unittest.TestCase):
    server = webservers.Nginx


class AddressBehindApacheFcgid(ClientAddress, unittest.TestCase):
    server = webservers.ApacheFcgid


class AddressBehindApacheProxy(ClientAddress, unittest.TestCase):
    server = webservers.ApacheProxy


class Peer(Direct):
    """A web server at that address, which passes these parameters besides."""
    peer, more = "192.0.2.1", ()

    def pairs(self, *request):
        return [(k, self.peer if k == "REMOTE_ADDR" else v) for k, v in super().pairs(*request)] + list(self.more)


class Forwarded(unittest.TestCase):
    def test_44_only_a_trusted_proxy_says_which_page_and_says_it_once(self):
        """oauth2-proxy#3506: the fix held one header against another and left the third. Every header that could name the page must say the same."""
        instance = harness.Instance({"server": {"trusted_proxies": ["192.0.2.1"]}, **RULES}).start()
        self.addCleanup(instance.stop)
        client = Peer(instance.socket)
        self.addCleanup(client.close)
        page, other = "/team/s.txt", "/team/help/h.txt"
        uri, original = "HTTP_X_FORWARDED_URI", "HTTP_X_ORIGINAL_URI"
        rows = [("trusted", "192.0.2.1", [(uri, other)], 200), ("trusted, the other name", "192.0.2.1", [(original, other)], 200),
                ("trusted, both agree", "192.0.2.1", [(uri, other), (original, other)], 200), ("a page that is closed", "192.0.2.1", [(uri, page)], 401),
                ("a second spelling behind it", "192.0.2.1", [(uri, page), (uri, other)], 403), ("a second spelling before it", "192.0.2.1", [(uri, other), (uri, page)], 403),
                ("the other name behind it", "192.0.2.1", [(uri, page), (original, other)], 403), ("and before it", "192.0.2.1", [(original, other), (uri, page)], 403),
                ("an empty one besides", "192.0.2.1", [(uri, page), (original, "")], 403), ("not trusted", "192.0.2.9", [(uri, other)], 403), ("nothing", "192.0.2.1", [], 403),
                ("a parameter beats a header", "192.0.2.1", [("LATCHSTRING_URI", page), (uri, other)], 401)]
        for why, peer, more, status in rows:
            with self.subTest(why):
                client.peer, client.more = peer, more
                self.assertEqual(client.get("/gate").status, status)


if __name__ == "__main__":
    unittest.main()
