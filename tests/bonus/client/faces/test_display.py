"""Ce qu'on lit à l'écran, événement par événement."""

import time
from collections.abc import Iterator

import pytest
from chatroom.client.core.events import (
    Announcement,
    AnswerReceived,
    Ended,
    Entered,
    Event,
    Gathering,
    Lost,
    NoticeShown,
    PageReceived,
    RefusedRequest,
    RoomsListed,
    Shown,
    Spoke,
    Welcomed,
)
from chatroom.client.core.outbox import Post
from chatroom.client.faces.display import Display, day_of
from chatroom.protocol.documents import Absent, Missing, RoomSummary
from chatroom.protocol.messages import Pictured, Presence, Said, Whispered

NOON = 1_795_262_400_000  # ms : samedi 21 novembre 2026, 12:00 UTC
DAY = 86_400_000
TODAY = time.gmtime(NOON / 1000)


@pytest.fixture(autouse=True)
def paris(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """L'heure affichée est celle du lecteur : ici, une heure de plus qu'UTC."""
    monkeypatch.setenv("TZ", "CET-1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def said(text: str = "bonjour", when: int = NOON, pseudo: str = "bob") -> Said:
    return Said(7, 1, when, 2, 0, 0x112233, pseudo, text)


def spoke(message: Shown, mine: bool = False) -> Spoke:
    return Spoke("salon", message, mine, False, None)


def shown(*events: Event, colours: bool = False) -> list[str]:
    display = Display(colours, TODAY)
    return [line for event in events for line in display.lines(event)]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (spoke(said()), "[13:00] bob a dit : bonjour"),
        (spoke(said(), mine=True), "[13:00] Vous avez dit : bonjour"),
        (
            spoke(Whispered(7, 1, NOON, 2, 0, 0, "bob", "alice", "psst")),
            "[13:00] bob vous a dit en privé : psst",
        ),
        (
            spoke(Whispered(7, 1, NOON, 1, 0, 0, "alice", "bob", "psst"), mine=True),
            "[13:00] Vous avez dit en privé à bob : psst",
        ),
        (
            spoke(Pictured(7, 1, NOON, 2, 0, 0, "bob", "chat.png", 10, 8, 4)),
            "[13:00] bob a envoyé une image : chat.png (8x4)",
        ),
        (
            Announcement("salon", Presence.ARRIVED, "bob", 0, False),
            "Annonce : bob a rejoint la chatroom",
        ),
        (
            Announcement("salon", Presence.LEFT, "bob", 0, False),
            "Annonce : bob a quitté la chatroom",
        ),
        (Announcement("salon", Presence.BACK, "bob", 0, False), "bob est de retour !"),
        (Welcomed("alice", 1, 0, False, False, b""), "Bienvenue alice !"),
        (Welcomed("alice", 1, 0, True, False, b""), "Welcome back alice !"),
        (Welcomed("alice", 1, 0, True, True, b""), "Reconnecté."),
        (Entered("salon", 2, False, False), "— Vous êtes dans salon (2 personnes) —"),
        (
            Entered("salon", 2, True, True),
            "salon a recommencé (serveur restauré) ; voici ce qu'il en a :",
        ),
        (NoticeShown("Le serveur s'arrête."), "— Le serveur s'arrête."),
        (RefusedRequest("Personne.", None), "Personne."),
        (
            RefusedRequest("Personne.", Post("@", "psst", to="x")),
            "Personne. (« psst » n'a pas été envoyé)",
        ),
        (RoomsListed(()), "Aucun salon pour l'instant."),
        (RoomsListed((RoomSummary("a", 0, ()),)), "  a (0)"),
        (RoomsListed((RoomSummary("a", 4, ("x", "y")),)), "  a (4) : x, y et 2 autres"),
        (Lost("Connexion perdue", 2.2), "Connexion perdue ; nouvel essai dans 3 s…"),
        (Ended(None, "Pas de serveur", True), "Pas de serveur"),
    ],
)
def test_one_line(event: Event, expected: str) -> None:
    """Chaque événement a sa phrase."""
    assert shown(event) == [expected]


@pytest.mark.parametrize(
    "event",
    [
        Announcement("salon", Presence.BACK, "alice", 0, mine=True),
        Entered("salon", 2, again=True, restarted=False),
    ],
)
def test_nothing_to_say(event: Event) -> None:
    """Ce que la personne sait déjà ne se répète pas."""
    assert shown(event) == []


