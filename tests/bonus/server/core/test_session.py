"""Qui est qui, à quel rythme on le lit, et combien de temps on l'attend."""

import pytest
from chatroom.common.proofs import proof_of
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    TOKEN,
    VERSION,
    Announced,
    Closing,
    GetImage,
    Greeting,
    Hello,
    Identify,
    Image,
    Join,
    Joined,
    Leave,
    ListRooms,
    Message,
    Page,
    Pictured,
    Ping,
    Pong,
    Presence,
    Refused,
    Say,
    SendImage,
    Welcome,
)

from tests.bonus.introducing import introduction
from tests.bonus.server.core.ground import IDENTITY, Client, Ground, say


def refusal(ground: Ground, *hello: Message) -> Closing:
    client = ground.connect()
    client.tell(*hello)
    assert client.closed
    assert client.session not in ground.hub.sessions
    return client.last(Closing)


def test_a_stranger_gets_a_number_a_colour_and_a_secret_of_which_only_a_proof_is_kept() -> None:
    ground = Ground()
    _, first = ground.arrive("alice")
    _, second = ground.arrive("bob")
    assert (first.version, first.back, first.nonce) == (VERSION, 0, first.device << 32)
    assert first.person != second.person
    assert first.token != second.token
    assert len(first.token) == 32
    assert ground.disk.people[0].proofs == (proof_of(first.token),)
    assert first.token not in repr(ground.disk.batches).encode()


MINE = b"t" * TOKEN  # un jeton que le client a tiré lui-même


def test_a_token_drawn_by_the_client_is_his_and_is_not_given_back() -> None:
    ground = Ground()
    alice, welcome = ground.arrive("alice", MINE)
    assert (welcome.back, welcome.token) == (0, b"")
    alice.leave()
    _, again = ground.arrive("", MINE)
    assert (again.back, again.person) == (1, welcome.person)
    _, other = ground.arrive("bob", b"trop court")  # on lui en tire un vrai
    assert len(other.token) == TOKEN


def test_cut_before_being_welcomed_and_already_back() -> None:
    """Rien n'est dit avant que l'inscription soit gardée ; elle ne se fait pas deux fois."""
    ground = Ground()
    ground.disk.slow = True
    first, second = ground.connect(), ground.connect()
    first.tell(*introduction("alice", MINE))
    first.leave()
    second.tell(*introduction("alice", MINE))
    assert second.paused
    assert not second.take(Welcome)
    ground.disk.catch_up()
    ground.world.settle()
    assert not second.paused
    assert second.last(Welcome).back == 1
    assert len(ground.hub.people) == 1
    assert ground.hub.enrolling == {}


def test_an_enrolment_that_fails_fails_for_all_its_connections() -> None:
    ground = Ground()
    ground.disk.slow, ground.disk.broken = True, "le disque est plein"
    clients = [ground.connect(), ground.connect()]
    for client in clients:
        client.tell(*introduction("alice", MINE))
    ground.disk.catch_up()
    ground.world.settle()
    assert [client.last(Closing).reason for client in clients] == [Reason.STORAGE] * 2
    ground.disk.slow, ground.disk.broken = False, ""
    assert ground.arrive("alice", MINE)[1].back == 0


def test_coming_back_one_is_recognised_and_others_are_told() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    bob, welcome = ground.arrive("bob")
    bob.enter()
    bob.tell(say(room, welcome.nonce + 1, "à tout à l'heure"))
    bob.leave()
    alice.got.clear()
    back, again = ground.arrive("peu importe", welcome.token, welcome.device)
    assert (again.back, again.pseudo, again.token) == (1, "bob", b"")
    assert again.nonce == welcome.nonce + 1
    assert (again.person, again.colour) == (welcome.person, welcome.colour)
    back.enter()
    assert [one.event for one in alice.take(Announced)] == [Presence.BACK]


def test_the_absent_get_nothing() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    bob.leave()
    bob.got.clear()
    alice.tell(say(room, 1, "bob ?"))
    assert bob.got == []


def test_the_same_device_takes_over() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    first, welcome = ground.arrive("bob")
    first.enter()
    alice.got.clear()
    second, _ = ground.arrive("bob", welcome.token, welcome.device)
    assert first.closed
    assert first.last(Closing).reason == Reason.TAKEN_OVER
    assert second.enter().members == 2
    assert alice.take(Announced) == []  # pour les autres, rien n'a changé
    second.leave()
    assert [one.event for one in alice.take(Announced)] == [Presence.LEFT]


