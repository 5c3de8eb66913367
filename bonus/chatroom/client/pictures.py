"""Les images du chat : celles qu'on lit du disque, et le dessin de celles qu'on reçoit."""

import asyncio
import os
import stat
import threading
from pathlib import Path

from chatroom.common.groups import needing
from chatroom.common.metadata import accepted
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from wording.harmless import neutral

LARGEST = 16_000_000  # octets d'un fichier ; une photo animée traîne un film derrière elle
# Décodées ensemble, les images d'une page d'historique prendraient chacune cent mégaoctets.
_one_at_a_time = threading.Lock()


async def drawn(data: bytes, columns: int, rows: int, limits: Limits, colour: bool = True) -> str:
    """Cette image en caractères, faite dans un fil ; ou pourquoi elle ne peut se dessiner."""
    try:
        return await asyncio.to_thread(_draw, data, columns, rows, limits, colour)
    except ChatError as why:
        return str(why)


def _draw(data: bytes, columns: int, rows: int, limits: Limits, colour: bool) -> str:
    with needing("client"):  # 5 Mo, et un dixième de seconde : pour qui regarde une image
        from chatroom.client.drawing import ascii_art  # noqa: PLC0415
    with _one_at_a_time:
        return ascii_art(data, columns, rows, limits, colour)


def read_picture(path: str, limits: Limits) -> tuple[str, bytes]:
    """Lit une image du disque : son nom, sans danger pour un terminal, et ses octets.

    Ses métadonnées restent ici : le lieu où elle a été prise n'est dit à personne.
    ChatError si le fichier manque, n'est pas un fichier ordinaire, ou n'est pas une image permise.
    """
    name = neutral(os.path.basename(path.rstrip("/")))[: limits.image_name]  # noqa: PTH119 (un texte)
    try:
        data = _read_regular_file(Path(path).expanduser(), LARGEST + 1)
    except FileNotFoundError as error:
        raise ChatError(f"« {name} » n'existe pas.") from error
    except PermissionError as error:
        raise ChatError(f"Vous n'avez pas le droit de lire « {name} ».") from error
    except IsADirectoryError as error:
        raise ChatError(f"« {name} » est un dossier.") from error
    # RuntimeError : « ~inconnu » ; ValueError : un caractère que le système refuse, comme NUL
    except (OSError, RuntimeError, ValueError) as error:
        raise ChatError(f"« {name} » ne se lit pas.") from error
    if len(data) > LARGEST:
        raise ChatError(f"« {name} » est beaucoup trop lourd.")
    return name, accepted(data, limits)[0]


def _read_regular_file(path: Path, size: int) -> bytes:
    """Les `size` premiers octets d'un fichier ordinaire ; OSError pour tout le reste."""
    # O_NONBLOCK : ouvrir un tube sans écrivain attendrait pour toujours ; O_NOCTTY : un terminal
    # ouvert pourrait devenir le nôtre.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError
        if not stat.S_ISREG(mode):
            raise OSError("ni fichier ordinaire ni dossier")
        data = b""
        while part := os.read(descriptor, size - len(data)):  # peut rendre moins que demandé
            data += part
        return data
    finally:
        os.close(descriptor)
