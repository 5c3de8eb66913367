"""La conversation : ce qui se voit quand elle s'allonge, se mesure ou se parcourt."""

import re

from chatroom.client.faces.screen.conversation import Conversation
from chatroom.client.faces.screen.rooms import Entry, OpenRoom
from chatroom.protocol.messages import Pictured
from rich.text import Text
from textual.pilot import Pilot

from tests.bonus.client.faces.screen.stage import Stage, play, text_of

PICTURE = Pictured(7, 1, 0, 2, 1, 0, "bob", "a.png", 9, 40, 30)


def room_of(count: int) -> OpenRoom:
    return OpenRoom("salon", [Entry(f"ligne {n}.", "bob") for n in range(count)])


def numbers(stage: Stage) -> list[int]:
    """Les lignes à l'écran, du haut vers le bas."""
    return [int(one) for one in re.findall(r"ligne (\d+)\.", text_of(stage))]


def framed() -> Conversation:
    made = Conversation()
    made.styles.overflow_x, made.styles.overflow_y = "hidden", "scroll"
    return made


def heard(stage: Stage, kind: type) -> int:
    return sum(isinstance(one, kind) for one in stage.heard)


def test_the_bottom_is_shown_and_followed() -> None:
    conversation, room = framed(), room_of(30)

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        conversation.open_room(room)
        await pilot.pause()
        assert numbers(stage) == list(range(20, 30))
        assert [entry.text for entry in conversation.on_screen()] == [
            f"ligne {n}." for n in range(20, 30)
        ]
        room.add(Entry("ligne 30.", "bob"), seen=True)
        conversation.sync()
        await pilot.pause()
        assert numbers(stage) == list(range(21, 31))

    play(scene, conversation)


def test_going_up_and_back() -> None:
    conversation, room = framed(), room_of(30)

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        conversation.open_room(room)
        await pilot.pause()
        conversation.page(-1)
        await pilot.pause()
        assert numbers(stage) == list(range(11, 21))
        assert not conversation.following
        room.add(Entry("ligne 30.", "bob"), seen=True)
        conversation.sync()  # en bas : ce qu'on lit ne bouge pas
        await pilot.pause()
        assert numbers(stage) == list(range(11, 21))
        room.prepend([Entry(f"avant {n}", "bob") for n in range(5)])
        conversation.sync()  # ni quand le passé arrive
        await pilot.pause()
        assert numbers(stage) == list(range(11, 21))
        for _ in range(3):
            conversation.page(-1)
            await pilot.pause()
        assert heard(stage, Conversation.AtTop) == 2  # en y arrivant, puis en insistant
        conversation.to_end()
        await pilot.pause()
        assert numbers(stage) == list(range(21, 31))
        assert heard(stage, Conversation.AtEnd) == 0  # on l'a demandé
        conversation.page(-1)
        await pilot.pause()
        conversation.page(1)
        await pilot.pause()
        assert heard(stage, Conversation.AtEnd) == 1

    play(scene, conversation)


def test_an_answer_is_shown_in_the_middle() -> None:
    conversation, room = framed(), room_of(60)

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        conversation.open_room(room)
        await pilot.pause()
        conversation.reveal(room.entries[30])
        await pilot.pause()
        assert numbers(stage) == list(range(25, 35))

    play(scene, conversation)


def test_a_picture_drawn_takes_its_place() -> None:
    conversation, room = framed(), room_of(5)
    room.entries.append(Entry("a.png", "bob", picture=PICTURE))

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        conversation.open_room(room)
        await pilot.pause()
        assert heard(stage, Conversation.Shown)
        conversation.art[room.entries[-1]] = [Text("QQQQ")] * 7
        conversation.changed()
        await pilot.pause()
        assert text_of(stage).count("QQQQ") == 7
        assert numbers(stage) == [3, 4]

    play(scene, conversation)


def test_another_width_measures_again() -> None:
    conversation, room = framed(), room_of(3)

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        assert conversation.body == 40  # avant de savoir
        conversation.rebuild()  # aucun salon : rien
        conversation.open_room(room)
        await pilot.pause()
        narrow = conversation.body
        await pilot.resize_terminal(100, 10)
        await pilot.pause()
        assert conversation.body > narrow
        conversation.pattern = re.compile("ligne")
        conversation.rebuild()
        await pilot.pause()
        assert numbers(stage) == [0, 1, 2]

    play(scene, conversation)
