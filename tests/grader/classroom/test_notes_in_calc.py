"""notes.csv, ouvert dans LibreOffice Calc à la française : les mêmes cellules, aucune formule."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.classroom.marks import Adjusted, Recipient
from grader.classroom.notes import BOM, REST, TOTALS, WHO, render
from tests.grader.classroom.generated import classroom
from tests.grader.classroom.test_notes import decided, value
from tests.grader.reports import sample
from tests.support.calc import Cell, opened

pytestmark = pytest.mark.office
FORMULAS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "－1", "+1;=1"),
    *('=HYPERLINK("http://x.fr")', "=cmd|' /C calc'!A1", '"=1+1"', "'=1+1", ";=1", "\u202e=1"),
)
TEXTS = (
    *('Du"rand; fils', '"', "a\r\nb;c", "deux  espaces", "  bords  ", "N'Diaye", "'t Hooft"),
    *("Élise", "E\u0301lise", "Zoé\u00a0Durand", "Μαρία 李", "אבג", "a\u202eb", "😀", "🏳️‍🌈"),
    *("zoe@ecole.fr", "http://x.fr", "a=b", "Jean-Pierre", "1er groupe", "é" * 5000),
    sample.HOSTILE,
)
# Des nombres et des dates, pour un tableur à qui l'on n'a pas dit que les guillemets font un texte.
MISTAKEN = (
    *("007", "12", "1/2", "15/01", "2026-01-15", "3 mars", "10:30", "1E5", "1 000", "1,5"),
    *("50 %", "12 €", "VRAI", "TRUE"),
)


def people(names: Sequence[str]) -> list[Recipient]:
    result = Adjusted(sample.report(), private=("=1+1",))
    return [
        *(Recipient(one, one, one, one, copy=one, result=decided()) for one in names),
        *(Recipient(one, copy="x", result=result) for one in names),
        *(Recipient(one) for one in names for _ in range(2)),
    ]


def meant(text: str) -> list[list[Cell]]:
    """Ce que veut dire notes.csv : des textes, et des nombres là où sont les points."""
    rows = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=";", strict=True)
    titles, *lines = rows
    numbers = range(len(WHO), len(titles) - 1)  # TOTALS, les étapes, REST moins la remarque
    assert [titles[len(WHO)], titles[-2], titles[-1]] == [TOTALS[0], *REST[-2:]]
    cells = [
        [value(cell) if cell and place in numbers else cell for place, cell in enumerate(line)]
        for line in lines
    ]
    return [[*titles], *cells]


def check(
    recipients: Sequence[Recipient], folder: Path, *, detect: bool, quoted_as_text: bool = False
) -> None:
    path = folder / "notes.csv"
    text = render(recipients)
    path.write_bytes(text.encode())
    cells = opened(path, detect=detect, quoted_as_text=quoted_as_text)
    expected = meant(text)
    assert len(cells) == len(expected) == len(recipients) + 1
    for line, wanted in zip(cells, expected, strict=True):
        assert line + [""] * (len(wanted) - len(line)) == wanted


@pytest.mark.parametrize("detect", [False, True])
def test_a_class(detect: bool, tmp_path: Path) -> None:
    check(list(classroom(30).recipients()), tmp_path, detect=detect)


@pytest.mark.parametrize("detect", [False, True])
def test_hostile_names(detect: bool, tmp_path: Path) -> None:
    check(people(FORMULAS + TEXTS), tmp_path, detect=detect)


@pytest.mark.parametrize("detect", [False, True])
def test_names_taken_for_numbers(detect: bool, tmp_path: Path) -> None:
    recipients = people(FORMULAS + TEXTS + MISTAKEN)
    check(recipients, tmp_path, detect=detect, quoted_as_text=True)
