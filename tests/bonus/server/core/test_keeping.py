"""Tenir un salon : qui y entre, qui y parle, son sujet, son nom, sa fin."""

import pytest
from chatroom.protocol.documents import room_list
from chatroom.protocol.flags import Mode
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    PRIVATE,
    Announced,
    Ask,
    Join,
    Joined,
    ListRooms,
    Refused,
    RoomList,
    Said,
    Say,
)
from chatroom.server.core.rooms import Room

from tests.bonus.server.core.ground import Client
from tests.bonus.server.core.town import Town, acts


@pytest.fixture
def town() -> Town:
    return Town()


def refused(client: Client) -> tuple[Reason, str]:
    refusal = client.last(Refused)
    return Reason(refusal.reason), refusal.text


def tries(client: Client, room: str = "salon", word: str = "") -> Joined | tuple[Reason, str]:
    """Entre dans ce salon, ou pourquoi pas."""
    client.tell(Join(room, 0, 0, word))
    found = client.take(Joined)
    return found[-1] if found else refused(client)


def room_of(town: Town, name: str = "salon") -> Room:
    room = town.hub.rooms.named(name)
    assert room
    return room


def seen(client: Client) -> list[str]:
    """Les salons de la liste."""
    client.tell(ListRooms(""))
    return [room.name for room in room_list(client.last(RoomList).rooms)]


# Fermer aux nouveaux, réserver la parole


def test_lock(town: Town) -> None:
    prof, alice, bob = town.prof(), town.come("alice"), town.come("bob", room="")
    assert town.ask(prof, "lock", room="SALON") == {"text": "salon n'accueille plus personne."}
    assert acts(alice) == [("prof", "lock", 0, "on")]
    assert tries(bob) == (Reason.DENIED, "Le salon salon n'accueille plus personne pour l'instant.")
    alice.leave()  # une coupure ne prive pas qui y était
    again = tries(town.come("alice", room=""))
    assert isinstance(again, Joined)
    assert again.mode == Mode.LOCKED
    assert town.ask(prof, "lock", room="salon") == (Reason.DENIED, "C'est déjà le cas.")
    answer = town.ask(prof, "lock", room="salon", on=False)
    assert answer == {"text": "salon accueille de nouveau tout le monde."}
    assert isinstance(tries(bob), Joined)
    assert room_of(town).invited == frozenset()


