"""Lire une copie, même faite pour nuire."""

import os
import re
import signal
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest

from grader.discovery import files
from grader.discovery.files import (
    ReadingLimits,
    SourceFile,
    Submission,
    SubmissionError,
    printable,
    read_submission,
)
from tests.grader.discovery.copies import names, submission, write
from tests.support.privileges import ordinary_user

CODE = b"print(1)\n"


def test_reads_every_file_in_the_order_of_paths(tmp_path: Path) -> None:
    write(tmp_path, {"part2/b.py": CODE, "part2/a.py": b"", "urls.txt": b"u", ".env": b"HOST=x"})
    copy = read_submission(tmp_path)
    assert names(copy) == [".env", "part2/a.py", "part2/b.py", "urls.txt"]
    assert [file.content for file in copy.files] == [b"HOST=x", b"", CODE, b"u"]
    assert [file.is_python for file in copy.files] == [False, True, True, False]
    assert (copy.folder, copy.notes) == (tmp_path, [])


def test_the_digest_is_that_of_what_is_read(tmp_path: Path) -> None:
    def digest(files: dict[str, bytes]) -> str:
        copied = tuple(SourceFile(PurePosixPath(name), content) for name, content in files.items())
        return Submission(tmp_path, copied).digest()

    same = digest({"a.py": CODE, "b.py": b""})
    assert digest({"a.py": CODE, "b.py": b""}) == same
    others = [
        digest({"a.py": CODE}),
        digest({"a.py": CODE, "b.py": b"x"}),
        digest({"a.py": CODE, "c.py": b""}),
        digest({"a.py": CODE + b"b.py"}),
        replace(Submission(tmp_path, ()), alias="TP6").digest(),
        Submission(tmp_path, ()).digest(),
    ]
    assert len({same, *others}) == 7
    assert digest({"\udce9.py": CODE})  # un nom qui n'est pas en UTF-8


def test_leaves_out_what_the_student_did_not_write(tmp_path: Path) -> None:
    kept = {"a.py": CODE, "venv/mon_code.py": CODE, "bin/outil.py": CODE, "B.PY": CODE}
    skipped = (
        *(".git/a.py", ".venv/a.py", "__pycache__/a.py", "node_modules/m/a.py", "._a.py"),
        *("site-packages/a.py", "__MACOSX/a.py", ".DS_Store", "venv/lib/a.py", "venv/Scripts/a.py"),
    )
    write(tmp_path, kept | dict.fromkeys(skipped, CODE) | {"venv/pyvenv.cfg": b""})
    assert names(read_submission(tmp_path)) == sorted([*kept, "venv/pyvenv.cfg"])


def test_follows_no_link(tmp_path: Path) -> None:
    copy = write(tmp_path / "copie", {"a.py": CODE})
    write(tmp_path / "ailleurs", {"secret.py": CODE})
    (copy / "passwd.py").symlink_to("/etc/passwd")
    (copy / "dossier").symlink_to(tmp_path / "ailleurs")
    (copy / "boucle").symlink_to(".")
    (copy / "rond.py").symlink_to("rond.py")
    found = read_submission(copy)
    assert names(found) == ["a.py"]
    assert found.notes == [
        "4 liens symboliques ignorés : on n'en suit aucun (boucle, dossier, passwd.py…)"
    ]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "copie", {"a.py": CODE})
    (tmp_path / "lien").symlink_to("copie")
    assert names(read_submission(tmp_path / "lien")) == ["a.py"]


@contextmanager
def soon() -> Iterator[None]:
    """Ouvrir un tube peut attendre sans fin : que le test échoue plutôt."""

    def give_up(*_: object) -> None:
        raise AssertionError("le tube a été ouvert sans O_NONBLOCK")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(10)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def special_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, {"a.py": CODE})
    os.mkfifo(folder / "web_sync.py")
    monkeypatch.chdir(folder)  # le chemin d'une prise est limité à 107 octets
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("prise.py")


