"""Analyse des scripts sans les exécuter : c'est un programme, que sources.py lance à part.

L'interpréteur choisi pour la copie l'exécute : rien d'autre ici que la bibliothèque standard, et
rien de plus récent que Python 3.11. Un script peut le faire mourir (pile, mémoire, temps) : il
répond donc ligne à ligne, un objet JSON par script, pour que l'appelant sache lequel.

Entrée : une ligne JSON, les tailles des scripts ; puis les scripts, bout à bout.
"""

import ast
import gc
import json
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

CPU_SECONDS = 5  # pour un script
MEMORY = 1 << 30  # octets d'espace d'adressage ; un script de 1 Mo en demande 0,4 au pire
MAX_NAMES = 2_000  # de chaque sorte
MAX_STRINGS = 1_000
MAX_STRING = 300  # caractères
MAX_MESSAGE = 200
MAX_PORT = 65_535

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)


def analyse(source: bytes) -> dict[str, Any]:
    """Les faits d'un script, ou « error » : [sorte, ligne, message de Python]."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:  # et ses dérivées : indentation, tabulations
        message = str(error.msg)[:MAX_MESSAGE]
        return {"error": ["syntax", error.lineno or 0, message]}
    except ValueError:  # octet nul (3.11), encodage
        return {"error": ["encoding", 0, ""]}
    except (RecursionError, MemoryError):
        return {"error": ["nested", 0, ""]}
    return _facts(tree)


def _facts(tree: ast.Module) -> dict[str, Any]:
    nodes = list(ast.walk(tree))  # en largeur : les plus englobants d'abord
    modules: dict[str, None] = {}  # des ensembles qui gardent l'ordre
    integers: set[int] = set()
    strings: list[str] = []
    names: dict[str, None] = dict.fromkeys(_assigned(tree))
    functions: dict[str, list[int]] = {}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules |= dict.fromkeys(_imported(node))
        elif isinstance(node, ast.Global):  # une fonction peut créer une variable globale
            names |= dict.fromkeys(node.names)
        elif isinstance(node, ast.Constant):
            value = node.value
            if type(value) is int and 1 <= value <= MAX_PORT:  # ni True, ni False
                integers.add(value)
            elif isinstance(value, str) and len(value) <= MAX_STRING:
                strings.append(value)
        elif isinstance(node, _FUNCTIONS):
            functions.setdefault(node.name, _signature(node))
    for statement in tree.body:  # la dernière définition est celle qui sert
        if isinstance(statement, _FUNCTIONS):
            functions[statement.name] = _signature(statement)
    return {
        "modules": list(modules)[:MAX_NAMES],
        "globals": list(names)[:MAX_NAMES],
        "functions": dict(list(functions.items())[:MAX_NAMES]),
        "integers": sorted(integers)[:MAX_NAMES],
        "strings": strings[:MAX_STRINGS],
    }


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Les noms complets ; un import relatif commence par ses points."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name
        return
    base = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            yield base
        else:  # un module de ce paquet, peut-être : « from outils import reseau »
            yield base + alias.name if base.endswith(".") else f"{base}.{alias.name}"


def _assigned(tree: ast.Module) -> Iterator[str]:
    """Les noms affectés hors de toute fonction et de toute classe."""
    stack: list[ast.AST] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if not isinstance(node, _SCOPES):
            stack += reversed(list(ast.iter_child_nodes(node)))


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[int]:
    """[asynchrone, nombre de paramètres], sans compter *args ni **kwargs."""
    arguments = node.args
    count = len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)
    return [int(isinstance(node, ast.AsyncFunctionDef)), count]


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    gc.disable()  # un arbre ne contient pas de cycle : le ramasse-miettes le parcourrait pour rien
    data = sys.stdin.buffer
    for size in json.loads(data.readline()):
        source = data.read(size)
        deadline = int(time.process_time()) + 1 + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (deadline, resource.RLIM_INFINITY))
        try:
            facts = analyse(source)
        except MemoryError:
            facts = {"error": ["nested", 0, ""]}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
