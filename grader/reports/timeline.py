"""Le récit d'un contrôle, mis en page : une colonne par acteur, le temps vers le bas.

Rien ici n'écrit de SVG : timeline.svg.jinja dessine ce que `diagram` place, en pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from grader.model.records import Event
from grader.reports.words import EVENTS, duration
from wording.harmless import shortened, visible
from wording.numbers import count

MAX_FIRST, MAX_LAST = 12, 20  # d'un long récit, le début et la fin
BRIEF_FIRST, BRIEF_LAST = 10, 5
BURST = 0.05  # secondes, au plus, entre deux lignes d'une même rafale
BURST_FIRST, BURST_LAST = 2, 1
MAX_ACTORS = 8  # les suivants partagent une dernière colonne
OTHERS = "autres acteurs"
SITE = "site"
MAX_FULL = 400  # caractères du texte entier, au survol

GUTTER = 54  # les instants
NEAR, FAR = 150, 200  # écart entre deux voisins, au moins : à beaucoup, à peu
FEW = 3
WIDTH = 850  # celle de la page ; au-delà, le récit défile
AFTER = 14  # d'un trait de vie, ou du bout gauche d'une flèche, à son texte
ROW, HEAD = 28, 48  # hauteurs
ROWS_PER_BAND = 10  # un SVG ne se coupe pas d'une feuille à l'autre : plusieurs se suivent
LETTER = 6.7  # largeur d'un caractère, à chasse fixe, de 11 pixels
MAX_NAME = 24  # colonnes d'un nom d'acteur


@dataclass(frozen=True)
class Lane:
    """Le trait de vie d'un acteur, au milieu de la boîte qui porte son nom."""

    name: str
    full: str
    x: int
    width: int


@dataclass(frozen=True)
class Mark:
    """Un fait : un signe sur un trait de vie, ou une flèche vers un autre."""

    kind: str  # EventKind, ou « gap » : des faits ne sont pas montrés
    at: str  # vide : au même instant que le précédent
    y: int
    x: int
    target: int | None  # l'autre bout de la flèche
    start: int  # où commence le texte
    label: str
    full: str  # le fait entier, au survol ; vide si rien n'en est coupé


@dataclass(frozen=True)
class Band:
    """Quelques lignes du récit : un SVG."""

    height: int
    head: bool  # avec les noms des acteurs
    alive: Sequence[tuple[int, int, int]]  # x, haut, bas : un programme tourne
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Diagram:
    width: int
    summary: str
    lanes: Sequence[Lane]
    bands: Sequence[Band]


def folded(timeline: Sequence[Event], first: int, last: int) -> list[Event | int]:
    """Le récit sans ses longueurs : un entier y dit combien de faits ne sont pas montrés.

    Une rafale de lignes affichées d'un coup n'en garde que le début et la fin ; d'un long récit, il
    reste les `first` premiers faits et les `last` derniers.
    """
    rows: list[Event | int] = []
    for burst in _bursts(timeline):
        hidden = len(burst) - BURST_FIRST - BURST_LAST
        rows += [*burst[:BURST_FIRST], hidden, *burst[-BURST_LAST:]] if hidden > 1 else burst
    middle = rows[first : len(rows) - last]
    if len(middle) > 1:
        missing = sum(row if isinstance(row, int) else 1 for row in middle)
        rows[first : len(rows) - last] = [missing]
    return rows


def _bursts(timeline: Sequence[Event]) -> list[list[Event]]:
    """Les faits, ceux d'une même rafale ensemble."""
    bursts: list[list[Event]] = []
    for event in timeline:
        before = bursts[-1][-1] if bursts else None
        if (
            before
            and event.kind == before.kind == "screen"
            and event.actor == before.actor
            and event.at - before.at < BURST
        ):
            bursts[-1].append(event)
        else:
            bursts.append([event])
    return bursts


def diagram(timeline: Sequence[Event], *, brief: bool = False) -> Diagram:
    """Vide si le récit l'est ; `brief` : celui d'un contrôle réussi, en moins de faits."""
    rows = folded(timeline, *((BRIEF_FIRST, BRIEF_LAST) if brief else (MAX_FIRST, MAX_LAST)))
    layout = _Layout([row for row in rows if isinstance(row, Event)])
    who = ", ".join(lane.full for lane in layout.lanes)
    bands = layout.bands(rows)
    summary = f"{count(len(timeline), 'fait')} ; acteurs : {who}"
    return Diagram(layout.width, summary, layout.lanes, bands)


def fitting(text: str, columns: int) -> str:
    """Sur une ligne, en `columns` colonnes."""
    line = visible(text[: columns + 1].replace("\n", "⏎"))
    if cell_len(line) <= columns:
        return line
    while cell_len(line) >= columns:
        line = line[:-1]
    return f"{line}…"


