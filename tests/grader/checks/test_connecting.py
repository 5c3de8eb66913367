"""Le serveur auquel croit parler un client, et la façon de lancer celui-ci."""

import socket
from pathlib import Path

import pytest

from grader.checks import connecting
from grader.checks.connecting import answers_of, guess_ports, learn_launch, start_client
from grader.driving.arena import Arena
from grader.model import examples
from grader.model.records import Launch, Outcome
from tests.grader.checks.clients import HOST, free_port, judged
from tests.grader.checks.playing import message, play

II_2, II_3, II_5, II_6 = (f"II.{number}.client" for number in (2, 3, 5, 6))
ASKING = """
import socket
pseudo = input(QUESTION)
link = socket.create_connection(("127.0.0.1", 8888))
link.sendall(f"Hello|{pseudo}".encode())
link.recv(1)
"""


@pytest.mark.parametrize("step", [II_2, II_3, II_5])
def test_only_what_the_lab_makes_it_ask_is_answered(tmp_path: Path, step: str) -> None:
    async def check(arena: Arena) -> None:
        answers = answers_of(arena, Launch(host="10.1.1.1", port=9999), "luo")
        assert (answers.get("pseudo") == "luo") is (step == II_5)
        assert (answers.get("message") == "Hello") is (step == II_2)
        assert (answers["host"], answers["port"], answers["enter"]) == ("10.1.1.1", "9999", "")
        assert answers_of(arena, Launch(), "")["host"] == examples.HOST

    assert message(judged(tmp_path, step, check)) == ""


@pytest.mark.parametrize("question", ['"Pseudo : "', '""', '"Qui va là ? "'])
def test_the_pseudo_is_given_to_who_waits_for_it(tmp_path: Path, question: str) -> None:
    async def check(arena: Arena) -> None:
        client = await start_client(arena)
        assert client.said == f"Hello|{client.pseudo}"
        assert client.asked == ["pseudo"]
        assert client.others == []

    script = ASKING.replace("QUESTION", question)
    assert message(judged(tmp_path, II_5, check, script=script)) == ""


def test_nothing_is_typed_that_is_not_asked(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        client = await start_client(arena)
        await arena.settle(client.program)
        assert client.asked == []
        assert client.said == ""

    silent = "import socket\nlink = socket.create_connection(('127.0.0.1', 8888))\n"
    talking = f"{silent}while True:\n    link.sendall(input().encode())\n"
    assert message(judged(tmp_path, II_3, check, script=talking)) == ""


def test_another_connection_is_not_the_conversation(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        client = await start_client(arena)
        assert client.said == f"Hello|{client.pseudo}"
        assert len(client.others) == 1

    twice = ASKING.replace("QUESTION", "'Pseudo : '").replace(
        "pseudo =", "first = socket.create_connection(('127.0.0.1', 8888))\npseudo ="
    )
    assert message(judged(tmp_path, II_6, check, script=twice)) == ""


def test_a_client_that_goes_nowhere(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        await start_client(arena)

    asked = message(judged(tmp_path, II_3, check, script="input('Salle ? ')", deadline=2))
    assert asked == "Le client ne se connecte pas : il attend qu'on tape une ligne."
    raised = message(judged(tmp_path, II_3, check, script="1 / 0"))
    assert raised == "Le client ne se connecte pas. ZeroDivisionError: division by zero"


def test_a_port_taken_by_another_program_is_not_judged(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        outcome = judged(tmp_path, II_2, "hello", port=port)
        assert (
            outcome.unjudged == f"le port {port} est pris par un autre programme de cette machine"
        )


def learnt(folder: Path, source: str, port: int, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    monkeypatch.setattr(connecting, "PORT", port)
    return play(folder, II_5, source.replace("8888", str(port)), learn_launch, deadline=2)


def test_the_launch_says_where_it_goes_and_what_it_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    outcome = learnt(tmp_path, ASKING.replace("QUESTION", "'Pseudo : '"), port, monkeypatch)
    assert outcome.launch == Launch(".", (), ("pseudo",), HOST, port)


def test_the_attempt_that_went_furthest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sans ses options, il n'explique que son emploi ; avec elles, on voit la vraie faute."""
    source = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-p", required=True)
parser.add_argument("-a", required=True)
print("vers", parser.parse_args().a)
int("huit")
"""
    port = free_port()
    outcome = learnt(tmp_path, source, port, monkeypatch)
    assert message(outcome).startswith("Le client ne se connecte pas. ValueError: invalid literal")
    assert outcome.failure
    assert "vers 127.0.0.1" in outcome.failure.output
    assert "usage" not in outcome.failure.output
    assert outcome.tried
    assert outcome.tried.arguments == ("-p", str(port), "-a", HOST)


def test_the_ports_it_may_aim_at(tmp_path: Path) -> None:
    source = "import socket\nPORT = 14447\nADDRESS = '10.0.0.1:15555'\nOTHER = 80\n"

    async def check(arena: Arena) -> None:
        assert guess_ports(arena) == (examples.PORT,)  # hors du bac à sable, un seul
        object.__setattr__(arena.setting, "sandbox", "bwrap")
        assert guess_ports(arena) == (*connecting.USUAL_PORTS, 14447, 15555)
        object.__setattr__(arena.setting, "sandbox", "none")

    assert message(play(tmp_path, II_3, source, check)) == ""
