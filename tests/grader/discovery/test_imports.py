"""Les fichiers qu'un script importe."""

from pathlib import PurePosixPath

from grader.discovery.imports import local_modules
from grader.discovery.sources import SourceFacts, facts
from tests.grader.discovery.copies import OURS, submission


def imported(files: dict[str, str], path: str) -> list[str]:
    copy = submission({name: content.encode() for name, content in files.items()})
    found = facts(OURS, [file.content for file in copy.files], sandbox="none")
    by_path = {file.path: one for file, one in zip(copy.files, found, strict=True)}
    return list(map(str, local_modules(copy, PurePosixPath(path), by_path)))


def test_local_modules_follow_the_imports() -> None:
    files = {
        "part2/server.py": "import asyncio, outils\nfrom pack.sub import x\nimport commun",
        "part2/outils.py": "from reseau import f\nimport server",
        "part2/reseau.py": "",
        "part2/autre.py": "",
        "part2/pack/__init__.py": "from . import voisin\nfrom .plus import *",
        "part2/pack/sub.py": "from ..reseau import f",
        "part2/pack/voisin.py": "",
        "part2/pack/plus/__init__.py": "from ...autre2 import f",
        "part2/pack/inutile.py": "",
        "part2/autre2.py": "",
        "commun.py": "",
        "outils.py": "import inconnu",
    }
    assert imported(files, "part2/server.py") == [
        *("commun.py", "part2/autre2.py", "part2/outils.py", "part2/pack/__init__.py"),
        *("part2/pack/plus/__init__.py", "part2/pack/sub.py", "part2/pack/voisin.py"),
        "part2/reseau.py",
    ]
    assert imported(files, "commun.py") == []


def test_local_modules_of_odd_imports() -> None:
    files = {
        "a.py": "from . import *\nfrom .... import x\nimport a, b.c.d\nfrom .b import c",
        "b/c.py": "import e",
        "b/e.py": "",
        "b/c/d.py": "",
    }
    assert imported(files, "a.py") == ["b/c/d.py", "b/c.py", "b/e.py"]


def test_a_file_without_facts_is_listed_but_not_followed() -> None:
    copy = submission({"a.py": b"import b", "b.py": b"import c", "c.py": b""})
    by_path = {PurePosixPath("a.py"): SourceFacts(modules=("b",))}
    assert local_modules(copy, PurePosixPath("a.py"), by_path) == (PurePosixPath("b.py"),)
