"""Texts that are meant to lead a browser away, made by rule: each rule is one trick, tried with every ending and in every place where parsers
have disagreed. And what a browser makes of them: node's URL class is the WHATWG's algorithm."""
import itertools
import json
import subprocess
import urllib.parse

EVIL = "evil.example"
ENDINGS = ("", "/", "/x", "?x=/", "#/", "%2f..", "//", ".", ":443/")
SLASHES = ("//", "///", "////", "/\\", "\\/", "\\\\", "\\\\\\", "/\\/", "/\\\\/", "\\", "//\\", "/.//", "/..//", "/./\\", "/..\\", "/;//", "//;@", "./\\/",
           "%2f%2f", "%2F%2F", "/%2f", "/%2F/", "%5c%5c", "/%5c", "/%5C/", "\\%5c", "%5c/", "/%252f", "/%255c", "%252f%252f", "/%c0%af", "/%ef%bc%8f",
           "\u2044\u2044", "\u2215\u2215", "\u29f8\u29f8", "\uff0f\uff0f", "/\uff0f", "\uff3c\uff3c", "\u2571\u2571", "/\u3002//", "//\u00ad")
CONTROLS = ("\t", "\n", "\r", "\r\n", "\0", "\x08", "\x0b", "\x0c", "\x1f", "\x7f", " ", "\u0085", "\u00a0", "\u00ad", "\u180e", "\u200b", "\u200e", "\u2028",
            "\u2060", "\u3000", "\ufeff")
SCHEMES = ("https", "http", "HTTPS", "hTtP", "ftp", "file", "javascript", "JaVaScRiPt", "data", "vbscript", "blob", "about", "ws", "wss", "gopher",
           "mailto", "tel", "view-source", "feed", "jar", "intent", "filesystem", "chrome", "ms-word", "ldap", "php", "x")
AFTER_SCHEME = (":{e}", ":/{e}", "://{e}", ":///{e}", ":\\\\{e}", ":/\\{e}", ":\\/{e}", ":alert(1)", "://%0aalert(1)", ":text/html,<script>alert(1)</script>",
                ":text/html;base64,PHNjcmlwdD4=", "://{o}/%2e%2e//{e}", ":{o}@{e}")
HOSTS = ("{o}.{e}", "{e}.{o}", "evil{o}", "evil-{o}", "{o}evil.example", "{o}.", "{o}:8443", "{o}:0", "{o}:443@{e}", "{o}@{e}", "{o}%40{e}", "{o}:x@{e}", "{o}\\@{e}",
         "{o}%5c@{e}", "{o}#@{e}", "{o}%23@{e}", "{o}?@{e}", "{o}%3f@{e}", "{o};@{e}", "{o}&@{e}", "{o}%09.{e}", "{o}%00.{e}", "{o}%0a.{e}", "{o}%2e{e}", "{o}%2f.{e}",
         "{o}\u3002{e}", "{o}\uff0e{e}", "{o}%E3%80%82{e}", "{e}#{o}", "{e}?{o}", "{e}\\{o}", "{e}/{o}", "{e};{o}", "{e}%23{o}", "{e}%00{o}", "{e}:80#@{o}/",
         "{e}\\@{o}", "{e}\\.{o}", "@{e}", ":@{e}", "x:@{e}", "{o}@{o}@{e}", "[{o}]@{e}", "[::1]", "[::ffff:127.0.0.1]", "[{e}]", "127.0.0.1", "127.1", "0",
         "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "ⓔvil.example", "ｅｖｉｌ.example", "xn--", "evil。example", "{O}.{e}", "*.{o}", "{o}\t.{e}",
         "{o} .{e}", "{o}\n.{e}", "user:{o}@{e}:443", "{o},{e}", "{o}|{e}", "{o}^{e}", "{o}`{e}", "{o}\"{e}", "{o}'@{e}", "{o}<{e}")
PATHS = ("/..//{e}", "/a/..//{e}", "/./..//{e}", "/%2e//{e}", "/%2e%2e//{e}", "/.%2e//{e}", "/%2e.//{e}", "/a/%2E%2E//{e}", "/%252e%252e//{e}", "/....//{e}",
         "/..;//{e}", "/..\\{e}", "/a/..\\..\\\\{e}", "/%2e%2e%2f%2f{e}", "/%2e%2e%5c%5c{e}", "/a%2f..%2f%2f{e}", "/./{e}/..", "/.", "/..", "/a/.", "/a/../b",
         "/x\r\nLocation: https://{e}", "/x\nSet-Cookie: a=b", "/%0d%0aLocation:%20https://{e}", "/%0aSet-Cookie:a=b", "/x%0d%0a%0d%0a<script>", "/%E5%98%8A%E5%98%8DX:y",
         "@{e}", ":x@{e}", ".{e}", "-{e}", ":80@{e}", "{e}", "{e}/", "me", "?//{e}", "#//{e}", "?", "#", ".", "..", "~", ";", "*", "%", "%2", "/%", "/%2", "/%zz",
         "/me#//{e}", "/me%23", "/\u00e9", "/\ud7ff", "/<script>", "/\"onmouseover=x", "/'x", "/{{7*7}}\\", "//", "///", "/" * 9, "\\", "/\\", "", " ", "\t", "null",
         "/" + "a" * 2048, "//" + "a" * 3000, "/%00", "/a%00//{e}", "/%7f", "/a b", "/+//{e} ", "/o/x", "0", "[]")


def away(ours, listed):
    """Texts, each once. `ours` and `listed` are hosts that are allowed: what is built around them is not."""
    texts = [slashes + EVIL + end for slashes in SLASHES for end in ENDINGS]
    texts += [place.format(c=c, e=EVIL) for c in CONTROLS for place in (
        "{c}//{e}", "/{c}/{e}", "//{c}{e}", "https:{c}//{e}", "ht{c}tps://{e}", "https{c}://{e}", "{c}https://{e}", "java{c}script:alert(1)", "/{c}\\{e}", "{c}/\\{e}",
        "/{c}", "{c}")]
    texts += [urllib.parse.quote(c) + "//" + EVIL for c in CONTROLS] + ["/" + urllib.parse.quote(c) + "/" + EVIL for c in CONTROLS]
    texts += [scheme + after.format(e=EVIL, o=ours) for scheme in SCHEMES for after in AFTER_SCHEME]
    texts += [start + host.format(e=EVIL, o=allowed, O=allowed.upper()) + end for allowed in (ours, listed) for host in HOSTS
              for start, end in itertools.product(("https://", "//", "HTTPS:\\\\"), ("", "/"))]
    texts += [path.replace("{e}", EVIL) for path in PATHS]
    return list(dict.fromkeys(texts))


def wire(text):
    """The ways to write it in a query: so that it arrives exactly as it is, and as it stands, to be decoded once on its way."""
    ways = [urllib.parse.quote(text, safe="")]
    if text.isascii() and text.isprintable() and not set(text) & set(" &#+\"<>`|^"):
        ways.append(text)
    return ways


WHERE = """
const read = (text, base) => { try { const url = new URL(text, base); return url.origin === "null" ? url.protocol : url.origin; } catch { return null; } };
let input = ""; for await (const part of process.stdin) input += part;
console.log(JSON.stringify(JSON.parse(input).map(([text, base]) => read(text, base))));
"""


def origins(texts, base):
    """Where a browser on the page `base` would be led by each: an origin, the scheme of what has none, or None for what is no URL."""
    pairs = [[text, base] for text in texts]
    done = subprocess.run(["node", "--input-type=module", "-e", WHERE], input=json.dumps(pairs), capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)
