"""La commande `class` : d'une classe à ses notes."""

import argparse
import dataclasses
import difflib
import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from grader.classroom import adjustments, anonymity, comparing, kept
from grader.classroom.adjustments import Adjustments
from grader.classroom.commits import declared_dates
from grader.classroom.copies import ClassSource, Copy
from grader.classroom.gathering import gather
from grader.classroom.kept import Kept
from grader.classroom.names import unordered
from grader.classroom.past import PastResults, read_results
from grader.classroom.publishing import INDEX, NOTES, Exports, fill_worksheet, publish
from grader.classroom.reserved import ADJUSTMENTS, reserved
from grader.classroom.results import ClassResults
from grader.classroom.running import ClassOptions, News, ToGrade, grade_class
from grader.classroom.source import find_class
from grader.command.exits import BAD_INPUT, INTERRUPTED, NO_SANDBOX, NOT_JUDGED, OK
from grader.command.liveview import LiveView
from grader.command.screen import display
from grader.engine import catalogue, grading
from grader.engine import doctor as machine
from grader.model.records import RefusedError, Step
from grader.reports.files import UnwritableError, write
from grader.reports.words import moment, number
from wording.harmless import shortened, visible
from wording.numbers import count

RESUME = "Rien de fini n'est perdu : la même commande reprendra où elle en était."
DECLARED = "dernier commit daté du {moment}, à ce que dit le dépôt"
# Ce que dit le nouveau fichier d'ajustements, à remplir plus tard ; tout y est en commentaire.
TEMPLATE = """\
# Ce que vous décidez ; `class … --apply` refait les notes et les pages, sans rien relancer.
#
# [retard]
# limite = 2026-01-15T23:59:00
# par_jour = 1          # points ôtés par jour entamé
# au_plus = 5
#
# [[remise]]            # là où la liste n'en dit rien
# copie = "{copy}"
# date = 2026-01-16T08:00:00
#
# [[ajustement]]
# copie = "{copy}"      # "*" : toutes
# etape = "II.5.server" # sans elle, sur l'ensemble
# points = 0.5
# raison = "L'étudiant la lira."
#
# [[fichier]]           # celui à juger, quand plusieurs pourraient l'être
# copie = "{copy}"
# etape = "II.5.server"
# chemin = "essais/serveur.py"
# raison = "L'étudiant me l'a confirmé."
#
# [[oral]]              # ne se lit que dans index.html et dans notes.csv
# copie = "{copy}"
# raison = "Faire expliquer la boucle d'événements."
"""


