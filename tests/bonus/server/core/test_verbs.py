"""Une commande : ce qui la précise, qui peut la donner, et une réponse à chacune."""

from typing import Any

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Answered, Ask, Refused
from chatroom.server.core.people import by_pseudo
from chatroom.server.core.verbs import OPERATORS, VERBS, RefusalError, Request

from tests.bonus.server.core.ground import Client
from tests.bonus.server.core.town import Town

KNOWN = {"operator", "kick", "ban", "unban", "bans", "mute", "unmute", "delete", "lock"}
KNOWN |= {"readonly", "topic", "rename", "close", "private", "invite", "password", "nick"}


@pytest.fixture
def town() -> Town:
    return Town()


def request(town: Town, client: Client, **values: Any) -> Request:
    assert client.session
    return Request(town.hub, client.session, "essai", values)


def refused(client: Client, message: Ask) -> tuple[Reason, str]:
    client.tell(message)
    refusal = client.last(Refused)
    return Reason(refusal.reason), refusal.text


def test_every_verb() -> None:
    assert VERBS.keys() >= KNOWN
    assert VERBS.keys() > OPERATORS
    assert not OPERATORS & {"operator", "nick", "delete", "private", "invite", "password"}


def test_an_unknown_verb(town: Town) -> None:
    alice = town.come("alice")
    expected = (Reason.UNKNOWN, "Ce serveur ne connaît pas la commande danse�.")
    assert refused(alice, Ask("danse\x1b", "{}")) == expected
    assert not alice.closed


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "{", "[" * 4_000, "null"])
def test_what_is_no_object(town: Town, text: str) -> None:
    alice = town.come("alice")
    expected = (Reason.PROTOCOL, "Une commande est précisée par un objet JSON.")
    assert refused(alice, Ask("nick", text)) == expected


def test_values(town: Town) -> None:
    alice = town.come("alice")
    given = request(town, alice, name=" un\x1bdeux ", many=3, no=False, yes=True, odd="oui")
    assert given.text("name", 10) == "un�deux"
    assert given.text("missing", 10) == ""
    assert (given.number("many", 3), given.number("missing", 3)) == (3, 0)
    flags = [given.flag(key) for key in ("missing", "no", "yes", "odd")]
    assert flags == [True, False, True, False]


@pytest.mark.parametrize(
    ("value", "reason"),
    [(3, Reason.PROTOCOL), (["x"], Reason.PROTOCOL), ("x" * 11, Reason.TOO_LONG)],
)
def test_a_text_that_is_none(town: Town, value: Any, reason: Reason) -> None:
    with pytest.raises(RefusalError) as raised:
        request(town, town.come("alice"), name=value).text("name", 10)
    assert raised.value.reason is reason


@pytest.mark.parametrize("value", [-1, 11, 1.0, True, "3", None])
def test_a_number_that_is_none(town: Town, value: Any) -> None:
    with pytest.raises(RefusalError) as raised:
        request(town, town.come("alice"), many=value).number("many", 10)
    assert raised.value.reason is Reason.PROTOCOL


def test_an_answer_and_what_the_journal_keeps_of_it(town: Town) -> None:
    alice = town.come("alice")
    given = request(town, alice)
    given.tell("c'est fait")
    town.world.settle()
    assert alice.last(Answered) == Answered("essai", '{"text": "c\'est fait"}')
    assert any("alice" in line and "c'est fait" in line for line in town.lines)
    given.refuse("non")
    assert alice.last(Refused) == Refused(Reason.DENIED, 0, "non")
    alice.leave()
    given.answer(text="trop tard")
    given.refuse("trop tard")
    assert not alice.take(Answered)
    assert not alice.take(Refused)


def test_somebody_is_sought(town: Town) -> None:
    alice = town.come("alice")
    found: list[str] = []
    request(town, alice, who="ALICE").whom(lambda person: found.append(person.pseudo))
    request(town, alice).seek(by_pseudo("zoé"), lambda person: found.append(str(person)))
    assert found == ["alice", "None"]
    request(town, alice, who="zoé").whom(lambda person: found.append(person.pseudo))
    assert alice.last(Refused).text == "Il n'y a personne du nom de zoé."
    assert alice.session
    assert not alice.session.held


def test_a_disk_that_cannot_be_read(town: Town) -> None:
    alice = town.come("alice")
    given = request(town, alice)
    given.read(lambda _then, sorry: sorry("la base est abîmée"), lambda _: None)
    refusal = alice.last(Refused)
    assert refusal == Refused(Reason.STORAGE, 0, "L'historique est illisible : la base est abîmée")


def test_nothing_more_is_read_before_the_answer(town: Town) -> None:
    alice = town.come("alice")
    later: list[Any] = []
    assert alice.session
    request(town, alice).wait(later.append, lambda answer: later.append(f"reçu {answer}"))
    assert alice.session.held
    later[0]("x")
    assert later[1] == "reçu x"
    assert not alice.session.held


def test_who_left_meanwhile_is_not_answered(town: Town) -> None:
    alice = town.come("alice")
    later: list[Any] = []
    request(town, alice).wait(later.append, later.append)
    alice.leave()
    later[0]("x")
    assert len(later) == 1


def test_a_decision(town: Town) -> None:
    alice = town.come("alice")
    said: list[str] = []
    given = request(town, alice)
    given.decide(lambda _: said.append("écrit"), lambda: said.append("gardé"))
    town.world.settle()
    assert said == ["écrit", "gardé"]
    town.disk.broken = "le disque est plein"
    given.decide(lambda _: None, lambda: said.append("jamais"), undo=lambda: said.append("défait"))
    town.world.settle()
    assert said == ["écrit", "gardé", "défait"]
    assert alice.last(Refused).text.endswith("le disque est plein")
