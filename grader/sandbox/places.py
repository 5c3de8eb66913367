"""Un dossier temporaire où l'utilisateur d'une cellule puisse entrer."""

import os
import stat
import tempfile
from pathlib import Path

USUAL = ("/tmp", "/var/tmp")


def temporary_folder() -> Path | None:
    """Celui de la personne (TMPDIR), ou un autre où chacun peut passer ; None s'il n'y en a pas.

    Lancée par root, la copie est celle d'un utilisateur ordinaire : TMPDIR lui est souvent fermé.
    """
    own = tempfile.gettempdir()
    for place in map(Path, (own, *USUAL)):
        if os.geteuid() != 0 or (os.access(place, os.W_OK) and _open_to_all(place)):
            return place
    return None


def _open_to_all(place: Path) -> bool:
    real = place.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (real, *real.parents))
