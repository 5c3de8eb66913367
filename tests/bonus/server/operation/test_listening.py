"""Pourquoi l'on ne peut pas écouter : une phrase, et une issue quand il y en a une."""

import errno
import socket

import pytest
from chatroom.server.operation.listening import cannot_listen


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.EADDRINUSE, ""), "ce port est déjà pris. L'option -p en choisit un autre."),
        (OSError(errno.EACCES, ""), "ce port est réservé à l'administrateur. L'option -p en"),
        (OSError(errno.EMFILE, ""), "trop de fichiers sont ouverts."),
        (socket.gaierror(socket.EAI_NONAME, ""), "cette adresse est inconnue."),
        (UnicodeError("étiquette vide"), "cette adresse est inconnue."),
        (OverflowError("port must be 0-65535."), "port must be 0-65535.."),
    ],
)
def test_why(error: Exception, text: str) -> None:
    said = str(cannot_listen("::1", 80, error, "-p"))
    assert said.startswith(f"Impossible d'écouter sur [::1]:80 : {text}")
