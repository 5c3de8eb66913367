"""Montrer une page, sur un terminal ou non."""

import io
from contextlib import redirect_stdout

import pytest
from rich.console import Console

from grader.command.screen import NARROWEST, PIPED, WIDEST, display
from tests.grader.commandline import Screen


def shown(out: io.StringIO) -> str:
    def page(console: Console) -> None:
        console.print(f"[bold]{console.width}[/bold]", justify="left")
        console.print("x" * console.width + "y")

    with redirect_stdout(out):
        display(page)
    return out.getvalue()


def test_piped_without_colours_nor_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert shown(io.StringIO()) == f"{PIPED}\n{'x' * PIPED}\ny\n"


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("3", NARROWEST), ("99999", WIDEST)])
def test_a_width_that_makes_sense(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert shown(io.StringIO()).startswith(f"{width}\n")


def test_a_terminal_has_its_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1" in shown(Screen())
