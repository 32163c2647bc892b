"""Keys of providers, and what they sign."""
import base64
import functools
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

HASH = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"ES256": (ec.SECP256R1, "P-256", 32), "ES384": (ec.SECP384R1, "P-384", 48), "ES256K": (ec.SECP256K1, "secp256k1", 32)}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class SigningKey:
    """A private key for one algorithm; `kid` None = without."""

    def __init__(self, kid, alg="RS256", bits=2048):
        self.kid, self.alg = kid, alg
        if alg in CURVES:
            self.key = ec.generate_private_key(CURVES[alg][0]())
        elif alg == "EdDSA":
            self.key = ed25519.Ed25519PrivateKey.generate()
        else:
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=bits)

    def parts(self):
        public = self.key.public_key()
        if self.alg == "EdDSA":
            return {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))}
        numbers = public.public_numbers()
        if self.alg in CURVES:
            _, name, size = CURVES[self.alg]
            return {"kty": "EC", "crv": name, "x": number(numbers.x, size), "y": number(numbers.y, size)}
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}

    def jwk(self):
        return {**self.parts(), "use": "sig", "alg": self.alg, **({} if self.kid is None else {"kid": self.kid})}

    def pem(self):
        return self.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, signed_part, alg=None):
        alg = alg or self.alg
        if alg == "EdDSA":
            return self.key.sign(signed_part)
        digest = HASH[alg[2:5]]()
        if alg in CURVES:
            r, s = utils.decode_dss_signature(self.key.sign(signed_part, ec.ECDSA(digest)))
            size = CURVES[alg][2]
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return self.key.sign(signed_part, pss if alg[0] == "P" else padding.PKCS1v15(), digest)


@functools.cache
def make(alg="RS256", kid="key-1", bits=2048):
    """The same for all providers of a test process: making one takes longer than most tests."""
    return SigningKey(kid, alg, bits)


def compact(header, claims, signature):
    """A JWS; `signature` is called with what is signed. `claims` may be text that is no JSON."""
    text = claims if isinstance(claims, (str, bytes)) else json.dumps(claims)
    parts = [b64(json.dumps(header).encode()), b64(text.encode() if isinstance(text, str) else text)]
    signed_part = ".".join(parts).encode()
    return f"{signed_part.decode()}.{b64(signature(signed_part))}"


def mac(secret, signed_part):
    return hmac.digest(secret, signed_part, "sha256")
