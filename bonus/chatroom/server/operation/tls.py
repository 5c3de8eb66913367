"""TLS : de quoi écouter, et ce qui cloche dans le certificat et la clé qu'on donne."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

from chatroom.common.groups import needing
from chatroom.protocol import ChatError
from wording.reasons import reason

# Ce que dit OpenSSL d'un certificat et de sa clé, et ce qu'on en dit.
REASONS = {
    "KEY_VALUES_MISMATCH": "elle n'est pas celle du certificat",
    "KEY_TYPE_MISMATCH": "elle n'est pas celle du certificat",
    "EE_KEY_TOO_SMALL": "elle est trop courte pour être sûre",
}


def server_context(cert: Path, key: Path | None = None) -> ssl.SSLContext:
    """Pour écouter. Sans `key`, la clé est dans le fichier du certificat."""
    _check_dates(cert)
    key = key or cert
    if b"PRIVATE KEY-----" not in _read(key, "Clé"):
        raise ChatError(f"Clé {key} : il n'y a pas de clé privée (PEM) dans ce fichier.")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # elle coûte au serveur, et rien au client

    def refuse() -> str:  # sans cette fonction, OpenSSL le demanderait sur le terminal
        raise ChatError(f"Clé {key} : un mot de passe la protège ; il faut l'en défaire.")

    try:
        context.load_cert_chain(cert, key, refuse)
    except ssl.SSLError as error:
        why = REASONS.get(error.reason or "", f"elle ne peut servir ({error.reason or error})")
        raise ChatError(f"Clé {key} : {why}.") from None
    return context


def _check_dates(cert: Path) -> None:
    """Un certificat périmé serait refusé par chaque client : autant le dire avant."""
    with needing("server"):
        from cryptography import x509  # noqa: PLC0415 (long à venir)

    try:
        leaf = x509.load_pem_x509_certificates(_read(cert, "Certificat"))[0]
    except ValueError:
        raise ChatError(f"Certificat {cert} : ce n'est pas un certificat (PEM).") from None
    now = datetime.now(UTC)
    start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if end < now:
        raise ChatError(f"Certificat {cert} : il a expiré le {end:%d/%m/%Y}.")
    if start > now:
        raise ChatError(f"Certificat {cert} : il ne vaut qu'à partir du {start:%d/%m/%Y}.")


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ChatError(f"{what} {path} : {reason(error)}.") from None
