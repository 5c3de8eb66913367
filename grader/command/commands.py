"""Ce que fait chaque commande."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from grader.classroom import junit
from grader.command.exits import BAD_INPUT, GRADER_ERROR, NO_SANDBOX, NOT_FULL, NOT_JUDGED, OK
from grader.command.screen import display
from grader.engine import catalogue, grading
from grader.engine import doctor as machine
from grader.model.origin import COMMAND, INSTALLED, ROOT
from grader.model.records import Check, RefusedError, Report, Step, Verdict
from grader.model.version import VERSION
from grader.reports import comparison, files, jsonreport, page, terminal
from grader.reports.restoring import restore
from grader.watching.session import follow
from wording.harmless import shortened, visible

NO_FAILURE = "aucun contrôle de ce rapport n'a échoué"
ONLY_UNKNOWN = "ce correcteur n'a aucun des contrôles qui ont échoué"
MARKS = {  # ce qui va, et ce qu'on peut y faire
    (True, False): ("✓", "green"),
    (True, True): ("~", "yellow"),
    (False, True): ("✗", "red"),
    (False, False): ("✗", "red"),
}


def _fail(message: str, code: int = BAD_INPUT) -> int:
    print(visible(shortened(message, 1000)), file=sys.stderr)
    return code


def _name(text: object) -> str:
    return visible(shortened(str(text), 200))


def grade(arguments: argparse.Namespace) -> int:
    """Juge `folder` ; `step` choisit des étapes, None : toutes.

    Sans `folder`, ce dépôt, ou le dossier où l'on est si le correcteur est installé.
    """
    wanted = arguments.step
    steps = catalogue.steps() if wanted is None else catalogue.select(wanted)
    if not steps:
        return _unknown_step(wanted)
    folder = arguments.folder or (Path() if INSTALLED else ROOT)
    selection = () if wanted is None else (wanted.strip(),)
    return _run(arguments, folder, steps, selection, arguments.seed)


def _unknown_step(wanted: str) -> int:
    known = ", ".join(step.id for step in catalogue.steps())
    return _fail(f"Étape inconnue : {_name(wanted)}. Les étapes : {known}.")


def _run(
    arguments: argparse.Namespace,
    folder: Path,
    steps: tuple[Step, ...],
    selection: tuple[str, ...],
    seed: int | None,
    before: Report | None = None,
) -> int:
    if code := _unwritable(arguments, folder):
        return code
    sandbox = _sandbox(arguments.sandbox, folder)
    if not sandbox:
        return NO_SANDBOX
    if sandbox == "none" and (reason := machine.cramped()):
        return _fail(f"{reason}.")
    options = grading.Options(folder, steps, selection=selection, sandbox=sandbox)
    options = grading.with_settings(
        options, seed=seed, jobs=arguments.jobs, budget=arguments.budget
    )
    try:
        with _Progress(Console(stderr=True)) as progress:
            report = grading.grade(grading.with_settings(options, progress=progress.advance))
    except RefusedError as error:
        return _fail(str(error))
    failed = _write(arguments, report)  # d'abord : l'écran, lui, peut disparaître
    display(lambda console: terminal.show(report, console, verbose=arguments.verbose))
    if before:
        changes = comparison.compare(comparison.restricted(before, set(selection)), report)
        display(lambda console: comparison.show(changes, console))
    return failed or _code(report)


def _unwritable(arguments: argparse.Namespace, folder: Path) -> int:
    """Le code de sortie si un des rapports demandés ne pourra pas être écrit ; 0 sinon."""
    wanted = [file for file in (arguments.json, arguments.html, arguments.junit) if file]
    places = [file.parent.resolve() / file.name for file in wanted]
    for file, place in zip(wanted, places, strict=True):
        if places.count(place) > 1:
            return _fail(f"{_name(file)} : un seul fichier pour deux rapports.")
        try:
            files.check(file, folder)
        except files.UnwritableError as error:
            return _fail(f"{_name(file)} : {error}.")
    return 0


def _sandbox(chosen: str | None, folder: Path) -> Literal["bwrap", "none"] | None:
    """Le bac à sable, ou l'accord de s'en passer ; None : refus, déjà expliqué."""
    if chosen == "none":
        return "none"
    reason = machine.usable()
    if not reason:
        return "bwrap"
    if chosen is None and _is_ours(folder):
        print(f"Sans bac à sable ({reason}) : c'est notre propre code.", file=sys.stderr)
        return "none"
    print(
        f"Pas de bac à sable : {reason}. Le code d'un inconnu ne sera pas lancé.\n"
        f"`{COMMAND} doctor` dit comment y remédier ; `--sandbox none` s'en passe, pour son "
        "propre code.",
        file=sys.stderr,
    )
    return None


def _is_ours(folder: Path) -> bool:
    try:
        return not INSTALLED and folder.samefile(ROOT)
    except (OSError, ValueError):  # ValueError : un nom que le système refuse
        return False


class _Progress:
    """Une barre sur un terminal ; rien ailleurs. Sans le fil de rich : le correcteur fait fork."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("[dim]Correction[/dim]"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[last]}[/dim]"),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> "_Progress":
        self._progress.start()
        self._task = self._progress.add_task("", total=None, last="")
        return self

    def advance(self, done: int, total: int, last: str) -> None:
        self._progress.update(self._task, completed=done, total=total, last=last)
        self._progress.refresh()

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _write(arguments: argparse.Namespace, report: Report) -> int:
    """Écrit les rapports demandés ; 0, ou le code de l'échec."""
    code = 0
    for file, render in (
        (arguments.json, jsonreport.dump),
        (arguments.html, page.render),
        (arguments.junit, _junit),
    ):
        if file:
            try:
                files.write(file, render(report))
            except files.UnwritableError as error:
                code = _fail(f"{_name(file)} : {error}.")
    return code