def test_readonly(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    town.ask(prof, "readonly", room="salon")
    room = room_of(town).id
    alice.tell(Say(room, 1, "mais"))
    assert refused(alice) == (Reason.DENIED, "Dans salon, seuls les opérateurs parlent.")
    prof.tell(Say(room, 1, "silence"))
    assert alice.heard() == ["silence"]
    town.ask(prof, "readonly", room="salon", on=False)
    alice.tell(Say(room, 2, "merci"))
    assert prof.heard() == ["silence", "merci"]


def test_it_is_kept(town: Town) -> None:
    """Ce qu'en retient le disque, et ce que ceux qui y entrent en lisent."""
    prof = town.prof()
    town.ask(prof, "readonly", room="salon")
    town.ask(prof, "topic", room="salon", text="contrôle lundi")
    rule = town.disk.batches[-1].changed[-1]
    assert (rule.mode, rule.topic) == (Mode.READ_ONLY, "contrôle lundi")
    town.restart()
    joined = tries(town.come("alice", room=""))
    assert isinstance(joined, Joined)
    assert (joined.mode, joined.topic) == (Mode.READ_ONLY, "contrôle lundi")


def test_a_change_that_cannot_be_saved_did_not_happen(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    town.disk.broken = "le disque est plein"
    assert town.ask(prof, "lock", room="salon")[0] is Reason.STORAGE
    assert town.ask(prof, "rename", room="salon", name="autre")[0] is Reason.STORAGE
    room = room_of(town)
    assert (room.mode, room.name, room.invited) == (0, "salon", frozenset())
    assert town.hub.rooms.named("autre") is None
    assert not acts(alice)


def test_nothing_shows_before_the_disk_has_it(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    town.disk.slow = True
    prof.tell(Ask("topic", '{"room": "salon", "text": "x"}'))
    assert not acts(alice)
    town.disk.catch_up()
    town.world.settle()
    assert acts(alice) == [("prof", "topic", 0, "x")]


def test_an_act_is_numbered_among_messages(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    room = room_of(town).id
    alice.tell(Say(room, 1, "un"))
    town.ask(prof, "topic", room="salon", text="x")
    alice.tell(Say(room, 2, "trois"))
    assert [one.seq for one in alice.take(Said)] == [1, 3]
    bob = town.come("bob")
    assert [(one["seq"], one["kind"]) for one in bob.read()] == [
        (1, "text"),
        (2, "act"),
        (3, "text"),
    ]


# Le sujet, le nom


def test_topic(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    answer = town.ask(prof, "topic", room="salon", text="contrôle\x1b lundi")
    assert answer == {"text": "Le sujet de salon : contrôle� lundi"}
    assert acts(alice) == [("prof", "topic", 0, "contrôle� lundi")]
    assert town.ask(prof, "topic", room="salon", text="x" * 201)[0] is Reason.TOO_LONG
    assert town.ask(prof, "topic", room="salon") == {"text": "salon n'a plus de sujet."}
    nowhere = (Reason.NOT_FOUND, "Il n'y a pas de salon ailleurs.")
    assert town.ask(prof, "topic", room="ailleurs", text="x") == nowhere
    assert town.ask(prof, "topic", room=PRIVATE, text="x")[0] is Reason.NOT_FOUND


def test_rename(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    answer = town.ask(prof, "rename", room="salon", name=" Le salon")
    assert answer == {"text": "salon s'appelle désormais Le salon."}
    assert acts(alice) == [("prof", "rename", 0, "Le salon")]
    old, new = tries(town.come("bob", room="")), tries(town.come("carol", room=""), "le salon")
    assert isinstance(old, Joined)
    assert isinstance(new, Joined)
    assert old.room == new.room == room_of(town, "le salon").id
    assert old.name == "Le salon"
    assert [rule.former for batch in town.disk.batches for rule in batch.changed] == [("salon",)]


def test_a_name_that_is_taken_or_will_not_do(town: Town) -> None:
    prof = town.prof()
    town.come("alice", room="jeux")
    taken = (Reason.NAME, "Il y a déjà un salon Jeux.")
    assert town.ask(prof, "rename", room="salon", name="Jeux") == taken
    assert town.ask(prof, "rename", room="salon", name="jeuⅹ")[0] is Reason.NAME
    refusal = town.ask(prof, "rename", room="salon", name="@")
    assert refusal[0] is Reason.NAME
    assert refusal[1].startswith("Nom de salon refusé : ")
    assert isinstance(town.ask(prof, "rename", room="salon", name="SALON"), dict)


# Fermer


def test_close(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    room = room_of(town).id
    alice.tell(Say(room, 1, "un"))
    alice.got.clear()
    answer = town.ask(prof, "close", room="salon")
    assert answer == {"text": "salon est fermé : tout le monde en est sorti."}
    assert acts(alice) == [("prof", "close", 0, "on")]
    assert not alice.take(Announced)
    assert room_of(town).count == 0
    alice.tell(Say(room, 2, "deux"))
    assert refused(alice) == (Reason.NOT_FOUND, "Vous n'êtes pas dans ce salon.")
    assert tries(alice) == (Reason.DENIED, "Le salon salon est fermé.")
    assert (seen(alice), seen(prof)) == ([], ["salon"])
    assert isinstance(tries(prof), Joined)  # ce qui s'y est dit y est toujours
    assert [entry["kind"] for entry in prof.read()] == ["text", "act"]
    assert town.ask(prof, "close", room="salon") == (Reason.DENIED, "salon est déjà fermé.")
    assert town.ask(prof, "close", room="salon", on=False) == {"text": "salon est rouvert."}
    assert isinstance(tries(alice), Joined)


# Mon salon : sur invitation, ou par mot de passe


def test_private(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob")
    carol = town.come("carol", room="")
    answer = town.ask(alice, "private", room="salon")
    assert answer == {"text": "On n'entre plus dans salon que sur invitation (/invite)."}
    assert tries(carol) == (Reason.DENIED, "On n'entre dans salon que sur invitation.")
    assert (seen(carol), seen(bob)) == ([], ["salon"])
    assert town.ask(carol, "private", room="salon", on=False)[0] is Reason.DENIED
    bob.leave()
    assert isinstance(tries(town.come("bob", room="")), Joined)
    assert town.ask(alice, "private", room="salon", on=False) == {
        "text": "salon est ouvert à tous."
    }
    assert isinstance(tries(carol), Joined)


def test_invite(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob", room="")
    bob.tell(Join(PRIVATE, 0))
    town.ask(alice, "private", room="salon")
    answer = town.ask(alice, "invite", room="salon", who="bob")
    assert answer == {"text": "bob peut entrer dans salon."}
    assert acts(bob) == [("alice", "invite", 0, "salon")]
    assert isinstance(tries(bob), Joined)
    rules = [rule.invited for batch in town.disk.batches for rule in batch.changed]
    assert rules[-1] == {1, 2}
    refusal = town.ask(bob, "invite", room="salon", who="alice")
    assert refusal == (Reason.DENIED, "Il faut avoir ouvert salon, ou être opérateur.")


def test_an_operator_enters_everywhere(town: Town) -> None:
    alice = town.come("alice", room="secret")
    town.ask(alice, "private", room="secret")
    prof = town.prof()
    assert isinstance(tries(prof, "secret"), Joined)


def test_where_all_arrive_belongs_to_nobody(town: Town) -> None:
    alice = town.come("alice", room="général")
    assert town.ask(alice, "private", room="général")[0] is Reason.DENIED
    assert isinstance(town.ask(town.prof(), "private", room="général"), dict)


def test_password(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob")
    carol = town.come("carol", room="")
    answer = town.ask(alice, "password", room="salon", word="sésame")
    assert answer == {"text": "salon a désormais un mot de passe."}
    rule = town.disk.batches[-1].changed[-1]
    assert "sésame".encode() not in rule.seal
    assert tries(carol) == (Reason.CODE, "Le salon salon demande un mot de passe.")
    assert tries(carol, word="autre") == (Reason.CODE, "Ce n'est pas le mot de passe de salon.")
    joined = tries(carol, word=" sésame")
    assert isinstance(joined, Joined)
    assert joined.mode == Mode.PASSWORD
    for one in (bob, carol):
        one.leave()
    for pseudo in ("bob", "carol"):  # il n'est demandé qu'une fois, et pas à qui y était
        assert isinstance(tries(town.come(pseudo, room="")), Joined)
    assert town.ask(alice, "password", room="salon") == {"text": "salon n'a plus de mot de passe."}
    assert isinstance(tries(town.come("dave", room="")), Joined)


def test_another_password_is_asked_again(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob", room="")
    town.ask(alice, "password", room="salon", word="un")
    assert isinstance(tries(bob, word="un"), Joined)
    bob.leave()
    town.ask(alice, "password", room="salon", word="deux")
    assert tries(town.come("bob", room=""))[0] is Reason.CODE  # type: ignore[index]


def test_a_password_is_not_guessed(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob", room="")
    town.ask(alice, "password", room="salon", word="sésame")
    for _ in range(70):
        town.hub.door.guesses.wrong("192.0.2.7", town.world.now())
    refusal = tries(bob, word="sésame")
    assert isinstance(refusal, tuple)
    assert refusal[1].startswith("Trop d'essais")
