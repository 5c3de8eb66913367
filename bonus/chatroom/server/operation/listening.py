"""Pourquoi l'on ne peut pas écouter quelque part."""

import errno
import socket

from chatroom.protocol import ChatError
from chatroom.server.transports.origins import place
from wording.reasons import LISTENING, reason

IMPOSSIBLE = (OSError, OverflowError, UnicodeError)  # ce que lève asyncio


def cannot_listen(host: str, port: int, error: Exception, option: str) -> ChatError:
    """En une phrase ; `option` est celle qui choisit ce port."""
    text = f"Impossible d'écouter sur {place(host, port)} : {_cause(error)}."
    if isinstance(error, OSError) and error.errno in {errno.EADDRINUSE, errno.EACCES}:
        text += f" L'option {option} en choisit un autre."
    return ChatError(text)


def _cause(error: Exception) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return "cette adresse est inconnue"
    return reason(error, LISTENING) if isinstance(error, OSError) else str(error)
