"""Ceux qui partent, en le disant ou non, ceux qui reviennent, et les inconnus."""

from pathlib import Path

import pytest

from tests.grader.checks.playing import TELLS_AT_ONCE, message, play, textbook

ABRUPT = ("except ConnectionError", "except EOFError")
KEPT = (("    del CLIENTS[addr]\n", ""), ('            await client["w"].drain()\n', ""))
GOODBYE = 'await send_to_all(f"Annonce : {pseudo} a quitté la chatroom")'
REFUSAL = '    if not hello.startswith("Hello|"):\n        writer.close()\n        return\n'
STUMBLES = (REFUSAL, REFUSAL.replace("writer.close()", "1 / 0"))
NAMED = (REFUSAL, REFUSAL.replace("return", 'await send_to_all("? a quitté")\n        return'))


@pytest.mark.parametrize(
    ("step", "check", "edits", "expected", "credit"),
    [
        ("II.4.server", "departures", [], "", 1.0),
        ("II.4.server", "departures", [("    del CLIENTS[addr]\n", "")], "après un départ", 0.0),
        ("II.6.server", "departures", [], "", 1.0),
        ("II.6.server", "leaves", [], "", 1.0),
        ("II.6.server", "leaves", [("a quitté", "quitte")], "n'est pas celui demandé", 0.5),
        ("II.6.server", "leaves", [(GOODBYE, "pass")], "reçue par", 0.0),
        ("II.6.server", "vanishes", [], "", 1.0),
        ("II.6.server", "vanishes", [("a quitté", "quitte")], "", 1.0),
        ("II.6.server", "vanishes", [ABRUPT], "L'annonce du départ brutal", 0.0),
        ("II.6.server", "forgotten", [], "", 1.0),
        ("II.6.server", "forgotten", KEPT, "reste dans CLIENTS", 0.0),
        ("II.6.server", "strangers", [], "", 1.0),
        ("II.6.server", "strangers", [STUMBLES], "présenté : ZeroDivisionError", 0.5),
        ("II.6.server", "strangers", [NAMED], "est annoncé", 0.0),
    ],
)
def test_departures(
    tmp_path: Path,
    step: str,
    check: str,
    edits: list[tuple[str, str]],
    expected: str,
    credit: float,
) -> None:
    outcome = play(tmp_path, step, textbook(step, *edits), check)
    assert expected in message(outcome)
    assert bool(expected) is bool(outcome.failure)
    assert outcome.credit == credit


@pytest.mark.parametrize(
    ("step", "check", "edit", "advice"),
    [
        ("II.4.server", "departures", ABRUPT, "après un départ brutal (RST)"),
        pytest.param(
            *(
                "II.6.server",
                "leaves",
                (GOODBYE, GOODBYE + "\n    1 / 0"),
                "un départ : ZeroDivision",
            ),
            marks=TELLS_AT_ONCE,
        ),
    ],
)
def test_what_is_only_advice(
    tmp_path: Path, step: str, check: str, edit: tuple[str, str], advice: str
) -> None:
    outcome = play(tmp_path, step, textbook(step, edit), check)
    assert outcome.credit == 1.0
    assert any(note.startswith("Conseil : ") and advice in note for note in outcome.notes)
