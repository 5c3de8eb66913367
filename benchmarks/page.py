"""La page web se montre-t-elle aussitôt ? À côté des mêmes fichiers servis par http.server.

Chromium ouvre la page comme la première fois, sans rien en mémoire, tantôt chez l'un, tantôt chez
l'autre. Le temps est celui du premier affichage (first contentful paint), compté par le navigateur.

    $ python benchmarks/page.py --json mesures.json
"""

import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.support.command import Document, run  # noqa: E402
from benchmarks.support.servers import BenchError, free_port, running  # noqa: E402 (lancé tel quel)
from wording.arguments import Parser, positive  # noqa: E402

WEB = ROOT / "bonus/page"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-headless-shell")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
OURS, PEER = "Notre serveur", "http.server"
FASTEST, LIGHTEST = 300.0, 100_000  # objectifs : millisecondes, octets
PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list, observer) => {
  const [paint] = list.getEntriesByName("first-contentful-paint");
  if (paint) { observer.disconnect(); resolve(paint.startTime); }
}).observe({ type: "paint", buffered: true }))"""
WEIGHED = """() => ["resource", "navigation"].flatMap((kind) => performance.getEntriesByType(kind))
  .reduce(([count, bytes], { transferSize }) => [count + 1, bytes + transferSize], [0, 0])"""


@dataclass
class Figures:
    """Ce qu'un serveur a montré."""

    times: list[float] = field(default_factory=list)  # du premier affichage, ms
    requests: int = 0
    bytes: int = 0  # reçus, en-têtes compris


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """L'adresse de chacun, en marche."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="page-")))
        (folder / "peer").mkdir()
        kept = ["--data", str(folder), "--log", str(folder)]
        chat = [sys.executable, str(ROOT / "bonus/server.py"), "-p", "0", "--web-port", "0", *kept]
        listening = r"Ou dans un navigateur : http://\S+:(\d+)/"
        ours = stack.enter_context(running(OURS, chat, listening, folder))
        files = [sys.executable, "-u", "-m", "http.server", str(free_port()), "-d", str(WEB)]
        peer = stack.enter_context(
            running(PEER, files, r"Serving HTTP on \S+ port (\d+)", folder / "peer")
        )
        yield {OURS: f"http://localhost:{ours.port}/", PEER: f"http://localhost:{peer.port}/"}


def open_page(browser: Browser, url: str, figures: Figures) -> None:
    with browser.new_context() as context:  # sans cache
        page = context.new_page()
        page.goto(url)
        figures.times.append(page.evaluate(PAINTED))
        figures.requests, figures.bytes = page.evaluate(WEIGHED)


def race(runs: int) -> dict[str, Figures]:
    results = {OURS: Figures(), PEER: Figures()}
    with sync_playwright() as playwright, servers() as addresses:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        for url in addresses.values():
            open_page(browser, url, Figures())  # Chromium se prépare
        for turn in range(runs):
            for name in list(results)[:: 1 if turn % 2 else -1]:
                open_page(browser, addresses[name], results[name])
        browser.close()
    return results


def report(results: dict[str, Figures]) -> None:
    print("Premier affichage      médiane     le pire   demandes      octets")
    for name, row in results.items():
        times = f"{median(row.times):>8.0f} ms {max(row.times):>8.0f} ms"
        weight = f"{row.bytes:,}".replace(",", " ")
        print(f"  {name:<18} {times} {row.requests:>10} {weight:>11}")
    ours = results[OURS]
    print()
    for what, value, most, unit in (
        ("Premier affichage", median(ours.times), FASTEST, "ms"),
        ("Poids", ours.bytes, LIGHTEST, "octets"),
    ):
        verdict = "tenu" if value < most else "manqué"
        print(f"{what} : {value:.0f} {unit}. Objectif : moins de {most:.0f}, {verdict}.")


def measure(options: Namespace) -> tuple[Document, bool]:
    if not CHROMIUM:
        raise BenchError("Il manque chromium : sudo apt install chromium")
    results = race(options.runs)
    report(results)
    return {name: asdict(row) for name, row in results.items()}, True


def main() -> int:
    parser = Parser("Mesure le premier affichage de la page web.")
    parser.options.add_argument(
        "--runs", type=positive, default=15, help="ouvertures de la page (15)"
    )
    return run(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
