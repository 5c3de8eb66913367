"""Des bornes qui tiennent : revenir ne les remet pas à neuf, et une classe ne les rencontre pas."""

from typing import Any

import pytest
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    TOKEN,
    Closing,
    GetPage,
    Join,
    Joined,
    Pictured,
    Refused,
    Said,
    Say,
    SendImage,
    Welcome,
    Whisper,
)

from tests.bonus.introducing import introduction
from tests.bonus.server.core.ground import Client, Ground, say

HERE, THERE = "10.0.0.1", "10.0.0.2"
MINE = b"m" * TOKEN


def come(ground: Ground, pseudo: str, token: bytes = b"", host: str = HERE) -> Client:
    client = ground.connect(host)
    client.tell(*introduction(pseudo, token))
    return client


def chatter(client: Client, room: int, first: int, count: int) -> None:
    client.tell(*(say(room, first + number, "x") for number in range(count)))


# Une personne


@pytest.mark.parametrize("host", [HERE, THERE])
def test_coming_back_does_not_fill_the_bucket(host: str) -> None:
    """Dix secondes à se reconnecter sans cesse : le débit annoncé, et pas un message de plus."""
    ground = Ground(rate=10.0, burst=20.0, patience=1e9)
    witness, room = ground.person("témoin")
    nonce, heard = 0, 0
    for _ in range(20):
        client = come(ground, "pressé", MINE, host)
        if not client.paused:  # sinon, rien n'est lu de lui
            client.tell(Join("salon", 0))
        while not client.paused:
            nonce += 1
            client.tell(say(room, nonce, "x"))
        client.leave()
        heard += len(witness.heard())
        ground.world.advance(0.5)
    assert 50 < heard <= 20 + 10 * 10


def test_who_comes_back_in_debt_is_not_even_read() -> None:
    ground = Ground(rate=10.0, burst=20.0)
    client = come(ground, "pressé", MINE)
    room = client.enter().room
    chatter(client, room, 1, 40)
    client.leave()
    back = come(ground, "", MINE)
    assert back.take(Welcome)
    assert back.paused
    ground.world.advance(10)
    assert not back.paused


def test_pages_too_are_counted_across_connections() -> None:
    ground = Ground(rate=10.0, burst=20.0)
    client = come(ground, "pressé", MINE)
    room = client.enter().room
    client.tell(*[GetPage(room, 1, 0)] * 20)
    assert not client.paused
    client.leave()
    ground.world.advance(0.5)
    back = come(ground, "", MINE)
    back.enter()
    back.tell(*[GetPage(room, 1, 0)] * 6)
    assert back.paused


def test_who_was_dismissed_for_flooding_is_told_when_to_come_back() -> None:
    ground = Ground(rate=10.0, burst=20.0, patience=5.0, cooldown=60.0)
    client = come(ground, "bavard", MINE)
    room, nonce = client.enter().room, 0
    for turn, said in enumerate(["1 minute", "2 minutes"]):
        while not client.closed:
            nonce += 1
            client.tell(say(room, nonce, "x"))
            ground.world.advance(0.05)
        assert f": revenez dans {said}." in client.last(Closing).text
        refused = come(ground, "", MINE)
        assert not refused.take(Welcome)
        closing = refused.last(Closing)
        assert closing.reason == Reason.FLOOD
        assert f": revenez dans {said}." in closing.text
        assert come(ground, f"autre {turn}").take(Welcome)  # son voisin n'y est pour rien
        ground.world.advance(60.0 * 2**turn)
        client = come(ground, "", MINE)
        assert client.take(Welcome)
        client.enter()


def test_nothing_is_kept_of_who_is_silent() -> None:
    ground = Ground()
    for number in range(20):
        ground.person(f"client {number}")
    usage = ground.hub.usage
    assert usage.said.persons
    ground.world.advance(30)
    ground.hub.tick()
    assert not usage.said.persons
    assert not usage.said.addresses


