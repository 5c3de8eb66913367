"""Dire comment un script a été lancé : la ligne de commande, et ce qu'il a fallu y taper."""

import shlex
from pathlib import PurePosixPath

from grader.model.examples import HOST, LIST, PORT, URLS
from grader.model.records import Launch, StepResult

ANSWERS = {
    "url": "l'URL",
    "file": "le nom du fichier",
    "host": "l'adresse",
    "port": "le port",
    "pseudo": "un pseudo",
    "message": "« Hello »",
    "enter": "Entrée",
}


def command(result: StepResult) -> str:
    """« python web.py -f urls.txt », vue de son dossier ; vide si le script n'a pas été lancé."""
    launch = result.launch
    if not (launch and result.file):
        return ""
    path = PurePosixPath(result.file)
    if launch.folder and path.is_relative_to(launch.folder):
        path = path.relative_to(launch.folder)
    return shlex.join(["python", str(path), *(_filled(one, launch) for one in launch.arguments)])


def typed(launch: Launch) -> str:
    """« l'URL, puis Entrée » : ce qu'il a fallu taper ; vide s'il ne demandait rien."""
    return ", puis ".join(ANSWERS.get(answer, answer) for answer in launch.answers)


def address(launch: Launch) -> str:
    return f"{launch.host}:{launch.port}" if launch.port else ""


def _filled(argument: str, launch: Launch) -> str:
    """Sans accolades : un exemple à la place de chaque nom."""
    port, host = str(launch.port or PORT), launch.host or HOST
    values = {"{url}": URLS[0], "{file}": launch.file or LIST, "{host}": host, "{port}": port}
    for name, value in values.items():  # « --liste={file} » aussi
        argument = argument.replace(name, value)
    return argument
