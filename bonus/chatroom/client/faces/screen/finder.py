"""Chercher un texte dans ce qui est chargé d'un salon."""

import re
import unicodedata
from collections import defaultdict

from chatroom.client.faces.screen.rooms import Entry, OpenRoom

LETTERS = range(0x41, 0x250)  # celles de l'alphabet latin, avec et sans accent


def _base(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].lower()


_ALIKE: defaultdict[str, str] = defaultdict(str)
for _letter in map(chr, LETTERS):
    if _letter.isalpha():
        _ALIKE[_base(_letter)] += _letter


def pattern(text: str) -> re.Pattern[str]:
    """« ete » trouve « été » et « ÉTÉ » : on ne tape pas toujours les accents."""
    text = unicodedata.normalize("NFC", text)
    alike = (_ALIKE.get(_base(one)) for one in text)
    letters = (
        f"[{some}]" if some else re.escape(one) for some, one in zip(alike, text, strict=True)
    )
    return re.compile("".join(letters), re.IGNORECASE)


class Finder:
    def __init__(self) -> None:
        self.pattern: re.Pattern[str] | None = None
        self._at: Entry | None = None  # la réponse que l'on regarde

    def look_for(self, text: str) -> None:
        text = text.strip()
        self.pattern = pattern(text) if text else None
        self._at = None

    def _matches(self, room: OpenRoom) -> list[Entry]:
        if self.pattern is None:
            return []
        return [entry for entry in room.entries if entry.author and self.pattern.search(entry.text)]

    def move(self, room: OpenRoom, step: int) -> Entry | None:
        """La réponse d'à côté ; la plus récente, d'abord."""
        found = self._matches(room)
        if self._at in found:
            place = found.index(self._at) + step
            self._at = found[max(0, min(place, len(found) - 1))]
        else:
            self._at = found[-1] if found else None
        return self._at

    def summary(self, room: OpenRoom) -> str:
        found = self._matches(room)
        if self._at in found:
            place = f"{found.index(self._at) + 1} sur {len(found)}"
        else:
            place = "rien ici" if self.pattern else ""
        further = "Ctrl-O : plus ancien" if room.more else ""
        return "   ".join(filter(None, (place, "↑ ↓", further, "Échap")))
