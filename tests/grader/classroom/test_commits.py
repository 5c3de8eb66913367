"""La date d'un commit, lue dans un dépôt dont rien ne doit s'exécuter."""

import os
import zlib
from collections.abc import Callable
from datetime import datetime
from hashlib import sha1
from pathlib import Path, PurePosixPath
from time import monotonic

import pytest

from grader.classroom import commits
from grader.classroom.commits import declared_dates, last_commit
from grader.classroom.copies import Copy, Student
from grader.sandbox.cell import ENVIRONMENT
from tests.grader.classroom.repositories import WHEN, git, head, repository, written
from tests.grader.commandline import processes

pytestmark = [pytest.mark.sandbox, pytest.mark.proof]
DATE = datetime.fromisoformat(WHEN)


def told(date: datetime | None) -> str:
    return f"{date:%Y-%m-%dT%H:%M:%S%z}" if date else "aucune"


def test_the_date_its_author_declares_where_he_was(tmp_path: Path) -> None:
    assert told(last_commit(repository(tmp_path / "a"))) == WHEN


def packed(folder: Path) -> None:
    git(folder, "gc", "--quiet")
    git(folder, "pack-refs", "--all")
    assert not (folder / ".git/refs/heads/main").exists()


def detached(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--detach")


def on_a_branch_of_branches(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "-b", "zoe/rendu")
    git(folder, "symbolic-ref", "refs/heads/autre", "refs/heads/zoe/rendu")
    git(folder, "symbolic-ref", "HEAD", "refs/heads/autre")


def kept_private(folder: Path) -> None:
    for path in (folder / ".git").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize("change", [packed, detached, on_a_branch_of_branches, kept_private])
def test_repositories_of_every_kind(tmp_path: Path, change: Callable[[Path], None]) -> None:
    change(repository(tmp_path / "a"))
    assert told(last_commit(tmp_path / "a")) == WHEN


def test_only_the_last_of_its_own_branch(tmp_path: Path) -> None:
    folder = repository(tmp_path / "a")
    git(folder, "branch", "vieille")
    newer = written(folder, "committer B > <b> 1700000000 -0330", "", "committer C <c> 3 +0000")
    git(folder, "update-ref", "refs/heads/main", newer)
    assert told(last_commit(folder)) == "2023-11-14T18:43:20-0330"
    git(folder, "checkout", "--quiet", "vieille")
    assert told(last_commit(folder)) == WHEN


# Ce que fait exécuter, à qui y lance git, la configuration d'un dépôt : la ruse, et le piège.
def by_watching(folder: Path, program: Path) -> str:
    git(folder, "config", "core.fsmonitor", str(program))
    return git(folder, "status")


def by_signing(folder: Path, program: Path) -> str:
    git(folder, "config", "log.showSignature", "true")
    git(folder, "config", "gpg.program", str(program))
    lines = git(folder, "cat-file", "commit", "HEAD").splitlines()
    seal = ["gpgsig -----BEGIN PGP SIGNATURE-----", " ", " -----END PGP SIGNATURE-----"]
    raw = "\n".join([*lines[:3], *seal, *lines[3:], ""])
    sealed = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
    git(folder, "update-ref", "refs/heads/main", sealed)
    return git(folder, "log", "-1", "--format=%cI")


def by_an_alias(folder: Path, program: Path) -> str:
    git(folder, "config", "alias.quand", f"!{program}")
    return git(folder, "quand")


def by_a_hook(folder: Path, program: Path) -> str:
    git(folder, "config", "core.hooksPath", str(program.parent))
    program.with_name("post-checkout").symlink_to(program)
    return git(folder, "checkout", "--quiet", "HEAD")


def by_fetching_what_is_missing(folder: Path, program: Path) -> str:
    """Un clone partiel : git y va chercher les objets qui manquent, comme le dépôt le lui dit."""
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", str(folder / "ailleurs")),
        ("remote.origin.uploadpack", str(program)),
    ):
        git(folder, "config", name, value)
    commit = head(folder)
    (folder / ".git" / "objects" / commit[:2] / commit[2:]).unlink()
    return git(folder, "log", "-1", "--format=%cI")