def test_never_opens_special_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    special_files(tmp_path, monkeypatch)
    copy = read_submission(tmp_path)
    assert names(copy) == ["a.py"]
    note = "2 fichiers spéciaux ignorés : jamais ouvert (prise.py, web_sync.py)"
    assert copy.notes == [note]


def test_is_not_fooled_by_what_changes_while_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    special_files(tmp_path, monkeypatch)
    (tmp_path / "lien.py").symlink_to("/etc/passwd")
    write(tmp_path, {"gros.py": b"x" * 101})
    (tmp_path / "dossier").symlink_to("/etc")

    def stale(*_: object) -> list[files._Entry]:
        seen = ("a.py", "web_sync.py", "prise.py", "lien.py", "gros.py", "dossier/passwd", "parti")
        return [files._Entry(PurePosixPath(name), stat.S_IFREG, 1) for name in seen]

    monkeypatch.setattr(files, "_list", stale)
    with soon():
        copy = read_submission(tmp_path, ReadingLimits(file_bytes=100))
    assert names(copy) == ["a.py"]
    assert copy.notes == [
        "1 fichier ignoré : plus de 0.0001 Mo (gros.py)",
        "5 fichiers ignorés : illisible (lien.py, prise.py, web_sync.py…)",
    ]


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.py": CODE, "limite.txt": b"x" * 1_000_000, "gros.bin": b""})
    os.truncate(tmp_path / "gros.bin", 1 << 30)
    opened: list[PurePosixPath] = []
    really = files._opened

    def spy(root: int, path: PurePosixPath, flags: int) -> object:
        opened.append(path)
        return really(root, path, flags)

    monkeypatch.setattr(files, "_opened", spy)
    copy = read_submission(tmp_path)
    assert names(copy) == ["a.py", "limite.txt"]
    assert copy.notes == ["1 fichier ignoré : plus de 1 Mo (gros.bin)"]
    assert PurePosixPath("gros.bin") not in opened


def test_ten_thousand_files_in_two_seconds() -> None:
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # un disque y met 3 s
    with TemporaryDirectory(dir=memory) as folder:  # tmp_path les garderait trois séances
        for number in range(10_000):
            os.mknod(f"{folder}/f{number:05}.py")
        started = time.process_time()
        copy = read_submission(Path(folder))
        assert time.process_time() - started < 2
    assert len(copy.files) == 2_000
    assert copy.notes == [
        "8000 fichiers ignorés : on en lit 2000 au plus (f02000.py, f02001.py, f02002.py…)"
    ]


def test_python_and_small_files_are_kept_first(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": b"x" * 90, "b.png": b"x" * 80, "t/urls.txt": b"u", "t/z.py": b"y"})
    by_count = read_submission(tmp_path, ReadingLimits(files=3))
    assert names(by_count) == ["b.png", "t/urls.txt", "t/z.py"]
    assert by_count.notes == ["1 fichier ignoré : on en lit 3 au plus (a.png)"]
    by_size = read_submission(tmp_path, ReadingLimits(total_bytes=100))
    assert names(by_size) == ["b.png", "t/urls.txt", "t/z.py"]
    assert by_size.notes == ["1 fichier ignoré : on lit 0.0001 Mo au plus (a.png)"]


def test_a_crowded_folder_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path, {f"images/{number}.txt": b"" for number in range(100)})
    write(tmp_path, {"part1/a.py": CODE})
    copy = read_submission(tmp_path, ReadingLimits(entries=20))
    assert "part1/a.py" in names(copy)
    assert len(copy.files) < 20
    assert copy.notes == ["1 dossier lu en partie : trop de noms (images)"]


def test_depth_and_length_are_bounded(tmp_path: Path) -> None:
    deep = "/".join("d" * 4)
    write(tmp_path, {"a.py": CODE, f"{deep}/b.py": CODE, f"{deep}/d/c.py": CODE})
    write(tmp_path, {f"{'long' * 30}.py": CODE})
    copy = read_submission(tmp_path, ReadingLimits(depth=4, path_bytes=100))
    assert names(copy) == ["a.py", f"{deep}/b.py"]
    assert copy.notes[0] == "1 dossier ignoré : plus de 4 niveaux (d/d/d/d/d)"
    assert copy.notes[1].startswith("1 fichier ignoré : chemin de plus de 100 octets (longlong")


