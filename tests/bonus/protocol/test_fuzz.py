"""Le banc d'essai au hasard : il tourne, se refait, et sait trouver une faute."""

import re
from collections.abc import Callable

import pytest
from chatroom.protocol.frames import Decoder, ProtocolError

from tests.bonus.protocol import fuzz
from tests.support.processes import run

SCRIPT = "tests/bonus/protocol/fuzz.py"


def test_one_second_finds_nothing() -> None:
    result = run(SCRIPT, "--seconds", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    found = re.fullmatch(
        r"(\d+) essais : (\d+) messages lus, (\d+) flux refusés\.\n", result.stdout
    )
    assert found
    assert all(int(number) > 20 for number in found.groups())  # une machine chargée en fait peu


def test_a_case_can_be_seen_again() -> None:
    first, second = (run(SCRIPT, "--seed", "3", "--case", "14") for _ in range(2))
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert "Rien à redire." in first.stdout


def test_it_speaks_french() -> None:
    text = run(SCRIPT, "--help").stdout
    assert "graine du tirage" in text
    assert "durée" in text


def raises(self: Decoder) -> None:
    raise IndexError(f"{self.partial} octets, trop court")


def forgets(self: Decoder) -> None:
    """Rend toujours qu'il manque un bout, et l'oublie."""
    self._buffer, self._place = b"", 0


def impatient(self: Decoder) -> None:
    if self.partial < 3:
        raise ProtocolError("trop court")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (raises, "octets, trop court"),
        (forgets, "0 octets en attente"),
        (impatient, "en morceaux, le résultat diffère"),
    ],
)
def test_it_finds_a_broken_decoder(
    broken: Callable[[Decoder], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Decoder, "next", broken)
    lines: list[str] = []
    case = fuzz.fuzz(0, 60, lines.append)
    assert case >= 0
    assert said in lines[0]
    assert f"--seed 0 --case {case}" in lines[1]
    data, fault, outcome = fuzz.run_case(0, case)
    assert (data.hex(" ")[:30] in lines[0], said in fault, outcome) == (True, True, None)
