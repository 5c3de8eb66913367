"""Autour de la conversation : l'état de la connexion, les salons, qui est là."""

import math
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from chatroom.client.faces.screen.rooms import OpenRoom, OpenRooms
from chatroom.protocol.flags import Mode
from wording.harmless import neutral
from wording.numbers import plural

Part = tuple[str, str]


def shorten(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…"


@dataclass(slots=True)
class LinkState:
    """Où en est la connexion. `retry` : l'heure du prochain essai, s'il en faut un."""

    who: str
    where: str
    welcomed: bool = False
    retry: float | None = None
    waiting: int = 0  # messages à nous que le serveur n'a pas accusés
    sent: bool = False  # il en a accusé un, au moins
    operator: bool = False

    def parts(self, now: float) -> tuple[Part, Part]:
        if self.retry is not None and not self.welcomed:
            seconds = math.ceil(self.retry - now)
            text = f"reconnexion dans {seconds} s" if seconds > 0 else "reconnexion…"
            state = (f"● {text}", "bold $error")
        elif not self.welcomed:
            state = ("● connexion…", "bold $warning")
        else:
            state = ("● connecté", "bold $success")
        if self.waiting:
            many = plural(self.waiting)
            verb = "en envoi" if self.welcomed else "en attente"
            return state, (f"↑ {self.waiting} message{many} {verb}", "$warning")
        return state, ("✓ reçu par le serveur", "$text-muted") if self.sent else ("", "")


MODES = {
    Mode.CLOSED: "fermé",
    Mode.LOCKED: "plus personne n'entre",
    Mode.PRIVATE: "sur invitation",
    Mode.PASSWORD: "mot de passe",
    Mode.READ_ONLY: "lecture seule",
}


def what_it_is(room: OpenRoom) -> str:
    """Le sujet d'un salon, et ce qui le distingue d'un autre."""
    modes = ", ".join(text for mode, text in MODES.items() if room.mode & mode)
    topic = neutral(room.topic)
    return f"{topic} ({modes})" if topic and modes else topic or (modes and f"({modes})")


class StatusBar(Static):
    def show_connection(self, connection: LinkState, now: float) -> None:
        state, sending = connection.parts(now)
        who = f"{connection.who} (opérateur)" if connection.operator else connection.who
        right = f"{who} · {connection.where}"
        used = cell_len(state[0]) + cell_len(sending[0]) + 2
        room = self.size.width - 2
        if used + cell_len(right) + 2 > room:
            right = who
        right = shorten(right, max(0, room - used - 2))
        gap = " " * max(1, room - used - cell_len(right))
        self.update(Content.assemble(state, "  ", sending, gap, (right, "$text-muted")))


class Title(Static):
    """Le salon, et qui y est, sur une ligne."""

    def show_room(self, room: OpenRoom, below: int) -> None:
        width = self.size.width - 2
        new = f"↓ {below} nouveau{'x' * (below > 1)} (Échap)  " if below else ""
        name = shorten(room.title, width - cell_len(new))
        left = width - cell_len(name) - cell_len(new) - 2
        if room.private:
            text = "/msg PSEUDO TEXTE"
        else:
            text = "  ".join(filter(None, (what_it_is(room), self._there(room))))
        self.update(
            Content.assemble(
                (name, "bold $primary"), "  ", (new, "bold $accent"),
                (shorten(text, max(0, left)), "$text-muted"),
            )
        )  # fmt: skip

    def _there(self, room: OpenRoom) -> str:
        """Qui y est, si une colonne ne le dit pas déjà."""
        names = ", ".join(map(neutral, room.people))
        wide = self.screen.has_class("-wide")
        return f"{room.count} : {names}" if names and not wide else ""


class RoomPanel(Static):
    """Une colonne, ou une ligne quand l'écran est étroit."""

    class Chosen(Message):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []  # un par ligne ; "" : rien à choisir

    def show_rooms(self, rooms: OpenRooms) -> None:
        if self.size.height == 1:
            self._names = []
            return self.update(self._line(rooms))
        width = self.size.width - 3
        lines: list[Content] = [Content.styled("SALONS", "bold $text-muted")]
        self._names = [""]
        for room in rooms:
            badge = f" {room.unread}" if room.unread else ""
            name = shorten(room.title, width - cell_len(badge))
            gap = " " * max(0, width - cell_len(name) - cell_len(badge))
            mark, style = ("▌", "bold $primary") if room is rooms.current else (" ", "$foreground")
            if room.unread:
                style = f"bold {style.removeprefix('bold ')}"
            lines.append(Content.assemble((f"{mark}{name}", style), gap, (badge, "bold $accent")))
            self._names.append(room.name)
        others = rooms.others[: max(0, self.size.height - len(lines) - 2)]
        if others:
            lines += [Content(""), Content.styled("AILLEURS  /join", "bold $text-muted")]
            self._names += ["", ""]
        for summary in others:
            count = f" {summary.count}"
            name = shorten(neutral(summary.name), width - cell_len(count))
            gap = " " * max(0, width - cell_len(name) - cell_len(count))
            lines.append(Content.styled(f" {name}{gap}{count}", "$text-muted"))
            self._names.append(summary.name)
        self.update(Content("\n").join(lines))
        return None

    def _line(self, rooms: OpenRooms) -> Content:
        """Celui que l'on regarde d'abord, puis ceux qui ont du nouveau : la place manque."""
        parts: list[Part | str] = []
        others = sorted((room for room in rooms if room is not rooms.current), key=_quiet)
        for room in [*([rooms.current] if rooms.current else []), *others]:
            name = shorten(room.title, 18)
            parts.append((f" {name} ", "bold reverse" if room is rooms.current else "$foreground"))
            if room.unread:
                parts.append((f"{room.unread} ", "bold $accent"))
            parts.append(" ")
        return Content.assemble(*parts)

    def on_click(self, event: Click) -> None:
        if event.y < len(self._names) and (name := self._names[event.y]):
            self.post_message(self.Chosen(name))


def _quiet(room: OpenRoom) -> bool:
    return not room.unread


class PeoplePanel(Static):
    """Qui est là, quand il y a la place."""

    def show_people(self, room: OpenRoom) -> None:
        width = self.size.width - 3
        lines = [Content.styled("LÀ" if room.private else f"LÀ · {room.count}", "bold $text-muted")]
        names = sorted(map(neutral, room.people), key=str.casefold)
        space = max(0, self.size.height - 2)
        lines += [
            Content.styled(f" {shorten(name, width)}", "$foreground") for name in names[:space]
        ]
        if (hidden := room.count - min(len(names), space)) > 0:
            lines.append(Content.styled(f" et {hidden} de plus", "$text-muted"))
        self.update(Content("\n").join(lines))
