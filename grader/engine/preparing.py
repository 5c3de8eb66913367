"""Avant les essais : lire la copie, y trouver les scripts, choisir de quoi les lancer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader import catalogue
from grader.discovery.files import Submission, read_submission
from grader.discovery.interpreters import Interpreter, choose, find_interpreters
from grader.discovery.names import Found, find_empty, find_steps
from grader.discovery.sources import facts, local_modules
from grader.driving.setting import Script
from grader.model import Launch, Step
from grader.sandbox.cell import Runtime


class NoInterpreterError(Exception):
    """Aucun Python de la machine ne peut lancer la copie."""


@dataclass
class Prepared:
    submission: Submission
    found: dict[str, Found]  # par étape
    scripts: dict[str, Script]  # par étape
    broken: dict[str, str]  # par étape, l'erreur de syntaxe de son script
    empty: dict[str, PurePosixPath]  # par étape, le fichier vide qui en tient lieu


def prepare(folder: Path, steps: Sequence[Step]) -> Prepared:
    """Tout ce qu'il faut savoir de la copie avant d'en lancer une ligne.

    SubmissionError, NoInterpreterError si elle ne peut être jugée.
    """
    submission = read_submission(folder)
    interpreters = find_interpreters()
    if not interpreters:
        raise NoInterpreterError("Aucun Python 3.11 ou plus récent sur cette machine.")
    # Toutes les étapes : sans les autres, celles qu'on juge prendraient leurs fichiers.
    wanted = {step.id for step in steps}
    every = catalogue.steps()
    found = {name: place for name, place in find_steps(submission, every).items() if name in wanted}
    empty = {name: paths[0] for name, paths in find_empty(submission, every).items()}
    sources = {file.path: file.content for file in submission.files if file.is_python}
    paths = list(sources)
    known = dict(zip(paths, facts(interpreters[0], [sources[p] for p in paths]), strict=True))
    every_import = frozenset[str]().union(*(one.imports for one in known.values()))
    launchers = {step.id for step in every if step.kind == "measure"}
    scripts, broken = {}, {}
    for step_id, place in found.items():
        mine = known[place.path]
        used = {path: known[path] for path in local_modules(submission, place.path, known)}
        imports = frozenset().union(mine.imports, *(other.imports for other in used.values()))
        if step_id in launchers:  # il lance ses voisins avec le Python qui le fait tourner
            imports = every_import
        interpreter = choose(interpreters, imports, sources[place.path])
        if mine.syntax_error:
            (mine,) = facts(interpreter, [sources[place.path]])
        if mine.syntax_error:
            broken[step_id] = mine.syntax_error
        scripts[step_id] = Script(
            path=place.path,
            runtime=_runtime(interpreter),
            version=interpreter.label,
            sources=(mine, *used.values()),
            launch=Launch(),
        )
    return Prepared(submission, found, scripts, broken, empty)


def _runtime(interpreter: Interpreter) -> Runtime:
    roots = tuple(folder for folder in interpreter.folders if not folder.is_relative_to("/usr"))
    major, minor, _ = interpreter.version
    bundle = interpreter.prefix / f"lib/python{major}.{minor}/site-packages/certifi/cacert.pem"
    return Runtime(interpreter.path, roots, (bundle,) if bundle.is_file() else ())
