"""Ce que dit un script sans qu'on l'exécute : imports, fonctions, variables, constantes."""

import json
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from grader.discovery.files import Submission, printable
from grader.discovery.interpreters import Interpreter, clean_environment

SCRIPT = Path(__file__).with_name("extract.py")
SECONDS = 20.0  # pour tous les scripts ensemble ; une copie ordinaire prend 0,1 s
MESSAGE_LENGTH = 160  # caractères de ce que Python dit d'une erreur
# Ce qu'en dit Python ; mais pas « 'unicodeescape' codec » : "C:\Users" est une vraie erreur.
_ENCODING = ("'utf-8' codec", "Non-UTF-8", "unknown encoding", "encoding problem", "text encoding")


@dataclass(frozen=True)
class FunctionFacts:
    is_async: bool
    parameters: int  # sans compter *args ni **kwargs ; « self » compte


@dataclass(frozen=True)
class SourceFacts:
    imports: frozenset[str] = frozenset()  # « aiohttp », et non « aiohttp.web »
    modules: tuple[str, ...] = ()  # noms complets ; un import relatif commence par ses points
    functions: dict[str, FunctionFacts] = field(default_factory=dict)
    globals: frozenset[str] = frozenset()
    integers: frozenset[int] = frozenset()  # de 1 à 65535
    strings: tuple[str, ...] = ()  # 300 caractères au plus, 1 000 au plus
    syntax_error: str = ""  # en français ; vide : le script se lit


TOO_HARD = SourceFacts(syntax_error="illisible : trop long ou trop imbriqué pour être analysé")


def facts(interpreter: Interpreter, sources: Sequence[bytes]) -> list[SourceFacts]:
    """Les faits de chaque script, dans le même ordre ; tous dans un seul processus.

    S'il en meurt, le script en cause est dit illisible et un autre processus prend la suite.
    """
    deadline = time.monotonic() + SECONDS
    found: list[SourceFacts] = []
    while len(found) < len(sources):
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return found + [TOO_HARD] * (len(sources) - len(found))
        answers = _run(interpreter, sources[len(found) :], remaining)
        found += [
            _facts(answer, source)
            for answer, source in zip(answers, sources[len(found) :], strict=False)
        ]
        if len(found) < len(sources):
            found.append(TOO_HARD)
    return found


def _run(interpreter: Interpreter, sources: Sequence[bytes], seconds: float) -> list[Any]:
    """Les réponses de extract.py, moins nombreuses que les scripts s'il est mort en route."""
    header = json.dumps([len(source) for source in sources]).encode()
    try:
        result = subprocess.run(
            [interpreter.path, "-I", SCRIPT],
            input=b"\n".join([header, b"".join(sources)]),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            timeout=seconds,
            check=False,
        )
        output = result.stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    except OSError:
        return []
    complete, _, _ = output.rpartition(b"\n")
    return [json.loads(line) for line in complete.split(b"\n") if line]


def _facts(answer: Any, source: bytes) -> SourceFacts:
    if error := answer.get("error"):
        return SourceFacts(syntax_error=_explain(source, *error))
    modules = tuple(answer["modules"])
    return SourceFacts(
        imports=frozenset(name.partition(".")[0] for name in modules if not name.startswith(".")),
        modules=modules,
        functions={
            name: FunctionFacts(bool(is_async), parameters)
            for name, (is_async, parameters) in answer["functions"].items()
        },
        globals=frozenset(answer["globals"]),
        integers=frozenset(answer["integers"]),
        strings=tuple(answer["strings"]),
    )


def _explain(source: bytes, kind: str, line: int, message: str) -> str:
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "illisible : enregistré en UTF-16, alors que Python attend de l'UTF-8"
    if b"\0" in source:
        return "illisible : contient des octets nuls, ce n'est pas du texte"
    if kind == "nested":
        return TOO_HARD.syntax_error
    if kind == "encoding" or any(clue in message for clue in _ENCODING):
        return "illisible : ni de l'UTF-8, ni l'encodage annoncé"
    detail = printable(message, MESSAGE_LENGTH)
    return f"erreur de syntaxe à la ligne {line} : {detail}" if line else f"illisible : {detail}"


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
