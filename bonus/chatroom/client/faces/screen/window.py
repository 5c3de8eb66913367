"""La fenêtre : ce qu'elle contient, et quand elle se redessine."""

import time
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Footer, Static

from chatroom.client.faces.screen.asking import AskScreen
from chatroom.client.faces.screen.choosing import Chooser
from chatroom.client.faces.screen.composer import Composer, Search
from chatroom.client.faces.screen.conversation import Conversation
from chatroom.client.faces.screen.keys import BINDINGS, HelpScreen
from chatroom.client.faces.screen.panels import LinkState, PeoplePanel, RoomPanel, StatusBar, Title
from chatroom.client.faces.screen.rooms import OpenRooms
from chatroom.client.faces.screen.themes import DARK, LIGHT, first_theme
from chatroom.client.faces.speaking import Outcome

FRAME = 1 / 30  # seconde : une rafale de messages se dessine une fois
TICK = 0.25  # seconde entre deux regards à l'heure, pour le compte à rebours
HELPED = {"theme", "leave_chat", "dismiss"}  # ce qui se fait même devant l'aide
LOW = 24  # lignes en dessous desquelles il n'y a plus de cadres


class Window(App[Outcome], inherit_bindings=False):
    CSS_PATH = "chat.tcss"
    TITLE = "chat"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 (Textual le déclare ainsi)
        (0, "-narrow"),
        (80, "-normal"),
        (110, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS
    chooser: Chooser  # celui de la conversation, et de qui y parle

    def __init__(
        self,
        connection: LinkState,
        complete: Callable[[str], Iterable[str]],
        waiting: Callable[[], int],
    ) -> None:
        super().__init__()
        # Ici et non à l'ouverture : la feuille de style se sert de leurs couleurs.
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = first_theme()
        self.rooms, self.connection, self._waiting = OpenRooms(), connection, waiting
        self.conversation, self.composer, self.search = Conversation(), Composer(complete), Search()
        self._status, self._list, self._title = StatusBar(id="status"), RoomPanel(), Title()
        self._people, self._hint = PeoplePanel(), Static(id="hint")
        self._dirty = False

    def compose(self) -> ComposeResult:
        yield self._status
        with Horizontal(id="middle"):
            yield self._list
            with Vertical(id="room"):
                yield self._title
                yield self.conversation
            yield self._people
        yield self._hint
        yield self.composer
        yield self.search
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.composer.focus()
        self.set_interval(TICK, self._tick)

    def hint(self, text: str) -> None:
        self._hint.update(Content(text))
        self._hint.set_class(bool(text), "said")

    def redraw(self) -> None:
        """Bientôt, et une fois pour tout ce qui arrive d'ici là."""
        if not self._dirty:
            self._dirty = True
            self.set_timer(FRAME, self.redraw_now)

    def redraw_now(self) -> None:
        self._dirty = False
        if not self._people.is_attached:  # pas encore, ou plus : la fenêtre s'ouvre ou se ferme
            return
        if room := self.rooms.current:
            self.conversation.sync()
            self._title.show_room(room, room.unread)
            self._people.show_people(room)
        self._list.show_rooms(self.rooms)
        self._tick()

    def _tick(self) -> None:
        if not self._status.is_attached:
            return
        self.connection.waiting = self._waiting()
        self._status.show_connection(self.connection, time.monotonic())

    def on_resize(self, event: Resize) -> None:
        self.screen.set_class(event.size.height < LOW, "-low")
        self.call_after_refresh(self.redraw_now)

    def action_theme(self) -> None:
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        self.call_after_refresh(self.conversation.rebuild)

    def action_choose(self, step: int) -> None:
        if room := self.rooms.current:
            self.chooser.move(room, step)

    def action_remove(self) -> None:
        if room := self.rooms.current:
            self.chooser.remove(room)

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.connection.operator))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Sous l'aide, les touches de la conversation attendent : Textual les y laisserait agir."""
        if action == "remove" and not self.conversation.chosen:
            return False  # Suppr est aussi une touche de la ligne que l'on écrit
        return action in HELPED or not isinstance(self.screen, HelpScreen | AskScreen)
