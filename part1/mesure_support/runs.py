"""Lancer un script de téléchargement, et lire dans ce qu'il affiche ce qui s'est passé quand.

Les scripts mesurés sont ceux de la collection, tels quels, chacun dans son processus. Ils donnent
la durée de chaque URL et la durée totale, de la première requête au dernier octet écrit : le
démarrage de Python n'y est pas compté.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1]
SCRIPTS = {
    "sync": FOLDER / "web_sync_multiple.py",
    "async": FOLDER / "web_async_multiple.py",
}
PAGE_LINE = re.compile(r"([✓✗]) (\S+) → (.+) \((\d+\.\d+) s\) : (.*)")
TOTAL_LINE = re.compile(r"\d+ URL sur \d+ en (\d+\.\d+) s")


class RunError(Exception):
    """Un script qui n'est pas allé au bout ; le texte dit pourquoi."""


@dataclass(frozen=True)
class Download:
    """Une URL d'une exécution ; les temps sont en secondes depuis la première requête."""

    url: str
    file: Path
    start: float
    duration: float
    size: int  # octets
    error: str  # vide si tout va bien

    @property
    def end(self) -> float:
        return self.start + self.duration


@dataclass(frozen=True)
class Run:
    """Une exécution d'un des deux scripts."""

    script: str  # "sync" ou "async"
    total: float  # secondes
    downloads: list[Download]  # dans l'ordre où elles ont fini


def run_script(script: str, urls: Path, progress: Callable[[int], None]) -> Run:
    """Lance le script sur la liste `urls` ; `progress` reçoit le nombre d'URL finies."""
    lines: list[tuple[float, str]] = []
    command = [sys.executable, "-X", "utf8", str(SCRIPTS[script]), str(urls)]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                lines.append((time.perf_counter(), line.rstrip("\n")))
                progress(len(lines))
        except BaseException:
            process.kill()
            raise
    total = TOTAL_LINE.fullmatch(lines[-1][1]) if lines else None
    if total is None:
        raise RunError(lines[-1][1] if lines else f"{SCRIPTS[script].name} n'a rien affiché")
    return Run(script, float(total[1]), read_downloads(lines[:-1], float(total[1])))


def read_downloads(lines: list[tuple[float, str]], total: float) -> list[Download]:
    """Place chaque URL dans le temps : sa ligne paraît quand elle finit, et dit sa durée."""
    parsed = [(seen, page) for seen, line in lines if (page := PAGE_LINE.fullmatch(line))]
    if not parsed:
        return []
    # La dernière ligne paraît au bout de `total` secondes.
    origin = parsed[-1][0] - total
    downloads = []
    for seen, page in parsed:
        mark, url, file, duration, outcome = page.groups()
        succeeded = mark == "✓"
        downloads.append(
            Download(
                url,
                Path(file),
                start=max(0.0, seen - origin - float(duration)),
                duration=float(duration),
                size=int(outcome.split()[0]) if succeeded else 0,
                error="" if succeeded else outcome,
            )
        )
    return downloads
