"""Les étages du chat : chacun n'importe que ceux du dessous."""

import re
from pathlib import Path

import pytest

from tests.support.imports import imported
from tests.support.processes import ROOT

BONUS = ROOT / "bonus"
CHATROOM = BONUS / "chatroom"
# Du bas vers le haut.
FLOORS = ["limits", "protocol", "core", "services", "transports", "faces", "serving"]
MODULES = sorted(CHATROOM.rglob("*.py"))
# Ce que le protocole et le noyau n'ont pas à connaître : ni réseau, ni disque, ni heure.
OUTSIDE = {"asyncio", "os", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "sys"}
OUTSIDE |= {"tempfile", "threading", "time", "datetime", "uvloop"}


def floor(file: Path) -> int:
    return FLOORS.index(file.relative_to(CHATROOM).parts[0].removesuffix(".py"))


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(CHATROOM)))
def test_a_floor_imports_only_what_lies_below(file: Path) -> None:
    if file == CHATROOM / "__init__.py":
        return
    for name in imported(file, "chatroom"):
        if name.startswith("chatroom."):
            assert FLOORS.index(name.split(".")[1]) <= floor(file), name


@pytest.mark.parametrize("folder", ["protocol", "core"])
def test_protocol_and_core_know_no_socket_no_file_no_clock(folder: str) -> None:
    for file in (CHATROOM / folder).glob("*.py"):
        used = {name.split(".")[0] for name in imported(file, "chatroom")}
        assert not used & OUTSIDE, file.name
        assert not re.search(r"\b(open|print|input)\(", file.read_text("utf-8")), file.name


def test_every_module_is_on_a_floor() -> None:
    found = {file.relative_to(CHATROOM).parts[0].removesuffix(".py") for file in MODULES}
    assert found - {"__init__"} == set(FLOORS)


def test_what_one_types_is_thin() -> None:
    for name in ("server.py", "client.py"):
        assert len((BONUS / name).read_text("utf-8").splitlines()) <= 60


def test_the_chat_does_without_aioconsole() -> None:
    """Elle est sous GPL, que seule la partie II accepte, parce que le sujet la demande."""
    used = {name for file in BONUS.rglob("*.py") for name in imported(file, "chatroom")}
    assert not [name for name in used if name.startswith("aioconsole")]
