"""LibreOffice Calc, sans ses fenêtres : les cellules que montre un fichier CSV qu'on y ouvre."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

AT_MOST = 90  # secondes ; quatre suffisent, profil neuf compris
MISSING = "il manque LibreOffice Calc : sudo apt install libreoffice-calc-nogui"
FRENCH = 1036  # numéro de langue : la virgule y est décimale, et 1/2 y est le 1er février
OPENDOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT = (f"{{{OPENDOCUMENT}{name}:1.0}}" for name in ("office", "table", "text"))

Cell = str | Decimal


def opened(path: Path, *, quoted_as_text: bool = False, detect: bool = False) -> list[list[Cell]]:
    """Les cellules de ce CSV, ouvert à la française : point-virgule, UTF-8.

    Les deux cases sont celles que propose Calc : « Formater les champs entre guillemets comme
    texte » et « Détecter les nombres spéciaux (tels que les dates) ».
    """
    boxes = f"{quoted_as_text},{detect}".lower()
    given = f"Text - txt - csv (StarCalc):59,34,76,1,,{FRENCH},{boxes}"
    _convert(path, f"--infilter={given}", "--convert-to", "fods")
    rows = ET.parse(path.with_suffix(".fods")).iter(f"{TABLE}table-row")
    return [line for row in rows for line in _lines(row)]


def _convert(path: Path, *options: str) -> None:
    """Avec un profil à lui : celui de la personne qui lance les tests reste comme il est."""
    if not (soffice := shutil.which("soffice")):
        pytest.skip(MISSING)
    home = path.parent
    alone = ["--headless", "--norestore", f"-env:UserInstallation={(home / 'profil').as_uri()}"]
    # soffice en lance d'autres : timeout les arrête tous.
    done = subprocess.run(
        ["timeout", "--kill-after=5", str(AT_MOST), soffice, *alone, *options, path.name],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if not path.with_suffix(".fods").exists():  # son code de sortie est 0, même s'il échoue
        pytest.fail(f"soffice ({done.returncode}) n'a rien écrit, ou {MISSING}\n{done.stderr}")


def _lines(row: ET.Element) -> list[list[Cell]]:
    """Cette ligne, autant de fois qu'elle est répétée ; vide, elle n'est pas du fichier."""
    line = list(_cells(row))
    return [line] * int(row.get(f"{TABLE}number-rows-repeated", "1")) if line else []


def _cells(row: ET.Element) -> Iterator[Cell]:
    """Jusqu'à la dernière cellule remplie : Calc tient le reste de la ligne pour répété."""
    empty = 0
    for cell in row.iter(f"{TABLE}table-cell"):
        repeated = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        value = _value(cell)
        if value == "":
            empty += repeated
            continue
        yield from [""] * empty + [value] * repeated
        empty = 0


def _value(cell: ET.Element) -> Cell:
    """Un texte ou un nombre ; le reste, Calc l'a inventé, et c'est dit entre crochets."""
    shown = "\n".join(_text(line) for line in cell.iter(f"{TEXT}p"))
    kind = cell.get(f"{OFFICE}value-type", "string")
    if formula := cell.get(f"{TABLE}formula"):
        return f"[formule {formula}]"
    if kind == "float":
        return Decimal(cell.attrib[f"{OFFICE}value"])
    return shown if kind == "string" else f"[{kind} {shown}]"


def _text(line: ET.Element) -> str:
    """OpenDocument écrit à part les espaces qui se suivent."""
    spaces = line.tag == f"{TEXT}s"
    start = " " * int(line.get(f"{TEXT}c", "1")) if spaces else line.text or ""
    return start + "".join(_text(part) + (part.tail or "") for part in line)
