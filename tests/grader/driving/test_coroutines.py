"""Ce qu'a noté le témoin : les coroutines de la copie, et celles d'asyncio."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.driving.coroutines import NOTES, PLACE, executed, follow
from grader.sandbox.cell import COPY, TMP, PlainCell
from grader.sandbox.limits import CellLimits


@pytest.fixture
def cell(tmp_path: Path) -> PlainCell:
    for name in ("home", "tmp", "log"):
        (tmp_path / name).mkdir()
    return PlainCell(tmp_path / "home", tmp_path / "tmp", tmp_path / "log", CellLimits())


def noted(cell: PlainCell, *rows: str) -> list[str] | None:
    follow(cell)
    (cell.tmp / NOTES.relative_to(TMP)).write_text("".join(f"{row}\n" for row in rows))
    return executed(cell)


def test_those_of_the_copy_and_of_asyncio(cell: PlainCell) -> None:
    rows = [f"{COPY}/part2/chat.py\tasync_input", "chat.py\tmain", "/usr/lib/asyncio/x.py\tconnect"]
    assert noted(cell, *rows) == ["async_input", "main", "connect"]


def test_not_those_of_another_library(cell: PlainCell) -> None:
    assert noted(cell, "/usr/lib/python3/aiohttp/client.py\tget", "sans tabulation") == [""]


def test_no_coroutine(cell: PlainCell) -> None:
    assert noted(cell) == []


def test_nobody_noted_anything(cell: PlainCell) -> None:
    follow(cell)
    assert executed(cell) is None


def test_what_it_notes_is_bounded(cell: PlainCell) -> None:
    assert len(noted(cell, *(f"x.py\t{'n' * 1000}" for _ in range(1000))) or []) < 200


def test_the_witness_is_planted_where_python_looks_for_it(cell: PlainCell) -> None:
    follow(cell)
    assert cell.variables == {"PYTHONPATH": str(PLACE)}
    real = cell.tmp / PLACE.relative_to(TMP)
    script = "async def f(): pass\nimport asyncio; asyncio.run(f())"
    subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": str(real)}, check=True)
    assert "f" in (executed(cell) or [])
