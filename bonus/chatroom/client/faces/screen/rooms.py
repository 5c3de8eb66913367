"""Les salons ouverts, et ce que chacun a à montrer. Rien n'est dessiné ici."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chatroom.client.core.events import Announcement, Shown
from chatroom.client.faces.display import absence, day_of, local_time
from chatroom.protocol.documents import Absent, RoomSummary
from chatroom.protocol.messages import PRIVATE, Pictured, Presence, Whispered
from chatroom.protocol.text import fold
from wording.harmless import neutral

KEPT = 20_000  # messages d'un salon ; 40 Mo au plus pour des lignes ordinaires
TRIMMED = 2_000  # oubliés d'un coup quand il y en a trop


@dataclass(slots=True, eq=False)
class Entry:
    """Un message, ou une annonce (sans auteur). Ses textes sont déjà sans danger."""

    text: str
    author: str = ""
    colour: int = 0
    hour: str = ""
    day: str = ""
    mine: bool = False
    picture: Pictured | None = None
    seq: int = 0  # le numéro d'un message qui peut se retirer
    opens_day: bool = False  # le premier de son jour : il porte la date
    opens_unread: bool = False  # le premier que l'on n'a pas lu


@dataclass(slots=True, eq=False)
class OpenRoom:
    name: str
    entries: list[Entry] = field(default_factory=list)
    unread: int = 0
    people: dict[str, None] = field(default_factory=dict)
    mode: int = 0  # Mode
    topic: str = ""
    count: int = 0  # ceux qui y sont : `people` peut n'en nommer qu'une partie
    more: bool = True  # il reste peut-être de l'historique à demander
    loading: bool = False  # une page est demandée
    filling: bool = True  # ce qui arrive de l'historique est d'avant nous
    forgotten: int = 0  # entrées retirées du début, depuis toujours
    prepended: int = 0  # entrées ajoutées au début, depuis toujours

    @property
    def private(self) -> bool:
        return self.name == PRIVATE

    @property
    def title(self) -> str:
        return "messages privés" if self.private else neutral(self.name)

    def add(self, entry: Entry, *, seen: bool) -> None:
        last = next((old for old in reversed(self.entries) if old.day), None)
        entry.opens_day = bool(entry.day) and (last is None or last.day != entry.day)
        if not seen and entry.author and not entry.mine:
            if not self.unread:
                self.clear_mark()
                entry.opens_unread = True
            self.unread += 1
        self.entries.append(entry)
        if len(self.entries) > KEPT + TRIMMED:
            del self.entries[:TRIMMED]
            self.forgotten += TRIMMED
            self.more = False  # le serveur redonnerait la page d'avant ce qui est oublié

    def clear_mark(self) -> None:
        for entry in self.entries:
            entry.opens_unread = False

    def prepend(self, entries: list[Entry]) -> None:
        day = ""
        for entry in entries:
            entry.opens_day, day = entry.day != day, entry.day
        first = next((old for old in self.entries if old.day), None)
        if first and entries:
            first.opens_day = first.day != day
        self.entries[:0] = entries
        self.prepended += len(entries)

    def removed(self, seq: int, by: str) -> bool:
        """Ce message n'est plus là : une ligne le dit à sa place ; faux s'il n'y était pas."""
        for place, entry in enumerate(self.entries):
            if entry.seq == seq:
                gone = Entry(f"message retiré par {neutral(by)}", hour=entry.hour, day=entry.day)
                gone.opens_day, gone.opens_unread = entry.opens_day, entry.opens_unread
                self.entries[place] = gone
                return True
        return False

    def renamed(self, before: str, pseudo: str) -> None:
        """Quelqu'un a changé de pseudo."""
        if before in self.people:
            names = (pseudo if name == before else name for name in self.people)
            self.people = dict.fromkeys(names)

    def announced(self, event: Announcement) -> None:
        if event.presence in (Presence.LEFT, Presence.MOVED):
            self.people.pop(event.pseudo, None)
            self.count = max(0, self.count - 1)
        elif event.pseudo not in self.people:
            self.people[event.pseudo] = None
            self.count += 1


class OpenRooms:
    """Les salons où l'on est, dans l'ordre où on y est entré, et les autres du serveur."""

    def __init__(self) -> None:
        self._rooms: dict[str, OpenRoom] = {}
        self.current: OpenRoom | None = None
        self.others: list[RoomSummary] = []

    def __iter__(self) -> Iterator[OpenRoom]:
        return iter(self._rooms.values())

    def __len__(self) -> int:
        return len(self._rooms)

    def find(self, name: str) -> OpenRoom | None:
        return self._rooms.get(fold(name))

    def open(self, name: str) -> OpenRoom:
        return self._rooms.setdefault(fold(name), OpenRoom(name))

    def close(self, room: OpenRoom) -> None:
        """Le quitter ; le suivant devient celui que l'on regarde."""
        following = self.neighbour(1)
        del self._rooms[fold(room.name)]
        if room is self.current:
            self.current = None if following is room else following

    def rename(self, room: OpenRoom, name: str) -> None:
        """Il garde sa place."""
        self._rooms = {fold(name if one is room else one.name): one for one in self._rooms.values()}
        room.name = name

    def neighbour(self, step: int) -> OpenRoom | None:
        """Le salon d'à côté de celui que l'on regarde, en tournant."""
        rooms = list(self)
        if self.current not in rooms:
            return rooms[0] if rooms else None
        return rooms[(rooms.index(self.current) + step) % len(rooms)]

    def listed(self, summaries: Iterable[RoomSummary]) -> None:
        self.others = []
        for summary in summaries:
            if room := self.find(summary.name):
                room.people = dict.fromkeys(summary.members)
                room.count = summary.count
            else:
                self.others.append(summary)


def entry_of(message: Shown, mine: bool) -> Entry:
    """Ce message, tel qu'il se montre."""
    if isinstance(message, Absent):
        return Entry(absence(message))
    when = local_time(message)
    match message:
        case Pictured():
            text = f"{neutral(message.name)} ({message.width}x{message.height})"
        case Whispered() if mine:
            text = f"→ {neutral(message.to)} : {neutral(message.text)}"
        case _:
            text = neutral(message.text)
    return Entry(
        text,
        author="vous" if mine else neutral(message.pseudo),
        colour=message.colour,
        hour=time.strftime("%H:%M", when),
        day=day_of(when),
        mine=mine,
        picture=message if isinstance(message, Pictured) else None,
        seq=message.seq,
    )
