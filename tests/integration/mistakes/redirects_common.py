"""What the tests of mistakes 37 to 42 stand on: a latchstring with lists of where redirects may lead, all the texts that lead elsewhere, and the
verdict on where a browser ends."""
import urllib.parse

from payloads import away, origins, wire
from way_common import CB, Case, Jar

OURS, LISTED, ONE = "https://app.example", "https://listed.example", "https://one.example/a?b=c"
REFUSED = "next must be a path of this host, or lead to where pages.next_urls allows"
TEXTS = away("app.example", "listed.example")


def settings(_idp):
    return {"public_url": OURS + "/auth", "redirect_uris": [OURS + "/cb", CB, "com.example.app:/callback"], "cors": {"origins": ["https://spa.example"]},
            "pages": {"next_urls": [LISTED, ONE]}}


class Redirects(Case):
    settings = staticmethod(settings)
    # An origin that is not ours may only be reached by its full spelling in the list.
    allowed = {OURS, LISTED, "https://one.example"}

    def begin(self, name, text):
        return self.client.get(f"/o/github-local/login?{name}={text}")

    def led_to(self, name, text):
        """(refusal or None, where the browser ends up, in all its forms that a next page might take)"""
        jar = Jar()
        reply = self.client.get(f"/o/github-local/login?{name}={text}", jar=jar)
        if reply.status != 303:
            self.refused(reply, 400, "")
            return reply.body.decode(), None
        back = self.callback(self.idp.approve(reply.header("Location"), "ok.next"), jar)
        self.assertEqual(back.status, 303, back)
        return None, back.header("Location")

    def judge(self, ends, base):
        """`ends`: payload -> where it ended. Each ends with us: as an address, as the path that a page of ours may take out of it, and decoded
        once more on the way."""
        for reading in (lambda end: end, lambda end: "/" + end.split("/", 3)[3], lambda end: urllib.parse.unquote("/" + end.split("/", 3)[3])):
            texts = [reading(end) for end in ends.values()]
            for payload, text, origin in zip(ends, texts, origins(texts, base)):
                self.assertIn(origin, self.allowed, (payload, text))

    def try_all(self, name):
        base, ends, refused = OURS + "/auth/o/github-local/login", {}, 0
        for payload in TEXTS:
            for text in wire(payload):
                said, end = self.led_to(name, text)
                if said is None:
                    ends[text] = end
                else:
                    refused += 1
                    self.assertNotIn("evil.example", said, payload)
                    if text == wire(payload)[0] and payload:
                        self.assertIn(REFUSED.split(",")[0], said, payload)
        out = [t for t, origin in zip(TEXTS, origins(TEXTS, base)) if origin not in self.allowed]
        self.assertGreater(len(out), 700, "the list has lost its teeth")
        self.assertGreater(refused, 2000)
        self.assertEqual([t for t in out if wire(t)[0] in ends], [], "a browser would be led away")
        self.judge(ends, base)
