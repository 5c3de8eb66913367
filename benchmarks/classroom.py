"""Combien de temps prend une classe ? À côté de ses copies corrigées une par une.

La classe est toujours la même : des copies ordinaires (la copie modèle, un script sur deux
remplacé par un de ses mutants), une copie juste mais inhabituelle sur dix, trois attaques, deux
archives, une copie vide. Elle est corrigée d'une traite, puis une autre fois en tuant le correcteur
au tiers ; ses copies le sont enfin seules, une par une, avec la graine que dit leur rapport. Les
notes doivent être partout les mêmes, contrôle par contrôle.

    $ python benchmarks/classroom.py --copies 60
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from grader.classroom.source import find_class, laid_out  # noqa: E402
from grader.engine.budget import slowness  # noqa: E402 (lancé tel quel, de n'importe où)
from tests.grader.classroom.making import make_class  # noqa: E402
from wording.arguments import Parser, positive  # noqa: E402

WANTED, RATIO = 15.0, 0.6  # secondes par copie, et part de la durée de ses copies seules
LOOK = 0.2  # secondes entre deux regards au dossier des résultats
Facts = dict[str, Any]


def grading(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "grader", *map(str, arguments)]


def classed(source: Path, out: Path) -> float:
    """Corrige la classe ; la durée de la commande entière."""
    started = time.perf_counter()
    subprocess.run(
        grading("class", source, "--out", out), cwd=ROOT, capture_output=True, check=False
    )
    return time.perf_counter() - started


def cut_short(source: Path, out: Path, reports: int) -> None:
    """Commence la classe, et tue le correcteur dès qu'il a écrit autant de rapports."""
    with subprocess.Popen(
        grading("class", source, "--out", out), cwd=ROOT, stdout=subprocess.DEVNULL
    ) as command:
        while command.poll() is None and len(list(out.glob("*.json"))) < reports:
            time.sleep(LOOK)
        command.send_signal(signal.SIGKILL)


def reports(out: Path) -> dict[str, Facts]:
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(out.glob("*.json"))}


def verdicts(report: Facts) -> dict[str, tuple[str, float]]:
    checks = (check for step in report["steps"] for check in step["checks"])
    return {check["id"]: (check["verdict"], check["earned"]) for check in checks}


def differences(one: Facts, other: Facts) -> Iterator[str]:
    before, after = verdicts(one), verdicts(other)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{name} : {before.get(name)}, puis {after.get(name)}"


def alone(source: Path, classroom: dict[str, Facts], place: Path, every: int) -> tuple[float, int]:
    """Corrige une copie sur `every`, seule et à la même graine : la durée en tout, et combien de
    contrôles n'y ont pas la même note."""
    lasted, wrong = 0.0, 0
    for copy in find_class(source).copies[::every]:
        if copy.report not in classroom:
            continue
        file, seed = place / f"{copy.report}.json", classroom[copy.report]["seed"]
        with laid_out(copy, place) as (folder, _):
            started = time.perf_counter()
            command = grading(folder, "--seed", seed, "--json", file)
            subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
            lasted += time.perf_counter() - started
        for told in differences(classroom[copy.report], json.loads(file.read_text("utf-8"))):
            wrong += 1
            print(f"  {copy.name}, seule : {told}", flush=True)
    return lasted, wrong


def main() -> int:
    parser = Parser("Mesure combien de temps prend une classe.")
    add = parser.options.add_argument
    add("--copies", type=positive, default=60, metavar="N", help="copies de la classe")
    add("--every", type=positive, default=1, metavar="N", help="une copie sur N aussi seule")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tp6-classe-") as name:
        place = Path(name)
        source = make_class(place / "copies", given.copies)
        slow = slowness()
        lasted = classed(source, place / "notes")
        whole = reports(place / "notes")
        told = f"{lasted:.0f} s, {lasted / given.copies:.1f} s par copie (visé : {WANTED:.0f})"
        told = f"La classe, {given.copies} copies : {told}, {len(whole)} rapports"
        print(told.replace(".", ","), flush=True)
        cut_short(source, place / "reprise", given.copies // 3)
        kept = len(reports(place / "reprise"))
        classed(source, place / "reprise")
        again = reports(place / "reprise")
        moved = [
            f"{name} : {one}" for name in whole for one in differences(whole[name], again[name])
        ]
        print(f"Tuée à {kept} rapports, puis reprise : {len(moved)} contrôles notés autrement")
        print(*(f"  {one}" for one in moved), sep="\n", flush=True)
        seconds, wrong = alone(source, whole, place, given.every)
        slow = (slow + slowness()) / 2
        share = lasted / (seconds * given.every) if seconds else 0.0
        told = f"{seconds:.0f} s ; la classe en prend {share:.2f} (visé : {RATIO})"
        told = f"Seules, une sur {given.every} : {told}, {wrong} contrôles notés autrement"
        print(f"{told}\nMachine {slow:.1f} fois plus lente que tranquille".replace(".", ","))
    return 1 if moved or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
