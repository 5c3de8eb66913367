"""La date du dernier commit d'une copie, telle que la déclare qui l'a fait : rien ne la prouve.

Git n'entre jamais dans le dépôt d'une copie, dont la configuration lancerait ce qu'elle veut. D'un
dépôt vide et à nous, dans une cellule sans réseau, il lit un seul objet : le commit que nomme HEAD.
"""

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path, PurePosixPath

from grader.classroom.copies import Copy
from grader.classroom.omitted import Because, Omitted
from grader.engine.doctor import usable
from grader.sandbox.apart import apart
from grader.sandbox.cell import COPY, ENVIRONMENT, PLACE, BubblewrapCell, Runtime, prepare_system
from grader.sandbox.inherited import keep_only
from grader.sandbox.leftovers import read_beneath
from grader.sandbox.limits import MEGABYTE, CellLimits
from grader.sandbox.namespaces import enter

SECONDS = 5.0  # d'horloge, pour une copie ; d'ordinaire 0,1
LIMITS = CellLimits(cpu=5, address_space=500 * MEGABYTE)
LONGEST_HEAD = 4096  # octets de HEAD, ou d'une branche
LARGEST_LIST = 4_000_000  # octets de « packed-refs », qui nomme toutes les branches
LARGEST_COMMIT = 64 * 1024  # octets lus d'un commit : sa date est au début
MOST_STEPS = 5  # d'un nom à l'autre, de HEAD au commit
COMMIT = re.compile(rb"[0-9a-f]{40}")
REFERENCE = re.compile(rb"ref: (refs/[^\x00-\x20\x7f]+)")
COMMITTER = re.compile(rb"^committer [^\n]*> (\d{1,12}) ([+-])(\d\d)(\d\d)$", re.MULTILINE)
# De quoi lire un gros paquet sans le tenir en entier ; et rien de ce que réglerait la copie.
CONFIGURATION = """[core]
\trepositoryFormatVersion = 0
\tbare = true
\tpackedGitWindowSize = 16m
\tpackedGitLimit = 64m
"""

ELSEWHERE = Because("dépôt sans date", "dépôts sans date", "son « .git » n'est pas un dossier")
UNREAD = Because("dépôt sans date", "dépôts sans date", "aucun commit que git sache lire à temps")


def declared_dates(copies: Sequence[Copy]) -> tuple[dict[str, datetime], list[str]]:
    """La date du dernier commit de chaque copie qui est un dépôt, par nom de copie ; et ce qui n'a
    pu être lu, en français."""
    dates: dict[str, datetime] = {}
    omitted = Omitted()
    repositories = {
        copy.name: copy.folder
        for copy in copies
        if copy.folder and os.path.lexists(copy.folder / ".git")
    }
    if repositories and (why := _missing()):
        return dates, [f"dates des commits ignorées : {why}"]
    for name, folder in repositories.items():
        if date := last_commit(folder):
            dates[name] = date
        else:
            omitted.add(UNREAD if _is_folder(folder / ".git") else ELSEWHERE, name)
    return dates, omitted.notes()


def last_commit(folder: Path, seconds: float = SECONDS) -> datetime | None:
    """Quand le dernier commit dit avoir été fait ; None s'il n'y en a pas, si l'on ne sait pas le
    lire à temps, ou sans git ni bac à sable."""
    git, objects = _git(), folder.absolute() / ".git" / "objects"
    if not git or not _is_folder(folder / ".git") or not _is_folder(objects):
        return None
    commit = _head(folder)
    if not commit:
        return None
    return _date(apart(partial(_read, git, objects, commit), seconds, LARGEST_COMMIT))


def _missing() -> str:
    if not _git():
        return "git est absent"
    why = usable()
    return f"le bac à sable ne marche pas ({why})" if why else ""


def _git() -> Path | None:
    """Celui du système : le seul que montre une cellule."""
    found = shutil.which("git", path=ENVIRONMENT["PATH"])
    return Path(found) if found else None


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _head(folder: Path) -> str:
    """Le commit que nomme HEAD ; vide s'il n'en nomme aucun."""
    name: tuple[str, ...] = ("HEAD",)
    for _ in range(MOST_STEPS):
        line = (read_beneath(folder, (".git", *name), LONGEST_HEAD) or b"").rstrip()
        if COMMIT.fullmatch(line):
            return line.decode()
        if not (reference := REFERENCE.fullmatch(line)):
            break
        name = PurePosixPath(os.fsdecode(reference[1])).parts
    return _packed(folder, "/".join(name))


def _packed(folder: Path, name: str) -> str:
    """Le commit de cette branche dans la liste où git les range."""
    listed = read_beneath(folder, (".git", "packed-refs"), LARGEST_LIST) or b""
    for line in listed.splitlines():
        commit, _, branch = line.partition(b" ")
        if branch == os.fsencode(name) and COMMIT.fullmatch(commit):
            return commit.decode()
    return ""


def _read(git: Path, objects: Path, commit: str, answer: int) -> None:
    """Dans le processus à part : écrit ce commit dans `answer`."""
    keep_only(answer)
    enter()
    runtime = Runtime(git, (objects,))
    prepare_system(PLACE, [runtime], b"")
    cell = BubblewrapCell.create(PLACE, 0, LIMITS)
    for name in ("user", "group", "extra_groups"):
        cell.options.pop(name, None)  # un autre utilisateur ne lirait peut-être pas ces objets
    (cell.copy / "refs").mkdir(parents=True)
    (cell.copy / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
    (cell.copy / "config").write_text(CONFIGURATION, encoding="ascii")
    cell.variables = {"GIT_DIR": str(COPY), "GIT_OBJECT_DIRECTORY": str(objects)}
    command = cell.command(runtime, ["cat-file", "commit", commit], ".")
    subprocess.run(
        [word for word in command if word not in ("setsid", "--ctty")],  # sans terminal
        stdin=subprocess.DEVNULL,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        check=False,
        **cell.options,
    )


def _date(commit: bytes) -> datetime | None:
    header = commit.partition(b"\n\n")[0]
    if not (found := COMMITTER.search(header)):
        return None
    seconds, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        zone = timezone(offset) if abs(offset) < timedelta(days=1) else UTC
        return datetime.fromtimestamp(int(seconds), zone)
    except (ValueError, OverflowError, OSError):
        return None
