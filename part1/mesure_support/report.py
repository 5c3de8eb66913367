"""Le bilan dans le terminal : des tableaux, et la frise qui montre le recouvrement."""

import os
import shutil
import sys
from math import ceil
from typing import TypeVar

from mesure_support.compare import Comparison
from mesure_support.runs import Download, Run

TITLES = {"sync": "Synchrone, l'une après l'autre", "async": "Asynchrone, toutes ensemble"}
COLORS = {"sync": "\x1b[34m", "async": "\x1b[32m"}
MAX_BARS = 40  # au-delà, la frise en montre autant, prises à intervalles réguliers
LABEL = 30  # colonnes pour une URL

Item = TypeVar("Item")


def width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def painted(text: str, color: str) -> str:
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        return f"{color}{text}\x1b[0m"
    return text


def shortened(url: str, columns: int = LABEL) -> str:
    name = url.removeprefix("https://").removeprefix("http://")
    return name if len(name) <= columns else f"{name[: columns - 1]}…"


def duration(seconds: float | None) -> str:
    return "échec" if seconds is None else f"{seconds:.3f} s"


def show_comparison(comparison: Comparison) -> None:
    shown = sampled(comparison.urls)
    row = f"  {{:<{LABEL}}} {{:>11}} {{:>11}} {{:>9}}"
    print(row.format("", "sync", "async", "gain"))
    for times in shown:
        gain = f"x {times.gain:.1f}" if times.gain else ""
        cells = duration(times.sync), duration(times.concurrent), gain
        print(row.format(shortened(times.url), *cells))
    if len(shown) < len(comparison.urls):
        print(f"  … {len(shown)} URL montrées sur {len(comparison.urls)}")
    totals = duration(comparison.sync), duration(comparison.concurrent)
    print(row.format("total", *totals, f"x {comparison.gain:.1f}"))
    print()
    if not comparison.floor:
        print("  Aucune URL n'a répondu : il n'y a rien à comparer.")
    else:
        print(f"  L'asynchrone va {comparison.gain:.1f} fois plus vite.")
        print(f"  Plancher, l'URL la plus lente : {comparison.floor:.3f} s.")
        print(f"  L'asynchrone met {comparison.closeness:.2f} fois ce temps.")
    for url, cause in comparison.failures.items():
        print(f"  Échec, à part : {shortened(url, 60)} : {cause}")


def show_timeline(run: Run, longest: float) -> None:
    """Une barre par URL, sur un axe de `longest` secondes."""
    room = max(width() - LABEL - 15, 10)
    print(f"\n  {TITLES[run.script]} : {run.total:.3f} s")
    for page in sampled(run.downloads):
        drawn = painted(bar(page, room / longest, room), COLORS[run.script])
        print(f"  {shortened(page.url):<{LABEL}} {drawn} {duration(page.duration)}")


def bar(page: Download, columns_per_second: float, room: int) -> str:
    """Les blancs d'avant, la barre, les blancs d'après : `room` colonnes en tout."""
    start = min(int(page.start * columns_per_second), room - 1)
    end = min(max(ceil(page.end * columns_per_second), start + 1), room)
    full = "░" if page.error else "█"
    return " " * start + full * (end - start) + " " * (room - end)


def show_sweep(comparisons: dict[int, Comparison]) -> None:
    row = "  {:>5} {:>11} {:>11} {:>9} {:>11} {:>17}"
    print(row.format("URL", "sync", "async", "gain", "plancher", "async / plancher"))
    for count, comparison in comparisons.items():
        print(
            row.format(
                count,
                duration(comparison.sync),
                duration(comparison.concurrent),
                f"x {comparison.gain:.1f}",
                duration(comparison.floor),
                f"{comparison.closeness:.2f}",
            )
        )
    failed = {url for comparison in comparisons.values() for url in comparison.failures}
    if failed:
        print(f"\n  Échecs, à part : {', '.join(shortened(url) for url in sorted(failed))}")


def sampled(items: list[Item]) -> list[Item]:
    if len(items) <= MAX_BARS:
        return items
    return [items[index * len(items) // MAX_BARS] for index in range(MAX_BARS)]
