"""Le client reste tant que le serveur est là, et s'en va avec lui."""

from pathlib import Path

import pytest

from grader.checks.client_end import (
    chats,
    quits,
    says_it_is_gone,
    stays_with_server,
    vanishes,
)
from tests.grader.checks.clients import judged
from tests.grader.checks.playing import Play, message

STEP = "II.6.client"
SHOWN = "await aprint(f\"\\r{data.decode(errors='replace')}\")"
GONE = "raise ConnectionError"
# Un peu après le premier message, sans jamais regarder si le serveur est parti.
EARLY = """
import os, socket, time
pseudo = input("Pseudo : ")
link = socket.create_connection(("127.0.0.1", 8888))
link.sendall(f"Hello|{pseudo}".encode())
print(link.recv(1024).decode(), flush=True)
time.sleep(0.25)
print("Le serveur est parti.", flush=True)
"""


@pytest.mark.parametrize("check", [chats, stays_with_server, says_it_is_gone, quits, vanishes])
def test_the_textbook_is_right(tmp_path: Path, check: Play) -> None:
    outcome = judged(tmp_path, STEP, check)
    assert (message(outcome), outcome.notes) == ("", [])


@pytest.mark.parametrize(
    ("check", "edit", "said", "credit"),
    [
        (chats, ("Hello|{pseudo}", "{pseudo}"), "le texte n'est pas celui demandé", 0.5),
        (chats, (SHOWN, "pass"), "n'est pas affiché", 0.0),
        (says_it_is_gone, ("\\nLe serveur est parti.", "\\n> "), "n'en dit rien", 0.0),
        (says_it_is_gone, (GONE, "raise Exception('Le serveur est parti')"), "la trace", 0.5),
        (says_it_is_gone, (GONE, "data[0]"), "n'en dit rien", 0.0),
        (says_it_is_gone, (GONE, "print('Message :'); continue"), "sans fin", 0.0),
        (quits, (GONE, "print('Message :'); continue"), "écrit sans fin", 0.0),
        (quits, (GONE, "print('Le serveur est parti'); data[0]"), "par une exception", 0.5),
        (quits, (GONE, "return"), "ne quitte pas quand le serveur part", 0.0),
        (
            vanishes,
            (
                "        data = ",
                "        import contextlib\n        data = ''\n        with "
                "contextlib.suppress(OSError): data = ",
            ),
            "",
            1.0,
        ),
    ],
)
def test_a_fault_is_told(
    tmp_path: Path, check: Play, edit: tuple[str, str], said: str, credit: float
) -> None:
    outcome = judged(tmp_path, STEP, check, edit, deadline=2)
    assert said in message(outcome)
    assert outcome.credit == credit


@pytest.mark.parametrize("check", [stays_with_server, says_it_is_gone, quits, vanishes])
def test_leaving_before_the_server_earns_nothing(tmp_path: Path, check: Play) -> None:
    outcome = judged(tmp_path, STEP, check, script=EARLY)
    assert message(outcome) == "Le client s'arrête alors que le serveur est là."


def test_a_message_that_is_not_shown_does_not_hide_the_end(tmp_path: Path) -> None:
    for check in (says_it_is_gone, quits):
        assert message(judged(tmp_path, STEP, check, (SHOWN, "pass"))) == ""


def test_what_surrounds_a_message_is_not_a_message(tmp_path: Path) -> None:
    empty = ("if not data:", "if not data:\n            await aprint('Reçu : ')")
    around = ('f"\\r{', 'f"\\rReçu : {'), ("\\nLe serveur est parti.", "")
    outcome = judged(tmp_path, STEP, says_it_is_gone, empty, *around)
    assert message(outcome) == "Le serveur est parti, et le client n'en dit rien."


def test_what_the_exception_says_is_charged_once(tmp_path: Path) -> None:
    outcome = judged(tmp_path, STEP, quits, (GONE, "raise Exception('Le serveur est parti')"))
    assert (message(outcome), len(outcome.notes)) == ("", 1)


def test_an_exception_when_the_server_vanishes_is_only_advice(tmp_path: Path) -> None:
    uncaught = (GONE, "raise EOFError"), ("except ConnectionError", "except EOFError")
    outcome = judged(tmp_path, STEP, vanishes, *uncaught)
    assert message(outcome) == ""
    assert "ConnectionResetError" in outcome.notes[0]


def test_waiting_for_ever_for_a_server_that_vanished(tmp_path: Path) -> None:
    patient = (
        ("raise ConnectionError", "raise EOFError"),
        (
            "        data = await reader.read(1024)\n",
            "        try:\n            data = await reader.read(1024)\n"
            "        except ConnectionError:\n            return\n",
        ),
    )
    assert "disparaît" in message(judged(tmp_path, STEP, vanishes, *patient, deadline=2))
