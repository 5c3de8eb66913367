"""Crée des fichiers vides : ils ne prennent pas de place, mais de la mémoire au noyau."""

from pathlib import Path

from tools import behave, orders, succeeded

WANTED = int(orders["fichiers"])
for place in ("/tmp", "/dev/shm", "/var/log"):
    folder = Path(place, "foule")
    try:
        folder.mkdir()
        for number in range(WANTED):
            (folder / str(number)).touch()
    except OSError:
        continue
    succeeded(f"autant de fichiers que voulu dans {place}")
behave()
