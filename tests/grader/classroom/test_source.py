"""De ce qu'un professeur donne au dossier que l'on juge."""

from pathlib import Path, PurePosixPath

import pytest

from grader.classroom.archives import ArchiveError
from grader.classroom.copies import ClassError, Copy, Student, distinct
from grader.classroom.source import find_class, laid_out
from grader.discovery.files import read_submission
from tests.grader.classroom.packing import CODE, tarred, tree, zipped


def copy_of(*archives: Path) -> Copy:
    made = Copy("Zoé", PurePosixPath("z"), (Student("Zoé"),), archives=archives)
    return distinct([made])[0]


def test_a_folder_or_a_list(tmp_path: Path) -> None:
    for name in ("alice", "bob"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_bytes(CODE)
    assert [copy.name for copy in find_class(tmp_path).copies] == ["alice", "bob"]
    (tmp_path / "liste.csv").write_text("nom;dossier\nMartin;alice\n")
    assert [copy.name for copy in find_class(tmp_path / "liste.csv").copies] == ["Martin"]


@pytest.mark.parametrize("name", ["rien", "nul\0", "x" * 300])
def test_says_that_nothing_is_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(ClassError, match=r"(n'existe pas|trop long)\.$"):
        find_class(tmp_path / name)


def test_says_what_to_do_of_an_archive(tmp_path: Path) -> None:
    with pytest.raises(ClassError, match=r"il faut l'extraire et donner son dossier\.$"):
        find_class(zipped(tmp_path / "classe.zip", {"alice/a.py": CODE}))


def test_a_folder_is_judged_where_it_is(tmp_path: Path) -> None:
    copy = Copy("Zoé", PurePosixPath("z"), (Student("Zoé"),), folder=tmp_path)
    with laid_out(copy) as (folder, notes):
        assert (folder, notes) == (tmp_path, [])


def test_an_archive_is_judged_under_its_name(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "TP6.zip", {"a.py": b"open('./TP6/urls.txt')\n", "../b.py": CODE})
    with laid_out(copy_of(archive)) as (folder, notes):
        copy = read_submission(folder)
        assert [str(file.path) for file in copy.files] == ["a.py"]
        assert copy.alias == "TP6"
        assert notes == ["1 fichier ignoré : un chemin qui sort de l'archive (../b.py)"]
        assert not folder.is_relative_to(tmp_path)
    assert not folder.exists()


def test_archives_of_one_copy_are_judged_together(tmp_path: Path) -> None:
    archives = (
        zipped(tmp_path / "part1.zip", {"a.py": CODE}),
        tarred(tmp_path / "part2.tar.gz", {"b.py": CODE}),
        zipped(tmp_path / "autre" / "part2.zip", {"c.py": CODE}),
        zipped(tmp_path / "...zip", {"d.py": CODE}),
        zipped(tmp_path / ".zip", {"e.py": CODE}),
    )
    with laid_out(copy_of(*archives)) as (folder, _):
        assert sorted(tree(folder)) == [
            "copie (2)/e.py",
            "copie/d.py",
            "part1/a.py",
            "part2 (2)/c.py",
            "part2/b.py",
        ]


def test_a_bad_archive_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with pytest.raises(ArchiveError), laid_out(copy_of(tmp_path / "c.zip")):
        pass
    assert list((tmp_path / "tmp").iterdir()) == []
