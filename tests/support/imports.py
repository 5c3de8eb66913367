"""Ce qu'un module importe et définit, pour vérifier la forme du dépôt."""

import ast
import functools
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path


@functools.cache
def imported(file: Path, package: str) -> Set[str]:
    """Les modules que ce fichier importe ; pour « from package import étage », l'étage."""
    root = next((one for one in file.parents if (one / package).is_dir()), file.parent)
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "un import relatif cache l'étage"
            # « from grader import engine » nomme un étage ; « from grader.model import X », non.
            module = str(node.module)
            inside = module.startswith(package) and (root / module.replace(".", "/")).is_dir()
            names |= {_module(root, module, a.name) for a in node.names} if inside else {module}
    return names


def _module(root: Path, package: str, name: str) -> str:
    """Le module que nomme « from package import nom » : celui-là, ou le paquet qui le définit."""
    place = root / package.replace(".", "/") / name
    found = place.is_dir() or place.with_suffix(".py").exists()
    return f"{package}.{name}" if found else f"{package}.__init__"


def classes(folder: Path) -> Iterator[ast.ClassDef]:
    """Toutes les classes des modules d'un dossier, et de ceux qu'il contient."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node


def class_names_used_twice(folder: Path) -> list[str]:
    names = Counter(cls.name for cls in classes(folder))
    return [name for name, count in names.items() if count > 1]
