"""Chaque borne du bac à sable, avec sa raison."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
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


@dataclass(frozen=True)
class Measures:
    """Les mesures du bac à sable. Les tests les ôtent une à une pour prouver que chacune sert."""

    network: bool = True  # un réseau à part, d'où rien ne sort
    processes: bool = True  # un espace de processus à part : rien d'autre à voir ni à tuer
    filesystem: bool = True  # le système en lecture seule, rien du compte de la personne
    private_tmp: bool = True  # /tmp, /var/log et le dossier personnel à lui
    user: bool = True  # un utilisateur ordinaire, sans capacité
    nested_namespaces: bool = True  # pas d'espace de noms à lui, où il redeviendrait root
    system_calls: bool = True  # pas d'appel système dont le TP n'a nul besoin (syscalls.py)
    environment: bool = True  # aucune variable héritée
    descriptors: bool = True  # aucun descripteur hérité : le tube des verdicts est hors d'atteinte
    process_limit: bool = True
    memory_limit: bool = True
    disk_limit: bool = True
    cpu_limit: bool = True
    output_limit: bool = True
    lifetime: bool = True  # rien ne survit au contrôle
