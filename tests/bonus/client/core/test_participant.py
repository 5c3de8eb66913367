"""Le client sans le réseau : rien ne manque, rien n'est répété, quoi qu'il arrive aux fils."""

from dataclasses import replace

import pytest
from chatroom.client.core.events import (
    Announcement,
    Ended,
    Entered,
    ImageReceived,
    PageReceived,
    RefusedRequest,
    RoomsListed,
    Spoke,
    Welcomed,
)
from chatroom.client.core.participant import RetryError
from chatroom.protocol.documents import RoomSummary
from chatroom.protocol.frames import ProtocolError, Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    PRIVATE,
    VERSION,
    Announced,
    Closing,
    GetImage,
    GetPage,
    Hello,
    Identify,
    Image,
    Join,
    Joined,
    Leave,
    ListRooms,
    Message,
    Pictured,
    Ping,
    Pong,
    Presence,
    Refused,
    RoomList,
    Say,
    SendImage,
    Whisper,
)

from tests.bonus.client.core.conversation import (
    DEVICE,
    GREETING,
    ME,
    OTHER,
    ROOM,
    SECRET,
    Conversation,
    page,
    said,
    welcome,
)


@pytest.fixture
def alone() -> Conversation:
    """Bienvenue, et dans un salon vide."""
    conversation = Conversation()
    conversation.connect()
    conversation.enter()
    conversation.participant.take_events()
    return conversation


# Se présenter


def test_hello_then_every_room() -> None:
    """La première trame est Hello ; après Welcome, les salons, dont le privé."""
    conversation = Conversation()
    conversation.participant.join("salon")
    conversation.participant.connected()
    assert conversation.sent() == [Hello(VERSION)]
    assert conversation.receive(GREETING) == []
    conversation.participant.identify(b"jeton", "mot")
    assert conversation.sent() == [Identify(0, 0, "alice", "mot", b"jeton")]
    assert conversation.receive(welcome()) == [Join(PRIVATE, 0), Join("salon", 0)]
    event = Welcomed("alice", ME, 0, back=False, again=False, token=SECRET)
    assert conversation.participant.take_events() == [event]


def test_coming_back_one_says_who_one_was(alone: Conversation) -> None:
    """Le jeton reçu, notre numéro et celui de cet appareil servent la fois suivante."""
    alone.participant.disconnected()
    alone.participant.connected()
    alone.sent()
    alone.receive(GREETING)
    assert alone.participant.token == SECRET
    alone.participant.identify(SECRET)
    assert alone.sent() == [Identify(ME, DEVICE, "alice", "", SECRET)]


# Le rattrapage


def test_newcomer_reads_the_last_page() -> None:
    """Un nouveau venu lit la dernière page, puis le direct, retenu jusque-là."""
    conversation = Conversation()
    conversation.connect()
    conversation.enter(last=9)
    conversation.receive(said(10))
    assert conversation.seqs() == []
    conversation.receive(page(said(8), said(9), more=True))
    assert conversation.seqs() == [8, 9, 10]


def test_resumes_page_after_page(alone: Conversation) -> None:
    """Après une coupure, il demande les pages jusqu'au présent ; le direct attend."""
    alone.receive(said(1))
    assert alone.connect(back=True) == [Join("salon", 1)]
    alone.seqs()
    alone.receive(Joined(ROOM, 5, 1, "salon"), said(6))
    asked = alone.receive(page(said(2), said(3), forwards=True, more=True))
    assert asked == [GetPage(ROOM, 3, 1)]
    assert alone.seqs() == [2, 3]
    alone.receive(page(said(4), said(5), said(6), forwards=True))
    assert alone.seqs() == [4, 5, 6]


def test_a_room_that_was_empty_is_read_whole(alone: Conversation) -> None:
    """Entré dans un salon vide, puis coupé : la dernière page ne suffit pas."""
    alone.connect(back=True)
    alone.seqs()
    alone.receive(Joined(ROOM, 4, 1, "salon"))
    assert alone.receive(page(said(3), said(4), more=True)) == [GetPage(ROOM, 0, 1)]
    alone.receive(page(said(1), said(2), said(3), said(4), forwards=True))
    assert alone.seqs() == [1, 2, 3, 4]