def grade(arguments: argparse.Namespace) -> int:
    """Corrige une classe, ou en refait seulement les notes (`--apply`)."""
    try:
        return _Session(arguments).run()
    except RefusedError as error:
        print(visible(shortened(str(error), 1000)), file=sys.stderr)
    except UnwritableError as error:
        print(f"Les résultats ne peuvent s'écrire : {error}. {RESUME}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"\nCorrection interrompue. {RESUME}", file=sys.stderr)
        return INTERRUPTED
    return BAD_INPUT


class _Session:
    """Une exécution de la commande."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.steps: Sequence[Step] = catalogue.steps()
        self.selection: tuple[str, ...] = ()
        if arguments.step is not None:
            self.selection = (arguments.step.strip(),)
            self.steps = catalogue.select(arguments.step)
            if not self.steps:
                raise RefusedError(f"Étape inconnue : {_shown(arguments.step)}.")
        source = Path(arguments.source)
        self.out: Path = arguments.out or Path(f"{source.resolve().stem or 'classe'}-notes")

    def run(self) -> int:
        reason = "" if self.arguments.apply else machine.usable()
        if reason:
            print(f"Pas de bac à sable : {reason}. Aucune copie ne sera lancée.", file=sys.stderr)
            return NO_SANDBOX
        source = find_class(self.arguments.source)
        before = self._before()
        sheet: Path | None = self.arguments.moodle
        if sheet:
            fill_worksheet(sheet, [])  # si ce n'en est pas une, autant le dire d'abord
        with reserved(self.out):
            self._refuse_mixing()
            if self.arguments.anonymous:
                source = anonymity.anonymous(source, self.out)
            _say(source.told())
            decisions = self._decisions(source)
            dates, unread = declared_dates(source.copies)
            _say(f"À savoir : {line}." for line in unread)
            if not self.arguments.apply:
                self._grade(self._chosen(source), decisions)
            notes = {name: [DECLARED.format(moment=moment(at))] for name, at in dates.items()}
            results = gather(source, self.out, self.steps, decisions, notes)
            if self.arguments.anonymous:  # un commentaire est parfois signé
                results = dataclasses.replace(results, scripts={})
            remarks = publish(results, self.out, self._exports())
        _say(_summary(results, self.out))
        _say(remarks)
        if before:
            _compare(before, results)
        if sheet:
            _say(fill_worksheet(sheet, list(results.recipients())))
        return OK if all(entry.result for entry in results.entries) else NOT_JUDGED

    def _refuse_mixing(self) -> None:
        """Avec ou sans noms : dans l'autre sens, aucune copie ne se retrouverait sous le sien."""
        nameless = (self.out / anonymity.FILE).exists()
        named = not nameless and any((self.out / kept.FOLDER).iterdir())
        if not self.arguments.anonymous and nameless:
            why = "ces résultats sont sans noms ; ajoutez --anonymous, ou donnez un autre dossier"
        elif self.arguments.anonymous and named:
            why = "ces résultats portent des noms ; donnez un autre dossier"
        else:
            return
        raise RefusedError(f"{_shown(str(self.out))} : {why}.")

    def _before(self) -> PastResults | None:
        """Ceux à qui comparer, lus avant que rien ne les change."""
        if not self.arguments.compare:
            return None
        before = read_results(self.arguments.compare, catalogue.steps())
        _say(before.unread)
        return before

    def _exports(self) -> Exports:
        given = self.arguments
        return Exports(junit=given.junit, gradescope=given.gradescope)

    def _decisions(self, source: ClassSource) -> Adjustments:
        """Celles d'ajustements.toml, dont on laisse un modèle s'il n'y est pas."""
        file = self.out / ADJUSTMENTS
        if not file.exists():
            copy = source.copies[0].name.replace("\\", "\\\\").replace('"', '\\"')
            write(file, TEMPLATE.format(copy=copy))
        return adjustments.read(file, [copy.name for copy in source.copies], catalogue.steps())

    def _chosen(self, source: ClassSource) -> list[Copy]:
        """Les copies à corriger : toutes, ou celles de --only."""
        names = self.arguments.only or ()
        return [*dict.fromkeys(_named(name, source.copies) for name in names)] or [*source.copies]

    def _grade(self, copies: Sequence[Copy], decisions: Adjustments) -> None:
        given = [
            ToGrade(
                copy,
                again=self.arguments.again,
                chosen=decisions.chosen(copy.name),
                shown=copy.name if self.arguments.anonymous or not copy.folder else "",
            )
            for copy in copies
        ]
        options = ClassOptions(self.out, self.steps, self.selection)
        options = grading.with_settings(
            options, jobs=self.arguments.jobs, budget=self.arguments.budget
        )
        with LiveView(Console(stderr=True), [copy.name for copy in copies]) as view:

            def tell(copy: ToGrade, news: News) -> None:
                if news.what == "failed":
                    with suppress(UnwritableError):  # plein, le disque ne doit arrêter personne
                        kept.write(self.out, copy.name, Kept(why=news.text))
                view.tell(copy.copy.name, news)

            grade_class(given, options, tell)


def _named(name: str, copies: Sequence[Copy]) -> Copy:
    """La copie qui porte ce nom, celui d'un de ses auteurs, ou une part qui n'est qu'à elle."""
    if exact := [copy for copy in copies if name in (copy.name, copy.report)]:
        return exact[0]
    names: dict[str, set[Copy]] = {}
    for copy in copies:
        for one in (copy.name, copy.report, *(student.name for student in copy.students)):
            names.setdefault(unordered(one), set()).add(copy)
    wanted = unordered(name)
    found = names.get(wanted) or set().union(
        *(owners for known, owners in names.items() if wanted and wanted in known)
    )
    if len(found) == 1:
        return found.pop()
    shown = _shown(name)
    if found:
        several = ", ".join(sorted(copy.name for copy in found)[:5])
        raise RefusedError(f"« {shown} » peut être {several} : donnez le nom entier.")
    near = difflib.get_close_matches(wanted, list(names), n=1)
    maybe = f" Peut-être {min(copy.name for copy in names[near[0]])} ?" if near else ""
    raise RefusedError(f"Aucune copie ne s'appelle « {shown} ».{maybe}")


def _summary(results: ClassResults, out: Path) -> Iterator[str]:
    marks = [entry.result.mark for entry in results.entries if entry.result]
    known = [mark for mark in marks if mark is not None]
    yield ""
    yield f"{count(len(known), 'note')} sur {count(len(results.entries), 'copie')}."
    if known:
        lowest, highest = number(min(known)), number(max(known))
        yield f"Médiane {number(statistics.median(known))}, de {lowest} à {highest}."
    for entry in results.entries:
        if not entry.result:
            yield f"{entry.copy.name} : {visible(shortened(entry.why, 300))}"
    yield f"La classe : {_shown(str(out / INDEX))}"
    yield f"Les notes : {_shown(str(out / NOTES))}"


def _shown(text: object) -> str:
    return visible(shortened(str(text), 200))


def _compare(before: PastResults, results: ClassResults) -> None:
    judged = [(entry.copy, entry.result.report) for entry in results.entries if entry.result]
    found = comparing.compare_classes(
        before.reports, {copy.report: report for copy, report in judged}
    )
    names = {copy.report: copy.name for copy, _ in judged}
    display(lambda console: comparing.show(found, console, names))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
    sys.stdout.flush()
