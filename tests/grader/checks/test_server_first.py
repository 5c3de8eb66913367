"""Répondre, montrer, ne négliger personne : chaque contrôle, devant un serveur juste et un faux."""

from pathlib import Path

import pytest

from tests.grader.checks.playing import TELLS_AT_ONCE, message, play, textbook

EARLY = (
    ("    try:", '    writer.write(f"Hello {ip}:{port}".encode())\n    try:'),
    ('        writer.write(f"Hello {ip}:{port}".encode())\n        await', "        await"),
)
ONE_AT_A_TIME = (
    ("async def handle_packet", "TURN = asyncio.Lock()\n\n\nasync def handle_packet"),
    ("data = await reader.read(1024)", "async with TURN:\n            data = await reader.read(9)"),
)
BY_ADDRESS = (
    ("async def handle_packet", "SEEN = set()\n\n\nasync def handle_packet"),
    ("    while True:", "    if ip in SEEN:\n        return\n    SEEN.add(ip)\n    while True:"),
)
LINE = "Message received from {ip}:{port} : {msg}"
SWAPPED = (
    ("async def handle_packet", "FIRST = []\n\n\nasync def handle_packet"),
    ("    while True:", "    FIRST.append((ip, port))\n    ip, port = FIRST[0]\n    while True:"),
)


@pytest.mark.parametrize(
    ("step", "check", "edits", "expected", "credit"),
    [
        ("II.2.server", "listens", [], "", 1.0),
        ("II.2.server", "listens", [("HOST, PORT)", "HOST, PORTE)")], "NameError", 0.0),
        ("II.2.server", "hello", [], "", 1.0),
        ("II.2.server", "hello", EARLY, "dès la connexion, sans attendre Hello.", 0.5),
        ("II.2.server", "hello", [("peername", "sockname")], "est l'adresse du serveur", 0.5),
        ("II.2.server", "hello", [("Hello {ip}:", "Hello {ip}-")], "n'est pas celui demandé", 0.5),
        ("II.2.server", "hello", [("writer.write(", "print(")], "rien n'arrive", 0.0),
        ("II.2.server", "shows", [], "", 1.0),
        ("II.2.server", "shows", [("print(data.decode(", "str(data.decode(")], "terminal", 0.0),
        ("II.2.server", "several", [], "", 1.0),
        ("II.2.server", "several", EARLY, "", 1.0),
        ("II.2.server", "several", ONE_AT_A_TIME, "Pas de réponse à un client", 0.0),
        ("II.3.server", "log", [], "", 1.0),
        ("II.3.server", "log", [(LINE, "{ip}:{port} {msg}")], "n'est pas celui demandé", 0.5),
        ("II.3.server", "log", [("peername", "sockname")], "l'adresse du serveur", 0.5),
        ("II.3.server", "several", [], "", 1.0),
        ("II.3.server", "several", [('{msg}")', '{msg}")\n        break')], "Message 2 de", 0.0),
        ("II.3.server", "several", BY_ADDRESS, "client D (même adresse IP), alors", 0.0),
        ("II.3.server", "several", SWAPPED, "attribué à un autre client", 0.0),
        ("II.3.server", "survives", [], "", 1.0),
        (
            "II.3.server",
            "survives",
            [("            break\n", "            exit()\n")],
            "s'arrête",
            0,
        ),
    ],
)
def test_first_servers(
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
    assert not outcome.notes


@pytest.mark.parametrize(
    ("edit", "advice"),
    [
        (("except ConnectionError", "except EOFError"), "(RST) : ConnectionResetError"),
        pytest.param(
            *(('(errors="replace")', "()"), "ne sont pas du texte : UnicodeDecodeError"),
            marks=TELLS_AT_ONCE,
        ),
        pytest.param(
            *(
                ("            break\n        msg", "            1 / 0\n        msg"),
                "part : ZeroDiv",
            ),
            marks=TELLS_AT_ONCE,
        ),
    ],
)
def test_what_nobody_asked_costs_nothing(
    tmp_path: Path, edit: tuple[str, str], advice: str
) -> None:
    outcome = play(tmp_path, "II.3.server", textbook("II.3.server", edit), "survives")
    assert outcome.credit == 1.0
    assert outcome.notes[0].startswith("Conseil : ")
    assert advice in outcome.notes[0]
