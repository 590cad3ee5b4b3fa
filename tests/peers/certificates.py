"""A certificate authority for one test run, and a certificate for Yahoo's hosts signed by it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Valid at any time, so that the program under test may run on a clock of its own.
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """A folder with `ca.pem` for clients to trust and `server.pem` (key and chain) for the server to show."""

    folder: Path
    hosts: tuple[str, ...]

    @cached_property
    def ca_file(self) -> Path:
        self._write()
        return self.folder / "ca.pem"

    @cached_property
    def server_file(self) -> Path:
        self._write()
        return self.folder / "server.pem"

    def _write(self) -> None:
        if (self.folder / "server.pem").exists():
            return
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca_name = _name("Loopback test authority")
        ca = _builder(ca_name, ca_name, ca_key.public_key())
        ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        leaf = _builder(_name(self.hosts[0]), ca_name, key.public_key())
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in self.hosts])
        leaf = leaf.add_extension(names, critical=False)
        leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        ca_pem = _pem(ca.sign(ca_key, hashes.SHA256()))
        key_pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self.folder / "ca.pem").write_bytes(ca_pem)
        (self.folder / "server.pem").write_bytes(key_pem + _pem(leaf.sign(ca_key, hashes.SHA256())) + ca_pem)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(_FROM).not_valid_after(_UNTIL)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
