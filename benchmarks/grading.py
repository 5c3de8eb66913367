"""Combien de temps prend une correction ? Celle d'une copie ordinaire, inachevée, hostile.

Une copie ordinaire est la copie modèle, un script sur deux remplacé par un de ses mutants, tiré au
sort, cinq fois. L'inachevée a, à trois étapes, un serveur qui accepte et ne lit jamais. L'hostile
occupe sans fin la machine à chaque étape. La durée est celle du processus entier, à côté de ce
qu'on s'est fixé sur deux cœurs tranquilles et de ce dont la machine est ralentie.

    $ python benchmarks/grading.py
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from grader.engine.budget import DEFAULT, slowness  # noqa: E402
from grader.engine.catalogue import steps  # noqa: E402 (lancé tel quel, de n'importe où)
from tests.grader.variants import File, Variant, mutants, textbook  # noqa: E402
from wording.arguments import Parser  # noqa: E402

DRAWS = 5
UNFINISHED = ("II.3.server", "II.4.server", "II.5.server")
NEVER_READS = """\
import asyncio


async def handle_packet(reader, writer):
    await asyncio.sleep(3600)  # TODO : lire


async def main():
    server = await asyncio.start_server(handle_packet, "127.0.0.1", 8888)
    async with server:
        await server.serve_forever()


asyncio.run(main())
"""
BUSY = "while True:\n    pass\n"


def usual(seed: int) -> Variant:
    """La copie modèle, un script sur deux remplacé par un de ses mutants."""
    draw = random.Random(seed)
    files = {file.path: file for file in textbook().files}
    for step in steps()[seed % 2 :: 2]:
        wrong = [mutant for mutant in mutants() if mutant.steps == (step.id,)]
        files[step.file] = draw.choice(wrong).files[0]
    return Variant(f"ordinaire, tirage {seed}", ("I", "II"), tuple(files.values()))


def unfinished() -> Variant:
    files = {file.path: file for file in textbook().files}
    for step in steps():
        if step.id in UNFINISHED:
            files[step.file] = File(step.file, content=NEVER_READS)
    return Variant("inachevée", ("I", "II"), tuple(files.values()))


def hostile() -> Variant:
    return Variant("hostile", ("I", "II"), tuple(File(one.file, content=BUSY) for one in steps()))


def seconds(folder: Path) -> tuple[float, str]:
    """La durée d'une correction, et la note qu'elle donne."""
    command = [sys.executable, "-m", "grader", str(folder), "--seed", "1"]
    started = time.perf_counter()
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    lasted = time.perf_counter() - started
    return lasted, next((line.strip() for line in shown.splitlines() if "Note :" in line), "?")


def written(variant: Variant) -> tuple[float, str]:
    with tempfile.TemporaryDirectory(prefix="tp6-mesure-") as folder:
        variant.write(Path(folder))
        return seconds(Path(folder))


def cases() -> Iterator[tuple[str, float, Callable[[], tuple[float, str]]]]:
    """Chaque copie : son nom, les secondes qu'on s'est fixées, et de quoi la mesurer."""
    yield "ce dépôt", 20.0, lambda: seconds(ROOT)
    for seed in range(DRAWS):
        yield usual(seed).name, 30.0, lambda seed=seed: written(usual(seed))  # type: ignore[misc]
    yield "inachevée", 90.0, lambda: written(unfinished())
    yield "hostile", DEFAULT, lambda: written(hostile())


def main() -> int:
    Parser("Mesure combien de temps prend une correction.").parse_args()
    print(f"{'copie':24}{'durée':>9}{'visée':>9}{'rapport':>9}{'machine':>9}  note")
    for name, wanted, measure in cases():
        slow = slowness()
        lasted, mark = measure()
        slow = (slow + slowness()) / 2
        ratio = lasted / wanted
        line = f"{name:24}{lasted:7.1f} s{wanted:7.0f} s{ratio:9.2f}{slow:8.1f}x  {mark}"
        print(line.replace(".", ","), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
