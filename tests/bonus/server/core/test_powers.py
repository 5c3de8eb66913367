"""Ce que peut un opérateur envers quelqu'un ; ce que personne d'autre ne peut ; et les méprises."""

import hashlib

import pytest
from chatroom.protocol.flags import Role
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Answered, Ask, Notice, Refused, Said, Say, Whisper
from chatroom.server.core.bans import MINUTE, Ban
from chatroom.server.core.pending import Code
from chatroom.server.core.verbs import OPERATORS

from tests.bonus.server.core.ground import Client
from tests.bonus.server.core.town import HOST, Town, goodbye, inside, welcome

ELSEWHERE = "198.51.100.9"


@pytest.fixture
def town() -> Town:
    return Town()


def gave(town: Town, text: str, subject: str) -> None:
    digest = hashlib.sha256(text.encode()).digest()
    code = Code(digest, "operator", subject, town.world.date() + 1)
    town.disk.issue(code, lambda _: None)


def number_of(client: Client) -> int:
    assert client.session
    assert client.session.person
    return client.session.person.id


# Devenir opérateur


def test_the_code_makes_an_operator_once_and_for_all_its_devices(town: Town) -> None:
    alice = town.come("alice")
    assert welcome(alice).role == 0
    gave(town, "abcd", str(number_of(alice)))
    assert town.ask(alice, "bans") == (Reason.DENIED, "Il faut être opérateur pour cela.")
    answer = town.ask(alice, "operator", code="abcd")
    assert answer == {"role": 1, "text": "Vous êtes opérateur de ce chat."}
    assert town.ask(alice, "bans") == {"lines": [], "text": "Personne n'est exclu."}
    assert town.disk.batches[-1].altered[0].role == Role.OPERATOR
    alice.leave()
    assert welcome(town.come("alice")).role == Role.OPERATOR
    assert "alice" in next(line for line in town.lines if "désormais opérateur" in line)


def test_a_code_is_worth_nothing_to_another_nor_twice(town: Town) -> None:
    alice, bob = town.come("alice"), town.come("bob")
    refusal = (Reason.CODE, "Ce code n'est pas, ou n'est plus, le vôtre.")
    assert town.ask(alice, "operator", code="") == refusal
    gave(town, "abcd", str(number_of(alice)))
    assert town.ask(bob, "operator", code="abcd") == refusal
    gave(town, "efgh", str(number_of(alice)))
    town.ask(alice, "operator", code="efgh")
    assert town.ask(bob, "operator", code="efgh") == refusal
    assert town.ask(bob, "bans")[0] is Reason.DENIED


def test_a_code_is_not_guessed(town: Town) -> None:
    alice = town.come("alice")
    gave(town, "abcd", str(number_of(alice)))
    for _ in range(100):
        town.world.advance(1)
        town.ask(alice, "operator", code="zzzz")
        town.hub.door.guesses.wrong(HOST, town.world.now())
    assert town.ask(alice, "operator", code="abcd")[1].startswith("Trop d'essais")


def test_a_role_that_cannot_be_saved_is_not_given(town: Town) -> None:
    alice = town.come("alice")
    gave(town, "abcd", str(number_of(alice)))
    town.disk.broken = "le disque est plein"
    assert town.ask(alice, "operator", code="abcd")[0] is Reason.STORAGE
    town.disk.broken = ""
    assert town.ask(alice, "bans")[0] is Reason.DENIED


@pytest.mark.parametrize("verb", sorted(OPERATORS))
def test_nobody_else_may(town: Town, verb: str) -> None:
    """Chaque commande d'opérateur, à quelqu'un d'autre : une phrase, et rien n'a lieu."""
    prof, alice, bob = town.prof(), town.come("alice"), town.come("bob")
    before = len(town.disk.batches)
    arguments = {"who": "prof", "room": "salon", "name": "autre", "text": "x", "pseudo": "bob"}
    refusal = town.ask(alice, verb, **arguments)
    assert refusal == (Reason.DENIED, "Il faut être opérateur pour cela.")
    assert not prof.closed
    assert not bob.closed
    assert len(town.disk.batches) == before


# Renvoyer


