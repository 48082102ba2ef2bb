"""HTTPS for a page that others reach: with the user's certificate, or with one that is made here."""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import ssl
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from livestyle.core.config import data_dir
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import write_bytes
from livestyle.page.options import PageOptions

FILE = "certificate.pem"
VALID = datetime.timedelta(days=365)
RENEWED = datetime.timedelta(days=30)
"""Before its end one that was made here is made anew."""


def context(options: PageOptions) -> ssl.SSLContext | None:
    """What the server uses; None where no HTTPS is asked for. LivestyleError for a bad certificate or key."""
    if not options.https:
        return None
    path = options.certificate or own_certificate(_folder(), names(options))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(path, options.key)
    except (OSError, ssl.SSLError) as error:
        raise LivestyleError(
            f"{path} is no certificate with its key ({error}); expected PEM, the key in it or by --key"
        ) from error
    return made


def own_print() -> str:
    """SHA-256 of the certificate that was made here, as browsers show it."""
    found = x509.load_pem_x509_certificate((_folder() / FILE).read_bytes())
    return found.fingerprint(hashes.SHA256()).hex(":").upper()


def names(options: PageOptions) -> list[str]:
    """What this machine is called by those who reach the page: names and addresses."""
    own = socket.gethostname()
    found = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    addresses = [ip if isinstance(ip, str) else ip[0] for ip in found]
    return sorted({"localhost", own, f"{own}.local", options.host, *addresses})


def own_certificate(folder: Path, names: list[str]) -> Path:
    """A self-made certificate for these names with its key, kept so that browsers have to be told of it once.

    LivestyleError where the folder takes no file.
    """
    path = folder / FILE
    if path.is_file() and _still_good(path, names):
        return path
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "livestyle")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    before = os.umask(0o077)  # nobody else reads the key
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(path, certificate.public_bytes(Encoding.PEM) + secret, overwrite=True)
    except OSError as error:
        raise LivestyleError(f"cannot write {path}: {error}; give one by --certificate") from error
    finally:
        os.umask(before)
    return path


def certified(path: Path) -> set[str]:
    """The names that a certificate is for, small; '*.' stands for one part. Empty where none can be read."""
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        known = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.DuplicateExtension, x509.ExtensionNotFound):
        return set()
    return {name.lower() for name in known.get_values_for_type(x509.DNSName)}


def _folder() -> Path:
    return data_dir() / "page"


def _still_good(path: Path, names: list[str]) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        known = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    left = found.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return left > RENEWED and {_general(name) for name in names} <= set(known)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.partition("%")[0]))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())