def _lanes(actors: Sequence[str]) -> list[Lane]:
    """Les traits de vie, assez loin les uns des autres pour que leurs boîtes ne se touchent pas."""
    lanes: list[Lane] = []
    for actor in actors:
        name = fitting(actor, MAX_NAME)
        width = int(cell_len(name) * LETTER) + 18
        if lanes:
            apart = (lanes[-1].width + width) // 2 + 12
            x = lanes[-1].x + max(apart, FAR if len(actors) <= FEW else NEAR)
        else:
            x = GUTTER + AFTER + width // 2
        lanes.append(Lane(name, visible(shortened(actor, MAX_FULL)), x, width))
    return lanes


class _Layout:
    """Qui est où."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.programs = {event.actor for event in events if event.kind == "start"}
        # Les programmes à gauche, les sites à droite, entre eux l'ordre d'apparition.
        actors = sorted(
            dict.fromkeys(event.actor for event in events),
            key=lambda actor: (actor.startswith(SITE), actor not in self.programs),
        )
        if len(actors) > MAX_ACTORS:
            actors[MAX_ACTORS - 1 :] = [OTHERS]
        self.lanes = _lanes(actors)
        self.x = {actor: lane.x for actor, lane in zip(actors, self.lanes, strict=True)}
        last = self.lanes[-1] if self.lanes else Lane("", "", 0, 0)
        self.right = max(WIDTH, last.x + last.width // 2 + 2)
        self.width = 0  # la plus petite où tiennent les boîtes et les textes

    def bands(self, rows: Sequence[Event | int]) -> list[Band]:
        bands = [self.band(rows, start) for start in range(0, len(rows), ROWS_PER_BAND)]
        marks = [mark for band in bands for mark in band.marks]
        ends = [mark.start + int(cell_len(mark.label) * LETTER) + 4 for mark in marks]
        self.width = max([lane.x + lane.width // 2 + 2 for lane in self.lanes] + ends, default=0)
        return bands

    def band(self, rows: Sequence[Event | int], start: int) -> Band:
        top = 0 if start else HEAD
        shown = range(start, min(start + ROWS_PER_BAND, len(rows)))
        middles = {row: top + (row - start) * ROW + ROW // 2 for row in shown}
        height = top + len(shown) * ROW
        marks = []
        for row, y in middles.items():
            event, before = rows[row], rows[row - 1] if row else 0
            if isinstance(event, int):
                label = f"{count(event, 'fait')} de plus, qui ne sont pas montrés"
                marks.append(Mark("gap", "", y, GUTTER, None, GUTTER + AFTER, label, ""))
            else:
                same = isinstance(before, Event) and duration(before.at) == duration(event.at)
                marks.append(self.mark(event, y, "" if same else duration(event.at)))
        lives = [self.life(actor, rows, middles, height) for actor in sorted(self.programs)]
        return Band(height, not start, [life for life in lives if life], marks)

    def life(
        self, actor: str, rows: Sequence[Event | int], middles: dict[int, int], height: int
    ) -> tuple[int, int, int] | None:
        """La part de cette bande où le programme tourne : x, haut, bas."""
        own = [
            (row, event.kind)
            for row, event in enumerate(rows)
            if isinstance(event, Event) and event.actor == actor
        ]
        first, last = min(middles), max(middles)
        start = next(row for row, kind in own if kind == "start")
        end = next((row for row, kind in reversed(own) if kind == "exit"), len(rows))
        if start > last or end < first:
            return None
        return self.place(actor), middles.get(start, 0), middles.get(end, height)

    def place(self, actor: str) -> int:
        return self.x.get(actor, self.x.get(OTHERS, 0))

    def inside(self, x: int) -> int:
        """À gauche du dernier trait de vie, où un texte n'allonge pas le récit, ce qui le borne."""
        others = [lane.x for lane in self.lanes]
        return others[-2] + AFTER if len(others) > 1 and x == others[-1] else x

    def mark(self, event: Event, y: int, at: str) -> Mark:
        x, target = self.ends(event)
        verb = EVENTS[event.kind]
        text = event.text if event.text and target is not None else f"{verb} : {event.text}"
        start = (x if target is None else min(x, target)) + AFTER
        label = fitting(text if event.text else verb, int((self.right - start) / LETTER))
        full = f"{duration(event.at)}, {event.actor}, {verb} : {event.text}"
        whole = visible(shortened(full, MAX_FULL)) if label.endswith("…") else ""
        if target is None and (left := x - AFTER - int(cell_len(label) * LETTER)) > self.inside(x):
            start = left
        return Mark(event.kind, at, y, x, target, start, label, whole)

    def ends(self, event: Event) -> tuple[int, int | None]:
        """D'où part un fait et, si c'est un échange, où il arrive."""
        here = self.place(event.actor)
        if event.kind not in {"connect", "sent", "received", "request", "response"}:
            return here, None
        # À plusieurs programmes, on ne sait avec lequel le correcteur échange.
        others = [self.place(program) for program in self.programs]
        if len(others) != 1 or others[0] == here:
            return here, None
        outgoing = event.kind in {"sent", "connect", "response"}
        return (here, others[0]) if outgoing else (others[0], here)
