"""Ce que dit un script sans qu'on l'exécute : imports, fonctions, variables, constantes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.discovery.confined import Sandbox, ask
from grader.discovery.encodings import unreadable
from grader.discovery.extract import READY
from grader.discovery.files import printable
from grader.discovery.interpreters import Interpreter

PROGRAM = Path(__file__).with_name("extract.py").read_text(encoding="utf-8")
SECONDS = 120.0  # sur une machine très chargée : extract.py, lui, compte son processeur
MESSAGE_LENGTH = 160  # caractères de ce que Python dit d'une erreur


class ReadingError(Exception):
    """Ce Python-là n'a pas démarré : on ne sait rien des scripts, ni en bien ni en mal."""


@dataclass(frozen=True)
class FunctionFacts:
    is_async: bool
    parameters: int  # sans compter *args ni **kwargs ; « self » compte
    line: int


@dataclass(frozen=True)
class SourceFacts:
    imports: frozenset[str] = frozenset()  # « aiohttp », et non « aiohttp.web »
    modules: tuple[str, ...] = ()  # noms complets ; un import relatif commence par ses points
    required: frozenset[str] = frozenset()  # parmi imports, ceux dont il ne peut se passer
    uses: frozenset[str] = frozenset()  # « itertools.batched », importé ou non par son nom
    functions: dict[str, FunctionFacts] = field(default_factory=dict)
    globals: dict[str, int] = field(default_factory=dict)  # et la ligne où chacune paraît
    integers: frozenset[int] = frozenset()  # de 1 à 65535
    strings: tuple[str, ...] = ()  # 300 caractères au plus, 1 000 au plus
    syntax_error: str = ""  # en français ; vide : le script se lit
    newer: str = ""  # « 3.14 » : le Python qu'il faudrait pour que le script se lise
    path: str = ""  # depuis la racine de la copie


TOO_HARD = SourceFacts(syntax_error="illisible : trop long ou trop imbriqué pour être analysé")


def facts(
    interpreter: Interpreter, sources: Sequence[bytes], *, sandbox: Sandbox
) -> list[SourceFacts]:
    """Les faits de chaque script, dans le même ordre ; les plus utiles d'abord, si le temps manque.

    ReadingError si l'interpréteur lui-même n'a pas répondu.
    """
    header = json.dumps([len(source) for source in sources]).encode()
    data = b"\n".join([header, b"".join(sources)])
    output = ask(interpreter, PROGRAM, data, SECONDS, sandbox=sandbox)
    ready, *lines = output.decode("ascii", "replace").rpartition("\n")[0].split("\n")
    if ready != READY:
        raise ReadingError(f"Python {interpreter.label} ({interpreter.path}) n'a pas démarré.")
    found = [_facts(json.loads(line), source) for line, source in zip(lines, sources, strict=False)]
    return found + [TOO_HARD] * (len(sources) - len(found))


def _facts(answer: Any, source: bytes) -> SourceFacts:
    if error := answer.get("error"):
        kind, line, message = error
        return SourceFacts(
            syntax_error=_explain(source, kind, line, message),
            newer=message if kind == "newer" else "",
        )
    modules = tuple(answer["modules"])
    return SourceFacts(
        imports=_names(modules),
        modules=modules,
        required=_names(answer["required"]),
        uses=frozenset([*answer["required"], *answer["uses"]]),
        functions={
            name: FunctionFacts(bool(is_async), parameters, line)
            for name, (is_async, parameters, line) in answer["functions"].items()
        },
        globals=answer["globals"],
        integers=frozenset(answer["integers"]),
        strings=tuple(answer["strings"]),
    )


def _names(modules: Sequence[str]) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in modules if not name.startswith("."))


def _explain(source: bytes, kind: str, line: int, message: str) -> str:
    if kind == "encoding" or b"\0" in source:
        return unreadable(source)
    if kind == "nested":
        return TOO_HARD.syntax_error
    if kind == "newer":
        return f"la ligne {line} demande Python {message} ou plus récent"
    detail = printable(message, MESSAGE_LENGTH)
    return f"erreur de syntaxe à la ligne {line} : {detail}" if line else f"illisible : {detail}"
