"""Trouver les copies d'un dossier, comme les professeurs les reçoivent."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.classroom import folders
from grader.classroom.copies import ClassError, ClassSource
from grader.classroom.folders import content, find
from grader.discovery.files import printable
from tests.grader.classroom.packing import CODE, tarred, zipped
from tests.support.privileges import ordinary_user

ALICE = "Alice Martin_101_assignsubmission_file_"
BOB = "Bob Zédé_102_assignsubmission_file"


def laid(folder: Path, *names: str) -> Path:
    """Un dossier où chacun de ces noms est un fichier, ou un dossier s'il finit par « / »."""
    for name in names:
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(CODE)
    return folder


def found(source: ClassSource) -> Mapping[str, tuple[str, ...]]:
    """Les noms des copies, et de quoi elles sont faites, depuis leur dossier."""
    return {
        copy.name: tuple(
            str(path.relative_to(source.place))
            for path in ([copy.folder] if copy.folder else copy.archives)
        )
        for copy in source.copies
    }


def refusal(folder: Path) -> str:
    with pytest.raises(ClassError) as caught:
        find(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{printable(str(folder))} : ")


def test_a_moodle_export(tmp_path: Path) -> None:
    zipped(tmp_path / BOB / "rendu" / "tp6.zip", {"tp6/web_sync.py": CODE})
    laid(tmp_path, f"{ALICE}/web_sync.py", "Alice Martin_101_assignsubmission_onlinetext_/o.html")
    laid(tmp_path, "Carl_103_assignsubmission_file_/rapport.pdf")
    source = find(tmp_path)
    assert found(source) == {
        "Alice Martin": (ALICE,),
        "Bob Zédé": (f"{BOB}/rendu/tp6.zip",),
        "Carl": ("Carl_103_assignsubmission_file_",),
    }
    assert [copy.participant for copy in source.copies] == ["101", "102", "103"]
    assert [copy.students[0].name for copy in source.copies] == ["Alice Martin", "Bob Zédé", "Carl"]
    assert [copy.note for copy in source.copies] == ["", "", "aucun script Python"]
    assert source.ignored == (
        "1 texte en ligne ignoré : il n'y a rien à lancer "
        "(Alice Martin_101_assignsubmission_onlinetext_)",
    )


def test_a_moodle_export_without_folders(tmp_path: Path) -> None:
    zipped(tmp_path / f"{ALICE}tp6.zip", {"a.py": CODE})
    laid(tmp_path, f"{ALICE}_web_sync.py")
    source = find(tmp_path)
    assert found(source) == {"Alice Martin": (f"{ALICE}tp6.zip",)}
    assert "« Télécharger les travaux remis dans des dossiers »" in source.ignored[0]
    (tmp_path / f"{ALICE}tp6.zip").unlink()
    assert "aucune copie. 1 fichier ignoré : dans Moodle, il faut cocher" in refusal(tmp_path)


def test_archives_of_one_person_side_by_side_are_one_copy(tmp_path: Path) -> None:
    names = (f"{ALICE}part1.zip", f"{ALICE}part2.zip", f"{BOB}_tp6.zip")
    other = "Alice Martin_202_assignsubmission_file_tp6.zip"  # une homonyme
    for name in (*names, other):
        zipped(tmp_path / name, {"a.py": CODE})
    assert found(find(tmp_path)) == {
        "Alice Martin (101)": names[:2],
        "Alice Martin (202)": (other,),
        "Bob Zédé": names[2:],
    }


def test_github_classroom_clones(tmp_path: Path) -> None:
    for name in ("tp6-alice", "tp6-bob"):
        laid(tmp_path, f"{name}/.git/config", f"{name}/part1/web_sync.py", f"{name}/README.md")
    laid(tmp_path, ".github/x.yml", "notes.txt")
    source = find(tmp_path)
    assert found(source) == {"tp6-alice": ("tp6-alice",), "tp6-bob": ("tp6-bob",)}
    assert source.ignored == (
        "1 dossier ignoré : caché, ou fabriqué par un outil (.github)",
        "1 fichier ignoré : ni un dossier ni une archive (notes.txt)",
    )


def test_one_repository_each_with_other_labs_around(tmp_path: Path) -> None:
    for name in ("alice-main", "bob-main"):
        laid(tmp_path, f"{name}/tp5/a.py", f"{name}/tp6/web_sync.py", f"{name}/tp5-sockets/b.py")
    assert list(found(find(tmp_path))) == ["alice-main", "bob-main"]


def test_git_never_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def launched(*_: object, **__: object) -> None:
        raise AssertionError("un programme a été lancé")

    monkeypatch.setattr(subprocess, "Popen", launched)
    for name in ("alice", "bob"):
        laid(tmp_path, f"{name}/.git/config", f"{name}/a.py")
    assert len(find(tmp_path).copies) == 2


def test_useless_levels_are_crossed(tmp_path: Path) -> None:
    laid(tmp_path, "tp6/rendus/alice/alice/part1/a.py", "tp6/rendus/bob/bob_tp6/x/a.py")
    source = find(tmp_path)
    assert source.place == tmp_path / "tp6" / "rendus"
    assert found(source) == {"alice": ("alice",), "bob": ("bob",)}
    assert str(source.copies[0].origin) == "tp6/rendus/alice"


def test_archives_beside_folders(tmp_path: Path) -> None:
    laid(tmp_path, "alice/a.py", "rar/x.rar", "zoe.rar")
    zipped(tmp_path / "alice.zip", {"a.py": CODE})
    zipped(tmp_path / "bob.zip", {"a.py": CODE})
    tarred(tmp_path / "carl.tar.gz", {"a.py": CODE})
    zipped(tmp_path / "dora" / "part1.zip", {"a.py": CODE})
    zipped(tmp_path / "dora" / "part2.zip", {"a.py": CODE})
    source = find(tmp_path)
    assert found(source) == {
        "alice": ("alice",),
        "bob": ("bob.zip",),
        "carl": ("carl.tar.gz",),
        "dora": ("dora/part1.zip", "dora/part2.zip"),
        "rar": ("rar",),
    }
    assert source.copies[-1].note == "rien qu'une archive que l'on ne lit pas (x.rar)"
    assert source.ignored == (
        "1 archive ignorée : un dossier du même nom est à côté (alice.zip)",
        "1 archive ignorée : il faut un zip ou un tar.gz (zoe.rar)",
    )


def test_groups_of_a_class(tmp_path: Path) -> None:
    laid(tmp_path, f"G1/{ALICE}/a.py", f"G2/{ALICE}/a.py", "G2/Bob_7_assignsubmission_file_/a.py")
    laid(tmp_path, "G3/x/.git/config", "G3/x/a.py", "G3/y/.git/config", "seul/depot/.git/config")
    copies = find(tmp_path).copies
    assert [(copy.name, copy.group) for copy in copies] == [
        ("Alice Martin (G1, 101)", "G1"),
        ("Alice Martin (G2, 101)", "G2"),
        ("Bob", "G2"),
        ("seul", ""),
        ("x", "G3"),
        ("y", "G3"),
    ]


@pytest.mark.parametrize(
    "names",
    [
        ("web_sync.py", "urls.txt"),
        ("part1/a.py", "part2/b.py"),
        ("tp5/a.py", "tp6/b.py"),
        (".git/config", "async/a.py", "sockets-avances/b.py", "jeu-de-la-vie/c.py"),
        ("a.py", "vieux-trucs/b.py"),
    ],
)
def test_one_single_copy_is_not_a_class(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert refusal(laid(tmp_path, *names)) == (
        "c'est une seule copie ; il faut le dossier qui contient celles de la classe."
    )


def test_a_class_of_one_copy(tmp_path: Path) -> None:
    laid(tmp_path / "a", "alice/part1/a.py", "alice/part2/b.py")
    assert found(find(tmp_path / "a")) == {"alice": ("alice",)}
    laid(tmp_path / "b", f"{ALICE}/")
    assert found(find(tmp_path / "b")) == {"Alice Martin": (ALICE,)}
    zipped(tmp_path / "c" / "alice.zip", {"a.py": CODE})
    assert found(find(tmp_path / "c")) == {"alice": ("alice.zip",)}


def test_what_a_teacher_leaves_beside_the_copies(tmp_path: Path) -> None:
    laid(tmp_path, "corrige.py", ".git/config", "sujet.pdf", "alice/.git/x", "bob/.git/x")
    assert list(found(find(tmp_path))) == ["alice", "bob"]
    laid(tmp_path / "b", "corrige.py", "alice/a.py", "bob/a.py")
    assert list(found(find(tmp_path / "b"))) == ["alice", "bob"]


def test_results_beside_the_copies_are_not_one(tmp_path: Path) -> None:
    laid(tmp_path, "alice/a.py", "bob/a.py", "notes/.copies/", "notes/alice.json")
    source = find(tmp_path)
    assert list(found(source)) == ["alice", "bob"]
    assert source.ignored == ("1 dossier ignoré : caché, ou fabriqué par un outil (notes)",)


def test_what_systems_add_is_not_told(tmp_path: Path) -> None:
    added = ("Thumbs.db", "desktop.ini", ".DS_Store", "._alice", "__MACOSX/alice/._a.py")
    laid(tmp_path, *added, "alice/a.py", "bob/a.py")
    assert find(tmp_path).ignored == ()
    assert refusal(laid(tmp_path / "rien", *added)) == "ce dossier ne contient aucune copie."


def test_a_script_beside_the_copies_has_no_author(tmp_path: Path) -> None:
    laid(tmp_path, "alice/a.py", "bob/a.py", "zoe.py", "onlinetext.html")
    assert find(tmp_path).ignored == (
        "1 fichier ignoré : ni un dossier ni une archive (onlinetext.html)",
        "1 script ignoré : à mettre dans un dossier au nom de son auteur (zoe.py)",
    )


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = laid(tmp_path / "ailleurs", "secret.py")
    room = laid(tmp_path / "classe", "alice/a.py", "bob/lisez.txt")
    (room / "lien").symlink_to(outside)
    (room / "lien.zip").symlink_to(zipped(outside / "z.zip", {"a.py": CODE}))
    (room / "bob" / "lien").symlink_to(outside)
    (room / "bob" / "z.zip").symlink_to(outside / "z.zip")
    os.mkfifo(room / "tube.zip")
    source = find(room)
    assert found(source) == {"alice": ("alice",), "bob": ("bob",)}
    assert source.copies[1].note == "aucun script Python"
    assert source.ignored == (
        "2 liens ignorés : on n'en suit aucun (lien, lien.zip)",
        "1 fichier spécial ignoré : jamais ouvert (tube.zip)",
    )


def test_hostile_names_are_shown_without_danger(tmp_path: Path) -> None:
    laid(tmp_path, "a\nb/a.py", "\x1b[31mrouge/a.py", "\u202egnp/a.py", " /a.py")
    (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    source = find(tmp_path)
    assert set(found(source)) == {"a␊b", "␛[31mrouge", "\\u202egnp", "copie", "caf\\xe9"}
    assert all(line.isprintable() for line in source.told())
    assert all(copy.report.isascii() for copy in source.copies)


def test_accents_decomposed_by_macos(tmp_path: Path) -> None:
    laid(tmp_path, "Zoe\u0301/a.py", "bob/a.py")
    zipped(tmp_path / "Zo\xe9.zip", {"a.py": CODE})
    source = find(tmp_path)
    assert list(found(source)) == ["bob", "Zo\xe9"]
    assert len(source.ignored) == 1


def test_bad_input(tmp_path: Path) -> None:
    assert refusal(laid(tmp_path / "vide", ".DS_Store")) == "ce dossier ne contient aucune copie."
    assert refusal(tmp_path / "absent") == "ce dossier n'existe pas."
    assert refusal(tmp_path / "nul\0") == "ce dossier n'existe pas."
    file = laid(tmp_path / "f", "a.txt") / "a.txt"
    assert refusal(file) == "il faut un dossier de copies, ou une liste au format CSV."


def test_two_thousand_entries(tmp_path: Path) -> None:
    laid(tmp_path / "a", *(f"e{at}/a.py" for at in range(1_200)))
    assert refusal(tmp_path / "a") == (
        "plus de 1\u00a0000 dossiers ou archives, bien trop pour une classe."
    )
    laid(tmp_path / "b", *(f"{at}.txt" for at in range(2_000)), "alice/a.py")
    source = find(tmp_path / "b")
    assert list(found(source)) == ["alice"]
    assert source.ignored == (
        "2\u00a0000 fichiers ignorés : ni un dossier ni une archive (0.txt, 1.txt, 10.txt…)",
    )


def test_groups_of_groups(tmp_path: Path) -> None:
    """Chaque groupe exporté à part, puis rangé par promotion."""
    laid(tmp_path, f"2025/A/{ALICE}/a.py", f"2025/B/export-B-1234/{BOB}/a.py", f"2025/B/{BOB}x.pdf")
    laid(tmp_path, f"2026/export-2026-99/{BOB}/a.py", "x/y/z/t/carl/a.py")
    copies = find(tmp_path).copies
    assert [(copy.group, str(copy.origin)) for copy in copies] == [
        ("2025/A", f"2025/A/{ALICE}"),
        ("2025/B/export-B-1234", f"2025/B/export-B-1234/{BOB}"),
        ("2026", f"2026/export-2026-99/{BOB}"),
        ("", "x"),
    ]


def test_nobody_makes_a_copy_of_another_by_a_folder_of_his_own(tmp_path: Path) -> None:
    laid(tmp_path, "alice/.git/config", f"alice/{BOB}/a.py", "bob/.git/config", "bob/a.py")
    laid(tmp_path / "moodle", f"{ALICE}/{BOB}/a.py", f"{BOB}/{ALICE}rendu.py", f"{BOB}/x/.git/x")
    assert list(found(find(tmp_path))) == ["alice", "Alice Martin", "bob", "Bob Zédé"]


def test_unreadable_folders(tmp_path: Path) -> None:
    laid(tmp_path, "alice/a.py", "bob/a.py", "carl/a.py", "dora/x/a.py")
    (tmp_path / "bob").chmod(0)
    (tmp_path / "dora" / "x").chmod(0)
    with ordinary_user():
        source = find(tmp_path)
        assert [copy.note for copy in source.copies] == [
            *("", "illisible, permission refusée", "", "aucun script Python")
        ]
        tmp_path.chmod(0)
        assert refusal(tmp_path) == "permission refusée."
    tmp_path.chmod(0o700)


def test_a_folder_too_full_to_be_searched_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MOST_VISITED", 50)
    laid(tmp_path, *(f"alice/{at}.png" for at in range(60)))
    assert content(tmp_path / "alice") == folders.Content(tmp_path / "alice")
    monkeypatch.setattr(folders, "MOST_NAMES", 2)
    laid(tmp_path, "bob/a.py", "carl/a.py")
    assert find(tmp_path).ignored[0].startswith("1 dossier lu en partie : trop de noms")
