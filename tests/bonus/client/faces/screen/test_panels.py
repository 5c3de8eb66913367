"""Autour de la conversation : ce que dit chaque panneau, à la place qu'il a."""

from collections.abc import Callable

import pytest
from chatroom.client.faces.screen.panels import (
    LinkState,
    PeoplePanel,
    RoomPanel,
    StatusBar,
    Title,
    shorten,
)
from chatroom.client.faces.screen.rooms import OpenRoom, OpenRooms
from chatroom.protocol.documents import RoomSummary
from chatroom.protocol.messages import PRIVATE
from textual.pilot import Pilot
from textual.widget import Widget

from tests.bonus.client.faces.screen.stage import Stage, play, text_of

CROWD = dict.fromkeys(f"personne {n}" for n in range(20))


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("salon", 5, "salon"), ("salon", 4, "sal…"), ("日本語", 4, "日…"), ("salon", 0, "…")],
)
def test_shorten(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown


def state(**known: object) -> tuple[str, str]:
    """Ce que dit la barre d'état de la connexion, et de ce qui part, à l'heure 10."""
    about, sending = LinkState("zoé", "ici", **known).parts(10.0)  # type: ignore[arg-type]
    return about[0], sending[0]


def test_where_the_connection_is() -> None:
    assert state() == ("● connexion…", "")
    assert state(welcomed=True) == ("● connecté", "")
    assert state(welcomed=True, sent=True)[1] == "✓ reçu par le serveur"
    assert state(welcomed=True, sent=True, waiting=1)[1] == "↑ 1 message en envoi"
    assert state(retry=12.5) == ("● reconnexion dans 3 s", "")
    assert state(retry=9.0, waiting=2) == ("● reconnexion…", "↑ 2 messages en attente")


def shown(widget: Widget, fill: Callable[[], object], size: tuple[int, int] = (30, 6)) -> str:
    """Ce qu'on lit, une fois la pièce remplie."""
    found: list[str] = []

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        fill()
        await pilot.pause()
        found.append(text_of(stage))

    widget.styles.width, widget.styles.height = "100%", "100%"
    play(scene, widget, size=size)
    return found[0].rstrip()


def test_the_status_bar_gives_up_what_does_not_fit() -> None:
    link = LinkState("zoé", "127.0.0.1:8888", welcomed=True)
    bar = StatusBar()
    wide = shown(bar, lambda: bar.show_connection(link, 0.0), (40, 1))
    assert wide.startswith("● connecté ")
    assert wide.endswith("zoé · 127.0.0.1:8888")
    bar = StatusBar()
    narrow = shown(bar, lambda: bar.show_connection(link, 0.0), (22, 1))
    assert narrow.startswith("● connecté")
    assert narrow.endswith("zoé")


@pytest.mark.parametrize(
    ("room", "below", "said"),
    [
        (OpenRoom("salon", people={"bob": None}, count=3), 0, "salon    3 : bob"),
        (OpenRoom("salon"), 2, "salon  ↓ 2 nouveaux (Échap)"),
        (OpenRoom("salon"), 1, "salon  ↓ 1 nouveau (Échap)"),
        (OpenRoom(PRIVATE), 0, "messages privés    /msg PS"),
    ],
)
def test_the_title(room: OpenRoom, below: int, said: str) -> None:
    title = Title()
    found = shown(title, lambda: title.show_room(room, below), (40, 1))
    assert " ".join(found.split()).startswith(" ".join(said.split()))


def test_the_rooms_in_a_column() -> None:
    rooms = OpenRooms()
    rooms.current = rooms.open("salon")
    rooms.open("un salon au nom bien trop long").unread = 12
    rooms.listed([RoomSummary("ailleurs", 7, ())])
    panel = RoomPanel()
    lines = shown(panel, lambda: panel.show_rooms(rooms), (20, 9)).splitlines()
    assert [line.strip() for line in lines] == [
        "SALONS", "▌salon", "un salon au n… 12", "", "AILLEURS  /join", "ailleurs        7",
    ]  # fmt: skip


def test_the_rooms_on_a_line() -> None:
    """Celui que l'on regarde d'abord, puis ceux qui ont du nouveau."""
    rooms = OpenRooms()
    rooms.open("calme")
    rooms.open("jeux").unread = 3
    rooms.current = rooms.open("salon")
    panel = RoomPanel()
    line = shown(panel, lambda: panel.show_rooms(rooms), (40, 1))
    assert line.split() == ["salon", "jeux", "3", "calme"]


def test_a_click_chooses_a_room() -> None:
    rooms = OpenRooms()
    rooms.current = rooms.open("salon")
    panel = RoomPanel()

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        panel.show_rooms(rooms)
        for y in (0, 1, 5):  # le titre, le salon, et rien
            await pilot.click(panel, offset=(2, y))
        assert [one.name for one in stage.heard if isinstance(one, RoomPanel.Chosen)] == ["salon"]

    panel.styles.height = "100%"
    play(scene, panel)


def test_who_is_there() -> None:
    people = PeoplePanel()
    few = OpenRoom("salon", people={"zoé": None, "Bob": None}, count=2)
    lines = shown(people, lambda: people.show_people(few)).splitlines()
    assert [line.strip() for line in lines] == ["LÀ · 2", "Bob", "zoé"]
    people = PeoplePanel()
    crowd = OpenRoom("salon", people=CROWD, count=30)
    lines = shown(people, lambda: people.show_people(crowd)).splitlines()
    assert lines[0].strip() == "LÀ · 30"
    assert lines[-1].strip() == "et 26 de plus"