def test_a_stranger_dismissed_for_flooding_leaves_nothing_behind() -> None:
    ground = Ground(rate=10.0, burst=20.0, patience=5.0)
    client = ground.connect()
    assert client.session
    while not client.closed:
        client.session.spend(1.0)
        ground.world.advance(0.05)
    assert client.last(Closing).text == "Vous en dites trop, trop vite, depuis trop longtemps."
    for _ in range(100):  # la suite d'un même envoi
        client.session.spend(1.0)
    assert not ground.hub.usage.flooders
    assert not ground.hub.usage.newcomer(HERE, ground.world.now())


# Les octets


def image(ground: Ground, size: int) -> bytes:
    data = bytes(size)
    ground.sizes[data] = (1, 1)
    return data


def test_pictures_have_a_budget_and_a_refusal_says_when() -> None:
    ground = Ground(volume=2_500, volume_rate=10.0, rate=0.0)
    client = come(ground, "peintre", MINE)
    room, data = client.enter().room, image(ground, 1_000)
    client.tell(*(SendImage(room, nonce, "a.png", data) for nonce in (1, 2, 3)))
    assert [one.nonce for one in client.take(Pictured)] == [1, 2]
    refused = client.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.PICTURE, 3)
    assert refused.text.endswith("réessayez dans 50 secondes.")
    client.leave()
    back = come(ground, "", MINE, THERE)
    back.enter()
    back.tell(SendImage(room, 3, "a.png", data))
    assert back.take(Refused)  # revenir n'y change rien
    ground.world.advance(50)
    back.tell(SendImage(room, 4, "a.png", data))
    assert [one.nonce for one in back.take(Pictured)] == [4]


def test_long_texts_are_slowed_down_never_dismissed() -> None:
    ground = Ground(volume=4_000, volume_rate=1_000.0, rate=1_000.0, burst=1_000.0, patience=5.0)
    client, room = ground.person("bavard")
    ground.person("bob")
    client.tell(*(say(room, nonce, "x" * 2_000) for nonce in (1, 2)))
    assert not client.paused
    client.tell(say(room, 3, "x" * 2_000))
    assert client.paused
    ground.world.advance(2)
    assert not client.paused
    for nonce in range(4, 20):
        client.tell(Whisper("bob", nonce, "x" * 2_000))
        assert client.paused
        ground.world.advance(2)
    assert not client.closed
    client.tell(*(say(room, nonce, "x" * 400) for nonce in range(20, 60)))
    assert not client.paused  # les textes courts ne sont que des messages


# Une adresse


def test_an_address_shares_the_rate_of_a_class() -> None:
    ground = Ground(crowd=3, rate=10.0, burst=20.0, newcomers=0)
    clients = [come(ground, f"client {number}") for number in range(4)]
    rooms = [client.enter().room for client in clients]
    ground.world.advance(60)
    for client, room in zip(clients, rooms, strict=True):
        chatter(client, room, 1, 20)
    assert [client.paused for client in clients] == [False, False, False, True]
    late = ground.connect(HERE)
    assert late.paused  # l'adresse doit encore : il attend son tour
    assert not ground.connect(THERE).paused
    ground.world.advance(1)
    assert not late.paused


def test_new_people_come_from_an_address_a_class_at_a_time() -> None:
    ground = Ground(crowd=2, newcomers=120, rate=0.0)
    for number in range(4):
        assert come(ground, f"client {number}", bytes([number]) * TOKEN).take(Welcome)
    refused = come(ground, "un de trop").last(Closing)
    assert refused.reason == Reason.FULL
    assert "viennent de cette adresse : réessayez dans 30 secondes." in refused.text
    assert come(ground, "d'ailleurs", host=THERE).take(Welcome)
    assert come(ground, "", bytes(TOKEN)).take(Welcome)  # ceux que l'on connaît reviennent
    ground.world.advance(30)
    assert come(ground, "un de trop").take(Welcome)


