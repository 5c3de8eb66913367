"""Ce qu'entend chacun dans la salle : à la lettre, de qui, et ce que disent ceux qui n'ont rien."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.checks.room import (
    Delivery,
    announced,
    heard_by_all,
    judge_relay,
    mentions,
    mentions_port,
    says,
)
from grader.checks.starting import start_server
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.model.records import Match
from tests.grader.checks.playing import message, play, textbook

WORD = "zabolira"
TWO_MACHINES = "10.0.0.1"


def person(number: int, address: str = "") -> Any:
    """Quelqu'un qui se nomme « a », « b »… et vient du port 20001, 20002…"""
    place = address or f"10.0.1.{number}", 20000 + number
    return SimpleNamespace(
        actor="abcdef"[number - 1] * 6, address=place, name=f"{place[0]}:{place[1]}"
    )


MEMBERS = [person(1, TWO_MACHINES), person(2), person(3, TWO_MACHINES), person(4)]
A, B, C, D = MEMBERS
SERVER: Any = SimpleNamespace(
    port=8888, arena=SimpleNamespace(notes=[], proven=False), program=None
)


def heard(speaker: Any, listener: Any, received: str | None = None, excuse: str = "") -> Delivery:
    expected = f"{speaker.actor} a dit : {WORD}"
    text = expected if received is None else received
    return Delivery(speaker, listener, WORD, expected, text, excuse, "écran")


def judged(*deliveries: Delivery) -> Wrong | None:
    try:
        judge_relay(SERVER, deliveries, MEMBERS)
    except Wrong as wrong:
        return wrong
    return None


def test_right() -> None:
    assert judged(*(heard(one, other) for one in MEMBERS for other in MEMBERS)) is None


def test_lost() -> None:
    assert heard(A, B, "").lost
    assert not heard(A, B, f"? {WORD}").lost
    assert heard(A, B, f"? {WORD}").match is Match.WORD


@pytest.mark.parametrize(
    ("received", "expected", "credit"),
    [
        (f"aaaaaa : {WORD}", "le texte n'est pas celui demandé", 0.5),
        (f"10.0.0.1:20001 a dit : {WORD}", "le texte n'est pas celui demandé", 0.5),
        (f"quelqu'un a dit : {WORD}", "le texte n'est pas celui demandé", 0.5),
        (f"bbbbbb, aaaaaa a dit : {WORD}", "le texte n'est pas celui demandé", 0.5),
        (f"bbbbbb a dit : {WORD}", "est attribué à celui qui le reçoit", 0.5),
        (f"('10.0.1.2', 20002) a dit : {WORD}", "est attribué à celui qui le reçoit", 0.5),
        (f"dddddd a dit : {WORD}", "est attribué à dddddd, qui n'a rien dit", 0.5),
        (f"127.0.0.1:8888 a dit : {WORD}", "est attribué au serveur", 0.5),
        (f"aaaaaa et dddddd ont dit : {WORD}", "est attribué à plusieurs personnes à la fois", 0.0),
        (f"aaaaaa a dit : {WORD}\nun autre a dit : {WORD}", "est attribué à plusieurs", 0.0),
        ("bonjour", "autre chose arrive", 0.0),
        ("", "rien n'arrive", 0.0),
    ],
)
def test_who_is_named(received: str, expected: str, credit: float) -> None:
    wrong = judged(heard(A, B, received))
    assert wrong
    assert f"de aaaaaa relayé à bbbbbb {expected}" in wrong.failure.message.replace(" : ", " ")
    assert wrong.credit == credit
    failure = wrong.failure
    assert (failure.sent, failure.received, failure.output) == (WORD, received, "écran")


def test_an_excuse_explains_what_is_lost_and_only_that() -> None:
    lost, altered = heard(A, B, "", "C'est KeyError."), heard(A, B, f"? {WORD}", "C'est KeyError.")
    wrong = judged(lost)
    assert wrong
    assert wrong.failure.message.endswith("rien n'arrive. C'est KeyError.")
    wrong = judged(altered)
    assert wrong
    assert "KeyError" not in wrong.failure.message


