"""Les fichiers de la copie dont un script a besoin : ceux qu'il importe, directement ou non."""

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from grader.discovery.files import Submission
from grader.discovery.sources import TOO_HARD, SourceFacts


def local_modules(
    submission: Submission, path: PurePosixPath, facts_by_path: Mapping[PurePosixPath, SourceFacts]
) -> tuple[PurePosixPath, ...]:
    """Les fichiers de la copie que ce script importe, directement ou non, dans l'ordre.

    Cherchés là où Python le ferait (le dossier du script), puis à côté de qui importe et à la
    racine. D'un fichier absent de `facts_by_path`, on ne suit pas les imports.
    """
    present = {file.path for file in submission.files}
    seen = {path}
    waiting = deque([path])
    while waiting:
        importer = waiting.popleft()
        facts = facts_by_path.get(importer, TOO_HARD)
        for name in facts.modules:
            for found in _resolve(name, path.parent, importer.parent, present):
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)
    return tuple(sorted(seen - {path}))


def _resolve(
    name: str, script: PurePosixPath, importer: PurePosixPath, present: set[PurePosixPath]
) -> Iterator[PurePosixPath]:
    """Les fichiers que charge l'import de « a.b.c » : ceux de a, de a.b et de a.b.c."""
    parts = [part for part in name.split(".") if part]
    level = len(name) - len(name.lstrip("."))
    if level:
        above = [importer, *importer.parents]
        folders = above[level - 1 : level]
    else:
        folders = [script, importer, PurePosixPath()]
    for folder in folders:
        found = list(_chain(folder, parts, present))
        if found:
            yield from found
            return


def _chain(
    folder: PurePosixPath, parts: list[str], present: set[PurePosixPath]
) -> Iterator[PurePosixPath]:
    for part in parts:
        folder /= part
        for candidate in (folder / "__init__.py", folder.with_name(f"{part}.py")):
            if candidate in present:
                yield candidate
                break
