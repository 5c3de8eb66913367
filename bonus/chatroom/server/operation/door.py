"""Qui peut venir, selon les réglages : le mot de la classe, et le fichier de sa liste."""

from pathlib import Path

from chatroom.protocol import ChatError
from chatroom.server.core.admission import Admission, listed
from wording.reasons import reason

MAX_SIZE = 1_000_000  # octets d'une liste : trente mille pseudos


def guests(path: Path) -> list[str]:
    """Les pseudos de ce fichier ; ChatError s'il ne se lit pas."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise ChatError(f"Liste {path} : {reason(error)}.") from None
    if len(data) > MAX_SIZE:
        raise ChatError(f"Liste {path} : {MAX_SIZE} octets au plus.")
    try:
        return listed(data.decode("utf-8-sig"))  # un tableur commence par une marque (BOM)
    except UnicodeDecodeError:
        raise ChatError(f"Liste {path} : ce n'est pas de l'UTF-8.") from None


def admission(code: str, path: Path | None) -> Admission:
    return Admission(code, guests(path) if path else None)
