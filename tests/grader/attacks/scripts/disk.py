"""Écrit partout où l'on peut, autant qu'on peut."""

import shutil
from pathlib import Path

from tools import behave, orders, succeeded

WANTED = int(orders["octets"])
BLOCK = b"x" * 1_000_000
PLACES = (
    "/tmp",
    ".",
    "~",
    "/var/log",
    "/dev/shm",
    "/dev",
    "/",
    "/etc",
    "/usr/local",
    "/run",
    "/var",
)

written = 0
made: list[Path] = []
for place in PLACES:
    folder = Path(place).expanduser() / "inondation"
    try:
        folder.mkdir()
        made.append(folder)
        for number in range(WANTED // len(BLOCK)):
            with open(folder / str(number), "wb", buffering=0) as file:
                written += file.write(BLOCK)
    except OSError:
        continue
if written >= WANTED:
    succeeded("autant d'octets que voulu")
try:
    with open(made[0] / "immense", "wb") as file:
        file.truncate(1 << 40)
    succeeded("un fichier immense")
except (OSError, IndexError):
    pass
for folder in made:
    shutil.rmtree(folder, ignore_errors=True)
behave()
