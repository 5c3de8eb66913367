"""Ce qu'on décide des salons, des messages et de nous : où l'écran le montre."""

from types import SimpleNamespace
from typing import Any

from chatroom.client.core import events
from chatroom.client.faces.screen.panels import LinkState
from chatroom.client.faces.screen.rooms import Entry, OpenRoom, OpenRooms
from chatroom.client.faces.screen.ruling import Decisions
from chatroom.protocol.messages import Acted, Presence


class Screen:
    def __init__(self) -> None:
        self.rooms, self.connection = OpenRooms(), LinkState("alice", "ici")
        self.composer: Any = SimpleNamespace(placeholder="")
        self.told: list[str] = []
        self.conversation: Any = SimpleNamespace(changed=lambda: self.told.append("changé"))
        self.chooser: Any = SimpleNamespace(forget=lambda: None)
        self.salon = self.rooms.open("salon")
        self.rooms.current = self.salon
        self.ruling = Decisions(self)

    def go(self, room: OpenRoom) -> None:
        self.rooms.current = room

    def show(self, event: events.Event, room: OpenRoom | None = None) -> None:
        self.told.append(type(event).__name__)

    def record(self, event: events.Event) -> None:
        self.told.append("noté")

    def refresh_people(self) -> None:
        self.told.append("qui ?")


def happened(act: str, text: str, room: str = "salon", **rest: bool) -> events.Happened:
    message = Acted(1, 5, 0, 7, 0, 0, "prof", act, 3, text)
    return events.Happened(room, message, **{"mine": False, "old": False} | rest)


def test_a_removed_message() -> None:
    screen = Screen()
    screen.salon.entries = [Entry("un secret", "bob", hour="14:32", day="lundi", seq=3)]
    assert screen.ruling.hear(happened("delete", ""))
    (entry,) = screen.salon.entries
    assert (entry.text, entry.author, entry.seq) == ("message retiré par prof", "", 0)
    assert (entry.hour, entry.day) == ("14:32", "lundi")
    assert screen.told == ["changé", "noté"]


def test_another_pseudo() -> None:
    screen = Screen()
    screen.salon.people = {"alice": None, "prof": None}
    screen.ruling.hear(happened("nick", "maître"))
    assert list(screen.salon.people) == ["alice", "maître"]
    screen.ruling.hear(happened("nick", "moi", mine=True))
    screen.ruling.hear(happened("nick", "moi", "@", mine=True))  # déjà dit
    assert screen.connection.who == "moi"
    assert screen.told == ["Happened", "Happened"]


def test_what_a_room_becomes() -> None:
    screen = Screen()
    assert screen.ruling.hear(events.Ruled("salon", 8, "lundi"))
    assert (screen.salon.mode, screen.salon.topic) == (8, "lundi")
    screen.ruling.hear(events.Renamed("salon", "Jeux"))
    assert screen.rooms.find("jeux") is screen.salon
    assert screen.composer.placeholder == "Écrire dans Jeux"
    screen.ruling.hear(events.PutOut("jeux"))
    assert screen.rooms.current
    assert screen.rooms.current.private
    assert screen.told == ["PutOut", "qui ?"]


def test_who_comes_and_goes() -> None:
    screen = Screen()
    screen.ruling.hear(events.Announcement("salon", Presence.ARRIVED, "bob", 0, mine=False))
    screen.ruling.hear(events.Announcement("salon", Presence.ARRIVED, "alice", 0, mine=True))
    screen.ruling.hear(events.Gathering("salon", Presence.LEFT, 3, ("bob",)))
    screen.ruling.hear(events.Gathering("ailleurs", Presence.LEFT, 3, ("bob",)))
    assert list(screen.salon.people) == ["bob"]
    assert screen.told == ["Announcement", "Gathering", "qui ?"]


def test_the_rest_is_not_its_business() -> None:
    assert not Screen().ruling.hear(events.NoticeShown("x"))