def test_another_day_has_its_line() -> None:
    """Un message d'un autre jour est précédé de sa date ; celui d'après, de la sienne."""
    lines = shown(spoke(said(when=NOON - DAY)), spoke(said(when=NOON - DAY)), spoke(said()))
    assert lines[0] == "— vendredi 20 novembre 2026 —"
    assert lines[3] == "— samedi 21 novembre 2026 —"
    assert len(lines) == 5


def test_a_page_does_not_change_the_day() -> None:
    """La page relue est encadrée et datée ; le direct reprend où il en était."""
    page = PageReceived("salon", (said(when=NOON - DAY),), person=2, more=True)
    assert shown(page, spoke(said())) == [
        "— plus ancien —",
        "— vendredi 20 novembre 2026 —",
        "[13:00] Vous avez dit : bonjour",
        "— fin de la page —",
        "[13:00] bob a dit : bonjour",
    ]
    assert shown(PageReceived("salon", (), 2, more=False)) == ["— début de l'historique —"]


def test_the_author_has_a_colour() -> None:
    """Le pseudo, et lui seul, en 24 bits."""
    (line,) = shown(spoke(said()), colours=True)
    assert "\x1b[38;2;17;34;51mbob\x1b[0m a dit : bonjour" in line


EVIL = "x\x1b]0;titre\x07\u202ey\n"


@pytest.mark.parametrize(
    "event",
    [
        spoke(said(EVIL, pseudo=EVIL)),
        spoke(Whispered(7, 1, NOON, 1, 0, 0, EVIL, EVIL, EVIL), mine=True),
        spoke(Pictured(7, 1, NOON, 2, 0, 0, EVIL, EVIL, 10, 8, 4)),
        Announcement("salon", Presence.LEFT, EVIL, 0, False),
        Welcomed(EVIL, 1, 0, False, False, b""),
        Entered(EVIL, 2, False, False),
        Entered(EVIL, 2, True, True),
        NoticeShown(EVIL),
        RefusedRequest(EVIL, None),
        RoomsListed((RoomSummary(EVIL, 1, (EVIL,)),)),
        Lost(EVIL, 1),
        Ended(None, EVIL, True),
    ],
)
def test_hostile_texts(event: Event) -> None:
    """Un serveur malveillant n'atteint pas le terminal."""
    for line in shown(event):
        assert line.isprintable()
        assert "\u202e" not in line


@pytest.mark.parametrize("when", [0, 2**64 - 1])
def test_any_time_the_wire_can_carry(when: int) -> None:
    """Une heure absurde s'affiche sans faire tomber le client."""
    assert len(shown(spoke(said(when=when)))) == 2


def test_the_first_of_the_month() -> None:
    """« 1er », et les mois accentués."""
    assert day_of(time.strptime("2026-08-01", "%Y-%m-%d")) == "samedi 1er août 2026"


@pytest.mark.parametrize(
    ("names", "count", "who"),
    [
        (("alice", "bob"), 14, "alice, bob et 12 autres ont"),
        (("alice", "bob"), 3, "alice, bob et 1 autre ont"),
        (("alice", "bob"), 2, "alice et bob ont"),
        (("alice",), 1, "alice a"),
        ((), 40, "40 ont"),
        (("a\u202eb",), 1, "a�b a"),
    ],
)
def test_several_people_in_a_line(names: tuple[str, ...], count: int, who: str) -> None:
    (line,) = shown(Gathering("salon", Presence.ARRIVED, count, names))
    assert line == f"Annonce : {who} rejoint la chatroom"


def test_going_elsewhere_is_not_leaving() -> None:
    (line,) = shown(Announcement("salon", Presence.MOVED, "bob", 0, mine=False))
    assert line == "Annonce : bob a changé de salon"


@pytest.mark.parametrize(
    ("why", "by", "text"),
    [
        (Missing.REMOVED, "", "— message retiré —"),
        (Missing.REMOVED, "prof", "— message retiré par prof —"),
        (Missing.UNREADABLE, "", "— message illisible —"),
        (Missing.STRANGE, "", "— message que cette version ne sait pas lire —"),
    ],
)
def test_a_message_that_cannot_be_read(why: Missing, by: str, text: str) -> None:
    """On n'en sait parfois pas même le jour."""
    assert shown(spoke(Absent(7, 1, why, by=by))) == [text]


def test_the_answer_to_a_command() -> None:
    assert shown(AnswerReceived("token", {"text": "K7\x1b"})) == ["— K7�"]
    assert shown(AnswerReceived("alone", {})) == ["— C’est fait."]
