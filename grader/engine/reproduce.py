"""Les commandes à coller pour revoir un échec : une chaîne par terminal, une commande par ligne.

Collées d'un bloc, les lignes qui suivent un programme qui lit le clavier lui sont destinées.
"""

import re
import shlex
from dataclasses import dataclass
from ipaddress import ip_address

from grader.driving.setting import Script
from grader.model.examples import HOST, LIST, PORT, URLS
from grader.model.records import Check, Failure, Launch

PSEUDO, WORD = "it4", "bonjour"
TYPED = {"url": URLS[0], "file": LIST, "message": "Hello", "enter": ""}
RUN = ("{run}", "{python}")  # ce qui lance le script de la copie
_AUTHOR = re.compile(r"Hello\|([a-z]{4,15})$|(?:Annonce : )?([a-z]{4,15}) a (?:dit|rejoint|quitté)")
_WORD = re.compile(r"(?:Hello |.* a dit : )?([a-z]{6,15})\b")


@dataclass(frozen=True)
class Spoken:
    """Les mots de l'essai jugé, ou d'autres quand il n'en dit rien."""

    pseudo: str = PSEUDO
    word: str = WORD


def spoken(failure: Failure) -> Spoken:
    """Qui parle et ce qu'il dit, d'après ce qui a été envoyé et attendu."""
    sent, expected = failure.sent, failure.expected
    author = _AUTHOR.match(sent) or _AUTHOR.match(expected)
    word = None if sent.startswith("Hello|") else _WORD.match(sent)
    return Spoken(author[author.lastindex or 0] if author else PSEUDO, word[1] if word else WORD)


def commands(check: Check, script: Script, failure: Failure | None = None) -> tuple[str, ...]:
    """Les terminaux à ouvrir, dans l'ordre, lancés comme l'a été l'essai jugé.

    Un nom de fichier, une adresse ou une réponse de la copie n'y est jamais qu'un argument.
    """
    launch, words = script.launch, spoken(failure or Failure(""))
    host, listed = launch.host or HOST, shlex.quote(launch.file or LIST)
    lines = "\\n".join(["%s"] * len(URLS)) if launch.unended else "%s\\n"
    values = {
        "script": argument(script, "."),
        "name": shlex.quote(script.path.name),
        "python": f"python {argument(script, launch.folder)}",
        "run": _run(script, words),
        "host": shlex.quote(host),
        "port": str(launch.port or PORT),
        "pseudo": words.pseudo,
        "word": words.word,
        "url": URLS[0],
        "urls": f"printf '{lines}' {' '.join(URLS)} > {listed}",
        "file": listed,
        "typed": "".join(f"\n{line}" for line in _typed(launch, words)),
    }
    templates = (failure and failure.reproduce) or check.reproduce
    terminals = [_cd(launch, template) + template.format(**values) for template in templates]
    if any("{host}" in template for template in templates) and _elsewhere(host):
        terminals[0] = f"sudo ip addr add {shlex.quote(host)} dev lo\n{terminals[0]}"
    return tuple(terminals)


def _cd(launch: Launch, template: str) -> str:
    runs = any(word in template for word in RUN)
    return f"cd {_quoted(launch.folder)}\n" if runs and launch.folder not in ("", ".") else ""


def _run(script: Script, words: Spoken) -> str:
    """Le script, ses arguments, puis ce qu'il a fallu taper, ligne à ligne."""
    launch = script.launch
    given = [shlex.quote(one.format(**_known(launch))) for one in launch.arguments]
    command = " ".join(["python", argument(script, launch.folder), *given])
    return "\n".join([command, *_typed(launch, words)])


def _typed(launch: Launch, words: Spoken) -> list[str]:
    """Les réponses qu'il a fallu taper, une par ligne."""
    answers = TYPED | _known(launch) | {"pseudo": words.pseudo}
    return [answers.get(answer, "") for answer in launch.answers]


def _known(launch: Launch) -> dict[str, str]:
    host, port = launch.host or HOST, str(launch.port or PORT)
    return {"url": URLS[0], "file": launch.file or LIST, "host": host, "port": port}


def argument(script: Script, folder: str) -> str:
    """Le script vu de `folder`, tel qu'on peut le coller ; « -c….py » n'est pas une option."""
    path = script.path
    if folder and path.is_relative_to(folder):
        path = path.relative_to(folder)
    return _quoted(str(path))


def _quoted(path: str) -> str:
    return shlex.quote(f"./{path}" if path.startswith("-") else path)


def _elsewhere(host: str) -> bool:
    """Vrai d'une adresse que cette machine n'a pas : on la lui donne, le temps d'essayer."""
    try:
        address = ip_address(host)
    except ValueError:  # un nom
        return False
    return not (address.is_loopback or address.is_unspecified)
