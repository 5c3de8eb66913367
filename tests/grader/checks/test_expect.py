"""Ce qu'on attend d'un texte, de la lettre au mot ; et la plus grave des fautes vues."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.checks.expect import (
    TOLERATED,
    Faults,
    advise,
    excuse,
    expect,
    expect_all,
    expect_line,
    judge,
    nothing_raised,
    witnessed,
)
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer, connect
from grader.driving.program import Program
from grader.model.records import Match
from tests.grader.checks.playing import message, play

TALKING = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
people = [server.accept()[0] for _ in sys.argv[1:]]
for person, said in zip(people, sys.argv[1:]):
    person.sendall(said.encode())
print("dit", *sys.argv[1:], flush=True)
input()
"""
PHRASE = "luo a dit : zabolira"


async def _hear(arena: Arena, *said: str) -> tuple[Program, list[Peer]]:
    """Autant de connexions que de textes, chacune recevant le sien."""
    program = await arena.start(said)
    await arena.wait(lambda: "\n" in program.since(), program, calm=15)
    peers: list[Peer] = []
    for _ in said:
        peer = Peer(f"client {len(peers)}", arena.pulse, arena.timeline)
        await connect(peer, ("127.0.0.1", int(program.since().split()[0])), ("127.0.0.1", 0))
        peers.append(peer)
    arena.peers += peers
    return program, peers


def wrong(received: str, match: Match) -> Wrong:
    return Wrong("non", received=received, match=match, credit=0.5 if match is Match.WORD else 0)


ARENA: Any = SimpleNamespace(proven=False)


def test_the_worst_fault_is_told() -> None:
    faults = Faults(ARENA)
    faults.raise_worst()
    faults.raise_first()
    for text, match in [("a", Match.WORD), ("b", Match.NONE), ("c", Match.NONE)]:
        with faults.noting():
            raise wrong(text, match)
    with pytest.raises(Wrong) as raised:
        faults.raise_worst()
    assert raised.value.failure.received == "b"
    with pytest.raises(Wrong) as raised:
        faults.raise_first()
    assert (raised.value.failure.received, raised.value.credit) == ("a", 0)


def test_each_fault_keeps_whether_its_wait_was_a_proof() -> None:
    arena: Any = SimpleNamespace(proven=True)
    faults = Faults(arena)
    for proven, credit in [(True, 0.5), (False, 0.0), (True, 0.5)]:
        arena.proven = proven
        with faults.noting():
            raise Wrong("non", credit=credit, timed_out=True)
    with pytest.raises(Wrong) as raised:
        faults.raise_worst()
    assert (raised.value.timed_out, arena.proven) == (True, False)
    with pytest.raises(Wrong) as raised:
        faults.raise_first()
    assert (raised.value.timed_out, arena.proven) == (False, True)


def test_an_advice_is_a_note() -> None:
    arena: Any = SimpleNamespace(notes=[])
    advise(arena, "fermez la porte.")
    assert arena.notes == ["Conseil : fermez la porte."]


def test_a_fault_of_ours_is_not_noted() -> None:
    with pytest.raises(LookupError), Faults(ARENA).noting():
        raise LookupError


@pytest.mark.parametrize(
    ("match", "received", "expected", "credit"),
    [
        (Match.EXACT, PHRASE, "", 1.0),
        (Match.TOLERANT, f"{PHRASE}\n", "", 1.0),
        (Match.WORD, "luo: zabolira", "le texte n'est pas celui demandé", 0.5),
        (Match.NONE, "salut", "autre chose arrive", 0.0),
        (Match.NONE, " ", "rien n'arrive", 0.0),
    ],
)
def test_judge(tmp_path: Path, match: Match, received: str, expected: str, credit: float) -> None:
    async def check(arena: Arena) -> None:
        for _ in range(2):
            judge(arena, match, "La phrase", sent="x", expected=PHRASE, received=received)

    outcome = play(tmp_path, "II.4.server", "", check)
    assert expected in message(outcome)
    assert outcome.credit == credit
    assert outcome.notes == [f"La phrase : {TOLERATED}"] * (match is Match.TOLERANT)
    if outcome.failure:
        assert (outcome.failure.sent, outcome.failure.received) == ("x", received)


