"""Un premier certificat, et ce qu'il faut en savoir pour s'en servir."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatroom.server.operation.certificates import make_certificate, server_names
from chatroom.server.operation.invitation import Invitation
from chatroom.server.operation.settings import ServerSettings


def make_cert(settings: ServerSettings, words: Sequence[str]) -> Iterator[str]:
    """Fait le certificat, et le dit ; `words` : la commande que l'on a tapée.

    ChatError s'il ne peut s'écrire.
    """
    names = server_names(settings.host, settings.web_names)
    made = make_certificate(settings.data, names, settings.tls_cert, settings.tls_key)
    yield f"Certificat : {made.cert}"
    yield f"Clé privée : {made.key}, à ne donner à personne"
    yield f"Autorité : {made.ca}, à donner à qui viendra d'une autre machine"
    yield f"Valable jusqu'au {made.expires:%d/%m/%Y} pour {', '.join(made.names)}"
    yield f"Empreinte SHA-256 : {made.fingerprint}"
    command = [os.path.relpath(sys.executable), *(word for word in words if word != "--make-cert")]
    command += [] if settings.tls_cert else ["--tls-cert", str(made.cert)]
    command += [] if settings.tls_key else ["--tls-key", str(made.key)]
    yield f"Pour lancer le serveur : {shlex.join(command)}"
    web_port = settings.web_port if settings.web else None
    yield from Invitation(replace(settings, tls_cert=made.ca), settings.port, web_port).lines()
    if settings.web:
        yield (
            "Un navigateur ne connaît pas cette autorité, et dira que la connexion n'est pas sûre :"
            " importez-la parmi les siennes, ou comparez l'empreinte qu'il montre à celle-ci avant "
            "de passer outre."
        )
