"""Retirer un message : le sien, ou n'importe lequel ; d'un message privé, les deux exemplaires."""

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    PRIVATE,
    GetImage,
    Image,
    Join,
    Refused,
    Say,
    SendImage,
    Whisper,
)
from chatroom.server.core.rooms import Room

from tests.bonus.server.core.ground import Client
from tests.bonus.server.core.town import Refusal, Town, acts

GONE = (Reason.NOT_FOUND, "Ce message n'est pas, ou n'est plus, dans l'historique.")


@pytest.fixture
def town() -> Town:
    return Town()


def room_of(town: Town, name: str = "salon") -> Room:
    room = town.hub.rooms.named(name)
    assert room
    return room


def says(town: Town, client: Client, text: str, nonce: int = 1) -> None:
    client.tell(Say(room_of(town).id, nonce, text))


def test_ones_own(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    says(town, alice, "une bêtise")
    assert town.ask(alice, "delete", room="salon", seq=1) == {}
    assert acts(alice) == acts(prof) == [("alice", "delete", 1, "")]
    (first, second) = town.come("bob").read()
    assert (first["kind"], first["by"], first["pseudo"]) == ("removed", "alice", "alice")
    assert "text" not in first
    assert (second["kind"], second["act"], second["target"]) == ("act", "delete", 1)
    (line,) = (line for line in town.lines if "retire" in line)
    assert "alice" in line
    assert "le message n° 1 de alice (salon)" in line
    assert "une bêtise" not in line


def test_not_anothers_unless_operator(town: Town) -> None:
    prof, alice, bob = town.prof(), town.come("alice"), town.come("bob")
    says(town, alice, "une bêtise")
    refusal = (Reason.DENIED, "On ne retire que ses propres messages.")
    assert town.ask(bob, "delete", room="salon", seq=1) == refusal
    assert town.ask(prof, "delete", room="salon", seq=1) == {}
    assert acts(alice) == [("prof", "delete", 1, "")]


def test_a_picture_is_nowhere_any_more(town: Town) -> None:
    town.sizes[b"image"] = (4, 3)
    alice, bob = town.come("alice"), town.come("bob")
    room = room_of(town).id
    alice.tell(SendImage(room, 1, "a.png", b"image"))
    bob.tell(GetImage(room, 1))
    assert bob.last(Image).data == b"image"
    town.ask(alice, "delete", room="salon", seq=1)
    bob.tell(GetImage(room, 1))
    assert bob.last(Refused).reason == Reason.NOT_FOUND


def test_what_is_not_there_or_is_no_message(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    says(town, alice, "une bêtise")
    assert town.ask(prof, "delete", room="salon", seq=7) == GONE
    town.ask(prof, "delete", room="salon", seq=1)
    assert town.ask(prof, "delete", room="salon", seq=1) == GONE  # déjà
    assert town.ask(prof, "delete", room="salon", seq=2) == GONE  # l'acte lui-même
    nowhere = (Reason.NOT_FOUND, "Il n'y a pas de salon ailleurs.")
    assert town.ask(prof, "delete", room="ailleurs", seq=1) == nowhere
    assert town.ask(prof, "delete", room="salon", seq=2**53)[0] is Reason.PROTOCOL


def letters(client: Client) -> list[dict[str, object]]:
    client.tell(Join(PRIVATE, 0))
    return client.read()


def test_both_copies_of_a_whisper(town: Town) -> None:
    alice, bob = town.come("alice", room=PRIVATE), town.come("bob", room=PRIVATE)
    alice.tell(Whisper("alice", 1, "à moi"), Whisper("bob", 2, "un secret"))
    bob.tell(Whisper("alice", 1, "ah ?"))
    assert town.ask(bob, "delete", room=PRIVATE, seq=1)[0] is Reason.DENIED
    acts(bob)
    assert town.ask(alice, "delete", room=PRIVATE, seq=2) == {}
    assert acts(alice) == [("alice", "delete", 2, "")]
    assert acts(bob) == [("alice", "delete", 1, "")]
    assert [one["kind"] for one in letters(alice)] == ["whisper", "removed", "whisper", "act"]
    assert [one["kind"] for one in letters(bob)] == ["removed", "whisper", "act"]


def test_an_operator_removes_what_was_said_to_them(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice", room=PRIVATE)
    alice.tell(Whisper("prof", 1, "une insulte"))
    assert town.ask(prof, "delete", room=PRIVATE, seq=1) == {}
    assert [one["kind"] for one in letters(alice)] == ["removed", "act"]
    assert [one["kind"] for one in letters(prof)] == ["removed", "act"]


def test_a_note_to_oneself(town: Town) -> None:
    alice = town.come("alice", room=PRIVATE)
    alice.tell(Whisper("alice", 1, "à moi"))
    assert town.ask(alice, "delete", room=PRIVATE, seq=1) == {}
    assert [one["kind"] for one in letters(alice)] == ["removed", "act"]


def test_what_cannot_be_saved_is_not_removed(town: Town) -> None:
    alice = town.come("alice")
    says(town, alice, "une bêtise")
    town.disk.broken = "le disque est plein"
    refusal: Refusal = town.ask(alice, "delete", room="salon", seq=1)
    assert refusal[0] is Reason.STORAGE
    assert not acts(alice)


def test_messages_go_on_being_numbered(town: Town) -> None:
    alice = town.come("alice")
    says(town, alice, "un")
    town.ask(alice, "delete", room="salon", seq=1)
    says(town, alice, "trois", 2)
    assert [one["seq"] for one in town.come("bob").read()] == [1, 2, 3]
