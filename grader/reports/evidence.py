"""Ce qu'un échec donne à voir, une seule fois : le terminal et la page montrent la même chose."""

import re

from grader.model.records import Failure
from grader.model.text import plain, tidy
from grader.reports.difference import WIDTH, Difference, comparable, first_difference
from grader.reports.words import MATCHES
from wording.harmless import shortened

# Un chemin, une URL : y désigner une lettre n'apprend rien.
PLACE = re.compile(r"(?:/|https?://)\S*")
ALIKE = 0.5  # part de l'un que l'autre doit reprendre pour ne rien apprendre de plus


def difference(failure: Failure, width: int) -> Difference | None:
    """La première différence, entre deux textes qui se comparent lettre à lettre."""
    wanted, got = failure.expected, failure.received
    if not (failure.match and wanted and got) or _place(wanted) or _place(got):
        return None
    return first_difference(*comparable(wanted, got), width)


def likeness(failure: Failure) -> str:
    """En quoi les deux textes se ressemblent ; vide s'ils ne se comparent pas."""
    return MATCHES[failure.match] if failure.match and difference(failure, WIDTH) else ""


def received(failure: Failure) -> str | None:
    """Ce qui est reçu, "" si rien n'est venu ; None quand cela n'apprend rien."""
    if failure.received and not (not failure.expected and _same(failure.received, failure.output)):
        return failure.received
    return "" if failure.expected else None


def output(failure: Failure) -> str:
    """Les dernières lignes du programme, sauf si ce qui est reçu les montre déjà."""
    shown = received(failure)
    if shown and (_same(shown, failure.output) or tidy(shown).endswith(tidy(failure.output))):
        return ""
    return plain(failure.output)


def sent(failure: Failure) -> str:
    """Ce qui est envoyé ; chaque retour à la ligne s'y voit, jusqu'au dernier."""
    return failure.sent.replace("\n", "⏎\n").removesuffix("\n")


def _place(text: str) -> bool:
    return bool(PLACE.fullmatch(text.strip()))


def _same(one: str, other: str) -> bool:
    """Vrai si l'un est la fin de l'autre, et presque tout l'autre."""
    short, long = sorted((tidy(one), tidy(other)), key=len)
    return bool(short) and long.endswith(short) and len(short) >= ALIKE * len(long)


def last_lines(text: str, lines: int, limit: int) -> str:
    """Les dernières lignes, `limit` caractères au plus ; « … » s'il y en avait d'autres avant."""
    before, *rest = shortened(text.rstrip(), limit, end=True).rsplit("\n", lines)
    return "\n".join(["…", *rest] if len(rest) == lines else [before, *rest])