PAIRS = [(one, other) for one in MEMBERS for other in MEMBERS if one is not other]


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ([(A, C), (C, A)], "aaaaaa relayé à cccccc (même adresse IP) :"),
        ([(B, C), (A, C), (D, C), (C, A)], "aaaaaa relayé à cccccc (même adresse IP) :"),
        ([(A, B), (A, C), (A, D), (B, C), (B, D), (C, D)], "cccccc, arrivé après lui :"),
        ([(B, A), (C, A), (D, A), (C, B), (D, B), (D, C)], "aaaaaa, arrivé avant lui :"),
        (
            [(A, C), (A, D), (B, C), (B, D), (C, B), (C, D), (D, B), (D, C)],
            "cccccc, alors qu'un autre le reçoit",
        ),
        ([(B, D), (D, B)], "bbbbbb relayé à dddddd :"),
        (PAIRS, "cccccc : rien n'arrive"),
    ],
)
def test_what_the_lost_have_in_common(lost: list[tuple[Any, Any]], expected: str) -> None:
    names = {(one.name, other.name) for one, other in lost}

    def text(one: Any, other: Any) -> str | None:
        return "" if (one.name, other.name) in names else None

    wrong = judged(*(heard(one, other, text(one, other)) for one, other in PAIRS))
    assert wrong
    assert expected in wrong.failure.message
    assert wrong.credit == 0


def test_the_worst_wins() -> None:
    wrong = judged(heard(A, B, f"? {WORD}"), heard(A, D, ""))
    assert wrong
    assert (wrong.credit, wrong.failure.received) == (0, "")


def test_mentions() -> None:
    assert mentions("aaaaaa a dit", A)
    assert mentions("\x1b[1maaaaaa\x1b[0m", A)
    assert mentions("(10.0.0.1, 20001)", A)
    assert not mentions("aaaaaab 120001", A)
    assert mentions_port("Hello 1.2.3.4:8888", 8888)
    assert not mentions_port("88881", 8888)


def test_says(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        speaker, *listeners = await server.enter(3)
        one, other = await says(server, speaker, listeners)
        assert (
            one.expected == one.received == other.received == f"{speaker.name} a dit : {one.word}"
        )
        assert (one.speaker, one.listener, other.listener) == (speaker, *listeners)
        assert not any(peer.unread for peer in listeners)

    assert message(play(tmp_path, "II.4.server", textbook("II.4.server"), check)) == ""


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], ""),
        ([("a dit :", "dit")], ""),
        ([('client["w"].write(', "str(")], "rien n'arrive"),
        ([('await client["w"].drain()', "return")], "alors qu'un autre le reçoit"),
    ],
)
def test_heard_by_all(tmp_path: Path, edits: list[tuple[str, str]], expected: str) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        speaker, *listeners = await server.enter(3)
        assert await heard_by_all(server, speaker, listeners) in server.program.since()

    outcome = play(tmp_path, "II.4.server", textbook("II.4.server", *edits), check)
    assert expected in message(outcome)
    assert bool(expected) is bool(outcome.failure)


@pytest.mark.parametrize(
    ("phrase", "expected", "credit"),
    [
        ("Annonce : {pseudo} arrive", "", 1.0),
        ("{pseudo} arrive", "reçue par {first} : le texte n'est pas celui demandé", 0.5),
        ("Annonce : {first} arrive\\nAnnonce : {pseudo} arrive", "nomme aussi d'autres", 0.0),
    ],
)
def test_announced(tmp_path: Path, phrase: str, expected: str, credit: float) -> None:
    text = phrase.replace("{first}", "{next(iter(CLIENTS.values()))['pseudo']}")
    source = textbook("II.5.server", ("Annonce : {pseudo} a rejoint la chatroom", text))
    names = []

    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        first = await server.join(arena.words.pseudo())
        names.append(first.actor)
        pseudo = arena.words.pseudo()
        newcomer = await server.connect(pseudo)
        newcomer.send(f"Hello|{pseudo}")
        await announced(
            server,
            [first],
            lambda name: f"Annonce : {name} arrive",
            pseudo,
            what="L'annonce",
            members=[first, newcomer],
        )

    outcome = play(tmp_path, "II.5.server", source, check)
    assert expected.replace("{first}", names[0]) in message(outcome)
    assert outcome.credit == credit
