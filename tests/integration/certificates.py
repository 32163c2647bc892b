"""A certificate authority for one test run, and a certificate of it for localhost: nothing that expires in the tree."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, *extensions):
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def pem_of(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def make(folder):
    """Writes ca.pem, cert.pem and key.pem into the folder; gives the authority's key, for further certificates."""
    authority, key = new_key(), new_key()
    ca = certificate("latchstring tests", authority, "latchstring tests", authority, (x509.BasicConstraints(True, 0), True))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    leaf = certificate("localhost", key, "latchstring tests", authority, (names, False), (x509.BasicConstraints(False, None), True))
    for file, content in (("ca.pem", ca.public_bytes(serialization.Encoding.PEM)), ("key.pem", pem_of(key)),
                          ("cert.pem", leaf.public_bytes(serialization.Encoding.PEM))):
        (folder / file).write_bytes(content)
    return authority
