"""Les copies d'une classe : de qui, où, et sous quel nom les montrer et ranger leurs rapports."""

import dataclasses
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from grader.discovery.words import plain
from grader.model.records import RefusedError
from wording.numbers import plural

LONGEST_REPORT = 60  # caractères d'un nom de fichier, que d'autres allongeront encore
# Les fichiers de la classe elle-même, et les noms que Windows garde pour ses périphériques.
RESERVED = re.compile(r"(?:index|notes|con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)

DIGEST = re.compile(r"[0-9a-f]{8}\)?$")


class ClassError(RefusedError):
    """Il n'y a pas de classe à juger."""


@dataclass(frozen=True)
class Student:
    """Une personne. Tout est montrable, et vide quand rien ne le dit."""

    last: str  # le nom entier, quand on ne sait pas en séparer le prénom
    first: str = ""
    address: str = ""
    submitted: datetime | None = None  # la remise, telle que la liste la donne

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True)
class Copy:
    """Ce qu'une personne ou un groupe a rendu : un dossier, ou bien des archives."""

    name: str  # une ligne montrable, unique dans la classe
    origin: PurePosixPath  # depuis la source ; tel quel : à rendre montrable
    students: tuple[Student, ...]  # au moins une personne
    folder: Path | None = None
    archives: tuple[Path, ...] = ()
    group: str = ""
    participant: str = ""  # son numéro dans Moodle
    note: str = ""  # ce qui sort de l'ordinaire, en français
    report: str = ""  # le nom de ses rapports, sans suffixe : sûr partout, unique dans la classe


@dataclass(frozen=True)
class ClassSource:
    """Ce qu'on a trouvé, à dire avant de rien lancer."""

    place: Path  # le dossier des copies, ou la liste
    copies: tuple[Copy, ...]
    absent: tuple[Student, ...] = ()  # dans la liste, mais sans copie
    ignored: tuple[str, ...] = ()  # ce qu'on laisse de côté et pourquoi, une ligne chacun

    def told(self) -> list[str]:
        """Qui a été trouvé, qui manque, ce qui est ignoré : des lignes montrables."""
        number = len(self.copies)
        lines = [f"{number} copie{plural(number)} :"]
        for copy in self.copies:
            people = ", ".join(student.name for student in copy.students)
            who = copy.name if copy.name.startswith(people) else f"{copy.name} ({people})"
            lines.append(f"  {who} : {copy.note}" if copy.note else f"  {who}")
        lines += [f"Sans copie : {student.name}." for student in self.absent]
        return lines + [f"À savoir : {line}." for line in self.ignored]


def distinct(copies: Iterable[Copy]) -> tuple[Copy, ...]:
    """Les mêmes, chacune sous un nom et un nom de rapport à elle.

    Ces noms ne dépendent pas de l'ordre des copies : ils servent d'une exécution à l'autre.
    """
    given = list(copies)
    shared = _repeated(copy.name for copy in given)
    given = [dataclasses.replace(copy, name=_told_apart(copy, shared)) for copy in given]
    names = _unique([copy.name for copy in given], given, "{} ({})")
    reports = _unique([_slug(name) for name in names], given, "{}-{}")
    return tuple(
        dataclasses.replace(copy, name=name, report=report)
        for copy, name, report in zip(given, names, reports, strict=True)
    )


def _unique(names: list[str], copies: list[Copy], form: str) -> list[str]:
    """Ces noms, où une empreinte sépare ceux qui se répètent.

    Elle s'ajoute aussi à qui semble en porter une : un nom choisi exprès serait celui d'un autre.
    """
    shared = _repeated(names)
    return [
        form.format(name, _digest(copy)) if name in shared or DIGEST.search(name) else name
        for name, copy in zip(names, copies, strict=True)
    ]


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def _told_apart(copy: Copy, shared: set[str]) -> str:
    """Deux homonymes se distinguent par leur numéro ou leur groupe, s'ils en ont."""
    mark = ", ".join(filter(None, (copy.group, copy.participant)))
    return f"{copy.name} ({mark})" if mark and copy.name in shared else copy.name


def _digest(copy: Copy) -> str:
    return hashlib.sha256(os.fsencode(copy.origin)).hexdigest()[:8]


def _slug(name: str) -> str:
    """« Zoé D'Arc » : « zoe-d-arc »."""
    slug = re.sub(r"[^a-z0-9]+", "-", plain(name)).strip("-")[:LONGEST_REPORT].strip("-")
    if not slug:
        return "copie"
    return f"copie-{slug}" if RESERVED.match(slug) else slug
