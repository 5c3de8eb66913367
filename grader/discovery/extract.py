"""Analyse des scripts sans les exécuter : c'est un programme, que sources.py lance à part.

L'interpréteur qui lancera la copie l'exécute : rien d'autre ici que la bibliothèque standard, et
rien de plus récent que Python 3.11. Un script peut épuiser qui le lit (pile, mémoire, temps) :
chacun l'est par un enfant, qui ne coûte que lui en mourant.

Entrée : une ligne JSON, les tailles des scripts ; puis les scripts, bout à bout. Sortie : une ligne
pour dire qu'on est là, puis une par script, en JSON.
"""

import ast
import contextlib
import gc
import io
import itertools
import json
import os
import re
import resource
import signal
import sys
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeGuard

READY = "ready"
IMPLICIT_LOOP = "asyncio.get_event_loop() hors d'une coroutine"
# Secondes de processeur, qu'une machine chargée n'allonge pas. Une étape se lit en 0,005 s.
READ_SECONDS = 5.0  # pour un script : un de 1 Mo en prend 0,8, et bien plus sur une machine lente
COMPILE_SECONDS = 0.3  # pour un script : des « finally » emboîtés y prendraient des heures
COMPILE_TOTAL = 1.5  # pour tous ; au-delà, on se contente de lire
TOTAL = 10.0  # pour tous ; au-delà, on ne lit plus
MEMORY = 1 << 30  # octets d'espace d'adressage ; un script de 1 Mo en demande 0,4 au pire
TOO_HARD: dict[str, Any] = {"error": ["nested", 0, ""]}
MAX_NAMES = 2_000  # de chaque sorte
MAX_STRINGS = 1_000
MAX_STRING = 300  # caractères
MAX_MESSAGE = 200
MAX_PORT = 65_535

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)


def _plain(line: re.Match[str]) -> str:
    """Une f-chaîne sans guillemets emboîtés ni barre oblique dans ce qu'elle calcule."""
    before, quote, after = line.groups()
    inside = {quote: "'" if quote == '"' else '"', "\\": ""}
    shown, depth = [before, quote], 0
    for char in after:
        depth += (char == "{") - (char == "}")
        shown.append(inside.get(char, char) if depth else char)
    return "".join(shown)


# Ce que comprennent des Python plus récents, et comment l'écrire pour les autres.
_NEWER: tuple[tuple[tuple[int, int], str, str | Callable[[re.Match[str]], str]], ...] = (
    ((3, 12), r"(?m)^(\s*)type\s+(\w+)(?:\[[^\n]*?\])?\s*=", r"\1\2 ="),
    ((3, 12), r"(?m)^(\s*(?:(?:async\s+)?def|class)\s+\w+)\[[^\n(:]*\]", r"\1"),
    ((3, 12), r"(?m)^([^\n#]*?\b[fF][rR]?)([\"'])([^\n]*)$", _plain),
    ((3, 14), r"(?m)^(\s*except\*?\s+)(\w[^\n:()]*,[^\n:()]*):", r"\1(\2):"),
    ((3, 14), r"\bt([\"'])", r"f\1"),
    ((3, 15), r"(?m)^lazy\s+(import|from)\b", r"\1"),
)


def analyse(source: bytes) -> dict[str, Any]:
    """Les faits d'un script, ou « error » : [sorte, ligne, message de Python]."""
    try:
        # ast.parse, depuis 3.12, ne regarde pas les octets des commentaires ; python, si.
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return {"error": ["encoding", 0, ""]}
    try:
        return _facts(ast.parse(source))
    except SyntaxError as error:  # et ses dérivées : indentation, tabulations
        return {"error": _newer(text, error.lineno or 0) or _refusal(error)}
    except ValueError:  # octet nul (3.11)
        return {"error": ["encoding", 0, ""]}
    except (RecursionError, MemoryError):
        return TOO_HARD


def _refusal(error: SyntaxError) -> list[Any]:
    return ["syntax", error.lineno or 0, str(error.msg)[:MAX_MESSAGE]]


def _newer(text: str, line: int) -> list[Any] | None:
    """Le Python qu'il faudrait, si tout se lit une fois le plus récent écrit à l'ancienne."""
    for version, pattern, older in _NEWER:
        if version > sys.version_info[:2]:
            text = re.sub(pattern, older, text)
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                ast.parse(text)
                return ["newer", line, ".".join(map(str, version))]
    return None


