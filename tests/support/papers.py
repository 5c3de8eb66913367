"""Les documents de docs/ que rien n'engendre : leurs phrases, leurs blocs de code."""

import re
from pathlib import Path

from tests.support.processes import ROOT

GENERATED = "docs/controles.md"  # qui a ses propres tests
PAPERS = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/**/*.md"))]
PAPERS.remove(GENERATED)
DECISIONS = [name for name in PAPERS if name.startswith("docs/decisions/")]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def prose(document: Path) -> str:
    """Le texte, sans ses blocs de code."""
    return BLOCK.sub("", document.read_text("utf-8"))


def fenced(document: Path, language: str = "") -> list[str]:
    """Ses blocs de code, ou ceux d'un langage."""
    found = BLOCK.findall(document.read_text("utf-8"))
    return [text for kind, text in found if kind == language or not language]


def commands(document: Path) -> list[tuple[str, str]]:
    """Chaque commande des blocs console, et ce qu'il est dit qu'elle affiche."""
    found: list[tuple[str, str]] = []
    for block in fenced(document, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            found.append((command, shown))
    return found
