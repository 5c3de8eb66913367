"""Mesure ce que l'asynchrone fait gagner, en lançant tour à tour les deux scripts « multiple ».

$ python part1/mesure.py urls.txt
$ python part1/mesure.py --local 10 --plot frise.png
$ python part1/mesure.py --local --sweep 1,2,5,10,20,50
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from local_site import seconds
from mesure_support.compare import Comparison, compare
from mesure_support.plot import PlotError, draw, load_pyplot
from mesure_support.report import show_comparison, show_sweep, show_timeline
from mesure_support.runs import Run, RunError, run_script
from mesure_support.site import local_site
from web_sync_multiple import read_urls


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # celui d'argparse parle anglais
        self.exit(2, f"{self.format_usage()}Arguments incorrects (voir --help).\n")


def positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def counts(text: str) -> list[int]:
    return sorted({positive(count) for count in text.split(",")})


def parse_arguments() -> argparse.Namespace:
    parser = Parser(
        description="Compare web_sync_multiple.py et web_async_multiple.py sur les mêmes URL.",
        usage="mesure.py (FICHIER | --local [N]) [options]",
        add_help=False,
    )
    what = parser.add_argument_group("quoi mesurer")
    what.add_argument("file", metavar="FICHIER", nargs="?", help="une URL par ligne")
    add = parser.add_argument
    what.add_argument(
        "--local",
        metavar="N",
        nargs="?",
        type=positive,
        const=10,
        help="N pages (10) d'un site local",
    )
    add("--latency", metavar="S", type=seconds, default=(0.1, 0.5), help="leur attente : 0.1-0.5")
    add("--seed", metavar="N", type=int, default=1, help="graine de leur tirage au sort (1)")
    add("--runs", metavar="N", type=positive, default=3, help="exécutions de chaque script (3)")
    add(
        "--sweep",
        metavar="N,N…",
        type=counts,
        default=[],
        help="mesure aussi avec N URL, pour chaque N",
    )
    add("--plot", metavar="IMAGE", type=Path, help="dessine la frise dans un fichier .png ou .svg")
    add("--json", metavar="FICHIER", type=Path, help="écrit toutes les mesures")
    add("-h", "--help", action="help", help="affiche cette aide")
    options = parser.parse_args()
    if (options.file is None) == (options.local is None):
        parser.error("")
    return options


def check_outputs(options: argparse.Namespace) -> None:
    """Refuse avant de mesurer ce qu'on ne saurait écrire après."""
    for file in (options.plot, options.json):
        if file and not file.parent.is_dir():
            raise PlotError(f"{file} : ce dossier n'existe pas")
    if options.plot:
        if options.plot.suffix not in (".png", ".svg"):
            raise PlotError(f"{options.plot} : le nom d'une image finit par .png ou .svg")
        load_pyplot()


def measure(urls: list[str], options: argparse.Namespace) -> Comparison:
    """Lance les deux scripts à tour de rôle : une lenteur passagère touche les deux."""
    runs: list[Run] = []
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(urls))
        file.flush()
        for turn in range(1, options.runs + 1):
            for script in ("sync", "async"):
                progress = Progress(f"{script}, tour {turn} sur {options.runs}", len(urls))
                runs.append(run_script(script, Path(file.name), progress))
    if options.local:  # personne n'attend les pages du site local
        for page in runs[0].downloads:
            page.file.unlink(missing_ok=True)
    return compare(runs)


class Progress:
    """Une ligne qui se réécrit, sur un terminal seulement."""

    def __init__(self, label: str, pages: int) -> None:
        self.label, self.pages = label, pages

    def __call__(self, lines: int) -> None:
        if sys.stderr.isatty():
            pages = min(lines, self.pages)
            text = f"\r\x1b[K{self.label} : {pages} URL sur {self.pages}"
            print(text if lines <= self.pages else "\r\x1b[K", end="", file=sys.stderr, flush=True)


def export(file: Path, comparison: Comparison, sweep: dict[int, Comparison]) -> None:
    def summary(measured: Comparison) -> dict[str, Any]:
        return {
            "sync": measured.sync,
            "async": measured.concurrent,
            "gain": measured.gain,
            "floor": measured.floor,
            "closeness": measured.closeness,
            "failures": measured.failures,
        }

    document = {
        "version": 1,
        "unit": "s",
        **summary(comparison),
        "runs": [asdict(run) for run in comparison.runs],
        "sweep": {count: summary(measured) for count, measured in sweep.items()},
    }
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False, default=str), "utf-8")


def report(urls: list[str], options: argparse.Namespace) -> int:
    comparison = measure(urls[: options.local], options)
    show_comparison(comparison)
    longest = max(comparison.last(script).total for script in ("sync", "async"))
    for script in ("sync", "async"):
        show_timeline(comparison.last(script), longest)
    sweep = {n: measure(urls[:n], options) for n in options.sweep if n <= len(urls)}
    if sweep:
        print()
        show_sweep(sweep)
    if missing := [str(n) for n in options.sweep if n not in sweep]:
        print(f"\n  Pas assez d'URL pour en mesurer {', '.join(missing)}.")
    if options.plot:
        draw(options.plot, comparison, sweep)
    if options.json:
        export(options.json, comparison, sweep)
    return 1 if comparison.failures else 0


def main() -> int:
    options = parse_arguments()
    try:
        check_outputs(options)
        if options.local:
            pages = max([options.local, *options.sweep])
            with local_site(pages, options.latency, seed=options.seed) as urls:
                return report(urls, options)
        urls = read_urls(options.file)
        if not urls:
            raise RunError(f"{options.file} : aucune URL")
        return report(urls, options)
    except (RunError, PlotError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename} : fichier introuvable, illisible ou protégé", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