def refusal(source: bytes) -> list[Any] | None:
    """Ce que Python refuse sans être de la grammaire : un « return » hors de toute fonction…"""
    try:
        compile(source, "script", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _refusal(error)
    except RecursionError:
        return ["nested", 0, ""]
    except (ValueError, MemoryError):  # notre limite de mémoire, peut-être
        return None
    return None


def _facts(tree: ast.Module) -> dict[str, Any]:
    nodes = list(ast.walk(tree))  # en largeur : les plus englobants d'abord
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    optional = _optional(nodes)
    constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
    strings = [text for text in constants if isinstance(text, str) and len(text) <= MAX_STRING]
    return {
        "modules": _first(_imported(imports)),
        "required": _first(_imported([node for node in imports if node not in optional])),
        "uses": _first(_uses(nodes)),
        "globals": _globals(tree, nodes),
        "functions": _functions(tree, nodes),
        "integers": sorted(set(filter(_may_be_a_port, constants)))[:MAX_NAMES],
        "strings": strings[:MAX_STRINGS],
    }


def _uses(nodes: list[ast.AST]) -> Iterator[str]:
    """Ce que le script prend dans des modules, « itertools.batched », et d'où vient sa boucle.

    get_event_loop() en créait une quand il n'y en avait pas : Python 3.14 ne le fait plus.
    """
    inside = {
        one for node in nodes if isinstance(node, ast.AsyncFunctionDef) for one in ast.walk(node)
    }
    outside = set[str]()
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        if isinstance(node, ast.Call) and node not in inside:
            outside |= {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}
    created = outside & {"set_event_loop", "new_event_loop"}
    if {"get_event_loop", "run_until_complete"} <= outside and not created:
        yield IMPLICIT_LOOP


def _first(names: Iterable[str]) -> list[str]:
    return list(itertools.islice(dict.fromkeys(names), MAX_NAMES))


def _may_be_a_port(value: object) -> TypeGuard[int]:
    return type(value) is int and 1 <= value <= MAX_PORT  # ni True, ni False


def _globals(tree: ast.Module, nodes: list[ast.AST]) -> dict[str, int]:
    """Les variables globales, et la ligne où chacune paraît."""
    names: dict[str, int] = {}
    for name, line in _assigned(tree):
        names.setdefault(name, line)
    for node in nodes:
        if isinstance(node, ast.Global):  # une fonction peut en créer
            for name in node.names:
                names.setdefault(name, node.lineno)
    return dict(itertools.islice(names.items(), MAX_NAMES))


def _functions(tree: ast.Module, nodes: list[ast.AST]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for node in nodes:
        if isinstance(node, _FUNCTIONS):
            found.setdefault(node.name, _signature(node))
    for statement in tree.body:  # la dernière définition est celle qui sert
        if isinstance(statement, _FUNCTIONS):
            found[statement.name] = _signature(statement)
    return dict(itertools.islice(found.items(), MAX_NAMES))


def _imported(nodes: Iterable[ast.Import | ast.ImportFrom]) -> Iterator[str]:
    """Les noms complets ; un import relatif commence par ses points."""
    for node in nodes:
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.Import):
            yield from names
        else:
            base = "." * node.level + (node.module or "")
            joint = "" if base.endswith(".") else "."
            # Un module de ce paquet, peut-être : « from outils import reseau ».
            yield from (base if name == "*" else base + joint + name for name in names)


def _optional(nodes: list[ast.AST]) -> set[ast.AST]:
    """Les imports dont un « except » prévoit l'échec, et ceux qui ne servent qu'aux types."""
    bodies = [  # ce qu'on importe à défaut n'est pas indispensable non plus
        [*node.body, *getattr(node, "handlers", ())]
        for node in nodes
        if (isinstance(node, ast.Try) and any(map(_forgives, node.handlers)))
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in _names(node.test))
    ]
    inside = (one for body in bodies for statement in body for one in ast.walk(statement))
    return {one for one in inside if isinstance(one, ast.Import | ast.ImportFrom)}


def _forgives(handler: ast.ExceptHandler) -> bool:
    """Se passe-t-il d'un module absent ? Le dire avant de quitter, ce n'est pas s'en passer."""
    leaves = any(
        isinstance(node, ast.Raise)
        or (isinstance(node, ast.Call) and _names(node.func) & {"exit", "_exit", "quit"})
        for statement in handler.body
        for node in ast.walk(statement)
    )
    known = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    return not leaves and (handler.type is None or bool(_names(handler.type) & known))


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} | {
        one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)
    }


def _assigned(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Les noms affectés hors de toute fonction et de toute classe, et leur ligne."""
    stack: list[ast.AST] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        if not isinstance(node, _SCOPES):
            stack += reversed(list(ast.iter_child_nodes(node)))


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[int]:
    """[asynchrone, nombre de paramètres, ligne], sans compter *args ni **kwargs."""
    arguments = node.args
    count = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
    return [int(isinstance(node, ast.AsyncFunctionDef)), count, node.lineno]


def _apart(source: bytes, *, compiles: bool) -> Any:
    """La réponse d'un enfant ; « nested » s'il en meurt."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            _answer(source, writer, compiles=compiles)
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        complete, _, _ = pipe.read().rpartition(b"\n")
    os.waitpid(child, 0)
    # La compilation corrige la lecture ; elle peut aussi tuer l'enfant, qui a déjà répondu.
    return json.loads(complete.splitlines()[-1]) if complete else TOO_HARD


def _answer(source: bytes, writer: int, *, compiles: bool) -> None:
    with open(writer, "wb") as pipe:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # qui tue
        signal.setitimer(signal.ITIMER_PROF, READ_SECONDS)
        facts = analyse(source)
        pipe.write(json.dumps(facts).encode() + b"\n")
        pipe.flush()
        if compiles and "error" not in facts:
            signal.setitimer(signal.ITIMER_PROF, COMPILE_SECONDS)
            if error := refusal(source):
                pipe.write(json.dumps({"error": error}).encode() + b"\n")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    gc.disable()  # un arbre ne contient pas de cycle : le ramasse-miettes le parcourrait pour rien
    print(READY, flush=True)
    data = sys.stdin.buffer
    for size in json.loads(data.readline()):
        source, before = data.read(size), _spent()
        answer = TOO_HARD
        if before < TOTAL:
            answer = _apart(source, compiles=before < COMPILE_TOTAL)
        print(json.dumps(answer), flush=True)


def _spent() -> float:
    """Le temps de processeur de tous les enfants."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
