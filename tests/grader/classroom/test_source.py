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
    with laid_out(copy, tmp_path) as (folder, notes):
        assert (folder, notes) == (tmp_path, [])


@pytest.mark.sandbox
def test_an_archive_is_judged_under_its_name(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "TP6.zip", {"a.py": b"open('./TP6/urls.txt')\n", "../b.py": CODE})
    with laid_out(copy_of(archive), tmp_path / "ici") as (folder, notes):
        copy = read_submission(folder)
        assert [str(file.path) for file in copy.files] == ["a.py"]
        assert copy.alias == "TP6"
        assert notes == ["1 fichier ignoré : un chemin qui sort de l'archive (../b.py)"]
        assert folder.is_relative_to(tmp_path / "ici")
        assert (tmp_path / "ici").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "ici").iterdir()) == []


@pytest.mark.sandbox
def test_archives_of_one_copy_are_judged_together(tmp_path: Path) -> None:
    archives = (
        zipped(tmp_path / "part1.zip", {"a.py": CODE}),
        tarred(tmp_path / "part2.tar.gz", {"b.py": CODE}),
        zipped(tmp_path / "autre" / "part2.zip", {"c.py": CODE}),
        zipped(tmp_path / "...zip", {"d.py": CODE}),
        zipped(tmp_path / ".zip", {"e.py": CODE}),
    )
    with laid_out(copy_of(*archives), tmp_path / "ici") as (folder, _):
        assert sorted(tree(folder)) == [
            "copie (2)/e.py",
            "copie/d.py",
            "part1/a.py",
            "part2 (2)/c.py",
            "part2/b.py",
        ]


@pytest.mark.sandbox
def test_a_bad_archive_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04")
    assert unlaid(tmp_path, tmp_path / "c.zip") == "c.zip : cette archive est abîmée ou incomplète."
    assert list((tmp_path / "ici").iterdir()) == []


@pytest.mark.sandbox
def test_says_why_an_archive_holds_nothing_to_judge(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "tp6.zip", {"a.py": CODE}).read_bytes()
    archive = zipped(tmp_path / "c.zip", {"rendu/tp6.zip": inner, "rapport.pdf": b"%PDF"})
    assert unlaid(tmp_path, archive) == (
        "Aucun script Python dans son archive. 1 archive ignorée : dans une archive, à "
        "extraire d'abord (rendu/tp6.zip)."
    )


def test_archives_without_number_are_refused(tmp_path: Path) -> None:
    names = [zipped(tmp_path / f"{at}.zip", {"a.py": CODE}) for at in range(21)]
    assert unlaid(tmp_path, *names) == "21 archives, on en extrait 20 au plus."


def test_says_that_the_place_refuses(tmp_path: Path) -> None:
    (tmp_path / "ici").touch()
    assert unlaid(tmp_path, zipped(tmp_path / "c.zip", {"a.py": CODE})) == (
        "On ne peut rien extraire, un fichier tient la place d'un dossier."
    )


def unlaid(folder: Path, *archives: Path) -> str:
    """Pourquoi cette copie ne donne pas de dossier à juger."""
    with pytest.raises(ArchiveError) as caught, laid_out(copy_of(*archives), folder / "ici"):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)
