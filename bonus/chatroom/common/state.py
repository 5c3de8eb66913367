"""Le dossier où une personne garde l'état de ses programmes."""

import os
from collections.abc import Mapping
from pathlib import Path

PRIVATE = 0o700


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`chat_room`, sous XDG_STATE_HOME ou ~/.local/state ; rien n'y est créé.

    Source : XDG Base Directory Specification, qui dit d'ignorer un chemin relatif.
    """
    base = environ.get("XDG_STATE_HOME", "")
    if base.startswith("/"):
        return Path(base) / "chat_room"
    home = environ.get("HOME") or Path("~").expanduser()
    return Path(home) / ".local/state/chat_room"


def make_private(folder: Path) -> None:
    """Crée ce dossier, ou le referme : à son propriétaire seul. OSError si c'est impossible."""
    folder.mkdir(PRIVATE, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o777 != PRIVATE:
        folder.chmod(PRIVATE)
