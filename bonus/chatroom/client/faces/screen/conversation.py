"""La conversation : seules les lignes visibles sont faites, quel que soit leur nombre."""

import re
from bisect import bisect_right
from itertools import accumulate
from typing import ClassVar

from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chatroom.client.faces.screen.rooms import Entry, OpenRoom
from chatroom.client.faces.screen.rows import Look, Rows

CACHED = 500  # entrées dont les lignes sont gardées : plusieurs écrans


class Conversation(ScrollView, can_focus=False):
    PARTS = ("hour", "rule", "mine", "notice", "day", "unread", "found", "chosen")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"conversation--{part}" for part in PARTS}

    class AtTop(Message):
        """On a remonté jusqu'au début."""

    class AtEnd(Message):
        """On est revenu en bas."""

    class Shown(Message):
        """Ces images sont à l'écran."""

        def __init__(self, entries: list[Entry]) -> None:
            super().__init__()
            self.entries = entries

    def __init__(self) -> None:
        super().__init__()
        self.room: OpenRoom | None = None
        self.following = True  # le bas : ce qui arrive se voit
        self.pattern: re.Pattern[str] | None = None
        self.chosen: Entry | None = None  # celle que l'on désigne
        self.art: dict[Entry, list[Text]] = {}
        self._tops = [0]  # la première ligne de chaque entrée, puis leur nombre
        self._known = (0, 0)  # ce que la salle avait oublié, et ajouté devant, la dernière fois
        self._cache: dict[Entry, list[Strip]] = {}
        self._rows: Rows | None = None

    @property
    def body(self) -> int:
        """Colonnes où écrire le texte."""
        return self._rows.body if self._rows else 40

    # Ce qui change

    def open_room(self, room: OpenRoom) -> None:
        self.room, self.following, self.chosen = room, True, None
        self.rebuild()

    def rebuild(self) -> None:
        """Tout refaire : autre salon, autre largeur, autre thème, autre recherche."""
        if self.room is None or not self.size.width:
            return
        anchor = self._anchor()
        self._rows = Rows(self._look(), self.app.console, lambda entry: self.art.get(entry, []))
        self._measure()
        self._restore(anchor)

    def sync(self) -> None:
        """Rattrape ce que le salon a reçu depuis la dernière fois."""
        room, rows = self.room, self._rows
        if room is None or rows is None:
            return self.rebuild()
        if self._known != (room.forgotten, room.prepended):
            anchor = self._anchor()
            self._measure()
            return self._restore(anchor)
        fresh = room.entries[len(self._tops) - 1 :]
        if fresh:
            for entry in fresh:
                self._tops.append(self._tops[-1] + rows.height(entry))
            self._restore(None)
        return None

    def changed(self) -> None:
        """Une image est dessinée, une marque posée ou levée : les hauteurs ont pu changer."""
        anchor = self._anchor()
        self._measure()
        self._restore(anchor)

    def reveal(self, entry: Entry) -> None:
        """Amène cette entrée au milieu de l'écran."""
        assert self.room
        self.sync()
        top = self._tops[self.room.entries.index(entry)]
        self.scroll_to(y=max(0, top - self.size.height // 2), animate=False)
        self._ask_pictures()

    def choose(self, entry: Entry | None) -> None:
        """Désigne cette entrée, et la montre ; ou plus aucune."""
        self.chosen = entry
        if entry and entry not in self.on_screen():
            self.reveal(entry)
        self.refresh()

    def to_end(self) -> None:
        self.following = True
        self._restore(None)

    def page(self, step: int) -> None:
        """Un écran plus haut ou plus bas, moins une ligne pour s'y retrouver."""
        if step < 0 and self.scroll_y <= 0:
            self.post_message(self.AtTop())
        height = max(1, self.size.height - 1)
        self.scroll_to(y=self.scroll_y + step * height, animate=False)

    # Les hauteurs

    def _look(self) -> Look:
        styles = {
            part: self.get_component_rich_style(f"conversation--{part}") for part in self.PARTS
        }
        _, colour = self.background_colors
        return Look(self.scrollable_content_region.width, styles, colour.rgb, self.pattern)

    def _measure(self) -> None:
        assert self.room
        assert self._rows
        self._cache.clear()
        self._known = (self.room.forgotten, self.room.prepended)
        self._tops = [0, *accumulate(map(self._rows.height, self.room.entries))]

    def _anchor(self) -> tuple[Entry, int] | None:
        """L'entrée du haut de l'écran, et combien de ses lignes sont passées."""
        if self.following or self.room is None or len(self._tops) < 2:
            return None
        top = round(self.scroll_y)
        index = min(bisect_right(self._tops, top) - 1, len(self._tops) - 2)
        forgotten, prepended = self._known
        place = index + self.room.prepended - prepended - (self.room.forgotten - forgotten)
        if not 0 <= place < len(self.room.entries):
            return None
        return self.room.entries[place], top - self._tops[index]

    def _restore(self, anchor: tuple[Entry, int] | None) -> None:
        assert self.room
        following = self.following
        self.virtual_size = Size(self.scrollable_content_region.width, self._tops[-1])
        if following:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        elif anchor:
            entry, passed = anchor
            index = self.room.entries.index(entry)
            within = min(passed, self._tops[index + 1] - self._tops[index] - 1)
            self.scroll_to(y=self._tops[index] + within, animate=False)
        self.following = following
        self.refresh()
        self._ask_pictures()

    def _ask_pictures(self) -> None:
        if shown := [entry for entry in self.on_screen() if entry.picture]:
            self.post_message(self.Shown(shown))

    def on_screen(self) -> list[Entry]:
        """Les entrées dont une ligne au moins est à l'écran."""
        if self.room is None:
            return []
        top = round(self.scroll_y)
        first = max(0, bisect_right(self._tops, top) - 1)
        last = bisect_right(self._tops, top + max(0, self.size.height - 1))
        return self.room.entries[first:last]

    # Textual

    def on_resize(self) -> None:
        self.rebuild()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        was, self.following = self.following, new_value >= self.max_scroll_y
        if self.following and not was:
            self.post_message(self.AtEnd())
        if new_value <= 0 < old_value and not self.following:
            self.post_message(self.AtTop())
        self._ask_pictures()

    def render_line(self, y: int) -> Strip:
        width, line = self.size.width, y + self.scroll_offset.y
        if self.room is None or self._rows is None or line >= self._tops[-1]:
            return Strip.blank(width, self.rich_style)
        index = bisect_right(self._tops, line) - 1
        if index >= len(self.room.entries):  # oubliée, et pas encore mesuré de nouveau
            return Strip.blank(width, self.rich_style)
        entry = self.room.entries[index]
        strips = self._cache.get(entry)
        if strips is None:
            if len(self._cache) >= CACHED:
                self._cache.clear()
            strips = self._cache[entry] = self._rows.strips(entry)
        within = line - self._tops[index]
        if within >= len(strips):
            return Strip.blank(width, self.rich_style)
        strip = strips[within].apply_style(self.rich_style)
        if entry is self.chosen:
            return strip.apply_style(self.get_component_rich_style("conversation--chosen"))
        return strip
