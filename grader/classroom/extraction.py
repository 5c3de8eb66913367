"""Extraire les archives d'une copie dans un processus à part, qui ne voit que son dossier.

Une archive peut coûter bien plus qu'elle ne pèse : cent méga-octets de blocs vides occupent un cœur
une demi-minute. Ce processus a donc peu de temps et peu de mémoire ; ni réseau, ni autre fichier.
"""

import json
import os
import resource
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import IO

from grader.classroom.archives import DEFAULT_LIMITS, ArchiveError, ArchiveLimits, opened, unpack
from grader.discovery.files import printable
from grader.sandbox.apart import apart
from grader.sandbox.appetite import address_space
from grader.sandbox.cell import PLACE, at_most
from grader.sandbox.inherited import keep_only
from grader.sandbox.namespaces import NamespaceError, shut_in

MAX_ANSWER = 1_000_000  # octets ; ce qu'on dit d'une archive tient en quelques lignes
# De quoi lire les noms d'un zip, que Python ne chargerait qu'une fois enfermé, sans ses fichiers.
"".encode("cp437")


def extract(
    archives: Mapping[str, Path], folder: Path, limits: ArchiveLimits = DEFAULT_LIMITS
) -> list[str]:
    """Extrait chaque archive dans le sous-dossier de `folder` dont elle a le nom ; rend ce qui a
    été ignoré.

    ArchiveError à la première qui ne s'extrait pas : `folder` en garde un début. Demande un bac à
    sable, et de n'avoir qu'un fil.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(opened(one, limits)) for one in archives.values()]
        work = partial(_work, archives, files, folder, limits)
        said = apart(work, limits.seconds, MAX_ANSWER).split(b"\n")[:-1]
    notes: list[str] = []
    for archive, line in zip_longest(archives.values(), said):
        if line is None:
            raise ArchiveError(
                f"{printable(archive.name)} : la lire prend trop de temps, ou trop de mémoire."
            )
        told = json.loads(line)
        if "refused" in told:
            raise ArchiveError(told["refused"])
        notes += told["notes"]
    return notes


def _work(
    archives: Mapping[str, Path],
    files: Sequence[IO[bytes]],
    folder: Path,
    limits: ArchiveLimits,
    answer: int,
) -> None:
    """Dans le processus à part : une ligne de réponse par archive."""
    keep_only(answer, *(file.fileno() for file in files))
    for told in _unpacked(archives, files, folder, limits):
        os.write(answer, json.dumps(told).encode() + b"\n")


def _unpacked(
    archives: Mapping[str, Path], files: Sequence[IO[bytes]], folder: Path, limits: ArchiveLimits
) -> Iterator[dict[str, object]]:
    memory = address_space() + limits.memory_bytes
    try:
        shut_in(folder, PLACE)
        _restrict(resource.RLIMIT_CORE, 0)
        _restrict(resource.RLIMIT_CPU, limits.cpu_seconds)
        _restrict(resource.RLIMIT_AS, memory)
        for (name, archive), file in zip(archives.items(), files, strict=True):
            yield {"notes": unpack(file, archive.name, Path(name), limits)}
    except NamespaceError as error:
        yield {"refused": f"Le bac à sable où extraire une archive est refusé : {error}."}
    except ArchiveError as error:
        yield {"refused": str(error)}


def _restrict(kind: int, value: int) -> None:
    allowed = at_most(kind, value)
    resource.setrlimit(kind, (allowed, allowed))
