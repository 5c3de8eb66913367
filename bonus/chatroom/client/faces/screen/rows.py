"""D'une entrée aux lignes de l'écran, à une largeur donnée. Aucun balisage n'y est lu."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from chatroom.client.faces.screen.rooms import Entry
from chatroom.common.colours import LUMINANCE, luminance

HOUR = 6  # « 09:41 » et un espace
COLUMN = 14  # d'un pseudo, sur un écran assez large
WIDE = 64  # colonnes à partir desquelles les pseudos ont la leur
CONTRAST = 4.5  # WCAG 2, niveau AA


@dataclass(frozen=True, slots=True)
class Look:
    """Ce qui décide des lignes, hors de l'entrée elle-même."""

    width: int
    styles: dict[str, Style]
    background: tuple[int, int, int]
    pattern: re.Pattern[str] | None = None  # ce que l'on cherche


def legible(colour: int, background: tuple[int, int, int]) -> str:
    """La couleur d'une personne, éclaircie ou assombrie juste assez pour ce fond."""
    below = luminance(background[0] << 16 | background[1] << 8 | background[2])
    target = 255 if below < LUMINANCE else 0
    for step in range(21):
        parts = [
            round(part + (target - part) * step / 20)
            for part in (colour >> 16 & 255, colour >> 8 & 255, colour & 255)
        ]
        above = luminance(parts[0] << 16 | parts[1] << 8 | parts[2])
        low, high = sorted((above, below))
        if (high + 0.05) / (low + 0.05) >= CONTRAST:
            break
    return f"#{parts[0]:02x}{parts[1]:02x}{parts[2]:02x}"


class Rows:
    def __init__(self, look: Look, console: Console, art: Callable[[Entry], list[Text]]) -> None:
        self._look, self._console, self._art = look, console, art
        self._aligned = look.width >= WIDE
        self._indent = HOUR + (COLUMN + 3) * self._aligned
        self.body = max(8, look.width - self._indent)

    def height(self, entry: Entry) -> int:
        """Combien de lignes : sans les faire, d'ordinaire."""
        extra = entry.opens_day + entry.opens_unread
        if entry.picture:
            return extra + len(self._wrapped(entry)) + len(self._art(entry))
        room = self.body
        if not self._aligned and entry.author:
            room -= cell_len(entry.author) + 1
        if cell_len(entry.text) <= room:
            return extra + 1
        return extra + len(self._wrapped(entry))

    def strips(self, entry: Entry) -> list[Strip]:
        lines: list[Text] = []
        if entry.opens_day:
            lines.append(self._rule(entry.day, "day"))
        if entry.opens_unread:
            lines.append(self._rule("non lus", "unread"))
        for number, line in enumerate(self._wrapped(entry)):
            lines.append(self._margin(entry if number == 0 else None) + line)
        indent = Text(" " * self._indent)
        lines += [indent + line for line in self._art(entry)]
        width = self._look.width
        return [Strip(line.render(self._console)).adjust_cell_length(width) for line in lines]

    def _rule(self, label: str, style: str) -> Text:
        side = max(2, (self._look.width - cell_len(label) - 2) // 2)
        text = f"{'─' * side} {label} {'─' * side}"
        return Text.assemble((text, self._look.styles[style]), end="")

    def _author_style(self, entry: Entry) -> Style:
        if entry.mine:
            return self._look.styles["mine"]
        return Style(color=legible(entry.colour, self._look.background), bold=True)

    def _margin(self, entry: Entry | None) -> Text:
        """L'heure, et l'auteur s'il a sa colonne."""
        styles = self._look.styles
        margin = Text(end="")
        margin.append(f"{entry.hour if entry else '':<{HOUR}}", styles["hour"])
        if self._aligned:
            author, style = ("", Style()) if entry is None else (entry.author, Style())
            if entry and author:
                style = self._author_style(entry)
            if cell_len(author) > COLUMN:
                author = set_cell_size(author, COLUMN - 1).rstrip() + "…"
            margin.append(" " * (COLUMN - cell_len(author)))
            margin.append(author, style)
            margin.append(" │ ", styles["rule"])
        return margin

    def _wrapped(self, entry: Entry) -> list[Text]:
        styles = self._look.styles
        text = Text(end="")
        if entry.author and not self._aligned:
            text.append(entry.author, self._author_style(entry))
            text.append(" ")
        start = len(text)
        if entry.picture:
            text.append("image ", styles["hour"])
        text.append(entry.text, None if entry.author else styles["notice"])
        if pattern := self._look.pattern:
            for found in pattern.finditer(text.plain, start):
                text.stylize(styles["found"], *found.span())
        lines = list(text.wrap(self._console, self.body, overflow="fold"))
        for line in lines:
            line.rstrip()
        return lines or [Text(end="")]
