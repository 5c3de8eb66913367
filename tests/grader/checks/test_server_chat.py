"""Annoncer, relayer, n'admettre que ceux qui disent Hello : un serveur juste, puis des faux."""

from pathlib import Path

import pytest

from tests.grader.checks.playing import TELLS_AT_ONCE, message, play, textbook

RELAYED = "{pseudo} a dit : {msg}"
ANNOUNCED = 'await send_to_all(f"Annonce : {pseudo} a rejoint la chatroom")'
LATE = (
    ('    if addr not in CLIENTS:\n        CLIENTS[addr] = {"r": reader, "w": writer}\n', ""),
    ("        msg = data", '        CLIENTS.setdefault(addr, {"w": writer})\n        msg = data'),
    ("    del CLIENTS[addr]", "    CLIENTS.pop(addr, None)"),
)
REFUSAL = '    if not hello.startswith("Hello|"):\n        writer.close()\n        return\n'
SECOND = (REFUSAL, REFUSAL.replace("writer.close()", "await read_text(reader)\n        1 / 0"))
MUTE = ('client["w"].write(text.encode())', "pass")


@pytest.mark.parametrize(
    ("step", "check", "edits", "expected", "credit"),
    [
        ("II.4.server", "relay", [], "", 1.0),
        ("II.4.server", "relay", [("a dit :", "dit :")], "n'est pas celui demandé", 0.5),
        ("II.4.server", "silent", [], "", 1.0),
        ("II.4.server", "silent", LATE, "n'a encore rien dit ne reçoit rien", 0.0),
        ("II.4.server", "not_echoed", [], "", 1.0),
        ("II.4.server", "not_echoed", [("addr != sender", "addr")], "le reçoit aussi", 0.0),
        ("II.4.server", "not_echoed", [MUTE], "rien n'arrive", 0.0),
        ("II.5.server", "relay", [], "", 1.0),
        ("II.5.server", "joins", [], "", 1.0),
        ("II.5.server", "joins", [("a rejoint", "rejoint")], "n'est pas celui demandé", 0.5),
        ("II.5.server", "joins", [(ANNOUNCED, "pass")], "rien n'arrive", 0.0),
        ("II.5.server", "options", [], "", 1.0),
        (
            "II.5.server",
            "options",
            [("args.port)\n    print", "0)\n    print")],
            "n'écoute pas où",
            0,
        ),
        ("II.5.server", "options", [('"-p", ', "")], "Avec -p et -a", 0.0),
        ("II.5.server", "hello_required", [], "", 1.0),
        ("II.5.server", "hello_required", [(REFUSAL, "")], "est admis", 0.0),
        pytest.param(
            *("II.5.server", "hello_required", [SECOND], "parle encore : ZeroDivisionError", 0.5),
            marks=TELLS_AT_ONCE,
        ),
        ("II.6.server", "chat", [], "", 1.0),
        ("II.6.server", "chat", [("a rejoint", "rejoint")], "L'annonce de l'arrivée", 0.5),
        ("II.6.server", "chat", [("a dit :", "dit :")], "Le message de", 0.5),
    ],
)
def test_chat_servers(
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


@TELLS_AT_ONCE
def test_the_exception_is_blamed_on_the_message_that_raised_it(tmp_path: Path) -> None:
    outcome = play(tmp_path, "II.5.server", textbook("II.5.server", SECOND), "hello_required")
    sent = [event.text for event in outcome.timeline if event.kind == "sent"]
    assert outcome.failure
    assert outcome.failure.sent == sent[4]  # deux Hello, un mot d'un membre, deux de l'inconnu
    assert "ZeroDivisionError" in outcome.failure.output
    assert (outcome.failure.expected, outcome.failure.received) == ("", "")
