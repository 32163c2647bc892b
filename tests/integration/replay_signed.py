"""Callbacks that are themselves signed: what the provider puts its signature to, made with the settings' secrets at run time."""
import base64
import hashlib
import hmac
import json
import time
import urllib.parse


def telegram(parameters, settings):
    """core.telegram.org/widgets/login: HMAC-SHA-256 over sorted lines, the key is the bot token's SHA-256."""
    lines = "\n".join(f"{k}={v}" for k, v in sorted(parameters.items()) if k != "hash")
    return hmac.new(hashlib.sha256(settings["BOT_TOKEN"].encode()).digest(), lines.encode(), hashlib.sha256).hexdigest()


def shopify(parameters, settings):
    """shopify.dev, "Verify the installation request": HMAC-SHA-256 over the sorted query without hmac."""
    text = "&".join(f"{k}={v}" for k, v in sorted(parameters.items()) if k not in ("hmac", "signature"))
    return hmac.new(settings["SECRET"].encode(), text.encode(), hashlib.sha256).hexdigest()


def discourse(parameters, settings):
    """meta.discourse.org/t/32974: HMAC-SHA-256 over the payload as it stands in the address."""
    return hmac.new(settings["SECRET"].encode(), parameters["sso"].encode(), hashlib.sha256).hexdigest()


def facebook(_parameters, settings):
    """developers.facebook.com, "signed_request": base64url signature, dot, base64url JSON."""
    claims = {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "user_id": "1234", "oauth_token": "foobar"}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    mac = hmac.new(settings["SECRET"].encode(), payload.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=") + "." + payload


def vk_openapi(_parameters, settings):
    """dev.vk.com, "Open API": the cookie of the script, MD5 over its pairs in order and the secret."""
    pairs = {"expire": str(int(time.time()) + 3600), "mid": "1234", "secret": "oauth", "sid": "asid"}
    text = "".join(f"{k}={v}" for k, v in pairs.items()) + settings["SECRET"]
    return urllib.parse.urlencode({**pairs, "sig": hashlib.md5(text.encode()).hexdigest()})


def discourse_payload(query, text):
    """What Discourse returns: the nonce of our request and the user."""
    asked = dict(urllib.parse.parse_qsl(base64.b64decode(query["sso"]).decode()))
    return base64.b64encode(f"{text}&nonce={urllib.parse.quote(asked['nonce'])}".encode()).decode()
