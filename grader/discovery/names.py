"""Quel fichier de la copie répond à quelle étape."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import NamedTuple

from grader.discovery.candidates import Candidate, Target
from grader.discovery.files import SourceFile, Submission, printable
from grader.discovery.rules import RULES, rank
from grader.model.records import Step

LAB = 6  # le numéro de ce TP, dans une copie qui en contient plusieurs
MAX_OTHERS = 10
# Les étapes du chat que le sujet complète sans rien en défaire : leur travail est encore dans le
# fichier de la suivante. De 4 à 5 le protocole change, et le client de 2 n'est pas celui de 3.
KEPT = (("server", 2), ("server", 3), ("server", 5), ("client", 5))
MAX_ODDITIES, MAX_DEPTH = 5, 10  # au-delà, un nom n'est pas plus étrange, ni un fichier plus loin

CHOSEN = "choisi par la personne qui corrige"

Empty = Mapping[str, tuple[PurePosixPath, ...]]  # par étape, ses fichiers qui ne contiennent rien
Chosen = Mapping[str, PurePosixPath]  # par étape, le fichier que quelqu'un a choisi


@dataclass(frozen=True)
class Found:
    path: PurePosixPath
    others: tuple[PurePosixPath, ...] = ()  # les candidats écartés, le meilleur d'abord
    note: str = ""  # ce qui sort de l'ordinaire, en français


class _Match(NamedTuple):
    """Un fichier pour une étape ; le plus petit est le meilleur."""

    is_guess: bool
    rule: int
    is_copy: bool  # « old/ », « (1) »
    oddities: int  # fautes de frappe et mots inconnus
    depth: int
    step: int  # son rang
    path: PurePosixPath


def find_steps(
    submission: Submission, steps: Sequence[Step], chosen: Chosen = MappingProxyType({})
) -> dict[str, Found]:
    """Le fichier de chaque étape, par identifiant ; une étape sans fichier n'y est pas.

    Donner toutes les étapes, même pour n'en juger qu'une : un fichier qui sert mieux une autre
    étape serait sinon pris pour celle-ci. Un fichier choisi qui n'est pas dans la copie ne l'est
    pas (`missing_choices`).
    """
    own = {file.path for file in submission.files if file.is_python}
    decided = {name: Found(path, note=CHOSEN) for name, path in chosen.items() if path in own}
    taken = {found.path for found in decided.values()}
    left = [step for step in steps if step.id not in decided]
    candidates = [
        one for one in _candidates(submission.files) if not one.is_empty and one.path not in taken
    ]
    empty = find_empty(submission, steps)
    for secondary in (False, True):
        kept = [one for one in candidates if one.is_secondary is secondary]
        if found := _assign(kept, left, empty):
            found |= decided
            return found | dict(_lent(found, steps, empty))
    return decided


def missing_choices(submission: Submission, chosen: Chosen) -> list[str]:
    """Les fichiers choisis qui ne sont pas dans la copie, en français."""
    own = {file.path for file in submission.files if file.is_python}
    return [
        f"{name} : le fichier choisi, {printable(str(path))}, n'est pas un script de la copie"
        for name, path in chosen.items()
        if path not in own
    ]


def find_empty(submission: Submission, steps: Sequence[Step]) -> Empty:
    """Les fichiers que leur nom destine à chaque étape, mais qui ne contiennent rien."""
    candidates = [
        one for one in _candidates(submission.files) if one.is_empty and not one.is_secondary
    ]
    sure: dict[str, list[PurePosixPath]] = {}
    for match in sorted(_matches(candidates, steps)):
        if not match.is_guess:
            sure.setdefault(steps[match.step].id, []).append(match.path)
    return {step_id: tuple(paths[:MAX_OTHERS]) for step_id, paths in sure.items()}


def _candidates(files: Iterable[SourceFile]) -> list[Candidate]:
    candidates = [
        one
        for one in (Candidate(file) for file in files if file.is_python)
        if not one.path.name.startswith(".") and not one.stem.foreign
    ]
    if any(one.lab == LAB for one in candidates):  # les autres TP sont à côté
        candidates = [one for one in candidates if one.lab in (None, LAB)]
    return candidates


def _matches(candidates: Iterable[Candidate], steps: Sequence[Step]) -> Iterator[_Match]:
    targets = [Target(step) for step in steps]
    for one in candidates:
        for step, target in enumerate(targets):
            rule = rank(target, one)
            if rule is not None:
                yield _Match(
                    is_guess=not RULES[rule].sure,
                    rule=rule,
                    is_copy=one.is_copy,
                    oddities=min(one.stem.oddities, MAX_ODDITIES),
                    depth=min(len(one.folders), MAX_DEPTH),
                    step=step,
                    path=one.path,
                )


def _assign(
    candidates: Iterable[Candidate], steps: Sequence[Step], empty: Empty
) -> dict[str, Found]:
    """Au meilleur couple d'abord ; un fichier ne sert qu'une étape."""
    matches = sorted(_matches(candidates, steps))
    chosen: dict[int, _Match] = {}
    taken: set[PurePosixPath] = set()
    for match in matches:
        if match.step not in chosen and match.path not in taken:
            chosen[match.step] = match
            taken.add(match.path)
    others: dict[int, list[PurePosixPath]] = {}
    for match in matches:
        if match.path not in taken and not match.is_guess:
            others.setdefault(match.step, []).append(match.path)
    return {
        step.id: _found(chosen[at], others.get(at, []), empty.get(step.id, ()))
        for at, step in enumerate(steps)
        if at in chosen
    }


def _lent(
    found: Mapping[str, Found], steps: Sequence[Step], empty: Empty
) -> Iterator[tuple[str, Found]]:
    """Les étapes sans fichier, dont le travail est dans celui de la suivante."""
    targets = {step.id: Target(step) for step in steps}
    by_number = {(target.role, target.number): name for name, target in targets.items()}
    for name, target in targets.items():
        later = found.get(by_number.get((target.role, target.number + 1), ""))
        if name not in found and later and (target.role, target.number) in KEPT:
            notes = ["jugée sur le fichier de l'étape suivante : celui de cette étape manque"]
            if name in empty:
                notes.append(_told(empty[name]))
            yield name, Found(later.path, note=" ; ".join(notes))


def _found(match: _Match, others: list[PurePosixPath], empty: tuple[PurePosixPath, ...]) -> Found:
    notes = []
    if match.is_guess:
        notes.append("choisi d'après son contenu : son nom ne dit pas de quelle étape il s'agit")
    if empty:
        notes.append(_told(empty))
    if len(others) > MAX_OTHERS:
        notes.append(f"et {len(others) - MAX_OTHERS} autres candidats encore")
    return Found(match.path, tuple(others[:MAX_OTHERS]), " ; ".join(notes))


def _told(empty: tuple[PurePosixPath, ...]) -> str:
    return "ne contient rien : " + ", ".join(printable(str(name)) for name in empty)
