"""web_async_multiple.py est-il rapide ? À côté de curl, et à côté du plancher.

1 000 pages de 20 ko, servies après 0.1 s par le site local, sur 100 connexions : la durée du
processus entier, démarrage compris, à côté de celle de « curl --parallel », à tour de rôle.
Puis 10 pages de 0.5 s : la durée de la première requête au dernier octet, à côté de la page la
plus lente, et de la version synchrone.

    $ python benchmarks/fetch.py --json mesures.json
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "part1")]

from mesure_support.compare import compare  # noqa: E402 (part1 n'est pas un paquet installé)
from mesure_support.runs import run_script  # noqa: E402
from mesure_support.site import local_site  # noqa: E402
from web_async_multiple import file_for  # noqa: E402

from benchmarks.support.command import Document, run  # noqa: E402
from benchmarks.support.servers import BenchError  # noqa: E402
from wording.arguments import Parser, positive  # noqa: E402

PAGES, LATENCY, SIZE, CONNECTIONS = 1000, 0.1, 20_000, 100
FEW_PAGES, LONG_LATENCY, FEW_RUNS = 10, 0.5, 3


@dataclass(frozen=True)
class Usage:
    """Ce qu'un processus a coûté."""

    wall: float  # secondes
    cpu: float  # secondes
    memory: float  # Mo, au plus haut


def timed(command: list[str]) -> Usage:
    """Lance la commande et compte tout, du lancement à la fin du processus."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} a échoué : code {process.returncode}")
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def check(files: list[Path]) -> None:
    wrong = [file for file in files if not file.is_file() or file.stat().st_size != SIZE]
    if wrong:
        sys.exit(f"{len(wrong)} fichiers absents ou incomplets, dont {wrong[0]}")
    for file in files:
        file.unlink()


def prepare(urls: list[str], folder: Path) -> tuple[Path, Path, list[Path]]:
    """Écrit la même liste pour les deux concurrents ; renvoie les deux, et les sorties de curl."""
    listing, config = folder / "urls.txt", folder / "curl.txt"
    outputs = [folder / f"page_{number}" for number in range(len(urls))]
    listing.write_text("\n".join(urls), encoding="utf-8")
    entries = (f'url="{u}"\noutput="{o}"' for u, o in zip(urls, outputs, strict=True))
    config.write_text("\n".join(entries), encoding="utf-8")
    return listing, config, outputs


def race_curl(runs: int, folder: Path) -> tuple[list[Usage], list[Usage]]:
    """Renvoie ce qu'ont coûté les exécutions du script, et celles de curl, deux à deux."""
    ours, curls = [], []
    with local_site(PAGES, (LATENCY, LATENCY), SIZE) as urls:
        listing, config, outputs = prepare(urls, folder)
        script = [sys.executable, str(ROOT / "part1/web_async_multiple.py"), str(listing)]
        curl = ["curl", "--silent", "--fail", "--parallel", "--parallel-immediate"]
        curl += ["--parallel-max", str(CONNECTIONS), "--config", str(config)]
        for turn in range(runs + 1):
            ours.append(timed(script))
            check([file_for(url) for url in urls])
            curls.append(timed(curl))
            check(outputs)
            if sys.stderr.isatty():
                print(f"\r\x1b[K{turn} tours sur {runs}\r", end="", file=sys.stderr, flush=True)
    return ours[1:], curls[1:]  # la première paire n'a servi qu'à chauffer


def against_curl(runs: int, folder: Path) -> dict[str, Any]:
    """Affiche le tableau, et renvoie les chiffres."""
    ours, curls = race_curl(runs, folder)
    ratios = sorted(our.wall / curl.wall for our, curl in zip(ours, curls, strict=True))
    print(f"{PAGES} pages de {LATENCY} s et {SIZE} octets, {CONNECTIONS} connexions,")
    print(f"processus entier, médiane de {runs} tours :\n")
    for label, usages in (("web_async_multiple.py", ours), ("curl --parallel", curls)):
        wall, cpu = median(u.wall for u in usages), median(u.cpu for u in usages)
        memory = median(u.memory for u in usages)
        print(f"  {label:<24} {wall:.3f} s   processeur {cpu:.3f} s   {memory:.0f} Mo")
    print(f"  rapport {median(ratios):.2f} (de {ratios[0]:.2f} à {ratios[-1]:.2f})\n")
    return {
        "ratio": median(ratios),
        "ratios": ratios,
        "ours": [asdict(usage) for usage in ours],
        "curl": [asdict(usage) for usage in curls],
    }


def beside_the_floor(runs: int, folder: Path) -> dict[str, Any]:
    """Affiche le tableau, et renvoie les chiffres."""
    with local_site(FEW_PAGES, (LONG_LATENCY, LONG_LATENCY), SIZE) as urls:
        listing, _, _ = prepare(urls, folder)
        turns = [script for _ in range(min(runs, FEW_RUNS)) for script in ("sync", "async")]
        few = compare([run_script(script, listing, lambda _: None) for script in turns])
        check([file_for(url) for url in urls])
    print(f"{FEW_PAGES} pages de {LONG_LATENCY} s, de la première requête au dernier octet :\n")
    print(f"  synchrone {few.sync:.3f} s, asynchrone {few.concurrent:.3f} s : gain {few.gain:.1f}")
    print(f"  plancher {few.floor:.3f} s : l'asynchrone met {few.closeness:.2f} fois ce temps")
    return {
        "sync": few.sync,
        "async": few.concurrent,
        "gain": few.gain,
        "floor": few.floor,
        "closeness": few.closeness,
    }


def measure(options: Namespace) -> tuple[Document, bool]:
    if not shutil.which("curl"):
        raise BenchError("Il manque curl : sudo apt install curl")
    with tempfile.TemporaryDirectory() as name:
        curl = against_curl(options.runs, Path(name))
        return {"curl": curl, "few": beside_the_floor(options.runs, Path(name))}, True


def main() -> int:
    parser = Parser("Compare web_async_multiple.py à curl.")
    parser.options.add_argument("--runs", type=positive, default=7, help="paires de mesures (7)")
    return run(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
