"""Savoir qu'un fichier vient d'être enregistré, quel que soit l'éditeur, prévenu ou non."""

import errno
import os
import select
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
import watchfiles

from grader.watching import saves
from grader.watching.saves import Picture, Saves, Seen, changed, look, watch
from tests.grader.commandline import submission
from tests.grader.driving.programs import children
from tests.grader.watching.processes import is_over
from tests.support.waiting import DEADLINE, wait_until

WORK = {"part2/serveur.py": "print(1)\n", "urls.txt": "https://ynov.com\n"}


NOISE = (
    ".serveur.py.swp",
    "part2/serveur.py~",
    "part2/#serveur.py#",
    "part2/__pycache__/serveur.cpython-311.pyc",
    "état/tp6-correcteur/travaux/0123.json",
    "part2/.git/index.py",
    "node_modules/a.py",
    "web_page",
    "part2/serveur.log",
)


def paths(picture: Picture | None, root: Path) -> set[str]:
    assert picture
    return {str(Path(path).relative_to(root)) for path in picture.files}


@contextmanager
def watched(folder: Path) -> Iterator[Saves]:
    """Qui regarde ce dossier, et a fini de s'installer."""
    one = Saves(folder)
    try:
        limit = time.monotonic() + DEADLINE
        while not told(one, 0.3):  # ce qu'on écrit avant son premier regard n'est pas su
            submission(folder, {"urls.txt": "https://ynov.com\n" * 2})
            assert time.monotonic() < limit
        while told(one, 0.7):
            pass
        yield one
    finally:
        one.close()
        assert children() == []


def told(one: Saves, quiet: float = DEADLINE) -> list[Seen]:
    """La prochaine nouvelle, s'il en vient avant `quiet` secondes."""
    if not select.select([one], [], [], quiet)[0]:
        return []
    seen = one.read()
    assert seen
    return [seen]


def replace(file: Path) -> None:
    beside = file.with_name("4913~")
    beside.write_text("print(2)\n", encoding="utf-8")
    beside.replace(file)


def set_aside(file: Path) -> None:
    """Comme vim : l'ancien fichier devient une sauvegarde, un nouveau prend sa place."""
    file.rename(file.with_name(f"{file.name}~"))
    time.sleep(0.01)
    file.write_text("print(2)\n", encoding="utf-8")


def in_pieces(file: Path) -> None:
    with open(file, "w", encoding="utf-8") as opened:
        for _ in range(5):
            opened.write("print(2)\n")
            opened.flush()
            time.sleep(0.01)


WAYS: dict[str, Callable[[Path], object]] = {
    "en place": lambda file: file.write_text("print(2)\n", encoding="utf-8"),
    "en plusieurs fois": in_pieces,
    "à côté, puis renommé": replace,
    "l'ancien mis de côté": set_aside,
    "effacé": Path.unlink,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_saving_is_seen_once(way: str, tmp_path: Path) -> None:
    submission(tmp_path, WORK)
    with watched(tmp_path) as one:
        WAYS[way](tmp_path / "part2/serveur.py")
        assert told(one) == [Seen("saved", ("serveur.py",))]
        assert told(one, 0.7) == []


def test_what_does_not_matter_is_not_said(tmp_path: Path) -> None:
    submission(tmp_path, WORK)
    with watched(tmp_path) as one:
        noise = dict.fromkeys(NOISE, "x")
        submission(tmp_path, noise)
        (tmp_path / "lien.py").symlink_to("part2/serveur.py")
        submission(tmp_path / "env", {"pyvenv.cfg": "", "lib/a.py": ""})
        assert told(one, 1.2) == []
        submission(tmp_path, {"part2/client.py": "print(3)\n"})
        assert told(one) == [Seen("saved", ("client.py",))]


def test_a_new_folder_is_watched_too(tmp_path: Path) -> None:
    submission(tmp_path, WORK)
    with watched(tmp_path) as one:
        submission(tmp_path, {"part1/nouveau/page.py": "print(1)\n"})
        assert told(one) == [Seen("saved", ("page.py",))]
        submission(tmp_path, {"part1/nouveau/page.py": "print(22)\n"})
        assert told(one) == [Seen("saved", ("page.py",))]


def test_a_folder_that_goes_and_comes_back(tmp_path: Path) -> None:
    folder = submission(tmp_path / "copie", WORK)
    with watched(folder) as one:
        shutil.rmtree(folder)
        seen = told(one)
        while seen and seen[0].what == "saved":  # ses fichiers s'en vont d'abord
            seen = told(one)
        assert seen == [Seen("gone")]
        submission(folder, WORK)
        assert told(one) == [Seen("back")]
        while told(one, 0.7):  # ses fichiers, s'ils sont arrivés après
            pass
        submission(folder, {"part2/serveur.py": "print(333)\n"})
        assert told(one) == [Seen("saved", ("serveur.py",))]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "x"), "max_user_watches"),
        (OSError(errno.EMFILE, "x"), "max_user_instances"),
        (OSError('OS file watch limit reached. about ["/a"]'), "max_user_watches"),
        (RuntimeError("x"), "le système refuse"),
    ],
)
def test_where_the_system_says_nothing(error: Exception, reason: str, tmp_path: Path) -> None:
    submission(tmp_path, WORK)

    def refusing(*_: object, **__: object) -> Iterator[set[object]]:
        raise error
        yield set()

    with mock.patch.object(watchfiles, "watch", refusing):
        is_watched_blindly(tmp_path, reason)


