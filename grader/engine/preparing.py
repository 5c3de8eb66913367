"""Avant les essais : lire la copie, y trouver les scripts, choisir de quoi les lancer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from grader.discovery.confined import Sandbox
from grader.discovery.files import Submission, read_submission
from grader.discovery.interpreters import MODULES, Interpreter, find_interpreters
from grader.discovery.modules import Machine, announced
from grader.discovery.names import Chosen, Found, find_empty, find_steps, missing_choices
from grader.discovery.reading import Choice, Reading
from grader.discovery.sources import ReadingError
from grader.driving.setting import Script
from grader.engine import catalogue
from grader.model.records import Launch, RefusedError, Step

Find = Callable[[Collection[str]], list[Interpreter]]

NO_MEASURE = "Pas de mesure.py : jugé sur les deux scripts, s'ils se chronomètrent."


class NoInterpreterError(RefusedError):
    """Aucun Python de la machine ne peut lancer la copie."""


@dataclass
class Prepared:
    submission: Submission
    found: dict[str, Found]  # par étape qu'on juge
    scripts: dict[str, Script]  # par étape, qu'on la juge ou non : l'autre moitié d'une paire
    broken: dict[str, str]  # par étape, l'erreur de syntaxe de son script
    empty: dict[str, PurePosixPath]  # par étape, le fichier vide qui en tient lieu
    unavailable: dict[str, str] = field(default_factory=dict)  # par étape, ce qui manque ici


def prepare(
    folder: Path,
    steps: Sequence[Step],
    sandbox: Sandbox = "bwrap",
    chosen: Chosen = MappingProxyType({}),
    find: Find | None = None,
) -> Prepared:
    """Tout ce qu'il faut savoir de la copie avant d'en lancer une ligne.

    `find` : d'où viennent les Python, de la machine si rien n'est dit. SubmissionError,
    NoInterpreterError si la copie ne peut être jugée.
    """
    submission = read_submission(folder)
    submission.notes.extend(missing_choices(submission, chosen))
    # Toutes les étapes : sans les autres, celles qu'on juge prendraient leurs fichiers.
    every = catalogue.steps()
    found = find_steps(submission, every, chosen)
    found |= _in_place_of_measure(found, every)
    empty = {name: paths[0] for name, paths in find_empty(submission, every).items()}
    reading = _read(submission, found, sandbox, find or find_interpreters)
    choices = {step.id: _choose(step, reading, found, every) for step in every if step.id in found}
    return Prepared(
        submission=submission,
        found={step.id: found[step.id] for step in steps if step.id in found},
        scripts={name: _script(found[name], choice) for name, choice in choices.items()},
        broken={name: choice.broken for name, choice in choices.items() if choice.broken},
        empty=empty,
        unavailable={
            name: choice.unavailable for name, choice in choices.items() if choice.unavailable
        },
    )


def _in_place_of_measure(found: Mapping[str, Found], every: Sequence[Step]) -> dict[str, Found]:
    """Sans mesure.py, les deux scripts qu'il lancerait peuvent se chronométrer eux-mêmes."""
    return {
        step.id: Found(found[step.needs[0]].path, note=NO_MEASURE)
        for step in every
        if step.kind == "measure"
        and step.id not in found
        and all(name in found for name in step.needs)
    }


def _read(
    submission: Submission, found: Mapping[str, Found], sandbox: Sandbox, find: Find
) -> Reading:
    """Lit tous les scripts, avec les Python de la machine."""
    needed = announced(submission)
    interpreters = find(needed - set(MODULES))
    if not interpreters:
        raise NoInterpreterError("Aucun Python 3.11 ou plus récent sur cette machine.")
    reading = Reading(submission, Machine(interpreters, needed), sandbox=sandbox)
    try:
        reading.follow([place.path for place in found.values()])
    except ReadingError as error:
        raise NoInterpreterError(str(error)) from error
    return reading


def _choose(
    step: Step, reading: Reading, found: Mapping[str, Found], every: Sequence[Step]
) -> Choice:
    beside = []
    if step.kind == "measure":  # il lance ses voisins, avec le Python qui le fait tourner
        beside = [
            found[one.id].path for one in every if one.id in found and one.kind == "fetch_many"
        ]
    return reading.choose(found[step.id].path, beside)


def _script(place: Found, choice: Choice) -> Script:
    return Script(
        path=place.path,
        runtime=choice.interpreter.runtime,
        version=choice.interpreter.label,
        sources=choice.sources,
        launch=Launch(),
    )
