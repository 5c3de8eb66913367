"""Se connecter, en clair ou par TLS ; et quand TLS s'y oppose, dire pourquoi."""

import asyncio
import ssl
from pathlib import Path

from chatroom.protocol import ChatError
from wording.reasons import reason

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

ALERT = b"\x15\x03"  # par quoi commence ce qu'un serveur TLS répond à qui ne lui parle pas TLS
PROBE = 3.0  # secondes laissées à un serveur pour montrer qu'il parle TLS
NAMES = 12  # d'un certificat, ceux que l'on montre : il y en a parfois des centaines
# Les refus d'OpenSSL (x509_vfy.h) dont on sait quoi dire.
NOT_YET, EXPIRED, OTHER_NAME, OTHER_ADDRESS = 9, 10, 62, 64
STRANGERS = {2, 18, 19, 20, 21}  # signé par lui-même, ou par une autorité que l'on ne connaît pas


class TlsError(ChatError):
    """TLS s'y oppose, et réessayer n'y changerait rien ; le texte, en français, dit pourquoi."""


def client_context(ca: Path | None = None, insecure: bool = False) -> ssl.SSLContext:
    """`ca` est cru outre les autorités du système ; ou tout, si `insecure`. ChatError."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 en fait autant. PARTIAL_CHAIN : `ca` peut être le certificat du serveur lui-même.
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    if ca:
        try:
            context.load_verify_locations(cadata=ca.read_bytes().decode("ascii", "replace"))
        except ssl.SSLError:
            raise ChatError(f"Certificat {ca} : ce n'est pas un certificat (PEM).") from None
        except OSError as error:
            raise ChatError(f"Certificat {ca} : {reason(error)}.") from None
    if insecure:
        context.check_hostname = False  # d'abord : ssl refuse l'autre ordre
        context.verify_mode = ssl.CERT_NONE
    return context


async def connect(host: str, port: int, context: ssl.SSLContext | None) -> Streams:
    """TlsError si ce serveur n'est pas celui qu'il faudrait ; OSError, s'il n'y en a pas."""
    if not context:
        return await asyncio.open_connection(host, port)
    try:
        return await _open(host, port, context)
    except ssl.SSLCertVerificationError as error:
        raise TlsError(await _why(error, host, port, context)) from None
    except ssl.SSLError as error:
        if error.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}:
            raise TlsError("Ce serveur ne parle pas TLS : sans --tls") from None
        raise TlsError(f"TLS est impossible avec ce serveur : {error.reason or error}") from None


async def _open(host: str, port: int, context: ssl.SSLContext) -> Streams:
    return await asyncio.open_connection(host, port, ssl=context, server_hostname=host)


async def speaks_tls(host: str, port: int) -> bool:
    """Pour un serveur qui s'est tu. Rien n'est dit ensuite à qui prouverait mal son identité."""
    try:
        async with asyncio.timeout(PROBE):
            _, writer = await _open(host, port, client_context(insecure=True))
    except OSError:
        return False
    writer.transport.abort()
    return True


async def _why(
    error: ssl.SSLCertVerificationError, host: str, port: int, context: ssl.SSLContext
) -> str:
    code = error.verify_code
    if code == EXPIRED:
        return "Le certificat de ce serveur a expiré"
    if code == NOT_YET:
        return (
            "Le certificat de ce serveur n'est pas encore valable ; cette machine est-elle à "
            "l'heure ?"
        )
    if code in STRANGERS:
        return (
            "L'autorité qui a signé le certificat de ce serveur est inconnue ; si vous avez le "
            "fichier de son autorité, donnez-le par --tls-ca"
        )
    if code in {OTHER_NAME, OTHER_ADDRESS}:
        names = await _names(host, port, context)
        return f"Le certificat de ce serveur n'est pas celui de {host}, mais de {names}"
    return f"Le certificat de ce serveur est refusé : {error.verify_message}"


async def _names(host: str, port: int, context: ssl.SSLContext) -> str:
    """Ceux pour lesquels vaut le certificat : ssl ne les dit pas en le refusant."""
    context.check_hostname = False
    try:
        async with asyncio.timeout(PROBE):
            _, writer = await _open(host, port, context)
    except OSError:
        return "quelqu'un d'autre"
    finally:
        context.check_hostname = True
    certificate = writer.get_extra_info("peercert") or {}
    writer.transport.abort()
    names = [str(name) for _, name in certificate.get("subjectAltName", ())]
    return ", ".join(names[:NAMES]) + "…" * (len(names) > NAMES) or "personne"
