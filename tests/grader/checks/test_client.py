"""Ce qu'envoie un client, ce qu'il montre, comment il attend et s'arrête."""

from pathlib import Path

import pytest

from grader.checks.client import (
    asynchronous,
    client_options,
    connects,
    introduces,
    introduces_itself,
    receives,
    relayed,
    says_hello,
    sends,
    shows,
    shows_answer,
    stays,
    types,
)
from grader.checks.connecting import start_client
from grader.checks.ending import ends
from grader.driving.arena import Arena
from grader.model.records import Match
from tests.grader.checks.clients import HOST, free_port, judged, source
from tests.grader.checks.playing import Play, message

II_2, II_3, II_5, II_6 = (f"II.{number}.client" for number in (2, 3, 5, 6))
# Lit le réseau dans un fil, et le clavier dans l'autre.
THREADS = """
import socket, sys, threading
link = socket.create_connection(("127.0.0.1", 8888))
def hear():
    while data := link.recv(1024):
        print(data.decode(), flush=True)
threading.Thread(target=hear, daemon=True).start()
for line in sys.stdin:
    link.sendall(line.strip().encode())
"""


@pytest.mark.parametrize(
    ("step", "check"),
    [
        (II_2, says_hello),
        (II_2, shows_answer),
        (II_3, sends),
        (II_3, receives),
        (II_3, asynchronous),
        (II_3, stays),
        (II_5, introduces_itself),
        (II_5, client_options),
        (II_6, asynchronous),
    ],
)
def test_the_textbook_is_right(tmp_path: Path, step: str, check: Play) -> None:
    assert message(judged(tmp_path, step, check)) == ""


@pytest.mark.parametrize(
    ("step", "check", "edit", "said", "credit"),
    [
        (II_2, says_hello, ('b"Hello"', 'b"Salut"'), "autre chose arrive", 0.0),
        (II_2, says_hello, ('b"Hello"', 'input("Texte : ").encode()'), "demande quoi envoyer", 0.5),
        (II_2, shows_answer, ("answer.decode()", "len(answer)"), "n'est pas affichée", 0.0),
        (II_2, shows_answer, ("answer = connection.recv(1024)", "raise SystemExit"), "avant", 0.0),
        (II_3, sends, ("line.encode()", "line.upper().encode()"), "autre chose arrive", 0.0),
        (II_3, receives, ("{data.decode(errors='replace')}", "reçu"), "Le premier message", 0.0),
        (II_3, stays, ("        if not data:", "        if data:"), "s'arrête de lui-même", 0.0),
        (II_5, introduces_itself, ("Hello|{pseudo}", "Hello"), "le simple Hello", 0.0),
        (II_5, introduces_itself, ("Hello|{pseudo}", "{pseudo}"), "le texte n'est pas", 0.5),
        (II_5, client_options, ("args.port", "8888"), "ne tient pas compte de -p", 0.0),
        (II_5, client_options, ('"-p"', '"-q"'), "ne va pas à cette adresse", 0.0),
    ],
)
def test_a_fault_is_told(
    tmp_path: Path, step: str, check: Play, edit: tuple[str, str], said: str, credit: float
) -> None:
    edits = [edit]
    if check is stays:
        edits += [("return", "raise KeyboardInterrupt")]
    outcome = judged(tmp_path, step, check, *edits)
    assert said in message(outcome)
    assert outcome.credit == credit


def test_the_launch_is_learnt(tmp_path: Path) -> None:
    # Hors du bac à sable, on n'attend que sur 8888 : le client dit lui-même où il va.
    outcome = judged(tmp_path, II_2, connects, script="print('je ne vais nulle part')")
    assert "ne se connecte pas" in message(outcome)


def test_a_question_asked_after_connecting_is_answered(tmp_path: Path) -> None:
    asked = ("answer = conn", "answer = input('Suite ? ').encode() or conn")
    assert message(judged(tmp_path, II_2, says_hello, asked)) == ""


def test_threads_are_not_the_event_loop(tmp_path: Path) -> None:
    outcome = judged(tmp_path, II_3, asynchronous, script=THREADS)
    assert message(outcome) == (
        "Ce n'est pas la boucle d'événements qui attend les messages du serveur."
    )
    assert message(judged(tmp_path, II_3, receives, script=THREADS)) == ""


def test_ctrl_c_that_is_ignored(tmp_path: Path) -> None:
    deaf = ("import sys", "import signal\nimport sys\nsignal.signal(signal.SIGINT, lambda *_: 0)")
    outcome = judged(tmp_path, II_3, stays, deaf, deadline=1.5)
    assert message(outcome) == "Ctrl-C n'arrête pas le client."


def test_the_end_is_seen(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        client = await start_client(arena)
        assert not await ends(arena, client.program)
        client.peer.send("au revoir")
        assert await ends(arena, client.program)

    assert message(judged(tmp_path, II_2, check)) == ""


def test_a_message_is_relayed_as_the_server_of_the_lab_does(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        author, _, text = relayed(arena, "bonjour").partition(" a dit : ")
        assert text == "bonjour"
        assert (":" in author) is (arena.step.id == II_3)
        client = await start_client(arena)
        await shows(client, relayed(arena, "zabolira"), "zabolira", "non")
        if arena.step.id == II_5:
            await introduces(client)
        await types(client, 1)

    for step in (II_3, II_5):
        assert message(judged(tmp_path, step, check)) == ""


def test_an_exception_explains_why_nothing_is_shown(tmp_path: Path) -> None:
    port = free_port()
    raising = ("answer.decode()", "answer.no")
    outcome = judged(tmp_path, II_2, shows_answer, raising, port=port)
    assert outcome.failure
    assert outcome.failure.match is Match.NONE
    assert "AttributeError" in outcome.failure.message
    assert str(port) in source(II_2).replace("8888", str(port))
    assert HOST in source(II_2)
