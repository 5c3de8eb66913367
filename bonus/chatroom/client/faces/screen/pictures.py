"""Les images à l'écran : demandées quand on les voit, dessinées une à la fois, à la largeur."""

import asyncio
from collections.abc import Callable
from functools import partial

from rich.text import Text

from chatroom.client.core.events import ImageReceived
from chatroom.client.core.participant import Participant
from chatroom.client.faces.screen.rooms import Entry
from chatroom.client.pictures import drawn
from chatroom.protocol.limits import Limits
from chatroom.protocol.text import fold

HELD = 24  # images gardées ; les autres se redemanderont


class Pictures:
    """`art` a les dessins faits ; `drawn` est appelé à chacun de plus."""

    def __init__(
        self,
        participant: Participant,
        ask: Callable[[Callable[[], object]], bool],
        art: dict[Entry, list[Text]],
        drawn: Callable[[], None],
        limits: Limits,
    ) -> None:
        self._participant, self._ask, self._limits = participant, ask, limits
        self._art, self._drawn = art, drawn
        self._asked: dict[tuple[str, int], Entry] = {}
        self._data: dict[Entry, bytes] = {}
        self._size: dict[Entry, tuple[int, int]] = {}  # du dessin fait, ou en train de l'être
        self._one = asyncio.Lock()  # un dessin peut prendre une seconde, et un processeur

    def missing(self, room: str, entries: list[Entry]) -> None:
        """Demande les octets de celles qu'on n'a pas."""
        for entry in entries:
            if entry.picture and entry not in self._data and self._participant.welcomed:
                key = (fold(room), entry.picture.seq)
                if key not in self._asked:
                    self._asked[key] = entry
                    self._ask(partial(self._participant.fetch, entry.picture))

    def received(self, event: ImageReceived) -> Entry | None:
        entry = self._asked.pop((fold(event.room), event.seq), None)
        if entry:
            self._data[entry] = event.data
            while len(self._data) > HELD:
                oldest = next(iter(self._data))
                del self._data[oldest]
                self._size.pop(oldest, None)
                self._art.pop(oldest, None)
        return entry

    def lost(self) -> None:
        """La connexion est perdue : ce qui était demandé ne viendra pas."""
        self._asked.clear()

    async def draw(self, entries: list[Entry], columns: int, rows: int) -> None:
        for entry in entries:
            data = self._data.get(entry)
            if data is None or self._size.get(entry) == (columns, rows):
                continue
            self._size[entry] = (columns, rows)
            async with self._one:
                if self._size.get(entry) != (columns, rows):  # la largeur a encore changé
                    continue
                art = await drawn(data, columns, rows, self._limits)
            if self._size.get(entry) == (columns, rows):
                # Des couleurs et des caractères choisis par nous : rien du réseau n'y est écrit.
                self._art[entry] = [Text.from_ansi(line, end="") for line in art.split("\n")]
                self._drawn()
