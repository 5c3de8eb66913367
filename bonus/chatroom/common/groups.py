"""Les bibliothèques d'un groupe de pyproject.toml, quand il n'est pas installé."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from chatroom.protocol import ChatError


@contextmanager
def needing(group: str) -> Iterator[None]:
    """Pour importer ce qui vient de ce groupe ; ChatError, qui dit comment l'avoir."""
    try:
        yield
    except ModuleNotFoundError as error:
        command = f"{os.path.relpath(sys.executable)} -m pip install --group {group}"
        raise ChatError(f"Il manque {error.name} : {command}") from None
