"""Se présenter : qui est-ce, et qu'est-ce qui le prouve."""

import pytest
from chatroom.common.proofs import masked
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    TOKEN,
    VERSION,
    Closing,
    Greeting,
    Hello,
    Identify,
    Welcome,
)

from tests.bonus.server.core.ground import IDENTITY, Client, Ground

MINE, OTHER = bytes(range(TOKEN)), b"x" * TOKEN


@pytest.fixture
def ground() -> Ground:
    """alice est venue une fois ; bob aussi."""
    ground = Ground()
    for pseudo, token in (("alice", MINE), ("bob", OTHER)):
        ground.arrive(pseudo, token)[0].leave()
    return ground


def greeted(ground: Ground) -> tuple[Client, Greeting]:
    client = ground.connect()
    client.tell(Hello(VERSION))
    return client, client.last(Greeting)


def proving(ground: Ground, token: bytes, pseudo: str, person: int = 0) -> Client:
    """Quelqu'un qui prouve ce jeton sans le montrer."""
    client, greeting = greeted(ground)
    shown = masked(token, greeting.challenge, greeting.server)
    client.tell(Identify(person, 0, pseudo, "", shown))
    return client


def test_the_server_says_who_it_is_and_never_asks_the_same(ground: Ground) -> None:
    (_, first), (_, second) = greeted(ground), greeted(ground)
    assert (first.version, first.server, first.asks) == (VERSION, IDENTITY, 0)
    assert first.challenge != second.challenge


@pytest.mark.parametrize(("version", "what"), [(1, "git pull"), (VERSION + 1, "le serveur est")])
def test_another_version_is_told_by_its_name_and_what_to_do(
    ground: Ground, version: int, what: str
) -> None:
    client = ground.connect()
    client.tell(Hello(version, "alice", MINE))
    closing = client.last(Closing)
    assert closing.reason == Reason.VERSION
    assert f"version {VERSION} du protocole, et votre client la {version}" in closing.text
    assert what in closing.text


@pytest.mark.parametrize("person", [0, 1])
def test_a_token_is_proved_without_being_shown(ground: Ground, person: int) -> None:
    welcome = proving(ground, MINE, "alice", person).last(Welcome)
    assert (welcome.person, welcome.back, welcome.token) == (1, 1, b"")


def test_who_has_changed_spelling_is_found_by_number(ground: Ground) -> None:
    assert proving(ground, MINE, "peu importe", 1).last(Welcome).pseudo == "alice"


def test_a_proof_of_another_token_is_no_proof(ground: Ground) -> None:
    assert proving(ground, OTHER, "alice").last(Closing).reason == Reason.PSEUDO_TAKEN
    # Le numéro d'un autre ne donne que le pseudo qu'on demande, s'il est libre.
    stranger = proving(ground, OTHER, "carole", 1).last(Welcome)
    assert (stranger.pseudo, stranger.back, len(stranger.token)) == ("carole", 0, TOKEN)


def test_a_proof_serves_once(ground: Ground) -> None:
    """Ce qu'on a entendu d'une connexion ne vaut rien sur une autre."""
    first, greeting = greeted(ground)
    shown = masked(MINE, greeting.challenge, greeting.server)
    first.tell(Identify(1, 0, "alice", "", shown))
    assert first.last(Welcome).back == 1
    second, _ = greeted(ground)
    second.tell(Identify(1, 0, "alice", "", shown))
    assert second.last(Closing).reason == Reason.PSEUDO_TAKEN


def test_a_server_that_has_forgotten_gives_another_token() -> None:
    """Sa base est neuve : il ne peut pas lire celui qu'on lui prouve."""
    welcome = proving(Ground(), MINE, "alice", 1).last(Welcome)
    assert (welcome.back, len(welcome.token)) == (0, TOKEN)


@pytest.mark.parametrize(("pseudo", "reason"), [(" ", Reason.NAME), ("ALICE", Reason.PSEUDO_TAKEN)])
def test_a_newcomer_may_be_refused(ground: Ground, pseudo: str, reason: Reason) -> None:
    client, _ = greeted(ground)
    client.tell(Identify(0, 0, pseudo, "", b""))
    assert client.last(Closing).reason == reason


def test_nobody_can_be_taken_for_somebody_else(ground: Ground) -> None:
    client, _ = greeted(ground)
    client.tell(Identify(0, 0, "a1ice", "", b""))
    refused = client.last(Closing)
    text = "Le pseudo a1ice ressemble trop à alice, déjà pris."
    assert (refused.reason, refused.text) == (Reason.PSEUDO_TAKEN, text)
    assert ground.arrive("alicia")[1].pseudo == "alicia"


def test_somebody_of_an_older_server_keeps_a_name_that_would_be_refused() -> None:
    ground = Ground()
    ground.hub.people.create("alice, bob", MINE, 0)
    assert ground.arrive("alice, bob", MINE)[1].pseudo == "alice, bob"
