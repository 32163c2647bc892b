"""A certificate authority for one test run, and a certificate of it for localhost: nothing that expires in the tree. And certificates that
nobody may believe: for another name, of last year, of another authority."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, *extensions, days_ago=0):
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(days=days_ago)
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


def names(*hosts, addresses=()):
    return x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts] + [x509.IPAddress(ipaddress.ip_address(a)) for a in addresses])


LOCAL = names("localhost", addresses=["127.0.0.1"])
LEAF = (x509.BasicConstraints(False, None), True)


def write(folder, **pems):
    folder.mkdir(exist_ok=True)
    for file, content in pems.items():
        (folder / f"{file}.pem").write_bytes(content if isinstance(content, bytes) else content.public_bytes(serialization.Encoding.PEM))


def make(folder):
    """Writes ca.pem, cert.pem and key.pem into the folder; gives the authority's key, for further certificates."""
    authority, key = new_key(), new_key()
    ca = certificate("latchstring tests", authority, "latchstring tests", authority, (x509.BasicConstraints(True, 0), True))
    leaf = certificate("localhost", key, "latchstring tests", authority, (LOCAL, False), LEAF)
    write(folder, ca=ca, cert=leaf, key=pem_of(key))
    return authority


def make_bad(folder, authority):
    """Folders beside: wrong-name, expired, self-signed, other-authority; `authority` is what make(folder) gave."""
    ours, stranger = "latchstring tests", new_key()
    kinds = {"wrong-name": (ours, authority, names("elsewhere.example"), 0), "expired": (ours, authority, LOCAL, 30),
             "other-authority": (ours, stranger, LOCAL, 0), "self-signed": ("localhost", None, LOCAL, 0)}
    for kind, (issuer, signer, alternatives, days_ago) in kinds.items():
        key = new_key()
        leaf = certificate("localhost", key, issuer, signer or key, (alternatives, False), LEAF, days_ago=days_ago)
        write(folder / kind, cert=leaf, key=pem_of(key))
    return {kind: folder / kind for kind in kinds}
