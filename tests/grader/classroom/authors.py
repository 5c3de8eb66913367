"""Les dix auteurs de honest.toml, et ce que fait d'un script quelqu'un qui cache l'avoir copié."""

import ast
import functools
import re
import tomllib
from pathlib import Path

STEPS = ("I.1.async", "II.2.server", "II.5.server")


@functools.cache
def honest(step: str) -> dict[str, bytes]:
    """Les scripts de cette étape, par auteur."""
    text = Path(__file__).with_name("honest.toml").read_text("utf-8")
    return {author["style"]: author[step].encode() for author in tomllib.loads(text)["authors"]}


def renamed(source: bytes) -> bytes:
    """Les noms que le script se donne, changés."""
    text = source.decode()
    nodes = list(ast.walk(ast.parse(text)))
    own = {node.id for node in nodes if isinstance(node, ast.Name) and type(node.ctx) is ast.Store}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    own |= {node.name for node in nodes if isinstance(node, definitions)}
    other = {name: f"mon_{name[::-1]}" for name in own if not name.startswith("__")}
    return re.sub(r"(?<!\\)\b\w+", lambda word: other.get(word[0], word[0]), text).encode()


def reordered(source: bytes) -> bytes:
    """Ses fonctions et ses classes dans l'autre sens ; le reste à sa place."""
    lines = source.decode().splitlines()
    definitions = [
        range(min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1, node.end_lineno)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.end_lineno
    ]
    swapped = {
        span.start: other for span, other in zip(definitions, definitions[::-1], strict=True)
    }
    inside = {number for span in definitions for number in span[1:]}
    kept: list[str] = []
    for number, line in enumerate(lines):
        if number in swapped:
            kept += [lines[other] for other in swapped[number]]
        elif number not in inside:
            kept.append(line)
    return "\n".join(kept).encode()


def recommented(source: bytes) -> bytes:
    """D'autres commentaires, une docstring de plus, des lignes vides, des textes changés."""
    text = re.sub(r"^ *# .*\n", "", source.decode(), flags=re.MULTILINE)
    text = re.sub(r"^( *)(async def .*:)$", r'\1\2\n\1    """Ma fonction."""', text, flags=re.M)
    text = re.sub(r"^( +)(\w+ = )", r"\1# voici\n\n\1\2", text, flags=re.MULTILINE)
    return text.replace("Message", "Texte").encode()


def disguised(source: bytes) -> bytes:
    return recommented(reordered(renamed(source)))
