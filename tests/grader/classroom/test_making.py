"""La classe inventée : toujours la même, et de toutes les sortes de copies."""

from pathlib import Path

from grader.classroom.source import find_class
from grader.engine.catalogue import steps
from tests.grader.classroom.making import BUSY, make_class, names


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix == ".py"
    }


def test_names_are_never_twice_the_same() -> None:
    assert len(set(names(120))) == len({name.partition("_")[0] for name in names(120)}) == 120


def test_every_kind_of_copy(tmp_path: Path) -> None:
    copies = find_class(make_class(tmp_path / "classe", 12)).copies
    assert len(copies) == 12
    assert sorted(one.suffix for copy in copies for one in copy.archives) == [".gz", ".zip"]
    busy, forks, memory, _, _, empty, *usual = (
        sorted(folder.rglob("*.py")) for folder in sorted((tmp_path / "classe").iterdir())
    )
    assert {file.read_text("utf-8") for file in busy} == {BUSY}
    assert all(any(file.name == "tools.py" for file in attack) for attack in (forks, memory))
    assert not empty
    assert {len(files) for files in usual} >= {len(steps())}


def test_it_is_always_the_same(tmp_path: Path) -> None:
    one, other = (contents(make_class(tmp_path / name, 9)) for name in "ab")
    assert one == other
    assert len(set(one.values())) > len(steps())
