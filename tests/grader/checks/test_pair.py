"""Le serveur et le client d'une copie, l'un avec l'autre, chacun dans son protocole à lui."""

import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, cast

import pytest

from grader.checks.pair import (
    PROVES,
    Guest,
    House,
    answers,
    crossed,
    heard_by_other,
    heard_by_server,
)
from grader.discovery.files import SourceFile, Submission
from grader.discovery.sources import SourceFacts
from grader.driving.setting import Job, Script, Setting
from grader.engine.catalogue import select, steps
from grader.engine.functions import functions
from grader.engine.pairing import PARTNERS
from grader.engine.trial import run
from grader.model.records import Launch, Outcome
from grader.sandbox.cell import Runtime
from grader.world.wire import Talk, Wire
from tests.grader.checks.clients import HOST, free_port
from tests.grader.checks.playing import AUTHORITY, message

# Chaque texte est à l'envers sur le fil.
SERVER = """
import socket, threading
server = socket.create_server(("127.0.0.1", PORT))
clients = []
def serve(mine):
    while data := mine.recv(1024):
        print(data.decode()[::-1], flush=True)
        for other in clients:
            if other is not mine:
                other.sendall(data)
while True:
    clients.append(server.accept()[0])
    threading.Thread(target=serve, args=(clients[-1],), daemon=True).start()
"""
CLIENT = """
import socket, sys, threading
ASK
link = socket.create_connection(("127.0.0.1", PORT))
SAY
def hear():
    while data := link.recv(1024):
        print("reçu", data.decode()[::-1], flush=True)
threading.Thread(target=hear, daemon=True).start()
for line in sys.stdin:
    link.sendall(line.strip()[::-1].encode())
"""
PSEUDO = {
    "ASK": 'pseudo = input("Pseudo : ")',
    "SAY": "link.sendall(('je suis ' + pseudo)[::-1].encode())",
}


def together(folder: Path, group: str, server: str = SERVER, client: str = CLIENT) -> Outcome:
    """Ce que prouvent ces deux scripts lancés ensemble, hors du bac à sable."""
    port = free_port()
    words = PSEUDO if group in ("II.5", "II.6") else {}
    texts = {}
    for name, text in (("server.py", server), ("client.py", client)):
        texts[name] = text
        for word, new in {"ASK": "", "SAY": "", **words, "PORT": str(port)}.items():
            texts[name] = texts[name].replace(word, new)
    files = tuple(SourceFile(PurePosixPath(name), text.encode()) for name, text in texts.items())
    runtime, launch = Runtime(Path(sys.executable), ()), Launch(host=HOST, port=port)
    scripts = {
        step: Script(PurePosixPath(name), runtime, "3", (), launch)
        for step, name in zip(PARTNERS[group], texts, strict=True)
    }
    (step,) = select(PARTNERS[group][1])
    check = replace(step.checks[0], id=f"{group}.pair", deadline=3)
    setting = Setting("none", folder, Submission(folder, files), authority=AUTHORITY)
    outcome = run(setting, Job(step, check, scripts, seed=1))
    assert not outcome.error, outcome.error
    return outcome


def test_each_group_has_its_conversation() -> None:
    expected = {"II.2": answers, "II.3": heard_by_server}
    for group in PARTNERS:
        assert functions()[f"{group}.pair"] is expected.get(group, heard_by_other)


def test_what_is_proved_exists() -> None:
    assert PROVES.keys() <= {check.id for step in steps() for check in step.checks}


@pytest.mark.parametrize(
    ("group", "proved"),
    [
        ("II.3", {"II.3.server.log", "II.3.client.sends"}),
        ("II.4", {"II.4.server.relay"}),
        ("II.5", {name for name in PROVES if name.startswith("II.5.")}),
        ("II.6", {"II.6.server.chat", "II.6.client.chat"}),
    ],
)
def test_they_understand_each_other(tmp_path: Path, group: str, proved: set[str]) -> None:
    outcome = together(tmp_path, group)
    assert message(outcome) == ""
    assert set(outcome.notes) == proved


def test_an_arrival_that_nobody_sees_is_not_paid(tmp_path: Path) -> None:
    outcome = together(tmp_path, "II.5", client=CLIENT.replace("SAY", "link.sendall(b'-')"))
    assert set(outcome.notes) == {
        "II.5.server.relay",
        "II.5.client.talks",
        "II.5.client.receives",
    }


@pytest.mark.parametrize("group", ["II.3", "II.4", "II.5", "II.6"])
def test_nothing_passes_through_a_mute_server(tmp_path: Path, group: str) -> None:
    mute = (
        SERVER.replace("other.sendall(data)", "pass")
        .replace("print(", "str(")
        .replace(", flush=True)", ")")
    )
    outcome = together(tmp_path, group, server=mute)
    assert "ne se comprennent pas non plus" in message(outcome)
    assert outcome.notes == []


class Tapped(NamedTuple):
    """Ce qui est passé sur le fil, écrit d'avance."""

    seen: list[Talk]

    def talks(self) -> list[Talk]:
        return self.seen


def test_mute_is_what_was_seen_of_this_client_alone() -> None:
    address = ("127.0.0.1", 1)
    spoke = Talk(address, asked=bytearray(b"bonjour"))
    silent = Talk(address, answered=bytearray(b"bienvenue"))

    def mute(earlier: int, *talks: Talk) -> bool:
        house = House(Any, Any, cast("Wire", Tapped(list(talks))))  # type: ignore[arg-type]
        return house.mute(Guest(Any, "it4", earlier))  # type: ignore[arg-type]

    assert mute(1, spoke, silent)  # un autre, avant lui, a parlé
    assert not mute(0, spoke, silent)
    assert not mute(1, silent, spoke)
    assert not House(Any, Any, None).mute(Guest(Any, "it4", 0))  # type: ignore[arg-type]


def test_outside_the_sandbox_what_the_server_answers_is_not_seen(tmp_path: Path) -> None:
    assert "bac à sable" in together(tmp_path, "II.2").unjudged


@pytest.mark.parametrize(
    ("data", "screen", "expected"),
    [
        (b'{"texte": "bienvenue"}', "> bienvenue", True),
        (b"", "bienvenue", False),
        (b"bienvenue", "", False),
        (b"Bonjour", "Bonjour", False),  # le script peut l'écrire de lui-même
        (b"ok", "ok", False),  # trop court pour prouver
        (b"\xff\x00bienvenue\x01", "bienvenue", True),
    ],
)
def test_crossed(data: bytes, screen: str, expected: bool) -> None:
    own = SourceFacts(strings=("Bonjour", "texte"))
    script = Script(PurePosixPath("x.py"), Runtime(Path(sys.executable), ()), "3", (own,))
    assert crossed(data, screen, script) is expected