def test_who_took_over_is_announced_when_he_comes_in_a_second_time() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    first, welcome = ground.arrive("bob")
    first.enter()
    second, _ = ground.arrive("bob", welcome.token, welcome.device)
    second.enter()
    alice.got.clear()
    second.tell(Leave(room))
    second.enter()
    assert [one.event for one in alice.take(Announced)] == [Presence.MOVED, Presence.BACK]


@pytest.mark.parametrize("pseudo", ["alice", "ALICE", " Alice ", "ａｌｉｃｅ"])
def test_a_pseudo_belongs_to_one_person_even_absent(pseudo: str) -> None:
    ground = Ground()
    ground.arrive("Alice")[0].leave()
    assert refusal(ground, *introduction(pseudo)).reason == Reason.PSEUDO_TAKEN
    assert refusal(ground, *introduction(pseudo, b"x" * 32)).reason == Reason.PSEUDO_TAKEN


@pytest.mark.parametrize("pseudo", ["", "   ", "a" * 21, "a\nb", "a\x1b[31m", "/quit", "a\u202eb"])
def test_a_pseudo_that_cannot_be(pseudo: str) -> None:
    assert refusal(Ground(), *introduction(pseudo)).reason == Reason.NAME


def test_another_version() -> None:
    closing = refusal(Ground(), Hello(VERSION + 1))
    assert closing.reason == Reason.VERSION
    assert f"version {VERSION}" in closing.text


def test_no_more_people_than_said() -> None:
    ground = Ground(people=1)
    ground.arrive("alice")
    assert refusal(ground, *introduction("bob")).reason == Reason.FULL


def test_only_hello_before_hello_and_never_after() -> None:
    ground = Ground()
    client = ground.connect()
    assert client.session
    assert set(client.session.bounds) == {Hello.KIND}
    client.tell(Hello(VERSION))
    assert set(client.session.bounds) == {Identify.KIND}
    assert client.last(Greeting).server == IDENTITY
    client.tell(introduction("alice")[1])
    assert not {Hello.KIND, Identify.KIND} & set(client.session.bounds)


def test_a_message_sent_again_after_a_cut_counts_once() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    alice.tell(say(room, 1, "un"), say(room, 2, "deux"))
    alice.tell(say(room, 1, "un"), say(room, 2, "deux"), say(room, 3, "trois"))
    assert alice.heard() == ["un", "deux", "trois"]


def test_a_text_never_drives_the_terminal_of_others_nor_is_empty() -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    alice.tell(say(room, 1, "rouge \x1b[31m\x9b0m \u202egauche\nligne"))
    (text,) = alice.heard()
    assert text.isprintable()
    assert "rouge" in text
    alice.tell(say(room, 2, " \n "))
    assert alice.last(Refused).nonce == 2
    assert alice.heard() == []


def test_a_picture_is_announced_then_given_on_request() -> None:
    ground = Ground()
    ground.sizes[b"PNG..."] = (64, 48)
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    alice.tell(SendImage(room, 1, "chat.png", b"PNG..."))
    (picture,) = bob.take(Pictured)
    assert alice.take(Pictured) == [picture]
    assert (picture.name, picture.size, picture.width, picture.height) == ("chat.png", 6, 64, 48)
    bob.tell(GetImage(room, picture.seq))
    assert bob.last(Image).data == b"PNG..."
    bob.tell(GetImage(room, picture.seq + 1))
    assert bob.last(Refused).reason == Reason.NOT_FOUND
    alice.tell(SendImage(room, 2, "virus.exe", b"MZ"))
    refused = alice.last(Refused)
    assert (refused.reason, refused.nonce) == (Reason.PICTURE, 2)


# Le rythme


def chatter(client: Client, room: int, first: int, count: int) -> None:
    client.tell(*(Say(room, first + number, "x") for number in range(count)))


def test_too_fast_is_first_slowed_down() -> None:
    ground = Ground(rate=10.0, burst=20.0)
    alice, room = ground.person("alice")
    ground.world.advance(10)
    chatter(alice, room, 1, 20)
    assert not alice.paused
    chatter(alice, room, 21, 1)
    assert alice.paused
    assert len(alice.heard()) == 21  # ce qui est lu n'est jamais perdu
    ground.world.advance(0.05)
    assert alice.paused
    ground.world.advance(0.06)
    assert not alice.paused
    assert not alice.closed


