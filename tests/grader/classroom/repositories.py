"""Des dépôts git, bons ou truqués."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WHEN = "2026-11-12T23:59:30+0100"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{
        f"GIT_{who}_{what}": "zoe@ecole"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
    "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": WHEN,
}


def git(folder: Path, *arguments: str, stdin: str = "") -> str:
    """Git, tel que le lancerait une personne, dans ce dépôt-là ; rend ce qu'il écrit."""
    if not shutil.which("git"):
        pytest.skip("git manque, il faut l'installer (apt install git)")
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(
        command, env=ENVIRONMENT, input=stdin, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def repository(folder: Path, *settings: tuple[str, str]) -> Path:
    """Un dépôt d'un commit, fait à WHEN, avec ces réglages."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "a.py").write_text("print(1)\n", encoding="utf-8")
    git(folder, "add", "a.py")
    git(folder, "commit", "--quiet", "--message=Rendu")
    for name, value in settings:
        git(folder, "config", name, value)
    return folder


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def written(folder: Path, *lines: str) -> str:
    """Un commit fait de ces lignes, après celle qui dit quels fichiers il contient."""
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    raw = "\n".join([f"tree {tree}", "author A <a> 1 +0000", *lines, ""])
    return git(folder, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw)
