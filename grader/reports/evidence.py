"""Ce qu'un échec donne à voir, une seule fois : le terminal et la page montrent la même chose."""

import re

from grader.model.records import Failure
from grader.model.text import plain, tidy
from grader.reports.difference import WIDTH, Difference, comparable, first_difference
from grader.reports.words import MATCHES
from wording.harmless import shortened
from wording.numbers import count

# Un chemin, une URL : y désigner une lettre n'apprend rien.
PLACE = re.compile(r"(?:/|https?://)\S*")
CUT = "…"  # à la place des lignes qui manquent
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
    if shown and (_same(shown, failure.output) or _flat(shown).endswith(_flat(failure.output))):
        return ""
    return plain(failure.output)


def sent(failure: Failure) -> str:
    """Ce qui est envoyé ; chaque retour à la ligne s'y voit, jusqu'au dernier."""
    return failure.sent.replace("\n", "⏎\n").removesuffix("\n")


def _place(text: str) -> bool:
    return bool(PLACE.fullmatch(text.strip()))


def _same(one: str, other: str) -> bool:
    """Vrai si l'un est la fin de l'autre, et presque tout l'autre."""
    short, long = sorted((_flat(one), _flat(other)), key=len)
    return bool(short) and long.endswith(short) and len(short) >= ALIKE * len(long)


def _flat(text: str) -> str:
    """Sans ce qui change d'une façon de montrer à l'autre : blancs, lignes, signe de coupure."""
    return " ".join(tidy(text).removeprefix(f"{CUT}\n").split())


def both_ends(text: str, lines: int, limit: int) -> str:
    """Le début, qui dit ce qu'est ce texte, et sa fin, où se lit une erreur.

    `lines` lignes au plus, et `limit` caractères ; ce qui manque au milieu est compté.
    """
    rows = text.strip("\n").split("\n")
    if len(rows) > lines:
        first, last = lines - lines // 3, lines // 3
        missing = f"[… {count(len(rows) - first - last, 'ligne')} de plus]"
        rows = [*rows[:first], missing, *rows[-last:]]
    text = "\n".join(rows)
    if len(text) <= limit:
        return text
    half = limit // 2
    missing = f"[… {count(len(text) - 2 * half, 'caractère')} de plus]"
    return f"{text[:half]} {missing} {text[-half:]}"


def last_lines(text: str, lines: int, limit: int) -> str:
    """Les dernières lignes, `limit` caractères au plus ; « … » s'il y en avait d'autres avant."""
    before, *rest = shortened(text.rstrip(), limit, end=True).rsplit("\n", lines)
    return "\n".join([CUT, *rest] if len(rest) == lines else [before, *rest])