@pytest.mark.parametrize("back", [False, True])
def test_a_server_that_lost_its_history(alone: Conversation, back: bool) -> None:
    """Base neuve, ou rendue à hier : on repart comme un nouveau venu, et on le dit."""
    alone.receive(said(1), said(2), said(3))
    asked = alone.connect(back=back)
    alone.participant.take_events()
    if back:
        assert asked == [Join("salon", 3)]
        joined = Joined(ROOM, 1, 1, "salon", restarted=1)
    else:
        assert asked == [Join("salon", 0)]
        joined = Joined(ROOM, 1, 1, "salon")
    alone.receive(joined, page(said(1, "autre")))
    entered, spoke = alone.participant.take_events()
    assert entered == Entered("salon", 1, again=True, restarted=True)
    assert isinstance(spoke, Spoke)


def test_a_room_restored_under_the_same_numbers(alone: Conversation) -> None:
    """Le serveur l'a vu à l'heure du dernier message reçu : tout ce qu'il en a est à lire."""
    alone.receive(said(1), replace(said(2), time=2_000))
    assert alone.connect(back=True) == [Join("salon", 2, 2_000)]
    alone.participant.take_events()
    alone.receive(Joined(ROOM, 9, 1, "salon", restarted=1))
    alone.receive(page(said(8), said(9), more=True))
    assert alone.seqs() == [8, 9]
    assert alone.connect(back=True) == [Join("salon", 9)]


def test_a_page_that_cannot_be_read(alone: Conversation) -> None:
    """Refusée à qui revient : la connexion est à refaire, car rien ne doit manquer."""
    alone.receive(said(1))
    alone.connect(back=True)
    alone.receive(Joined(ROOM, 2, 1, "salon"))
    with pytest.raises(RetryError):
        alone.receive(Refused(Reason.STORAGE, 0, "illisible"))


def test_a_newcomer_does_without_history() -> None:
    """Refusée à un nouveau venu : il commence au direct."""
    conversation = Conversation()
    conversation.connect()
    conversation.enter(last=9)
    conversation.receive(Refused(Reason.STORAGE, 0, "illisible"), said(10))
    assert conversation.seqs() == [10]


# Ses propres messages


def test_posts_are_numbered_after_the_server() -> None:
    """Numérotés après le dernier que le serveur a reçu, dans l'ordre, une fois pour toutes."""
    conversation = Conversation()
    conversation.connect(nonce=41, back=True)
    conversation.enter()
    conversation.participant.say("salon", "un")
    conversation.participant.whisper("bob", "deux")
    assert conversation.sent() == [Say(ROOM, 42, "un"), Whisper("bob", 43, "deux")]
    conversation.connect(nonce=42, back=True)
    assert conversation.receive(Joined(ROOM, 0, 1, "salon")) == [
        Say(ROOM, 42, "un"),
        Whisper("bob", 43, "deux"),
    ]


def test_posts_wait_for_every_room(alone: Conversation) -> None:
    """Rien n'est répété avant d'avoir tout relu : c'est là que se voit ce qui était reçu."""
    alone.participant.say("salon", "un")
    alone.participant.say("salon", "deux")
    assert len(alone.sent()) == 2
    alone.connect(nonce=1, back=True)
    assert alone.receive(Joined(ROOM, 1, 1, "salon")) == []
    assert alone.receive(page(said(1, "un", ME, 1))) == [Say(ROOM, 2, "deux")]


def test_its_return_acknowledges_a_post(alone: Conversation) -> None:
    """Le message revenu est le mien ; celui d'un autre, de même numéro, non."""
    post = alone.participant.say("salon", "bonjour")
    alone.sent()
    alone.receive(said(1, "bonjour", OTHER, 1))
    assert list(alone.participant.outbox) == [post]
    alone.participant.take_events()
    mine = said(2, "bonjour", ME, 1)
    alone.receive(mine)
    assert alone.participant.take_events() == [Spoke("salon", mine, True, False, post)]
    assert not len(alone.participant.outbox)


