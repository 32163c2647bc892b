"""Signing keys of the providers, made anew in every run, and the tokens that recorded exchanges are given. The recordings say which key
signed, with which header and claims, and when; the clock of the binary is real, so times are written `now+30`."""
import base64
import functools
import hashlib
import hmac
import json
import re
import threading
import time

import certificates
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(n, size=None):
    return b64(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


def made_once(make):
    """functools.cache, but two threads that ask at once get one answer: a key set and the token that it verifies are asked for in parallel."""
    cached, lock = functools.cache(make), threading.RLock()

    @functools.wraps(make)
    def get(name):
        with lock:
            return cached(name)
    return get


@made_once
def key(name):
    """The private key of that name; "ec..." on P-256, others RSA."""
    if name.startswith("ec"):
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name):
    return key(name).public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def public_base64(name):
    """As Keycloak shows its key: the PEM's body."""
    return "\n".join(public_pem(name).splitlines()[1:-1])


def private_pem(name):
    return key(name).private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def private_base64(name):
    return "".join(private_pem(name).splitlines()[1:-1])


@made_once
def certificate_base64(name):
    made = certificates.certificate(name, key(name), name, key(name))
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def minted(recipe, token):
    """What is wrong with a JWT that latchstring made (private_key_jwt, Apple's client_secret)."""
    head, body, mac = token.split(".")
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body))
    out = [f"minted JWT: {k} is {got.get(k)!r}, not {v!r}" for want, got in ((recipe["header"], header), (recipe["claims"], claims))
           for k, v in want.items() if got.get(k) != v]
    raw = base64.urlsafe_b64decode(mac + "==")
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        key(recipe["key"]).public_key().verify(signature, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        out.append("minted JWT: the signature is wrong")
    return out + ([] if claims.get("exp", 0) > time.time() else ["minted JWT: exp is not in the future"])


def jwk(name, members):
    """The public key as RFC 7517 6 writes it, with the members that the provider adds (kid, alg, use, ...)."""
    numbers = key(name).public_key().public_numbers()
    if name.startswith("ec"):
        return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32), **members}
    return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **members}


def sign(name, alg, text):
    if name.startswith("hmac:"):
        return hmac.new(name[5:].encode(), text, {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[alg]).digest()
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[alg[2:]]
    if alg.startswith("ES"):
        r, s = decode_dss_signature(key(name).sign(text, ec.ECDSA(digest)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return key(name).sign(text, padding.PKCS1v15(), digest)


def moment(value, now=None):
    """`now+30` as a number."""
    found = re.fullmatch(r"now([+-]\d+)", value) if isinstance(value, str) else None
    return int(now if now is not None else time.time()) + int(found.group(1)) if found else value


def token(recipe, claims, signed=None):
    """A compact JWS. `signed`: the claims that were signed, where the token was tampered with afterwards."""
    header = recipe.get("header", {"alg": "RS256", "typ": "JWT"})
    head = b64(json.dumps(header).encode())
    now = time.time()
    parts = [head + "." + b64(json.dumps({k: moment(v, now) for k, v in c.items()}).encode()) for c in (claims, signed or claims)]
    return parts[0] + "." + b64(sign(recipe["key"], header["alg"], parts[1].encode()))


class InSettings(dict):
    """`{private_key:NAME}` and the like in a setting."""
    KINDS = {"public_base64": public_base64, "private_key": private_pem, "private_base64": private_base64, "certificate": certificate_base64}

    def get(self, name, otherwise=None):
        kind, _, of = name.partition(":")
        return self.KINDS[kind](of) if kind in self.KINDS else otherwise


IN_SETTINGS = InSettings()
