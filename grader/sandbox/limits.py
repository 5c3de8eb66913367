"""Chaque borne du bac à sable, avec sa raison."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class CellLimits:
    """Ce qu'un programme de la copie peut prendre à la machine."""

    processes: int = 64  # fils compris : asyncio et requests en prennent une dizaine
    address_space: int = 2_000 * MEGABYTE  # par processus ; chaque fil en réserve 64 sans y toucher
    memory: int = 600 * MEGABYTE  # pour tous ses processus ; matplotlib et aiohttp en prennent 200
    file_size: int = 32 * MEGABYTE
    disk: int = 64 * MEGABYTE  # son dossier, /tmp, /var/log et /dev/shm réunis
    files: int = 30_000  # et dossiers, copie comprise : chacun, même vide, prend 1 ko au noyau
    open_files: int = 256  # par processus ; plein, un socket tient 200 ko que rien d'autre ne borne
    cpu: int = 20  # secondes par processus ; l'étape la plus lente en prend une
    output: int = 2 * MEGABYTE  # écrits dans le terminal ; au-delà, on l'arrête
