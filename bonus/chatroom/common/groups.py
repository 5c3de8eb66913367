"""Les bibliothèques d'un groupe de pyproject.toml, quand il n'est pas installé."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatroom.protocol import ChatError

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


@contextmanager
def needing(group: str) -> Iterator[None]:
    """Pour importer ce qui vient de ce groupe ; ChatError, qui dit comment l'avoir."""
    try:
        yield
    except ModuleNotFoundError as error:
        where = shlex.quote(f"{PROJECT}:{group}")
        command = f"{shlex.quote(sys.executable)} -m pip install --group {where}"
        raise ChatError(f"Il manque {error.name} : {command} (pip 25.1 au moins)") from None
