"""Les images lues du disque sans attendre ; et le dessin, quand de quoi le faire manque."""

import asyncio
import os
import re
import sys
import threading
import time
from pathlib import Path

import pytest
from chatroom.client.drawing import ascii_art
from chatroom.client.pictures import drawn, read_picture
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits

from tests.bonus.pictures import AFTER_SOI, JPEG, PNG, after, segment

LIMITS = Limits()
SECRET = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<exif:GPSLatitude>48")


def test_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "été.png").write_bytes(PNG)
    assert read_picture(str(tmp_path / "été.png"), LIMITS) == ("été.png", PNG)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_picture("~/été.png", LIMITS) == ("été.png", PNG)
    (tmp_path / "a.png").write_bytes(JPEG)  # le contenu compte, pas l'extension
    assert read_picture("~/a.png", LIMITS) == ("a.png", JPEG)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"\x1b]0;pris\x07.png", "�]0;pris�.png"),
        ("fin\u202egnp.png".encode(), "fin�gnp.png"),  # se lirait à l'envers
        (b"\xff\n.png", "��.png"),  # ni UTF-8, ni sur une ligne
        (b"a" * 200, "a" * 100),
    ],
)
def test_the_name_of_a_file_is_harmless(tmp_path: Path, name: bytes, shown: str) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(PNG)
    assert read_picture(str(path), LIMITS)[0] == shown
    path.unlink()
    with pytest.raises(ChatError, match=re.escape(f"« {shown} » n'existe pas.")):
        read_picture(str(path), LIMITS)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube")
    (tmp_path / "texte.png").write_text("bonjour")
    (tmp_path / "boucle").symlink_to("boucle")
    descriptors = set(Path("/proc/self/fd").iterdir())
    for path, reason in {
        tmp_path / "absent.png": "« absent.png » n'existe pas.",
        tmp_path: f"« {tmp_path.name} » est un dossier.",
        f"{tmp_path}/": f"« {tmp_path.name} » est un dossier.",
        tmp_path / "tube": "« tube » ne se lit pas.",
        tmp_path / "texte.png" / "dedans": "« dedans » ne se lit pas.",
        tmp_path / "boucle": "« boucle » ne se lit pas.",
        "/dev/zero": "« zero » ne se lit pas.",
        "~personne-de-ce-nom/a.png": "« a.png » ne se lit pas.",
        "a\0b": "« a�b » ne se lit pas.",
        tmp_path / "texte.png": "Ce n'est pas une image PNG ou JPEG.",
    }.items():
        with pytest.raises(ChatError, match=f"^{re.escape(reason)}$"):
            read_picture(str(path), LIMITS)
    assert set(Path("/proc/self/fd").iterdir()) == descriptors


def test_a_file_one_may_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:  # des droits n'arrêteraient pas root
        raise PermissionError

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(ChatError, match=r"pas le droit de lire « secret\.png »"):
        read_picture("/secret.png", LIMITS)


def test_a_big_file_is_not_read_whole(tmp_path: Path) -> None:
    """Un fichier creux de 1 To, et un autre dont le système dit qu'il est vide."""
    path = tmp_path / "creux.png"
    path.write_bytes(PNG)
    os.truncate(path, 10**12)
    with pytest.raises(ChatError, match=r"« creux\.png » est beaucoup trop lourd"):
        read_picture(str(path), LIMITS)
    with pytest.raises(ChatError, match="dépasse 10 octets"):
        read_picture("/proc/self/maps", Limits(image=10))


def test_where_a_picture_was_taken_is_told_to_nobody(tmp_path: Path) -> None:
    """Ni ce qu'un téléphone met derrière elle : un film de plusieurs mégaoctets."""
    (tmp_path / "photo.jpg").write_bytes(after(JPEG, AFTER_SOI, SECRET) + bytes(3_000_000))
    assert read_picture(str(tmp_path / "photo.jpg"), LIMITS) == ("photo.jpg", JPEG)


@pytest.mark.parametrize("colour", [True, False])
def test_a_picture_is_drawn_elsewhere(colour: bool) -> None:
    art = asyncio.run(drawn(PNG, 40, 20, LIMITS, colour))
    assert art == ascii_art(PNG, 40, 20, LIMITS, colour)


def test_pictures_are_drawn_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celles d'une page d'historique arrivent ensemble ; leur mémoire ne s'additionne pas."""
    drawing, most = set[int](), [0]

    def draw(*_: object) -> str:
        drawing.add(threading.get_ident())
        most.append(len(drawing))
        time.sleep(0.02)
        drawing.clear()
        return "dessin"

    monkeypatch.setattr("chatroom.client.drawing.ascii_art", draw)

    async def several() -> list[str]:
        return await asyncio.gather(*(drawn(PNG, 8, 8, LIMITS) for _ in range(5)))

    assert asyncio.run(several()) == ["dessin"] * 5
    assert max(most) == 1


def test_why_a_picture_is_not_drawn_is_said_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = asyncio.run(drawn(b"bonjour", 40, 20, LIMITS))
    assert refused == "Ce n'est pas une image PNG ou JPEG."
    monkeypatch.delitem(sys.modules, "chatroom.client.drawing")
    monkeypatch.setitem(sys.modules, "PIL", None)  # comme s'il n'était pas installé
    missing = asyncio.run(drawn(PNG, 40, 20, LIMITS))
    assert re.fullmatch(r"Il manque PIL : \S+ -m pip install --group \S+:client \(.*\)", missing)
