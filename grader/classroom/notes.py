"""notes.csv : une ligne par étudiant, une colonne par étape, pour un tableur français.

Les colonnes s'ajoutent : étapes ajustées + ajustement + retard = note. Le fichier est pour qui
enseigne : il dit aussi qui est à voir à l'oral. Un texte y est entre guillemets, un nombre non : un
tableur à qui on le demande ne prendra pas le groupe « 1/2 » pour une date.
"""

from collections.abc import Iterable, Iterator, Sequence

from grader.classroom.marks import Adjusted, Recipient
from grader.reports.words import number
from wording.harmless import shortened, visible

BOM = "\ufeff"  # sans elle, Excel lit les accents dans un autre encodage
MAX_CELL = 1_000  # caractères
WHO = ("nom", "prénom", "adresse", "groupe", "copie")
TOTALS = ("note", "sur", "mesurée")
REST = ("ajustement", "retard", "remarque")
# En tête d'une cellule, ce qui en fait une formule ; les quatre derniers, dans un tableur japonais.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def render(recipients: Sequence[Recipient]) -> str:
    """Le fichier, à écrire tel quel en UTF-8."""
    steps = _steps(recipients)
    lines = [[*map(_quoted, (*WHO, *TOTALS, *steps, *REST))]]
    for recipient in recipients:
        who = (recipient.last, recipient.first, recipient.email, recipient.group, recipient.copy)
        without = "pas de rapport" if recipient.copy else "aucune copie"
        lines.append([*map(_quoted, who), *_cells(recipient.result, steps, without)])
    return BOM + "".join(f"{';'.join(line)}\r\n" for line in lines)


def safe(text: str) -> str:
    """Un texte tel qu'un tableur le montrera : jamais une formule, toujours sur une ligne."""
    shown = visible(shortened(text, MAX_CELL)).strip()
    return f"'{shown}" if text.lstrip(" ").startswith(FORMULA) else shown


def _quoted(text: str) -> str:
    return '"' + safe(text).replace('"', '""') + '"'


def _steps(recipients: Iterable[Recipient]) -> list[str]:
    """Les étapes jugées dans la classe, dans l'ordre où elles se lisent."""
    results = (recipient.result for recipient in recipients)
    return list(dict.fromkeys(step.step.id for one in results if one for step in one.report.steps))


def _cells(adjusted: Adjusted | None, steps: Sequence[str], without: str) -> list[str]:
    if not adjusted:
        return [""] * (len(TOTALS) + len(steps) + len(REST) - 1) + [_quoted(without)]
    if adjusted.mark is None:
        empty = [""] * (len(TOTALS) + len(steps) + len(REST) - 1)
        return [*empty, _quoted(" ; ".join(("rien n'a pu être jugé", *adjusted.private)))]
    points = {result.step.id: adjusted.step(result) for result in adjusted.report.steps}
    judged = {result.step.id for result in adjusted.report.steps if result.points}
    # Nos nombres ne prennent pas d'apostrophe : « -1,5 » doit rester un nombre.
    return [
        *(number(adjusted.mark), number(adjusted.points), number(adjusted.report.earned)),
        *(number(points[name]) if name in judged | adjusted.settled else "" for name in steps),
        *(number(adjusted.overall), number(adjusted.late.points if adjusted.late else 0.0)),
        _quoted(" ; ".join(_remarks(adjusted))),
    ]


def _remarks(adjusted: Adjusted) -> Iterator[str]:
    if adjusted.missing:
        yield adjusted.missing
    yield from map(str, adjusted.decided)
    yield from adjusted.private
