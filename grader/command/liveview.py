"""Où en est une classe, sur un terminal ; rien ailleurs. Sans le fil de rich : on fait fork."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from grader.classroom.running import News
from wording.harmless import shortened, visible
from wording.numbers import count

PACE = 0.1  # secondes d'un dessin à l'autre
SURE = 0.05  # part de la classe à partir de laquelle on dit ce qu'il reste de temps
ENDS = ("finished", "kept", "failed")
MINUTE = 60


@dataclass
class _Row:
    """Une copie en cours."""

    done: int = 0
    total: int = 0
    last: str = ""

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 0.0


class LiveView:
    """Les copies en cours, celles qui sont finies, et le temps qu'il reste."""

    def __init__(self, console: Console, names: Sequence[str]) -> None:
        self._console = console
        self._count = len(names)
        self._rows: dict[str, _Row] = {}
        self._ended: dict[str, int] = dict.fromkeys(ENDS, 0)
        self._started = self._drawn = time.monotonic()
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> "LiveView":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def tell(self, name: str, news: News) -> None:
        """Retient la nouvelle, et la montre s'il y a un terminal."""
        row = self._rows.setdefault(name, _Row())
        match news.what:
            case "settled":
                row.done, row.total, row.last = news.done, news.total, news.text
            case "finished" | "kept" | "failed":
                self._ended[news.what] += 1
                del self._rows[name]
            case _:
                pass
        now = time.monotonic()
        if self._console.is_terminal and (news.what != "settled" or now - self._drawn > PACE):
            self._drawn = now
            self._live.update(self.drawn(now - self._started), refresh=True)

    def drawn(self, elapsed: float) -> RenderableType:
        """Ce qui se voit, `elapsed` secondes après le début."""
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=2)
        table.add_column(width=12)
        table.add_column(justify="right")
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1, style="dim")
        for name, row in self._rows.items():
            table.add_row(
                Text(visible(shortened(name, 60))),
                ProgressBar(total=row.total or None, completed=row.done, width=12),
                f"{row.done}/{row.total}" if row.total else "",
                Text(visible(shortened(row.last, 60))),
            )
        return Group(table, Text(self.told(elapsed)))

    def told(self, elapsed: float) -> str:
        """« 12 copies sur 60, dont 3 déjà jugées et 1 sans rapport ; encore 4 min environ »."""
        ended = sum(self._ended.values())
        rest = [
            f"{number} {what}"
            for number, what in (
                (self._ended["kept"], "sans changement"),
                (self._ended["failed"], "sans rapport"),
            )
            if number
        ]
        among = f", dont {' et '.join(rest)}" if rest else ""
        return f"{count(ended, 'copie')} sur {self._count}{among}{self._left(elapsed)}"

    def _left(self, elapsed: float) -> str:
        """D'après ce qui a été joué : une copie gardée n'a rien coûté."""
        played = self._ended["finished"] + sum(row.share for row in self._rows.values())
        todo = self._count - self._ended["kept"] - self._ended["failed"]
        if todo <= 0 or played / todo < SURE:
            return ""
        left = elapsed * (todo - played) / played
        if left < MINUTE:
            return f" ; encore {max(1, round(left))} s environ"
        return f" ; encore {round(left / MINUTE)} min environ"
