"""Un accord TLS sans réseau : deux contextes, et des octets portés de l'un à l'autre."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chatroom.server.operation.certificates import Made, make_certificate

YEARS = timedelta(days=800)  # plus que ne vit un certificat


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """Le côté du client, une fois d'accord ; SSLError s'il refuse."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(down, up, server_hostname=name)
    there = server.wrap_bio(up, down, server_side=True)
    for _ in range(2):
        with suppress(ssl.SSLWantReadError):
            here.do_handshake()
        with suppress(ssl.SSLWantReadError):
            there.do_handshake()
    here.do_handshake()
    return here


def certificate(folder: Path, *names: str, age: timedelta = timedelta()) -> Made:
    """Un certificat fait il y a ce temps-là."""
    return make_certificate(
        folder, names or ("localhost", "127.0.0.1"), now=datetime.now(UTC) - age
    )


def served(made: Made) -> ssl.SSLContext:
    """Pour le servir tel quel, même périmé : notre propre serveur ne le voudrait pas."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.cert, made.key)
    return context