def test_kick(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    answer = town.ask(prof, "kick", who="ALICE", why="du calme")
    assert answer == {"text": "alice est renvoyé : du calme"}
    assert goodbye(alice) == (Reason.EXPELLED, "prof vous a renvoyé : du calme")
    assert not town.come("alice").closed  # ce n'est pas une exclusion
    assert any("prof" in line and "alice est renvoyé" in line for line in town.lines)


def test_kick_nobody(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    alice.leave()
    assert town.ask(prof, "kick", who="alice") == (Reason.NOT_FOUND, "alice n'est pas là.")
    nobody = (Reason.NOT_FOUND, "Il n'y a personne du nom de zoé.")
    assert town.ask(prof, "kick", who="zoé") == nobody


@pytest.mark.parametrize("verb", ["kick", "ban", "mute"])
def test_neither_oneself_nor_another_operator(town: Town, verb: str) -> None:
    prof, other = town.prof(), town.come("autre")
    assert other.session
    assert other.session.person
    other.session.person.role = Role.OPERATOR
    assert town.ask(prof, verb, who="prof") == (Reason.DENIED, "C'est vous.")
    assert town.ask(prof, verb, who="autre") == (Reason.DENIED, "autre est opérateur aussi.")
    assert not other.closed


# Exclure


def test_a_ban_holds_across_pseudos_and_restarts_then_ends(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    answer = town.ask(prof, "ban", who="alice", minutes=120, why="insultes")
    assert answer == {"text": f"alice est exclu pour 2 heures, ainsi que {HOST} : insultes"}
    told = "Vous êtes exclu de ce chat (encore 2 heures) : insultes"
    assert goodbye(alice) == (Reason.BANNED, told)
    address = "L'adresse d'où vous venez est exclue de ce chat (encore 2 heures) : insultes"
    assert goodbye(town.come("alicia")) == (Reason.BANNED, address)
    assert goodbye(town.come("alice", ELSEWHERE)) == (Reason.BANNED, told)
    assert inside(town.come("bob", ELSEWHERE))
    town.restart()
    assert goodbye(town.come("carol")) == (Reason.BANNED, address)
    assert goodbye(town.come("alice", ELSEWHERE)) == (Reason.BANNED, told)
    town.world.advance(2 * 60 * 60)
    assert inside(town.come("carol"))
    assert inside(town.come("alice", ELSEWHERE))


def test_what_the_disk_keeps_of_a_ban(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    number = str(number_of(alice))
    town.ask(prof, "ban", who="alice", minutes=1)
    until = town.world.date() + MINUTE
    assert town.disk.batches[-1].bans == [
        Ban("person", number, until, "", "prof", "alice"),
        Ban("address", HOST, until, "", "prof", "alice"),
    ]


def test_a_class_behind_one_address_loses_one_person(town: Town) -> None:
    prof, alice, bob, carol = town.prof(), *map(town.come, ("alice", "bob", "carol"))
    text = town.ask(prof, "ban", who="alice", minutes=0)["text"]
    expected = f"alice est exclu pour toujours. {HOST} ne l'est pas : 2 personnes en viennent."
    assert text == expected
    assert (alice.closed, bob.closed, carol.closed) == (True, False, False)
    assert inside(town.come("dave"))


def test_the_machine_itself_is_never_banned(town: Town) -> None:
    prof = town.prof("127.0.0.1")
    town.come("alice", "127.0.0.1")
    refusal = town.ask(prof, "ban", address="127.0.0.1", minutes=1)
    assert refusal[0] is Reason.DENIED
    assert refusal[1].startswith("127.0.0.1 : c'est cette machine")
    assert town.ask(prof, "ban", address="::1", minutes=1)[0] is Reason.DENIED
    assert "ne l'est pas" in town.ask(prof, "ban", who="alice", minutes=1)["text"]
    assert inside(town.come("bob", "127.0.0.1"))


def test_an_operator_does_not_shut_the_door_on_oneself(town: Town) -> None:
    prof = town.prof(HOST)
    town.come("alice")
    refusal = (Reason.DENIED, f"{HOST} : un opérateur en vient ; excluez plutôt une personne.")
    assert town.ask(prof, "ban", address=HOST, minutes=1) == refusal
    text = town.ask(prof, "ban", who="alice", minutes=1)["text"]
    assert text == f"alice est exclu pour 1 minute. {HOST} ne l'est pas : un opérateur en vient."
    assert not prof.closed


def test_an_address_and_its_whole_network(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice", "2001:db8:1:2::9")
    answer = town.ask(prof, "ban", address="2001:db8:1:2::1", minutes=1)
    assert answer == {"text": "2001:db8:1:2::/64 est exclu pour 1 minute."}
    assert goodbye(alice)[0] is Reason.BANNED
    assert goodbye(town.come("bob", "2001:db8:1:2:ffff::"))[0] is Reason.BANNED
    assert inside(town.come("bob", "2001:db8:1:3::"))


def test_an_address_where_a_class_is(town: Town) -> None:
    prof, alice, bob = town.prof(), town.come("alice"), town.come("bob")
    refusal = town.ask(prof, "ban", address=HOST, minutes=1)
    expected = f"{HOST} : 2 personnes en viennent ; excluez plutôt une personne."
    assert refusal == (Reason.DENIED, expected)
    assert not alice.closed
    assert not bob.closed


def test_what_is_not_an_address(town: Town) -> None:
    refusal = (Reason.NAME, "« nulle part » n'est pas une adresse.")
    assert town.ask(town.prof(), "ban", address="nulle part", minutes=1) == refusal


def test_a_ban_that_cannot_be_saved_is_none(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    town.disk.broken = "le disque est plein"
    refusal = "Le serveur ne peut rien enregistrer : le disque est plein"
    assert town.ask(prof, "ban", who="alice", minutes=1) == (Reason.STORAGE, refusal)
    assert not alice.closed


def test_bans_are_bounded() -> None:
    town = Town(bans=1)
    prof = town.prof()
    town.come("alice")
    assert town.ask(prof, "ban", who="alice", minutes=1)[1].startswith("Il y a trop d'exclusions")


def test_who_is_banned_and_no_longer(town: Town) -> None:
    prof = town.prof()
    town.come("alice")
    town.ask(prof, "ban", who="alice", minutes=1, why="flood")
    assert town.ask(prof, "bans")["lines"] == [
        "alice : exclu, encore 1 minute, par prof : flood",
        f"{HOST} (alice) : exclu, encore 1 minute, par prof : flood",
    ]
    assert town.ask(prof, "unban", who="Alice") == {"text": "Alice n'est plus exclu."}
    assert inside(town.come("alice"))
    assert town.disk.batches[-1].unbans or town.disk.batches[-2].unbans
    refusal = (Reason.NOT_FOUND, "alice n'est pas exclu (/bans dit qui l'est).")
    assert town.ask(prof, "unban", who="alice") == refusal


def test_an_address_alone_is_no_longer_banned(town: Town) -> None:
    prof = town.prof()
    town.come("alice")
    town.ask(prof, "ban", who="alice", minutes=1)
    assert town.ask(prof, "unban", address=HOST) == {"text": f"{HOST} n'est plus exclu."}
    assert goodbye(town.come("alice"))[0] is Reason.BANNED
    assert inside(town.come("bob"))


def test_only_the_last_bans_are_listed(town: Town) -> None:
    prof = town.prof()
    for number in range(203):
        town.hub.bans.add(Ban("person", str(number), 0, "", "prof", f"p{number}"))
    lines = town.ask(prof, "bans")["lines"]
    assert (len(lines), lines[0]) == (201, "… et 3 autres avant.")
    assert lines[-1] == "p202 : exclu, pour toujours, par prof"


# Retirer la parole


def test_mute_and_unmute(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    room = next(iter(alice.session.rooms)) if alice.session else 0
    alice.got.clear()
    answer = town.ask(prof, "mute", who="alice", minutes=10, why="chut")
    assert answer == {"text": "alice n'a plus la parole pour 10 minutes : chut"}
    told = "On vous a retiré la parole (encore 10 minutes) : chut"
    assert [notice.text for notice in alice.take(Notice)] == [told]
    alice.tell(Say(room, 1, "mais"), Whisper("prof", 2, "mais"))
    assert [(one.nonce, one.text) for one in alice.take(Refused)] == [(1, told), (2, told)]
    assert prof.heard() == []
    assert town.ask(prof, "unmute", who="alice") == {"text": "alice a de nouveau la parole."}
    alice.tell(Say(room, 3, "merci"))
    assert prof.heard() == ["merci"]
    assert town.ask(prof, "unmute", who="alice") == (Reason.NOT_FOUND, "alice a la parole.")


def test_silence_ends_by_itself_and_survives_leaving(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    town.ask(prof, "mute", who="alice", minutes=1)
    alice.leave()
    alice = town.come("alice")
    room = next(iter(alice.session.rooms)) if alice.session else 0
    alice.tell(Say(room, 1, "mais"))
    assert alice.last(Refused).reason == Reason.DENIED
    town.world.advance(60)
    alice.tell(Say(room, 2, "enfin"))
    assert prof.heard() == ["enfin"]


# Ce que l'on écrit de travers


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"who": 3}, Reason.PROTOCOL),
        ({"who": "alice", "minutes": -1}, Reason.PROTOCOL),
        ({"who": "alice", "minutes": True}, Reason.PROTOCOL),
        ({"who": "alice", "minutes": 10**9}, Reason.PROTOCOL),
        ({"who": "alice", "why": "x" * 201}, Reason.TOO_LONG),
    ],
)
def test_what_makes_no_sense(town: Town, arguments: dict[str, object], reason: Reason) -> None:
    prof, alice = town.prof(), town.come("alice")
    assert town.ask(prof, "ban", **arguments)[0] is reason
    assert not alice.closed


def test_answers_come_in_order_however_slow_the_disk(town: Town) -> None:
    prof, alice = town.prof(), town.come("alice")
    town.disk.slow = True
    prof.tell(Ask("mute", '{"who": "alice", "minutes": 1}'))
    assert prof.session
    assert prof.session.held  # ce qu'il demande ensuite attend
    town.disk.catch_up()
    town.world.settle()
    assert not prof.session.held
    assert [one.verb for one in prof.take(Answered)] == ["mute"]
    assert not alice.take(Said)
