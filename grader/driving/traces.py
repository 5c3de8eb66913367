"""Ce que Python écrit de lui-même dans le terminal : ses exceptions, ses avertissements.

Ce n'est pas la copie qui parle : un chemin, un numéro de ligne n'y sont pas des réponses.
"""

import re
from typing import NamedTuple

MAX_RAISED = 200  # caractères d'une exception
TRACEBACK = re.compile(r"[\s+|]*(?:Exception Group )?Traceback \(most recent call last\)")
# Ce qu'asyncio et les fils mettent au-dessus d'une pile, et ce qu'ils en précisent.
NEVER_RETRIEVED = "Task exception was never retrieved"
HEADING = re.compile(
    rf"(?:{NEVER_RETRIEVED}|Future exception was never retrieved"
    r"|Unhandled exception in client_connected_cb|unhandled exception during asyncio\.run"
    r"|Exception in (?:callback|thread|default exception handler)\b.*"
    r"|Fatal error on transport.*|Exception ignored .*|--- Logging error ---)"
)
DETAIL = re.compile(r"(?:future|task|transport|protocol|handle|client_connected_cb|socket): .*")
MISREAD = re.compile(r'  File "[^"]*", line \d+')  # une erreur de syntaxe n'a pas d'autre pile
IGNORED = "Exception ignored"  # dans un destructeur, où rien ne peut s'en perdre
# Celle d'une tâche que personne n'attendait plus : Python 3.13 n'arrive pas toujours à la montrer.
UNTOLD = re.compile(r"Exception ignored .*call_exception_handler.*")
UNTOLD_TASK = "une tâche a échoué, et Python finissait déjà quand il a voulu dire comment"
# Après la pile, qui est en retrait ; celle d'un groupe d'exceptions l'est derrière une barre.
RAISED = re.compile(r"(?:\s*\| )?([^\W\d][\w.]*(?::.*)?)")
CHAINED = re.compile(
    r"(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception):"
)
WARNING = re.compile(r"(?:.*:\d+: )?\w*Warning: .*")
ALLOCATED = re.compile(r"\s*(?:Object allocated at|RuntimeWarning: Enable tracemalloc).*")


UNREADABLE = re.compile(r"SyntaxError: .*")  # un script qui n'est pas en UTF-8 : ni pile, ni rien
ASIDE = (HEADING, DETAIL, CHAINED, ALLOCATED, UNREADABLE)
# Ce qui commence une ligne, et qu'une invite sans retour à la ligne peut précéder.
BEGINNING = re.compile(
    r"Task exception was|Future exception was|Unhandled exception in|Exception in|Exception ignored"
    r"|Fatal error on|(?:Exception Group )?Traceback \(most recent call last\)"
)


class Raised(NamedTuple):
    """Une exception que personne n'a rattrapée."""

    place: int  # dans le texte : où commence ce que Python en dit
    text: str  # « KeyError: 'it4' »


def _lines(text: str) -> list[tuple[int, str]]:
    """Ses lignes, et où chacune commence ; une invite y est séparée de l'erreur qui la suit."""
    found: list[tuple[int, str]] = []
    place = 0
    for line in text.split("\n"):
        error = BEGINNING.search(line)
        if error and line[: error.start()].strip(" |+"):
            found.append((place, line[: error.start()]))
            found.append((place + error.start(), line[error.start() :]))
        else:
            found.append((place, line))
        place += len(line) + 1
    return found


def exceptions(text: str) -> list[Raised]:
    """Les exceptions montrées dans ce texte ; d'une chaîne, seulement la dernière."""
    found: list[Raised] = []
    heading = -1
    ignored = chained = inside = False
    lines = _lines(text)
    for number, (place, line) in enumerate(lines):
        if inside:
            inside = not RAISED.fullmatch(line)
        elif UNTOLD.fullmatch(line):
            found.append(Raised(place, UNTOLD_TASK))
            ignored = True
        elif HEADING.fullmatch(line):
            heading, ignored = place, line.startswith(IGNORED)
        elif CHAINED.fullmatch(line):
            chained = True
        elif UNREADABLE.fullmatch(line):
            found.append(Raised(place, line[:MAX_RAISED]))
        elif TRACEBACK.match(line) or MISREAD.fullmatch(line):
            inside = True
            start = heading if heading >= 0 else place
            if chained and found and not ignored:
                start = found.pop().place
            if not ignored:
                found.append(Raised(start, _named([other for _, other in lines[number:]])))
            heading, ignored, chained = -1, False, False
    return found


def never_retrieved(text: str) -> str:
    """L'exception d'une tâche que personne n'attendait, la première ; vide s'il n'y en a pas."""
    found = (one.text for one in exceptions(text) if text.startswith(NEVER_RETRIEVED, one.place))
    return next(found, "")


def _named(lines: list[str]) -> str:
    """La ligne qui nomme l'exception, sous sa pile ; la première si elle n'est pas venue."""
    first, *others = lines
    named = filter(None, map(RAISED.fullmatch, others))
    return next((match[1] for match in named), first.strip())[:MAX_RAISED]


def own(text: str) -> str:
    """Ce texte, sans ce que Python y a mis de lui-même."""
    kept: list[str] = []
    lines = [line for _, line in _lines(text)]
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if TRACEBACK.match(line) or MISREAD.fullmatch(line):
            while number < len(lines) and not RAISED.fullmatch(lines[number]):
                number += 1
            number += 1
            while number < len(lines) and lines[number][:1] in ("|", "+", " "):
                number += 1  # la suite d'un groupe d'exceptions
        elif WARNING.fullmatch(line):
            if number < len(lines) and lines[number].startswith("  "):
                number += 1  # la ligne du script qui l'a causé
        elif not any(pattern.fullmatch(line) for pattern in ASIDE):
            kept.append(line)
    return "\n".join(kept)
