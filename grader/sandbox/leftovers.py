"""Lire ce qu'un programme a laissé dans ses dossiers, sans jamais suivre un lien."""

import os
import stat
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePosixPath

MAX_LISTED = 5000  # noms examinés pour retrouver une page mal rangée


def files_beneath(*places: tuple[PurePosixPath, Path]) -> Iterator[PurePosixPath]:
    """En largeur d'abord, sans suivre de lien ni de fil : un labyrinthe ne retient pas."""
    folders = deque(places)
    listed = 0
    while folders and listed < MAX_LISTED:
        seen, real = folders.popleft()
        try:
            with os.scandir(real) as entries:
                found = sorted(islice(entries, MAX_LISTED - listed), key=lambda entry: entry.name)
        except OSError:  # fermé, disparu, ou chemin trop long
            continue
        listed += len(found)
        for entry in found:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    folders.append((seen / entry.name, Path(entry.path)))
                elif entry.is_file(follow_symlinks=False):
                    yield seen / entry.name


def read_beneath(root: Path, parts: tuple[str, ...], limit: int) -> bytes | None:
    """Lit `root/parts` sans suivre un seul lien : un lien mènerait aux fichiers du correcteur."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    if ".." in parts:
        return None
    try:
        descriptor = os.open(root, flags | os.O_DIRECTORY)
        for place, part in enumerate(parts):
            parent = descriptor
            last = place == len(parts) - 1
            try:
                descriptor = os.open(part, flags if last else flags | os.O_DIRECTORY, dir_fd=parent)
            finally:
                os.close(parent)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit)
    finally:
        os.close(descriptor)
