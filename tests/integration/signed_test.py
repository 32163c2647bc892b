"""Signed callbacks through the real program: a forum that speaks DiscourseConnect and a page that speaks Telegram's login, both served here,
checking what latchstring signs and signing their answers themselves."""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import threading
import time
import unittest
import urllib.parse

import harness
from clients import Direct, Jar

FORUM_SECRET = "a-forum-secret-of-the-tests"
BOT_TOKEN = "4242:a-bot-token-of-the-tests"


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def forum_answer(query, secret=FORUM_SECRET, **changes):
    """Where a forum sends the browser with its answer; AssertionError if the request is not signed with the secret that both know."""
    assert hmac.compare_digest(mac(FORUM_SECRET.encode(), query["sso"]), query["sig"]), "the request's signature is wrong"
    asked = dict(urllib.parse.parse_qsl(base64.b64decode(query["sso"]).decode(), strict_parsing=True))
    told = asked | {"external_id": "7", "email": "ann@mail.example", "username": "ann", "name": "Ann Example", "admin": "false"} | changes
    payload = base64.b64encode(urllib.parse.urlencode(told).encode()).decode()
    return asked["return_sso_url"] + "?" + urllib.parse.urlencode({"sso": payload, "sig": mac(secret.encode(), payload)})


def telegram_fields(token=BOT_TOKEN, **changes):
    fields = {"id": 99, "first_name": "Ann", "last_name": "Example", "username": "ann_t", "auth_date": int(time.time())} | changes
    text = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    return fields | {"hash": mac(hashlib.sha256(token.encode()).digest(), text)}


class Peer(http.server.BaseHTTPRequestHandler):
    """Both providers; every answer is a redirect."""

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        try:
            if url.path == "/session/sso_provider":
                location = forum_answer(query)
            else:
                assert query["bot_id"] == "4242" and query["return_to"].startswith(query["origin"] + "/"), query
                location = query["return_to"] + "#tgAuthResult=" + base64.urlsafe_b64encode(json.dumps(telegram_fields()).encode()).decode().rstrip("=")
        except (AssertionError, KeyError, ValueError) as wrong:
            return self.send_error(400, str(wrong))
        self.send_response(302)
        self.send_header("Location", location)
        self.end_headers()

    def log_message(self, *_):
        pass


def visit(url):
    """What the page at redirect_uri finds in its address: the parameters of query and fragment."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20 * harness.PATIENCE)
    connection.request("GET", parts.path + "?" + parts.query)
    answer = connection.getresponse()
    assert answer.status == 302, (answer.status, answer.read()[:300])
    there = urllib.parse.urlsplit(answer.getheader("Location"))
    connection.close()
    return dict(urllib.parse.parse_qsl(there.query)) | dict(urllib.parse.parse_qsl(there.fragment))


class SignedCallbacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.peer = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer)
        threading.Thread(target=cls.peer.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{cls.peer.server_port}"
        cls.latchstring = harness.Instance({"providers": {
            "discourse": {"server_url": base, "client_secret": FORUM_SECRET},
            "telegram": {"bot_token": BOT_TOKEN, "authorize": {"url": base + "/auth"}},
        }}).start()
        cls.client = Direct(cls.latchstring.socket)

    @classmethod
    def tearDownClass(cls):
        cls.latchstring.stop()
        cls.peer.shutdown()
        cls.peer.server_close()

    def begin(self, provider):
        jar = Jar()
        return jar, self.client.begin(provider, jar)

    def finish(self, provider, jar, back):
        return self.client.post(f"/o/{provider}/", form=back, jar=jar)

    def refused(self, provider, jar, back, part):
        reply = self.finish(provider, jar, back)
        self.assertEqual(reply.status, 400, reply)
        self.assertIn(part, reply.body.decode())

    def identity(self, provider):
        return self.latchstring.sql("SELECT uid, username, email FROM identities WHERE provider = ?", provider)

    def test_discourse_signs_in_with_what_it_signed_alone(self):
        jar, url = self.begin("discourse")
        back = visit(url)
        self.assertEqual(set(back), {"sso", "sig"})
        reply = self.finish("discourse", jar, back | {"external_id": "1", "email": "boss@corp.example"})
        self.assertEqual(reply.status, 201, reply)
        self.assertEqual(reply.json()["user"], "ann")
        self.assertEqual(self.identity("discourse"), [("7", "ann", "ann@mail.example")])
        self.refused("discourse", jar, back, "Wrong state parameter given.")  # the same answer once more

    def test_discourse_answer_of_another_browser_is_refused(self):
        _, url = self.begin("discourse")
        jar, _ = self.begin("discourse")
        self.refused("discourse", jar, visit(url), "Wrong state parameter given.")

    def test_discourse_signature_by_somebody_else_is_refused(self):
        jar, url = self.begin("discourse")
        forged = forum_answer(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)), secret="guess", external_id="1")
        self.refused("discourse", jar, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(forged).query)), "Invalid signature")

    def test_discourse_without_a_signature_the_login_stays_open(self):
        jar, url = self.begin("discourse")
        back = visit(url)
        self.refused("discourse", jar, {"sso": back["sso"]}, "canceled")
        self.assertEqual(self.finish("discourse", jar, back).status, 201)

    def test_telegram_signs_in_with_the_packed_result(self):
        jar, url = self.begin("telegram")
        self.assertNotIn("a-bot-token", url)
        back = visit(url)
        self.assertEqual(set(back), {"state", "tgAuthResult"})
        reply = self.finish("telegram", jar, back)
        self.assertEqual(reply.status, 201, reply)
        self.assertEqual(self.identity("telegram")[0][:2], ("99", "ann_t"))

    def test_telegram_signs_in_with_the_widgets_fields(self):
        jar, url = self.begin("telegram")
        state = visit(url)["state"]
        reply = self.finish("telegram", jar, telegram_fields() | {"state": state, "email": "boss@corp.example"})
        self.assertEqual(reply.status, 201, reply)

    def test_telegram_refusals(self):
        for why, fields, part in (
                ("another bot's", telegram_fields(token="1:other"), "Invalid signature"),
                ("another id", telegram_fields() | {"id": 1}, "Invalid signature"),
                ("yesterday's", telegram_fields(auth_date=int(time.time()) - 86500), "outdated")):
            with self.subTest(why):
                jar, url = self.begin("telegram")
                self.refused("telegram", jar, fields | {"state": visit(url)["state"]}, part)

    def test_telegram_needs_a_login_of_this_browser(self):
        jar, _ = self.begin("telegram")
        self.refused("telegram", jar, telegram_fields(), "Missing needed parameter state")
        self.refused("telegram", jar, telegram_fields() | {"state": "guess"}, "Wrong state parameter given.")

    def test_no_secret_is_told(self):
        said = self.latchstring.log() + self.latchstring.command("check", check=False).stdout + self.latchstring.command("providers", "telegram").stdout
        for secret in (FORUM_SECRET, BOT_TOKEN, BOT_TOKEN.partition(":")[2]):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    unittest.main()
