"""Un premier certificat, pour un serveur du réseau local.

Une petite autorité le signe, et sa clé n'est jamais écrite : qui lui fait confiance ne le fait que
pour ce certificat. Un certificat qui se signe lui-même serait refusé par Firefox, ou sans chaîne.
"""

import ipaddress
import os
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chatroom.common.state import make_private
from chatroom.protocol import ChatError
from chatroom.server.operation.addresses import machine_names, network_addresses
from chatroom.server.operation.settings import hosts
from wording.reasons import reason

CERT = "tls.pem"
LIFE = timedelta(days=397)  # les navigateurs n'admettent pas davantage d'un certificat de serveur
EARLIER = timedelta(hours=1)  # l'horloge d'un client peut retarder
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    cert: Path
    key: Path
    ca: Path  # à donner aux clients
    names: tuple[str, ...]
    expires: datetime
    fingerprint: str  # SHA-256 du certificat, comme les navigateurs l'écrivent


def server_names(host: str, others: Iterable[str] = ()) -> tuple[str, ...]:
    """Les noms sous lesquels on viendra à un serveur qui écoute sur `host`."""
    names = ["localhost", "127.0.0.1", "::1", *machine_names(), *network_addresses()]
    return tuple(dict.fromkeys(filter(None, map(_normal, [*names, host, *others]))))


def _normal(name: str) -> str | None:
    """Tel qu'un certificat l'écrit ; None pour « toutes les adresses », ou un nom impossible."""
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        with suppress(ValueError):
            return hosts(name)[0]
        return None
    return None if address.is_unspecified else str(address)


def make_certificate(
    folder: Path,
    names: Iterable[str],
    cert: Path | None = None,
    key: Path | None = None,
    now: datetime | None = None,
) -> Made:
    """Écrit un certificat, sa clé et l'autorité qui le signe : dans `folder`, à défaut de chemins.

    ChatError si un fichier existe déjà, ou ne peut s'écrire.
    """
    names = tuple(names)
    authority, leaf, secret = _sign(names, now or datetime.now(UTC))
    pem = serialization.Encoding.PEM
    private = secret.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    if not cert:
        cert = folder / CERT
        _make(folder)
    key = key or cert.with_name(f"{cert.stem}-key.pem")
    ca = cert.with_name(f"{cert.stem}-ca.pem")
    public = [(path, one.public_bytes(pem), 0o644) for path, one in ((ca, authority), (cert, leaf))]
    _write([(key, private, 0o600), *public])
    return Made(
        cert=cert,
        key=key,
        ca=ca,
        names=names,
        expires=leaf.not_valid_after_utc,
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


def _sign(
    names: tuple[str, ...], now: datetime
) -> tuple[x509.Certificate, x509.Certificate, ec.EllipticCurvePrivateKey]:
    """L'autorité, le certificat, et la clé de celui-ci ; celle de l'autorité est oubliée."""
    parent, secret = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    mark = secrets.token_hex(4)  # deux autorités du même nom se confondraient dans un navigateur
    issuer = _name(f"Autorité {mark} du chat")
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(parent.public_key())
    authority = (
        _certificate(issuer, issuer, parent, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign"), critical=True)
        .add_extension(key_id, critical=False)
        .sign(parent, hashes.SHA256())
    )
    server = [ExtendedKeyUsageOID.SERVER_AUTH]
    leaf = (
        _certificate(_name(f"Chat {mark}"), issuer, secret, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(key_id, critical=False)
        .add_extension(x509.ExtendedKeyUsage(server), critical=False)
        .add_extension(x509.SubjectAlternativeName(map(_general, names)), critical=False)
        .sign(parent, hashes.SHA256())
    )
    return authority, leaf, secret


def _certificate(
    subject: x509.Name, issuer: x509.Name, secret: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    public = secret.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now - EARLIER + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(only: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage == only for usage in USAGES})


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _make(folder: Path) -> None:
    try:
        make_private(folder)
    except OSError as error:
        raise ChatError(f"Dossier {folder} : {reason(error)}.") from None


def _write(files: Sequence[tuple[Path, bytes, int]]) -> None:
    """Tous, ou aucun : un fichier qui existe déjà est peut-être le seul de son espèce."""
    written: list[Path] = []
    try:
        for path, data, mode in files:
            _write_one(path, data, mode)
            written.append(path)
    except OSError as error:
        for path in written:
            path.unlink()
        raise ChatError(_refusal(error, [path for path, _, _ in files])) from None


def _refusal(error: OSError, paths: list[Path]) -> str:
    if isinstance(error, FileExistsError):
        there = ", ".join(str(path) for path in paths if os.path.lexists(path))
        return f"Existe déjà : {there}. Effacez, ou donnez un autre nom avec --tls-cert."
    why = "le dossier n'existe pas" if isinstance(error, FileNotFoundError) else reason(error)
    return f"Impossible d'écrire {', '.join(map(str, paths))} : {why}."


def _write_one(path: Path, data: bytes, mode: int) -> None:
    """Entier, ou pas du tout ; FileExistsError s'il existe."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
        os.link(new, path)  # et non replace, qui écraserait
    finally:
        new.unlink()