def test_expect(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        program, [peer] = await _hear(arena, "luo: zabolira")
        await expect(arena, peer, PHRASE, word="zabolira", program=program, what="Le mot")

    outcome = play(tmp_path, "II.4.server", TALKING, check)
    assert message(outcome) == "Le mot : le texte n'est pas celui demandé."
    assert outcome.failure
    assert outcome.failure.output.endswith("dit luo: zabolira")


@pytest.mark.parametrize(
    ("said", "expected", "credit"),
    [
        ((PHRASE, PHRASE), "", 1.0),
        ((PHRASE, f"{PHRASE} !"), "client 1 : le texte n'est pas celui demandé.", 0.5),
        ((f"{PHRASE} !", ""), "client 1 : rien n'arrive.", 0.0),
        ((f"{PHRASE}\nmoi a dit : zabolira", PHRASE), "client 0 : le texte n'est pas", 0.5),
    ],
)
def test_all_must_receive(
    tmp_path: Path, said: tuple[str, ...], expected: str, credit: float
) -> None:
    async def check(arena: Arena) -> None:
        program, peers = await _hear(arena, *said)
        await expect_all(
            arena,
            peers,
            PHRASE,
            word="zabolira",
            program=program,
            what=lambda peer: peer.actor,
        )
        assert not any(peer.unread for peer in peers)

    outcome = play(tmp_path, "II.4.server", TALKING, check, deadline=0.5)
    assert message(outcome).startswith(expected)
    assert outcome.credit == credit


@pytest.mark.parametrize(
    ("written", "expected", "match"),
    [
        (f"12:00 {PHRASE}", "zabolira", None),
        (PHRASE, PHRASE, None),
        (f"bonjour\nluo: zabolira\n{PHRASE[:8]}", PHRASE, Match.WORD),
        ("bonjour", PHRASE, Match.NONE),
    ],
)
def test_expect_line(tmp_path: Path, written: str, expected: str, match: Match | None) -> None:
    async def check(arena: Arena) -> None:
        program = await arena.start()
        await arena.wait(program.since, program, calm=15, deadline=15)
        await expect_line(
            arena, program, expected, word="zabolira", place=0, what="La ligne", sent="zabolira"
        )

    outcome = play(tmp_path, "II.3.server", f"print({written!r})\ninput()", check)
    assert (outcome.failure and outcome.failure.match) == match
    if match is Match.WORD:
        assert outcome.failure
        assert outcome.failure.received == "luo: zabolira"


CAUGHT = "import traceback\ntry: {}['x']\nexcept KeyError: traceback.print_exc()\ninput('prêt')"


@pytest.mark.parametrize(
    ("source", "expected", "credit"),
    [
        ("input('prêt')", "", 1.0),
        ("", "s'arrête ici", 0.0),
        ("1 / 0", "s'arrête ici. ZeroDivisionError: division by zero", 0.0),
        (CAUGHT, "Une exception échappe au programme ici : KeyError: 'x'", 0.25),
        ("while True: print('x' * 1000)", "écrit sans fin ici", 0.0),
        # Trop lent, ou trop lentement lu, pour qu'on ait déjà eu à l'arrêter.
        ("print('x' * 60_000); input('prêt')", "écrit sans fin ici", 0.0),
    ],
)
def test_nothing_raised(tmp_path: Path, source: str, expected: str, credit: float) -> None:
    async def check(arena: Arena) -> None:
        program = await arena.start()
        await arena.wait(
            lambda: not program.running or program.flooded or "prêt" in program.since(),
            calm=60,
            deadline=60,
        )
        nothing_raised(program, "ici", sent="un mot", credit=0.25)

    outcome = play(tmp_path, "II.3.server", source, check)
    assert expected in message(outcome)
    assert outcome.credit == credit
    if outcome.failure:
        assert outcome.failure.sent == "un mot"


def test_a_fault_keeps_what_the_screen_showed(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        first = await arena.start()
        await arena.wait(lambda: not first.running, first, calm=15)
        fault = witnessed(Wrong("Non."), first)
        await arena.start()
        raise fault

    outcome = play(tmp_path, "II.3.server", "print('vu')", check)
    assert outcome.failure
    assert outcome.failure.output == "vu"


DEAF = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
people = []
while True:
    people.append(server.accept())
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (DEAF, "Le programme n'a pas lu ce qu'on lui envoie."),
        (DEAF.replace("while True", "for _ in (1,)"), "Le programme a fini."),
        (DEAF.replace("people.append(", "(").replace("pt()", "pt()[0].recv(99)"), ""),
        (DEAF + "    1 / 0", "échappe au programme : ZeroDivisionError: division by zero"),
    ],
)
def test_why_nothing_comes(tmp_path: Path, source: str, expected: str) -> None:
    async def check(arena: Arena) -> None:
        program, [peer] = await _hear(arena, "")
        peer.send("mot")
        await arena.settle(program)
        said = excuse(arena, program)
        assert said.endswith(expected)
        assert bool(said) is bool(expected)

    assert message(play(tmp_path, "II.4.server", source, check)) == ""