def _junit(report: Report) -> str:
    return junit.render(report, Path(report.folder).name)


def _code(report: Report) -> int:
    verdicts = {check.verdict for step in report.steps for check in step.checks}
    if Verdict.ERROR in verdicts:
        return GRADER_ERROR
    if Verdict.NOT_JUDGED in verdicts:
        return NOT_JUDGED
    return OK if verdicts <= {Verdict.PASSED} else NOT_FULL


def hint(arguments: argparse.Namespace) -> int:
    """Ce qui est demandé, et un indice."""
    wanted = arguments.step
    checks = [check for step in catalogue.steps() for check in step.checks if check.id == wanted]
    subjects: Sequence[Step | Check] = checks or catalogue.select(wanted)
    if not subjects:
        return _unknown_step(wanted)

    def show(console: Console) -> None:
        for subject in subjects:
            terminal.show_hint(subject, arguments.level, console)
            console.print()

    display(show)
    return OK


def replay(arguments: argparse.Namespace) -> int:
    """Rejoue les étapes en échec d'un rapport, ou celle qu'on demande ; dit ce qui a changé."""
    try:
        report = restore(arguments.report, catalogue.steps())
    except jsonreport.ReportError as error:
        return _fail(f"{_name(arguments.report)} : {error}.")
    failed = {
        check.check.id
        for step in report.steps
        for check in step.checks
        if check.verdict in jsonreport.TO_REPLAY
    }
    if arguments.step is not None:
        steps = catalogue.select(arguments.step)
        if not steps:
            return _unknown_step(arguments.step)
    else:
        steps = tuple(
            step for step in catalogue.steps() if any(check.id in failed for check in step.checks)
        )
    if report.grader != VERSION:
        other = f"du correcteur {report.grader}, et celui-ci est le {VERSION}"
        print(f"Ce rapport est {other} : les verdicts peuvent changer.", file=sys.stderr)
    if not steps:
        print(f"Rien à rejouer : {ONLY_UNKNOWN if failed else NO_FAILURE}.")
        return OK
    seed = report.seed if arguments.seed is None else arguments.seed
    names = tuple(step.id for step in steps)
    return _run(arguments, Path(report.folder), steps, names, seed, report)


def watch(arguments: argparse.Namespace) -> int:
    """Juge l'étape en cours à chaque enregistrement ; donné seul, `step` peut être le dossier."""
    name, folder = arguments.step, arguments.folder
    wanted = catalogue.select(name or "")
    if name is not None and not wanted:
        if folder or not (os.sep in name or os.path.exists(name)):  # noqa: PTH110 (nul n'est refusé)
            return _unknown_step(name)
        folder = Path(name)
    folder = folder or (Path() if INSTALLED else ROOT)
    sandbox = _sandbox(arguments.sandbox, folder)
    if not sandbox:
        return NO_SANDBOX
    if sandbox == "none" and (reason := machine.cramped()):
        return _fail(f"{reason}.")
    try:
        follow(folder, wanted, sandbox, arguments.seed)
    except RefusedError as error:
        return _fail(str(error))
    return OK


def doctor(_: argparse.Namespace) -> int:
    """Ce qui manque à cette machine, et comment y remédier."""
    findings = machine.diagnose()
    ready = all(finding.ok for finding in findings)

    def show(console: Console) -> None:
        for finding in findings:
            sign, color = MARKS[finding.ok, bool(finding.remedy)]
            detail = f" : {finding.detail}" if finding.detail else ""
            console.print(Text.assemble((sign, color), f" {finding.name}{detail}"))
            if finding.remedy:
                console.print(Text(f"    {finding.remedy}", "cyan"), soft_wrap=True)
        if ready:
            console.print("Tout est prêt pour corriger.")

    display(show)
    return OK if ready else NOT_FULL