def test_too_fast_for_too_long_is_closed() -> None:
    ground = Ground(rate=10.0, burst=20.0, patience=5.0)
    alice, room = ground.person("alice")
    bob, _ = ground.person("bob")
    number = 1
    while not alice.closed:
        assert number < 100
        chatter(alice, room, number, 1)
        number += 1
        if alice.paused and not alice.closed:
            ground.world.advance(0.1)
    assert alice.last(Closing).reason == Reason.FLOOD
    assert 20 + 5 * 10 - 5 <= number <= 20 + 5 * 10 + 5
    assert [one.event for one in bob.take(Announced)] == [Presence.LEFT]
    ground.world.advance(60)  # les réveils d'un client parti ne font rien


def test_rest_is_enough_to_be_forgiven() -> None:
    ground = Ground(rate=10.0, burst=20.0, patience=5.0)
    alice, room = ground.person("alice")
    for again in range(10):
        chatter(alice, room, 1 + again * 22, 22)
        ground.world.advance(3.0)
    assert not alice.closed


def test_no_rate_no_limit() -> None:
    ground = Ground(rate=0.0)
    alice, room = ground.person("alice")
    chatter(alice, room, 1, 1_000)
    assert not alice.paused


# Les attentes


def test_who_does_not_introduce_himself_is_dismissed() -> None:
    ground = Ground(handshake=10.0)
    client = ground.connect()
    ground.world.advance(10)
    ground.hub.tick()
    assert not client.closed
    ground.world.advance(0.1)
    ground.hub.tick()
    assert client.last(Closing).reason == Reason.SILENT


def test_who_waits_for_a_slow_disk_has_introduced_himself() -> None:
    ground = Ground(handshake=10.0)
    ground.disk.slow = True
    client = ground.connect()
    client.tell(*introduction("alice"))
    ground.world.advance(11)
    ground.hub.tick()
    ground.disk.catch_up()
    ground.world.settle()
    assert client.last(Welcome).pseudo == "alice"


def test_the_list_of_rooms_costs_more_than_a_word() -> None:
    ground = Ground(rate=10.0, burst=20.0)
    alice, _ = ground.person("alice")
    ground.world.advance(10)
    alice.tell(*[ListRooms("")] * 4)
    assert not alice.paused
    alice.tell(ListRooms(""))
    assert alice.paused


def test_silence_is_questioned_then_concluded_upon() -> None:
    ground = Ground(ping=30.0, idle=75.0)
    alice, _ = ground.person("alice")
    for _ in range(3):
        ground.world.advance(31)
        ground.hub.tick()
        ground.hub.tick()
        assert len(alice.take(Ping)) == 1
        alice.tell(Pong())
    ground.world.advance(76)
    ground.hub.tick()
    assert alice.last(Closing).reason == Reason.SILENT


def test_who_is_slowed_down_is_not_said_to_be_silent() -> None:
    ground = Ground(idle=75.0)
    alice, room = ground.person("alice")
    ground.disk.slow = True
    alice.tell(Join("neuf", 0))
    ground.world.advance(76)
    ground.hub.tick()
    assert not alice.closed
    assert room


def test_we_answer_pings() -> None:
    ground = Ground()
    alice, _ = ground.person("alice")
    alice.tell(Ping())
    assert len(alice.take(Pong)) == 1


def test_a_frame_begun_must_end() -> None:
    ground = Ground(frame=30.0)
    alice, _ = ground.person("alice")
    assert alice.session
    alice.session.partial_since = ground.world.now()
    ground.world.advance(30.1)
    ground.hub.tick()
    assert alice.last(Closing).reason == Reason.SILENT


def test_leaving_while_an_answer_is_on_its_way() -> None:
    ground = Ground()
    alice, _ = ground.arrive("alice")
    ground.disk.slow = True
    alice.tell(Join("salon", 0))
    bob = ground.connect()
    bob.tell(*introduction("bob"))
    alice.leave()
    bob.leave()
    ground.disk.catch_up()
    ground.world.settle()
    ground.disk.catch_up()
    ground.world.settle()
    assert not alice.take(Joined)
    assert not alice.take(Page)
    assert not bob.take(Welcome)
    room = ground.hub.rooms.named("salon")
    assert room
    assert not room.count
