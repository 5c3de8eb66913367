"""Une classe entière, comme un export de Moodle : des copies ordinaires, et quelques autres.

Une copie ordinaire est la copie modèle, un script sur deux remplacé par un de ses mutants. Les
autres : une juste mais inhabituelle sur dix, trois attaques, deux archives, une copie vide.
"""

import random
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.engine.catalogue import steps
from tests.grader.variants import File, Variant, mutants, odd, textbook

ATTACKS = Path(__file__).parents[1] / "attacks/scripts"
BUSY = "while True:\n    pass\n"
FIRST = (
    *("Ada", "Alan", "Barbara", "Claude", "Edsger", "Frances"),
    *("Grace", "Hedy", "John", "Katherine", "Leslie", "Margaret"),
)
LAST = (
    *("Allen", "Durand", "Hamilton", "Hopper", "Lamarr"),
    *("Martin", "Petit", "Simon", "Turing", "Zidi"),
)
SPECIAL = 6  # trois attaques, deux archives, une vide


def names(size: int) -> Iterator[str]:
    """« Durand Alan_1003_assignsubmission_file_ » ; jamais deux fois le même."""
    for number in range(size):
        first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
        yield f"{last} {first}_{1000 + number}_assignsubmission_file_"


def usual(draw: random.Random) -> Variant:
    """La copie modèle, un script sur deux remplacé par un de ses mutants."""
    files = {file.path: file for file in textbook().files}
    for step in steps()[draw.randrange(2) :: 2]:
        wrong = [mutant for mutant in mutants() if mutant.steps == (step.id,)]
        files[step.file] = draw.choice(wrong).files[0]
    return Variant("ordinaire", ("I", "II"), tuple(files.values()))


def unusual(draw: random.Random) -> Variant:
    """La copie modèle, dont une étape est d'une copie juste mais inhabituelle."""
    one = draw.choice([variant for variant in odd() if not variant.python])
    replaced = {step.file for step in steps() if step.id in one.steps}
    kept = [file for file in textbook().files if file.path not in replaced]
    return Variant(one.name, ("I", "II"), (*kept, *one.files))


def attack(number: int) -> Variant:
    """La première occupe sans fin la machine à chaque étape ; les deux autres, à une seule."""
    if number == 0:
        return Variant(
            "attaque", ("I", "II"), tuple(File(one.file, content=BUSY) for one in steps())
        )
    name, orders = (
        ("fork_bomb", '{"processes": 300}'),
        ("memory", '{"enfants": 10, "octets": 40000000}'),
    )[number - 1]
    files = {file.path: file for file in textbook().files}
    folder = Path(steps()[0].file).parent
    files[steps()[0].file] = File(
        steps()[0].file, content=(ATTACKS / f"{name}.py").read_text("utf-8")
    )
    tools = File(str(folder / "tools.py"), content=(ATTACKS / "tools.py").read_text("utf-8"))
    ordered = File(str(folder / "ordres.json"), content=orders)
    return Variant(f"attaque {name}", ("I", "II"), (*files.values(), tools, ordered))


def make_class(folder: Path, size: int) -> Path:
    """Écrit une classe de `size` copies, toujours la même ; son dossier."""
    draw = random.Random(size)
    for number, name in enumerate(names(size)):
        copy = folder / name
        copy.mkdir(parents=True)
        if number < 3:
            attack(number).write(copy)
        elif number == SPECIAL - 1:
            continue
        elif number % 10 == 9:
            unusual(draw).write(copy)
        else:
            usual(draw).write(copy)
        if number in (3, 4):
            _pack(copy, ".zip" if number == 3 else ".tar.gz")
    return folder


def _pack(copy: Path, suffix: str) -> None:
    """Le contenu de ce dossier, dans une archive qui y prend sa place."""
    content = copy.with_name("contenu")
    copy.rename(content)
    copy.mkdir()
    archive = copy / f"TP6{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for file in sorted(content.rglob("*")):
                packed.write(file, Path("TP6", file.relative_to(content)))
    else:
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(content, "TP6")
    shutil.rmtree(content)