def test_a_refusal_ends_a_post(alone: Conversation) -> None:
    """Un message refusé ne sera pas répété."""
    post = alone.participant.whisper("personne", "bonjour")
    alone.sent()
    alone.receive(Refused(Reason.NOT_FOUND, 1, "Personne ne s'appelle ainsi."))
    event = RefusedRequest("Personne ne s'appelle ainsi.", post, Reason.NOT_FOUND)
    assert alone.participant.take_events() == [event]
    assert not len(alone.participant.outbox)


def test_posts_leave_at_the_rate_allowed() -> None:
    """La moitié de la réserve d'un coup, puis un peu moins que le débit permis."""
    conversation = Conversation(Limits(rate=10, burst=4))
    conversation.connect()
    conversation.enter()
    for _ in range(6):
        conversation.participant.say("salon", "texte")
    assert len(conversation.sent(now=0.0)) == 3
    assert conversation.participant.outbox.wake == pytest.approx(1 / 9)
    assert conversation.sent(now=0.1) == []
    assert len(conversation.sent(now=0.12)) == 1
    assert len(conversation.sent(now=10.0)) == 2
    assert conversation.participant.outbox.wake is None


def test_one_leaves_once_acknowledged(alone: Conversation) -> None:
    """On ne sort qu'après le dernier accusé, même au-delà d'une coupure."""
    alone.participant.say("salon", "un dernier mot")
    alone.participant.leave("salon")
    assert alone.sent() == [Say(ROOM, 1, "un dernier mot")]
    assert alone.connect(back=True) == [Join("salon", 0)]
    assert alone.receive(Joined(ROOM, 0, 1, "salon")) == [Say(ROOM, 1, "un dernier mot")]
    assert alone.receive(said(1, "un dernier mot", ME, 1)) == [Leave(ROOM)]
    assert alone.connect(back=True) == []


def test_one_does_not_leave_private_messages(alone: Conversation) -> None:
    with pytest.raises(ValueError, match="On ne quitte pas les messages privés"):
        alone.participant.leave(PRIVATE)
    alone.participant.whisper("bob", "toujours là")
    assert alone.sent() == [Whisper("bob", 1, "toujours là")]


def test_one_leaves_once_answered(alone: Conversation) -> None:
    """L'image demandée est en route : elle n'aurait plus de salon où paraître."""
    alone.participant.fetch(Pictured(ROOM, 1, 0, OTHER, 1, 0, "bob", "chat.png", 3, 1, 1))
    alone.participant.leave("salon")
    assert alone.sent() == [GetImage(ROOM, 1)]
    assert alone.receive(Image(ROOM, 1, b"PNG")) == [Leave(ROOM)]


@pytest.mark.parametrize("text", ["", "  ", "é" * 2_001])
def test_texts_the_server_would_not_take(alone: Conversation, text: str) -> None:
    """Vide ou trop long : on le dit sans l'envoyer, le serveur couperait."""
    with pytest.raises(ValueError, match=r"vide|Trop long"):
        alone.participant.say("salon", text)
    assert alone.sent() == []


def test_pictures_are_posts(alone: Conversation) -> None:
    """Numérotées comme le reste, dans un salon où l'on est, et ni vides ni trop lourdes."""
    alone.participant.send_image("salon", "a.png", b"PNG")
    assert alone.sent() == [SendImage(ROOM, 1, "a.png", b"PNG")]
    for room, data in (("ailleurs", b"PNG"), ("salon", b""), ("salon", bytes(1_000_001))):
        with pytest.raises(ValueError, match=r"pas dans le salon|octets au plus"):
            alone.participant.send_image(room, "a.png", data)
    assert alone.sent() == []


# Demander


