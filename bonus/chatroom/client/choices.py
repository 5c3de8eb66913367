"""Ce qu'une personne a choisi chez un serveur : le mot de la classe, qui elle ne lit plus."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from chatroom.common.state import make_private

MAX_SIZE = 1_000_000  # octets ; au-delà, ce n'est pas notre fichier
PRIVATE = 0o600


class Choices:
    """Un fichier pour tous les serveurs. Illisible, il ne compte pas : tout s'y redemande."""

    def __init__(self, path: Path, server: str) -> None:
        """`server` : « hôte:port »."""
        self._path, self._server = path, server
        self._mine: dict[str, Any] = self._read().get(server, {})

    @property
    def code(self) -> str:
        """Le mot de la classe ; vide si on ne l'a jamais donné."""
        code = self._mine.get("code", "")
        return code if isinstance(code, str) else ""

    @property
    def ignored(self) -> dict[str, int]:
        found = self._mine.get("ignored", {})
        pairs = found.items() if isinstance(found, dict) else ()
        return {name: number for name, number in pairs if type(number) is int}

    def keep(self, **choices: object) -> None:
        """Garde cela aussi. Si le disque s'y refuse, cela ne vaut que pour cette fois."""
        self._mine |= choices
        with suppress(OSError):
            make_private(self._path.parent)
            everything = self._read() | {self._server: self._mine}
            new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            text = json.dumps(everything, ensure_ascii=False, indent=1)
            number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE)
            with open(number, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
            new.replace(self._path)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            number = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(number, encoding="utf-8") as file:
                found = json.loads(file.read(MAX_SIZE))
        except (OSError, ValueError, RecursionError):
            return {}
        servers = found.items() if isinstance(found, dict) else ()
        return {name: mine for name, mine in servers if isinstance(mine, dict)}