def test_without_watchfiles(tmp_path: Path) -> None:
    submission(tmp_path, WORK)
    with mock.patch.dict(sys.modules, watchfiles=None):
        is_watched_blindly(tmp_path, "le module watchfiles manque")


def is_watched_blindly(folder: Path, reason: str) -> None:
    one = Saves(folder)
    try:
        (seen,) = told(one)
        assert seen.what == "blind"
        assert reason in seen.reason
        (folder / "part2/serveur.py").write_text("print(2)\n", encoding="utf-8")
        assert told(one) == [Seen("saved", ("serveur.py",))]
    finally:
        one.close()


def test_it_ends_with_who_asked(tmp_path: Path) -> None:
    """Tué d'un coup, le correcteur ne laisse personne derrière lui."""
    submission(tmp_path, WORK)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reader)
        os.set_inheritable(writer, True)
        Saves(tmp_path)
        os.write(writer, str(children()[0]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        process = int(pipe.read())
    os.waitpid(child, 0)
    wait_until(lambda: is_over(process), "il regarde encore")


def test_nobody_watches_any_more(tmp_path: Path) -> None:
    submission(tmp_path, WORK)
    with mock.patch.object(saves, "watch", side_effect=ValueError):
        one = Saves(tmp_path)
    assert one.read() is None
    one.close()


def test_what_is_looked_at(tmp_path: Path) -> None:
    submission(tmp_path, WORK | {".cache/a.py": "", "part2/a.pyc": "", "b.PY": ""})
    os.mkfifo(tmp_path / "tube.py")
    assert paths(look(tmp_path), tmp_path) == {"part2/serveur.py", "urls.txt", "b.PY"}
    assert look(tmp_path / "absent") is None
    assert look(tmp_path / "urls.txt") is None


def test_a_huge_folder_is_looked_at_in_part(tmp_path: Path) -> None:
    submission(tmp_path, {f"{number}.py": "" for number in range(20)})
    with mock.patch.object(saves, "MAX_ENTRIES", 5):
        assert len(paths(look(tmp_path), tmp_path)) == 5
    submission(tmp_path, {f"{number}/a.py": "" for number in range(20)})
    with mock.patch.object(saves, "MAX_FOLDERS", 4):
        picture = look(tmp_path)
        assert picture
        assert len(picture.folders) == 4


def test_the_names_that_changed() -> None:
    stamps = [(1, 1, 1, 1), (2, 2, 2, 2)]
    before = Picture({"/a.py": stamps[0], "/b.py": stamps[0]})
    after = Picture({"/a.py": stamps[0], "/c.py": stamps[1]})
    assert changed(before, after) == ("c.py", "b.py")
    assert changed(before, before) == ()
    many = Picture({f"/{number}.py": stamps[0] for number in range(30)})
    assert len(changed(Picture(), many)) == saves.MAX_NAMES


def test_a_slow_editor_is_waited_for_but_not_for_ever(tmp_path: Path) -> None:
    submission(tmp_path, WORK)
    pictures = iter(range(10_000))
    real = look
    found: list[Seen] = []

    def restless(root: Path) -> Picture | None:
        picture = real(root)
        assert picture
        picture.files["/a.py"] = (next(pictures), 0, 0, 0)
        return picture

    class Enough(Exception):  # noqa: N818
        pass

    def tell(seen: Seen) -> None:
        found.append(seen)
        raise Enough

    with mock.patch.object(saves, "look", restless), mock.patch.object(saves, "LONGEST", 0.3):
        started = time.monotonic()
        with pytest.raises(Enough):
            watch(tmp_path, tell, every=0.01)
    assert time.monotonic() - started < DEADLINE
    assert [seen.what for seen in found] == ["saved"]
