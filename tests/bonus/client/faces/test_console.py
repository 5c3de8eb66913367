"""Le client en lignes sur des tubes : il lit tout, et ne retient personne."""

import asyncio
import os
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest
from chatroom.client.faces import console
from chatroom.client.faces.console import Pipes, is_terminal, size, wants_colours


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """De quoi écrire dans l'entrée du client."""
    reading, writing = os.pipe()
    with open(reading) as stdin, open(writing, "w", encoding="utf-8") as keyboard:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield keyboard


async def lines() -> list[str]:
    """Tout ce que lit le client, jusqu'à la fin."""
    found = []
    with Pipes() as pipes:
        try:
            while True:
                found.append(await pipes.read("> "))
        except EOFError:
            with pytest.raises(EOFError):  # et cela reste fini
                await pipes.read("> ")
    return found


def test_every_line_even_without_its_end(typing: TextIO) -> None:
    typing.write("bonjour\n\nété\nfin")
    typing.close()
    assert asyncio.run(lines()) == ["bonjour", "", "été", "fin"]


def test_an_accent_cut_in_two_and_bytes_that_are_not_text(
    typing: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "READ", 1)
    typing.buffer.write("é\n".encode() + b"\xff\n")
    typing.close()
    assert asyncio.run(lines()) == ["é", "\ufffd"]


def test_a_line_is_written_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    Pipes().write("bonjour")
    assert capsys.readouterr().out == "bonjour\n"


class Screen:
    def __init__(self, tty: bool) -> None:
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize("both", [(True, True), (True, False), (False, True), (False, False)])
def test_a_terminal_is_one_at_both_ends(
    both: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Screen(both[0]))
    monkeypatch.setattr(sys, "stdout", Screen(both[1]))
    assert is_terminal() is all(both)


@pytest.mark.parametrize(
    ("tty", "no_color", "colours"),
    [(True, "", True), (True, "1", False), (False, "", False)],
)
def test_colours_for_a_terminal_that_wants_them(
    tty: bool, no_color: str, colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Screen(tty))
    monkeypatch.setenv("NO_COLOR", no_color)
    assert wants_colours() is colours
    assert Pipes().colours is colours


def test_the_size_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("LINES", "12")
    assert size() == (33, 12)