def test_who_is_one_too_many_costs_the_disk_nothing() -> None:
    """Un pseudo de plus se cherche trois fois dans la base : pas pour qui sera refusé."""
    ground = Ground(crowd=1, newcomers=120, rate=0.0)
    come(ground, "alice")
    come(ground, "bob")
    looked: list[object] = []
    ground.hub.people.find = lambda *about: looked.append(about)  # type: ignore[method-assign]
    assert come(ground, "carole").last(Closing).reason == Reason.FULL
    assert looked == []


def test_an_enrolment_refused_for_its_name_costs_nothing() -> None:
    ground = Ground(crowd=1, newcomers=1, rate=0.0)
    for _ in range(10):
        assert come(ground, "/quit").last(Closing).reason == Reason.NAME
    assert come(ground, "alice").take(Welcome)
    for _ in range(10):
        assert come(ground, "alice").last(Closing).reason == Reason.PSEUDO_TAKEN
    assert come(ground, "bob").take(Welcome)


def opened(client: Client, *names: str) -> list[str]:
    client.tell(*(Join(name, 0) for name in names))
    return [joined.name for joined in client.take(Joined)]


def test_rooms_are_created_a_few_at_a_time() -> None:
    ground = Ground(opened=2, rate=0.0)
    client = come(ground, "bâtisseur", MINE)
    assert opened(client, "un", "deux", "trois") == ["un", "deux"]
    refused = client.last(Refused)
    assert refused.reason == Reason.FULL
    assert refused.text.endswith(": réessayez dans 30 minutes.")
    assert opened(come(ground, "voisin"), "trois", "un") == ["un", "trois"]
    client.leave()
    back = come(ground, "", MINE)
    assert opened(back, "quatre", "trois") == ["trois"]  # entrer n'est pas créer
    ground.world.advance(1_801)
    assert opened(back, "quatre") == ["quatre"]


def test_forty_behind_one_address_meet_no_limit() -> None:
    """Une classe arrive d'un coup, crée ses salons, colle trente lignes, envoie une image."""
    ground = Ground()
    data, clients = image(ground, 1_000_000), []
    for number in range(40):
        client = come(ground, f"élève {number}")
        assert client.take(Welcome)
        clients.append((client, client.enter("classe").room))
        client.enter(f"groupe {number}")
    ground.world.advance(5)
    for client, room in clients:
        client.tell(SendImage(room, 1, "photo.png", data))
    ground.world.advance(5)
    for client, room in clients:
        chatter(client, room, 2, 30)
        assert not client.paused
    expected: Any = {Pictured: 40, Said: 40 * 30}
    for client, _ in clients:
        assert {kind: len(client.take(kind)) for kind in expected} == expected
        assert not client.take(Refused)
        assert not client.closed
    assert not [line for line in ground.lines if "remplit le journal" in line]


# Le journal


def test_one_address_does_not_push_out_what_others_did() -> None:
    ground = Ground(logged=10_000, logged_rate=100.0, rate=0.0)
    client, room = ground.person("bavard")
    client.tell(*(Say(room, nonce, "z" * 3_900) for nonce in range(1, 100)))
    quiet = come(ground, "coupable", host=THERE)
    quiet.tell(Join("salon", 0), Say(room, 1, "MENACE"))
    lines = [line for line in ground.lines if "zzz" in line or "Envoyé à" in line]
    assert sum(map(len, lines)) < 10_000
    assert any("MENACE" in line for line in ground.lines)
    assert any("10.0.0.1 remplit le journal" in line for line in ground.lines)
    ground.world.advance(60)
    ground.hub.tick()
    ground.world.settle()
    assert [line for line in ground.lines if "lignes de 10.0.0.1 tues" in line]
    come(ground, "nouveau")
    assert any("est nouveau" in line and "nouveau (" in line for line in ground.lines)


def test_stopping_says_what_was_not_written() -> None:
    ground = Ground(logged=2_000, logged_rate=1.0, rate=0.0)
    client, room = ground.person("bavard")
    client.tell(*(Say(room, nonce, "z" * 3_900) for nonce in range(1, 10)))
    ground.hub.shut_down()
    ground.world.settle()
    assert ground.lines[-1] == "… 9 lignes de 10.0.0.1 tues"
