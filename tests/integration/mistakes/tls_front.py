"""TLS in front of the stand-in provider, with a certificate as good or as bad as a test wants it; and a listener that only counts who comes."""
import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading

import certificates
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates. `issuer`: another certificate (certificate, key) that takes the place of its own."""

    def __init__(self, name="latchstring mistakes"):
        self.name, self.key = name, certificates.new_key()
        self.certificate = certificates.certificate(name, self.key, name, self.key, (x509.BasicConstraints(True, 0), True))

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def leaf(self, *hosts, days=(-1, 1), issuer=None):
        """(key, [certificates]) for these hosts, good from and until so many days from now."""
        key, now = certificates.new_key(), datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        names = [x509.IPAddress(ipaddress.ip_address(h)) if h.replace(".", "").isdigit() else x509.DNSName(h) for h in hosts]
        parent, parent_key = issuer or (self.certificate, self.key)
        builder = x509.CertificateBuilder().subject_name(certificates.name(hosts[0])).issuer_name(parent.subject).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now + days[0] * DAY).not_valid_after(now + days[1] * DAY)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False).add_extension(x509.BasicConstraints(False, None), True)
        chain = [builder.sign(parent_key, hashes.SHA256())]
        return key, chain + ([parent] if issuer else [])


class TlsFront:
    """Takes TLS on a free port of `address` and passes what comes to a plain port of loopback."""

    def __init__(self, target, key, chain, folder, address="127.0.0.1"):
        self.target, self.accepted = target, 0
        self.listener = socket.create_server((address, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        file = folder / f"front-{self.port}.pem"
        file.write_bytes(certificates.pem_of(key) + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in chain))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(file)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError), self.context.wrap_socket(connection, server_side=True) as outside:
            self.accepted += 1
            with socket.create_connection(("127.0.0.1", self.target)) as inside:
                back = threading.Thread(target=self.pass_on, args=(inside, outside), daemon=True)
                back.start()
                self.pass_on(outside, inside)
                back.join(30)

    @staticmethod
    def pass_on(source, to):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                to.sendall(data)
        with contextlib.suppress(OSError):
            to.shutdown(socket.SHUT_RDWR)

    def stop(self):
        self.listener.close()


class Listener:
    """Nobody should come here. It listens on every loopback address that there is."""

    def __init__(self):
        self.came, self.sockets = 0, [socket.create_server(("127.0.0.1", 0))]
        self.port = self.sockets[0].getsockname()[1]
        with contextlib.suppress(OSError):
            self.sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for one in self.sockets:
            threading.Thread(target=self.accept, args=(one,), daemon=True).start()

    def accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()
                self.came += 1

    def stop(self):
        for one in self.sockets:
            one.close()