def test_names_are_shown_without_danger(tmp_path: Path) -> None:
    hostile = (b"a\n.lnk", b"\x1b]0;titre\x07.lnk", b"caf\xe9.lnk", "\u202egpj.lnk".encode())
    (tmp_path / "a.py").touch()
    for name in hostile:
        os.symlink(b"cible", os.path.join(os.fsencode(tmp_path), name))  # noqa: PTH118, PTH211
    notes = " ".join(read_submission(tmp_path, ReadingLimits()).notes)
    assert notes.isprintable()
    assert r"␛]0;titre␇.lnk, a␊.lnk, caf\xe9.lnk…" in notes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("web_sync.py", "web_sync.py"),
        ("été à Noël", "été à Noël"),
        ("a\nb\x1b\x00\x9b\u202e\udce9", r"a␊b␛␀\x9b\u202e\xe9"),
        ("a" * 5_000 + ".py", "a" * 39 + "…" + "a" * 19 + "…"),
        ("a" * 60 + ".py", "a" * 39 + "…" + "a" * 17 + ".py"),
    ],
    ids=("ordinaire", "accents", "contrôle", "immense", "long"),
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert len(shown) <= 60


def test_writes_the_same_tree_whatever_the_names(tmp_path: Path) -> None:
    source = tmp_path / "copie"
    write(source, {"a.py": CODE, "II. Chat Room/l'été/b.py": b"\xff\x00"})
    for name in (b"a\nb.py", b"caf\xe9.py", b"-rf", b"a\\b.py", b"~"):
        Path(os.fsdecode(os.path.join(os.fsencode(source), name))).write_bytes(name)  # noqa: PTH118
    copy = read_submission(source)
    copy.write_to(tmp_path / "ici" / "là")
    again = read_submission(tmp_path / "ici" / "là")
    assert again.files == copy.files
    assert len(again.files) == 7


def test_anyone_may_write_in_the_written_copy(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        submission({"part1/sous/a.py": CODE}).write_to(tmp_path / "ici")
    finally:
        os.umask(before)
    modes = {
        str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "ici").rglob("*")
    }
    assert modes == {"ici/part1": 0o777, "ici/part1/sous": 0o777, "ici/part1/sous/a.py": 0o666}
    assert stat.S_IMODE((tmp_path / "ici").stat().st_mode) == 0o777


def test_never_writes_through_what_is_already_there(tmp_path: Path) -> None:
    (tmp_path / "cible").mkdir()
    (tmp_path / "ici").mkdir()
    (tmp_path / "ici/part1").symlink_to(tmp_path / "cible")
    (tmp_path / "ici/a.py").symlink_to(tmp_path / "cible/nouveau.py")
    for name in ("part1/a.py", "a.py"):
        with pytest.raises(FileExistsError):
            submission({name: CODE}).write_to(tmp_path / "ici")
    assert list((tmp_path / "cible").iterdir()) == []