def test_answers_come_in_order(alone: Conversation) -> None:
    """Une liste, une page plus ancienne, une image."""
    participant = alone.participant
    alone.receive(said(5))
    participant.list_rooms()
    picture = Pictured(ROOM, 6, 0, OTHER, 0, 0, "bob", "chat.png", 3, 1, 1)
    participant.fetch(picture)
    assert alone.sent() == [ListRooms(""), GetImage(ROOM, 6)]
    participant.take_events()
    rooms = '[{"name": "salon", "count": 2, "members": ["bob"]}]'
    alone.receive(RoomList(rooms), Image(ROOM, 6, b"png"))
    assert participant.take_events() == [
        RoomsListed((RoomSummary("salon", 2, ("bob",)),)),
        ImageReceived("salon", 6, b"png"),
    ]


def test_going_back_in_history() -> None:
    """Chaque page est celle d'avant ; au début, il n'y a plus rien à demander."""
    conversation = Conversation()
    conversation.connect()
    conversation.enter(last=4)
    conversation.receive(page(said(3), said(4), more=True))
    conversation.participant.take_events()
    conversation.participant.older("salon")
    assert conversation.sent() == [GetPage(ROOM, 3, 0)]
    conversation.receive(page(said(1), said(2)))
    found = PageReceived("salon", (said(1), said(2)), ME, more=False)
    assert conversation.participant.take_events() == [found]
    conversation.participant.older("salon")
    assert conversation.sent() == []
    assert conversation.participant.take_events() == [PageReceived("salon", (), ME, more=False)]


def test_a_room_that_refuses(alone: Conversation) -> None:
    """Entrée refusée : on n'y est pas, et le reste continue."""
    alone.participant.join("complet")
    alone.sent()
    alone.receive(Refused(Reason.FULL, 0, "Il y a déjà trop de salons."))
    with pytest.raises(ValueError, match="pas dans le salon complet"):
        alone.participant.say("complet", "bonjour")
    alone.participant.say("salon", "bonjour")
    assert alone.sent() == [Say(ROOM, 1, "bonjour")]


def test_announcements_keep_their_place() -> None:
    """Une arrivée pendant le rattrapage se lit après ce qui la précède."""
    conversation = Conversation()
    conversation.connect()
    conversation.enter(last=1)
    conversation.participant.take_events()
    conversation.receive(Announced(ROOM, 0, OTHER, 0xFF, "bob"), page(said(1)))
    spoke, announcement = conversation.participant.take_events()
    assert isinstance(spoke, Spoke)
    assert announcement == Announcement("salon", Presence.ARRIVED, "bob", 0xFF, mine=False)


def test_answers_pings() -> None:
    """Le serveur demande si l'on est là."""
    conversation = Conversation()
    conversation.connect()
    assert conversation.receive(Ping()) == [Pong()]


# Finir


@pytest.mark.parametrize("reason", list(Reason))
def test_reasons_to_come_back(reason: Reason) -> None:
    """On revient d'une panne, d'une lenteur, d'un arrêt ; pas d'un renvoi."""
    conversation = Conversation()
    conversation.connect()
    conversation.participant.take_events()
    conversation.receive(Closing(reason, "Au revoir."))
    names = {"FULL", "SLOW", "SILENT", "SHUTDOWN", "STORAGE", "NOT_FOUND", "PICTURE"}
    names |= {"QUOTA", "UNKNOWN"}
    event = Ended(reason, "Au revoir.", final=reason.name not in names)
    assert conversation.participant.take_events() == [event]


@pytest.mark.parametrize(
    "message",
    [
        welcome(),
        Joined(ROOM, 0, 1, "salon"),
        page(),
        page(said(1), forwards=True),
        Image(ROOM, 1, b""),
        RoomList("[]"),
        Hello(1, "bob", b""),
    ],
)
def test_nonsense(alone: Conversation, message: Message) -> None:
    """Un serveur qui répond à ce qu'on n'a pas demandé n'est pas le nôtre."""
    with pytest.raises(ProtocolError):
        alone.receive(message)


def test_a_page_must_move_on(alone: Conversation) -> None:
    """Un serveur qui promet toujours une suite vide nous ferait tourner sans fin."""
    alone.receive(said(1))
    alone.connect(back=True)
    alone.receive(Joined(ROOM, 5, 1, "salon"))
    with pytest.raises(ProtocolError, match="n'avance pas"):
        alone.receive(page(forwards=True, more=True))
