"""Le message que l'on désigne au clavier, pour le retirer."""

from chatroom.client.faces.screen.choosing import HOW, SURE, Chooser
from chatroom.client.faces.screen.conversation import Conversation
from chatroom.client.faces.screen.rooms import Entry, OpenRoom
from textual.pilot import Pilot

from tests.bonus.client.faces.screen.stage import Stage, play


class Told:
    def __init__(self, room: OpenRoom) -> None:
        self.room, self.hints, self.removed = room, [""], list[tuple[str, int]]()
        self.conversation = Conversation()
        self.chooser = Chooser(self.conversation, self.hints.append, self._remove)

    def _remove(self, room: str, seq: int) -> None:
        self.removed.append((room, seq))

    def play(self, *steps: int | str) -> list[int]:
        """Les numéros désignés, geste après geste ; 0 : aucun."""
        found: list[int] = []

        async def scene(_: Stage, pilot: Pilot[None]) -> None:
            self.conversation.open_room(self.room)
            for step in steps:
                if isinstance(step, int):
                    self.chooser.move(self.room, step)
                elif step == "remove":
                    self.chooser.remove(self.room)
                else:
                    self.chooser.forget()
                await pilot.pause()
                found.append(self.chooser.chosen.seq if self.chooser.chosen else 0)

        play(scene, self.conversation)
        return found


def salon() -> OpenRoom:
    entries = [Entry("un", "bob", seq=1), Entry("arrivée"), Entry("trois", "bob", seq=3)]
    return OpenRoom("salon", entries)


def test_from_one_message_to_another() -> None:
    told = Told(salon())
    assert told.play(-1, -1, -1, 1, 1, "forget") == [3, 1, 1, 3, 3, 0]
    assert told.hints[1] == HOW


def test_it_is_removed_once_sure() -> None:
    told = Told(salon())
    assert told.play("remove", -1, "remove", "remove") == [0, 3, 3, 0]
    assert told.hints[1:] == [HOW, SURE, ""]
    assert told.removed == [("salon", 3)]


def test_another_one_is_another_question() -> None:
    told = Told(salon())
    told.play(-1, "remove", -1, "remove")
    assert told.removed == []
    assert told.hints[-1] == SURE


def test_nothing_to_choose() -> None:
    told = Told(OpenRoom("salon", [Entry("arrivée")]))
    assert told.play(-1) == [0]
    assert told.hints[-1] == "Il n'y a pas de message à désigner ici."