@pytest.mark.parametrize("name", ["../dehors.py", "a/../../dehors.py", "/tmp/dehors.py"])
def test_never_writes_outside(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hors de la copie"):
        Submission(tmp_path, (SourceFile(PurePosixPath(name), CODE),)).write_to(tmp_path / "ici")
    assert not (tmp_path / "dehors.py").exists()


def test_says_when_there_is_no_such_folder(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": CODE})
    os.mkfifo(tmp_path / "tube")
    (tmp_path / "rond").symlink_to("rond")
    for name, why in {
        "absent": "ce dossier n'existe pas",
        "a.py": "c'est un fichier : il faut donner le dossier qui le contient",
        "tube": "ce n'est pas un dossier",
        "nul\0": "ce dossier n'existe pas",
        "rond": "ce dossier est illisible",
        "x" * 300: "ce nom est trop long",
    }.items():
        with pytest.raises(SubmissionError) as caught:
            read_submission(tmp_path / name)
        assert str(caught.value).endswith(f" : {why}.")
        assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *((f"tp6{end}", "c'est une archive") for end in (".zip", ".tar.gz", ".TGZ", ".7z", ".rar")),
        ("TP.ipynb", "c'est un carnet : il faut l'exporter en scripts .py"),
        ("web_sync.py.txt", "c'est un fichier : il faut donner le dossier"),
        ("notes.odt", "ce n'est pas un dossier"),
    ],
)
def test_says_what_was_given_instead_of_a_folder(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(SubmissionError, match=f"{re.escape(name)} : {why}"):
        read_submission(tmp_path / name)


@pytest.mark.parametrize("address", ["https://forge.fr/x/tp6.git", "git@forge.fr:x/tp6.git"])
def test_an_address_is_not_a_folder(address: str) -> None:
    with pytest.raises(SubmissionError, match=f"^{address} : c'est une adresse"):
        read_submission(Path(address))


def test_says_what_is_there_instead_of_scripts(tmp_path: Path) -> None:
    files = dict.fromkeys(("TP.ipynb", "part1/web_sync.py.txt", "part2.zip", "old.tar.gz"), CODE)
    write(tmp_path, files)
    with pytest.raises(SubmissionError, match=r"Python\. 2 archives ignorées : à extraire"):
        read_submission(tmp_path)
    write(tmp_path, {"a.py": CODE})
    copy = read_submission(tmp_path)
    assert names(copy) == ["a.py"]
    assert copy.notes == [
        "2 archives ignorées : à extraire d'abord (old.tar.gz, part2.zip)",
        "1 carnet ignoré : à exporter en scripts .py (TP.ipynb)",
        "1 fichier ignoré : à renommer en .py (part1/web_sync.py.txt)",
    ]


def test_the_name_of_the_folder_leads_to_it_too(tmp_path: Path) -> None:
    """La copie peut être lancée du dossier du dessus : « ./TP6/urls.txt » y est un bon chemin."""
    inside = write(tmp_path / "TP6", {"a.py": b"open('./TP6/urls.txt')", "urls.txt": b"u"})
    for number, folder in enumerate((tmp_path, inside)):
        read_submission(folder).write_to(tmp_path / f"ici{number}")
        assert (tmp_path / f"ici{number}/TP6/urls.txt").read_bytes() == b"u"
    unused = write(tmp_path / "TP7", {"a.py": CODE})
    read_submission(unused).write_to(tmp_path / "rien")
    assert sorted(path.name for path in (tmp_path / "rien").iterdir()) == ["a.py"]
    taken = write(tmp_path / "TP8", {"a.py": b"'TP8/x'", "TP8/x": b""})
    read_submission(taken).write_to(tmp_path / "pris")
    assert (tmp_path / "pris/TP8/x").is_file()


def test_says_when_there_is_nothing_to_grade(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"ne contient aucun fichier Python\.$"):
        read_submission(tmp_path)
    write(tmp_path, {"README.md": b"x"})
    os.mkfifo(tmp_path / "web_sync.py")
    with pytest.raises(SubmissionError, match=r"Python\. 1 fichier spécial ignoré : .*py\)\.$"):
        read_submission(tmp_path)


def test_says_what_it_may_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"copie/a.py": CODE, "copie/b.py": CODE, "copie/part1/c.py": CODE})
    (tmp_path / "copie/b.py").chmod(0)
    (tmp_path / "copie/part1").chmod(0)
    try:
        with ordinary_user():
            copy = read_submission(tmp_path / "copie")
        assert names(copy) == ["a.py"]
        assert copy.notes == [
            "1 fichier ignoré : illisible (b.py)",
            "1 dossier ignoré : illisible (part1)",
        ]
        (tmp_path / "copie").chmod(0)
        with (
            ordinary_user(),
            pytest.raises(SubmissionError, match="pas le droit de lire ce dossier"),
        ):
            read_submission(tmp_path / "copie")
    finally:
        (tmp_path / "copie").chmod(0o755)
        (tmp_path / "copie/part1").chmod(0o755)