def by_including(folder: Path, program: Path) -> str:
    extra = folder / "reglages"
    extra.write_text(f"[core]\n\tfsmonitor = {program}\n", encoding="utf-8")
    git(folder, "config", "includeIf.gitdir:**.path", str(extra))
    return git(folder, "status")


ATTACKS = [
    by_watching,
    by_signing,
    by_an_alias,
    by_a_hook,
    by_fetching_what_is_missing,
    by_including,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_copy_is_run(tmp_path: Path, attack: Callable[[Path, Path], str]) -> None:
    """Chaque ruse réussit d'abord, avec git tel qu'on le lance ; et n'a ensuite plus d'effet."""
    proof, program = tmp_path / "preuve", tmp_path / "pieges" / "piege"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch '{proof}'\n", encoding="utf-8")
    program.chmod(0o755)
    folder = repository(tmp_path / "copie")
    attack(folder, program)
    assert proof.exists()
    proof.unlink()
    date = last_commit(folder)
    assert not proof.exists()
    assert told(date) == ("aucune" if attack is by_fetching_what_is_missing else WHEN)


def test_objects_lent_by_another_folder_are_not_seen(tmp_path: Path) -> None:
    mine = repository(tmp_path / "a")
    lender = repository(tmp_path / "professeur")
    commit = head(mine)
    git(lender, "fetch", "--quiet", str(mine), "main:recu")
    (mine / ".git" / "objects" / commit[:2] / commit[2:]).unlink()
    alternates = mine / ".git" / "objects" / "info" / "alternates"
    alternates.write_text(f"{lender}/.git/objects\n/etc\n", encoding="utf-8")
    assert git(mine, "log", "-1", "--format=%cd")
    assert last_commit(mine) is None


def test_a_git_that_is_elsewhere_is_left(tmp_path: Path) -> None:
    real = repository(tmp_path / "vrai")
    for name in ("fichier", "lien", "objets", "branche"):
        (tmp_path / name).mkdir()
    (tmp_path / "fichier" / ".git").write_text(f"gitdir: {real}/.git\n", encoding="utf-8")
    (tmp_path / "lien" / ".git").symlink_to(real / ".git")
    assert git(tmp_path / "lien", "log", "-1", "--format=%cI")
    for name in ("objets", "branche"):
        inside = tmp_path / name / ".git"
        inside.mkdir()
        (inside / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
        (inside / "refs").symlink_to(real / ".git" / "refs")
    (tmp_path / "objets/.git/HEAD").write_text(head(real), encoding="utf-8")
    (tmp_path / "objets/.git/objects").symlink_to(real / ".git" / "objects")
    (tmp_path / "branche/.git/objects").mkdir()
    for name in ("fichier", "lien", "objets", "branche"):
        assert last_commit(tmp_path / name) is None


HEADS = {
    "rien": b"",
    "dehors": b"ref: refs/../../../secret\n",
    "absolu": b"ref: /etc/passwd\n",
    "boucle": b"ref: refs/heads/boucle\n",
    "octets": b"ref: refs/heads/\xff\xfe\n",
    "long": b"ref: refs/" + b"x" * 4_000,
    "immense": b"0" * 1_000_000,
    "absent": b"0" * 40,
    "option": b"--help",
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_leads_nowhere(tmp_path: Path, name: str) -> None:
    folder = repository(tmp_path / "a")
    (folder / ".git" / "refs" / "heads" / "boucle").write_bytes(HEADS["boucle"])
    (tmp_path / "secret").write_text(head(folder), encoding="utf-8")
    (folder / ".git" / "HEAD").write_bytes(HEADS[name])
    assert last_commit(folder) is None


def test_a_pipe_keeps_nobody(tmp_path: Path) -> None:
    folder = repository(tmp_path / "a")
    (folder / ".git" / "HEAD").unlink()
    os.mkfifo(folder / ".git" / "HEAD")
    before = monotonic()
    assert last_commit(folder) is None
    assert monotonic() - before < 1


def planted(folder: Path, header: bytes, content: bytes, times: int = 1) -> Path:
    """Un objet que HEAD désigne, où `content` est répété ; git n'en croirait pas l'empreinte."""
    commit = sha1(header).hexdigest()
    packer = zlib.compressobj(1)
    file = folder / ".git" / "objects" / commit[:2] / commit[2:]
    file.parent.mkdir(exist_ok=True)
    with file.open("wb") as target:
        target.write(packer.compress(header))
        for _ in range(times):
            target.write(packer.compress(content))
        target.write(packer.flush())
    (folder / ".git" / "HEAD").write_text(commit, encoding="ascii")
    return file


def test_an_endless_commit_is_bounded(tmp_path: Path) -> None:
    folder = repository(tmp_path / "a")
    planted(folder, b"commit 300000000\0", bytes(1_000_000), 300)
    before = monotonic()
    assert last_commit(folder) is None
    assert monotonic() - before < commits.SECONDS + 2


def test_a_pipe_in_place_of_an_object_is_given_up(tmp_path: Path) -> None:
    folder = repository(tmp_path / "a")
    file = planted(folder, b"commit 0\0", b"")
    file.unlink()
    os.mkfifo(file)
    before = monotonic()
    assert last_commit(folder, 1.0) is None
    assert monotonic() - before < 5
    assert processes(str(folder)) == []


def test_a_huge_pack_is_bounded(tmp_path: Path) -> None:
    folder = repository(tmp_path / "a")
    packed(folder)
    (pack,) = (folder / ".git" / "objects" / "pack").glob("*.pack")
    pack.chmod(0o600)
    os.truncate(pack, 1 << 40)
    before = monotonic()
    last_commit(folder)
    assert monotonic() - before < commits.SECONDS + 2


@pytest.mark.parametrize(
    "line",
    [
        "committer Z <z> 99999999999999 +0000",
        "committer Z <z> 999999999999 +0000",
        "committer Z <z> -1 +0000",
        "committer Z <z> hier",
        "tagger Z <z> 1 +0000",
    ],
)
def test_a_date_that_is_not_one(tmp_path: Path, line: str) -> None:
    folder = repository(tmp_path / "a")
    made = written(folder, line, "", "committer C <c> 3 +0000")
    (folder / ".git" / "HEAD").write_text(made, encoding="ascii")
    assert last_commit(folder) is None


def test_an_odd_time_zone_is_forgotten(tmp_path: Path) -> None:
    folder = repository(tmp_path / "a")
    made = written(folder, "committer Z <z> 1700000000 +9999", "", "x")
    (folder / ".git" / "HEAD").write_text(made, encoding="ascii")
    assert told(last_commit(folder)) == "2023-11-14T22:13:20+0000"


def copy(name: str, folder: Path | None) -> Copy:
    archives = () if folder else (Path("c.zip"),)
    return Copy(name, PurePosixPath(name), (Student(name),), folder, archives)


def test_the_dates_of_a_class(tmp_path: Path) -> None:
    (tmp_path / "sans").mkdir()
    (tmp_path / "fichier").mkdir()
    (tmp_path / "fichier" / ".git").touch()
    git(tmp_path, "init", "--quiet", "vide")
    given = [
        copy("Alice", repository(tmp_path / "alice")),
        copy("Bob", tmp_path / "sans"),
        copy("Carl", None),
        copy("Dora", tmp_path / "fichier"),
        copy("Zoé", repository(tmp_path / "zoe")),
        copy("Vide", tmp_path / "vide"),
    ]
    dates, notes = declared_dates(given)
    assert dates == {"Alice": DATE, "Zoé": DATE}
    assert notes == [
        "1 dépôt sans date : son « .git » n'est pas un dossier (Dora)",
        "1 dépôt sans date : aucun commit que git sache lire à temps (Vide)",
    ]


def test_says_once_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [copy(name, repository(tmp_path / name)) for name in ("a", "b")]
    monkeypatch.setattr(commits, "usable", lambda: "bwrap : absent")
    why = "le bac à sable ne marche pas (bwrap : absent)"
    assert declared_dates(given) == ({}, [f"dates des commits ignorées : {why}"])
    monkeypatch.setitem(ENVIRONMENT, "PATH", str(tmp_path))
    assert declared_dates(given)[1] == ["dates des commits ignorées : git est absent"]
    assert last_commit(tmp_path / "a") is None
    (tmp_path / "sans").mkdir()
    assert declared_dates([copy("c", tmp_path / "sans")]) == ({}, [])
