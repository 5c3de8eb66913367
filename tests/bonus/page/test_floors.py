"""Les étages de la page web, qui sont ceux du chat : chacun n'importe que ceux du dessous."""

import re
from pathlib import Path

import pytest

from tests.bonus.page.browsers import FOLDER

# Du bas vers le haut.
FLOORS = ["protocol", "common", "core", "tokens.js", "pictures.js", "network", "view", "app.js"]
MODULES = sorted(FOLDER.rglob("*.js"))
IMPORT = re.compile(r'(?:from|import)\s*\(?"([^"]+)"')
# Ce que le protocole et le noyau n'ont pas à connaître : ni réseau, ni page, ni heure.
OUTSIDE = r"WebSocket|\bawait\b|document\.|window\.|localStorage|setTimeout|Date\.|performance"


def floor(file: Path) -> int:
    return FLOORS.index(file.relative_to(FOLDER).parts[0])


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_a_floor_imports_only_what_lies_below(file: Path) -> None:
    for name in IMPORT.findall(file.read_text("utf-8")):
        assert name.startswith("."), f"{name} : rien ne vient d'ailleurs"
        imported = (file.parent / name).resolve()
        assert imported.is_file(), name
        assert floor(imported) <= floor(file), name


@pytest.mark.parametrize("folder", ["protocol", "common", "core"])
def test_protocol_and_core_know_no_socket_no_page_no_clock(folder: str) -> None:
    for file in (FOLDER / folder).glob("*.js"):
        assert not re.findall(OUTSIDE, file.read_text("utf-8")), file.name
