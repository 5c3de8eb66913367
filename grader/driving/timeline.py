"""Le récit d'un contrôle, acteur par acteur."""

import time
from collections import Counter

from grader.model.records import Event, EventKind

MAX_EVENTS = 100  # par acteur : en tout, ceux qu'on garderait dépendraient de leur ordre
MORE = "la suite n'est pas racontée"
MAX_ACTORS = 40
MAX_TEXT = 4000  # caractères par événement
CUT = " […]"  # la suite du texte, qui n'y tient pas


class Timeline:
    """Chaque acteur y a toujours les mêmes faits dans le même ordre, à graine égale : le hasard
    des lectures, qui découpent ou recollent ce qui arrive, ne doit pas s'y voir."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._growing: dict[str, Event] = {}  # par acteur, ce qui lui arrive encore
        self._counts: Counter[str] = Counter()
        self.events: list[Event] = []
        self.closed = False

    @property
    def now(self) -> float:
        return time.monotonic() - self._start

    def add(self, actor: str, kind: EventKind, text: str = "") -> None:
        last = self._growing.get(actor)
        if kind == "received" and last:
            if len(last.text) <= MAX_TEXT:
                last.text = _bounded(last.text + text)
            return
        self.cut(actor)
        if actor not in self._counts and len(self._counts) >= MAX_ACTORS:
            return
        self._counts[actor] += 1
        if self._counts[actor] > MAX_EVENTS:
            kind, text = "note", MORE
        if self._counts[actor] <= MAX_EVENTS + 1 and not self.closed:
            event = Event(actor, kind, _bounded(text), round(self.now, 3))
            self.events.append(event)
            if kind == "received":
                self._growing[actor] = event

    def cut(self, actor: str) -> None:
        """Ce que l'acteur recevra ensuite sera un autre événement."""
        self._growing.pop(actor, None)


def _bounded(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + CUT
