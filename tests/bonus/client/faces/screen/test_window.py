"""La fenêtre : ses pièces, leurs tailles, et quand elle se redessine."""

import asyncio
from collections.abc import Awaitable, Callable

from chatroom.client.faces.screen.keys import HelpScreen
from chatroom.client.faces.screen.panels import LinkState, PeoplePanel, RoomPanel
from chatroom.client.faces.screen.rooms import Entry
from chatroom.client.faces.screen.themes import DARK, LIGHT
from chatroom.client.faces.screen.window import Window
from chatroom.client.faces.speaking import Outcome
from textual.pilot import Pilot

from tests.bonus.client.faces.screen.stage import text_of
from tests.support.waiting import DEADLINE

Scene = Callable[[Window, Pilot[Outcome]], Awaitable[object]]


def play(scene: Scene, size: tuple[int, int] = (120, 40), waiting: Callable[[], int] = int) -> None:
    async def run() -> None:
        window = Window(LinkState("zoé", "ici", welcomed=True), lambda _: ["/help"], waiting)
        async with asyncio.timeout(DEADLINE), window.run_test(size=size) as pilot:
            room = window.rooms.open("salon")
            room.count, room.people = 2, {"zoé": None, "bob": None}
            window.rooms.current = room
            window.conversation.open_room(room)
            window.redraw_now()
            await pilot.pause()
            await scene(window, pilot)

    asyncio.run(run())


async def shows(window: Window, pilot: Pilot[Outcome], text: str) -> None:
    while text not in text_of(window):
        await pilot.pause(0.01)


def test_everything_has_its_place() -> None:
    async def scene(window: Window, pilot: Pilot[Outcome]) -> None:
        await shows(window, pilot, "● connecté")
        for text in ("SALONS", "▌salon", "LÀ · 2", "bob", "F1 Aide", "^Q Partir"):
            await shows(window, pilot, text)
        assert window.focused is window.composer
        await pilot.press(*"/h", "tab")
        assert window.composer.value == "/help"

    play(scene)


def test_what_arrives_is_drawn_soon_and_once() -> None:
    async def scene(window: Window, pilot: Pilot[Outcome]) -> None:
        assert window.rooms.current
        for number in range(3):
            window.rooms.current.add(Entry(f"ligne {number}", "bob"), seen=True)
            window.redraw()
        assert "ligne 2" not in text_of(window)
        await shows(window, pilot, "ligne 2")

    play(scene)


def test_what_waits_is_counted_without_being_told() -> None:
    count = [0]

    async def scene(window: Window, pilot: Pilot[Outcome]) -> None:
        count[0] = 3
        await shows(window, pilot, "↑ 3 messages en envoi")

    play(scene, waiting=lambda: count[0])


def test_a_hint_comes_and_goes() -> None:
    async def scene(window: Window, pilot: Pilot[Outcome]) -> None:
        window.hint("un mot")
        await shows(window, pilot, "un mot")
        window.hint("")
        await pilot.pause()
        assert "un mot" not in text_of(window)

    play(scene)


def test_a_small_screen_keeps_what_matters() -> None:
    async def scene(window: Window, pilot: Pilot[Outcome]) -> None:
        people, rooms = window.query_one(PeoplePanel), window.query_one(RoomPanel)
        assert people.display
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert (people.display, rooms.size.height) == (False, 1)
        assert window.screen.has_class("-low")
        await pilot.resize_terminal(60, 40)
        await pilot.pause()
        assert not window.screen.has_class("-low")

    play(scene)


def test_the_theme_and_the_help() -> None:
    async def scene(window: Window, pilot: Pilot[Outcome]) -> None:
        first = window.theme
        await pilot.press("ctrl+t")
        assert {first, window.theme} == {DARK.name, LIGHT.name}
        await pilot.press("f1")
        assert isinstance(window.screen, HelpScreen)
        assert not window.check_action("room", ())  # l'aide est devant
        assert window.check_action("theme", ())
        await pilot.press("ctrl+t", "escape")
        assert window.theme == first
        assert window.check_action("room", ())

    play(scene)
