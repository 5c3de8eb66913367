"""Le récit d'un contrôle, mis en page : une colonne par acteur, le temps vers le bas.

Rien ici n'écrit de SVG : timeline.svg.jinja dessine ce que `diagram` place, en pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from grader.model import Event
from grader.reports.neutral import neutral, shortened
from grader.reports.words import EVENTS, count, duration

MAX_FIRST, MAX_LAST = 24, 40  # d'un long récit, le début et la fin
BRIEF_FIRST, BRIEF_LAST = 14, 8
BURST = 0.05  # secondes, au plus, entre deux lignes d'une même rafale
BURST_FIRST, BURST_LAST = 2, 1
MAX_ACTORS = 8  # les suivants partagent une dernière colonne
OTHERS = "autres acteurs"
SITE = "site"
MAX_FULL = 400  # caractères du texte entier, au survol

GUTTER = 58  # les instants
HALF_HEAD = 66  # d'un trait de vie au bord de son nom
TAIL = 150  # à droite du dernier trait de vie, pour ses libellés
SPREAD = 560  # largeur où répartir les traits de vie
NARROW, LARGE = 160, 330  # écart entre deux voisins
WIDTH = 640  # au moins : la place d'une ligne de commande
ROW, HEAD = 32, 48  # hauteurs
ROWS_PER_BAND = 10  # un SVG ne se coupe pas d'une feuille à l'autre : plusieurs se suivent
LETTER = 6.7  # largeur d'un caractère, à chasse fixe, de 11 pixels


@dataclass(frozen=True)
class Lane:
    """Le trait de vie d'un acteur."""

    name: str
    full: str
    x: float


@dataclass(frozen=True)
class Mark:
    """Un fait : un signe sur un trait de vie, ou une flèche vers un autre."""

    kind: str  # EventKind, ou « gap » : des faits ne sont pas montrés
    at: str  # vide : au même instant que le précédent
    y: float
    x: float
    target: float | None  # l'autre bout de la flèche
    label: str
    full: str


@dataclass(frozen=True)
class Band:
    """Quelques lignes du récit : un SVG."""

    height: float
    head: bool  # avec les noms des acteurs
    alive: Sequence[tuple[float, float, float]]  # x, haut, bas : un programme tourne
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Diagram:
    width: float
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
    starts = range(0, len(rows), ROWS_PER_BAND)
    return Diagram(
        width=layout.width,
        summary=f"{count(len(timeline), 'fait')} ; acteurs : {who}",
        lanes=layout.lanes,
        bands=[layout.band(rows, start) for start in starts],
    )


def fitting(text: str, columns: int) -> str:
    """Sur une ligne, en `columns` colonnes."""
    line = neutral(text[: columns + 1].replace("\n", "⏎"))
    if cell_len(line) <= columns:
        return line
    while cell_len(line) >= columns:
        line = line[:-1]
    return f"{line}…"


class _Layout:
    """Qui est où."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.programs = {event.actor for event in events if event.kind == "start"}
        # Les programmes à gauche, le site à droite, entre eux l'ordre d'apparition.
        actors = sorted(
            dict.fromkeys(event.actor for event in events),
            key=lambda actor: (actor == SITE, actor not in self.programs),
        )
        if len(actors) > MAX_ACTORS:
            actors[MAX_ACTORS - 1 :] = [OTHERS]
        gap = min(LARGE, max(NARROW, SPREAD / max(1, len(actors) - 1)))
        self.x = {actor: GUTTER + HALF_HEAD + gap * rank for rank, actor in enumerate(actors)}
        self.width = max(WIDTH, max(self.x.values(), default=0) + TAIL)
        self.lanes = [
            Lane(
                fitting(actor, int(2 * HALF_HEAD / LETTER) - 2),
                neutral(shortened(actor, MAX_FULL)),
                x,
            )
            for actor, x in self.x.items()
        ]

    def band(self, rows: Sequence[Event | int], start: int) -> Band:
        top = 0 if start else HEAD
        shown = range(start, min(start + ROWS_PER_BAND, len(rows)))
        middles = {row: top + (row - start + 0.5) * ROW for row in shown}
        height = top + len(shown) * ROW
        marks = []
        for row, y in middles.items():
            event, before = rows[row], rows[row - 1] if row else 0
            if isinstance(event, int):
                label = f"{count(event, 'fait')} de plus, que la page ne montre pas"
                marks.append(Mark("gap", "", y, GUTTER, None, label, label))
            else:
                same = isinstance(before, Event) and duration(before.at) == duration(event.at)
                marks.append(self.mark(event, y, "" if same else duration(event.at)))
        lives = [self.life(actor, rows, middles, height) for actor in sorted(self.programs)]
        return Band(height, not start, [life for life in lives if life], marks)

    def life(
        self, actor: str, rows: Sequence[Event | int], middles: dict[int, float], height: float
    ) -> tuple[float, float, float] | None:
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

    def place(self, actor: str) -> float:
        return self.x.get(actor, self.x.get(OTHERS, 0))

    def mark(self, event: Event, y: float, at: str) -> Mark:
        x, target = self.ends(event)
        verb = EVENTS[event.kind]
        if target is None or not event.text:
            label = f"{verb} : {event.text}" if event.text else verb
        else:
            label = event.text
        space = self.width - x if target is None else abs(target - x)
        return Mark(
            kind=event.kind,
            at=at,
            y=y,
            x=x,
            target=target,
            label=fitting(label, int((space - 24) / LETTER)),
            full=neutral(
                shortened(f"{duration(event.at)}, {event.actor}, {verb} : {event.text}", MAX_FULL)
            ),
        )

    def ends(self, event: Event) -> tuple[float, float | None]:
        """D'où part un fait et, si c'est un échange, où il arrive."""
        here = self.place(event.actor)
        if event.kind not in {"connect", "sent", "received", "request", "response"}:
            return here, None
        if event.actor in self.programs:  # le fait d'un programme : seule une page s'échange ainsi
            there = self.x.get(SITE) if event.kind in {"request", "response"} else None
            outgoing = event.kind == "request"
        else:  # à plusieurs programmes, on ne sait avec lequel le correcteur échange
            others = [self.place(program) for program in self.programs]
            there = others[0] if len(others) == 1 else None
            outgoing = event.kind in {"sent", "connect", "response"}
        if there is None or there == here:
            return here, None
        return (here, there) if outgoing else (there, here)
