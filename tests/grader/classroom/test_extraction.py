"""Extraire à part : vite quand tout va bien, et jamais plus que ce qui est permis."""

import gzip
import os
import resource
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import extraction
from grader.classroom.archives import DEFAULT_LIMITS, ArchiveError, ArchiveLimits
from grader.classroom.extraction import extract
from grader.sandbox import namespaces
from tests.grader.classroom.packing import CODE, tarred, tree, zipped
from tests.grader.commandline import processes
from tests.support.processes import Process, run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.sandbox
HURRIED = replace(DEFAULT_LIMITS, cpu_seconds=1, seconds=20.0)
TOO_MUCH = "la lire prend trop de temps, ou trop de mémoire."


def refusal(archive: Path, limits: ArchiveLimits = HURRIED) -> str:
    (archive.parent / "sorti").mkdir(exist_ok=True)
    with pytest.raises(ArchiveError) as caught:
        extract({"c": archive}, archive.parent / "sorti", limits)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def endless(file: Path, size: int = 60_000_000) -> Path:
    """Un gzip de rien : des millions de flux vides, lus un par un."""
    nothing = gzip.compress(b"")
    file.write_bytes(nothing * (size // len(nothing)))
    return file


def test_each_archive_in_the_folder_of_its_name(tmp_path: Path) -> None:
    archives = {
        "un": zipped(tmp_path / "a.zip", {"été/a.py": CODE, "../b.py": CODE}),
        "deux": tarred(tmp_path / "b.tar.gz", {"b.py": CODE, "/c.py": CODE}),
    }
    (tmp_path / "sorti").mkdir()
    assert extract(archives, tmp_path / "sorti") == [
        "1 fichier ignoré : un chemin qui sort de l'archive (../b.py)",
        "1 fichier ignoré : un chemin qui sort de l'archive (/c.py)",
    ]
    assert tree(tmp_path / "sorti") == {"un/été/a.py": CODE, "deux/b.py": CODE}
    assert (tmp_path / "sorti" / "un" / "été" / "a.py").stat().st_uid == os.geteuid()


def test_names_of_every_kind_are_read_without_a_file(tmp_path: Path) -> None:
    """Enfermé, Python n'a plus de quoi charger ce qui lui manque."""
    archive = zipped(tmp_path / "a.zip", {"\xe9t\xe9.py": CODE, "日本.py": CODE, "b.py": CODE})
    (tmp_path / "sorti").mkdir()
    extract({"a": archive}, tmp_path / "sorti")
    assert sorted(tree(tmp_path / "sorti")) == ["a/b.py", "a/\xe9t\xe9.py", "a/日本.py"]


@pytest.mark.proof
def test_what_costs_too_much_time_is_stopped(tmp_path: Path) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert refusal(endless(tmp_path / "c.tar.gz")) == f"c.tar.gz : {TOO_MUCH}"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used < 3
    late = replace(DEFAULT_LIMITS, seconds=0.3)
    before = time.monotonic()
    assert refusal(tmp_path / "c.tar.gz", late) == f"c.tar.gz : {TOO_MUCH}"
    assert time.monotonic() - before < 5


HUNGRY = """
import sys
from dataclasses import replace
from pathlib import Path
from grader.classroom.archives import DEFAULT_LIMITS, ArchiveError
from grader.classroom.extraction import extract

archive = Path(sys.argv[1])
try:
    extract({"c": archive}, archive.parent, replace(DEFAULT_LIMITS, memory_bytes=2_000_000))
except ArchiveError as error:
    print(error)
"""


def test_what_costs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    """Dans un processus neuf : celui-ci a peut-être déjà de la mémoire à rendre."""
    archive = zipped(tmp_path / "c.zip", {f"{'x' * 200}/{at}.py": b"" for at in range(10_000)})
    assert run("-c", HUNGRY, str(archive)).stdout in (
        f"c.zip : {TOO_MUCH}\n",
        "c.zip : la lire prendrait trop de mémoire.\n",
    )


@pytest.mark.proof
def test_the_one_that_is_refused_is_named(tmp_path: Path) -> None:
    archives = {
        "a": zipped(tmp_path / "bon.zip", {"a.py": CODE}),
        "b": endless(tmp_path / "\x1b.tar.gz"),
    }
    for name, why in (("1", TOO_MUCH), ("2", "ce n'est ni un zip ni un tar.gz.")):
        (tmp_path / name).mkdir()
        with pytest.raises(ArchiveError) as caught:
            extract(archives, tmp_path / name, HURRIED)
        assert str(caught.value) == f"␛.tar.gz : {why}"
        archives["b"].write_bytes(b"rien")


def test_it_sees_nothing_but_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Même truqué, le lecteur d'archives n'a accès à rien."""
    archive = zipped(tmp_path / "c.zip", {"a.py": CODE})
    secret = tmp_path / "secret"
    secret.touch()
    door = os.open(tmp_path, os.O_RDONLY)

    def tricked(*_: object) -> list[str]:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fchdir(door)
        return [*os.listdir("/"), str(secret.exists()), str(os.getpid())]  # noqa: PTH208

    monkeypatch.setattr(extraction, "unpack", tricked)
    (tmp_path / "sorti").mkdir()
    (tmp_path / "sorti" / "là").touch()
    assert extract({"c": archive}, tmp_path / "sorti") == ["là", "False", "1"]
    os.close(door)


def test_a_refused_sandbox_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "non")

    monkeypatch.setattr(namespaces, "_unshare", refuse)
    archive = zipped(tmp_path / "c.zip", {"a.py": CODE})
    assert refusal(archive) == (
        "Le bac à sable où extraire une archive est refusé : permission refusée."
    )


def test_a_lower_limit_of_the_machine_is_kept(tmp_path: Path) -> None:
    code = f"""
import resource
from pathlib import Path
from grader.classroom.extraction import extract
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
print(extract({{"c": Path({str(tmp_path / "c.zip")!r})}}, Path({str(tmp_path / "sorti")!r})))
"""
    zipped(tmp_path / "c.zip", {"a.py": CODE})
    (tmp_path / "sorti").mkdir()
    with Process("-c", code) as ours:
        assert (ours.wait(), ours.out) == (0, "[]\n")
    assert tree(tmp_path / "sorti") == {"c/a.py": CODE}


def test_it_dies_with_us(tmp_path: Path) -> None:
    marker = str(endless(tmp_path / "c.tar.gz"))
    code = f"""
from pathlib import Path
from grader.classroom.extraction import extract
extract({{"c": Path({marker!r})}}, Path({str(tmp_path)!r}))
"""
    with Process("-c", code) as ours:
        wait_until(lambda: len(processes(marker)) == 3, "il n'a pas commencé")
        ours.popen.kill()
    wait_until(lambda: not processes(marker), "il en reste")
