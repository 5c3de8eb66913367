"""Ce que fait chaque commande."""

import argparse
import errno
import sys
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from grader import catalogue
from grader.cli import BAD_INPUT, GRADER_ERROR, NO_SANDBOX, NOT_FULL, OK, ROOT
from grader.discovery.files import SubmissionError
from grader.engine import grading
from grader.engine.preparing import NoInterpreterError
from grader.model import Report, Step, Verdict
from grader.reports import jsonreport, page, terminal
from grader.reports.neutral import neutral, shortened
from grader.sandbox import doctor as machine


def _fail(message: str, code: int = BAD_INPUT) -> int:
    print(message, file=sys.stderr)
    return code


def _name(text: object) -> str:
    return neutral(shortened(str(text), 200))


def grade(arguments: argparse.Namespace) -> int:
    """Juge `folder`, ou ce dépôt ; `step` choisit des étapes, None : toutes."""
    wanted = arguments.step
    steps = catalogue.steps() if wanted is None else catalogue.select(wanted)
    if not steps:
        return _unknown_step(wanted)
    folder = arguments.folder or ROOT
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
) -> int:
    errors = Console(stderr=True)
    for file in (arguments.json, arguments.html):
        if file and (reason := _unwritable(file)):
            return _fail(f"{_name(file)} : {reason}.")
    sandbox = _sandbox(arguments.sandbox, folder)
    if not sandbox:
        return NO_SANDBOX
    options = grading.Options(folder, steps, selection=selection, sandbox=sandbox)
    options = grading.with_settings(options, seed=seed, jobs=arguments.jobs)
    try:
        with _Progress(errors) as progress:
            report = grading.grade(grading.with_settings(options, progress=progress.advance))
    except (SubmissionError, NoInterpreterError) as error:
        return _fail(str(error))
    terminal.show(report, Console(soft_wrap=False), verbose=arguments.verbose)
    return _write(arguments, report) or _code(report)


def _unwritable(file: Path) -> str:
    """Pourquoi on ne pourra pas écrire ce fichier ; à savoir avant de corriger, pas après."""
    try:
        existed = file.exists()
        if not existed or file.is_file():  # ouvrir un tube attendrait son lecteur
            with file.open("ab"):
                pass
        if not existed:
            file.unlink()
    except OSError as error:
        return _explain(error, file)
    return "c'est un dossier" if file.is_dir() else ""


def _explain(error: OSError, file: Path) -> str:
    match error:
        case PermissionError():
            return "vous n'avez pas le droit d'y écrire"
        case FileNotFoundError() if not file.parent.is_dir():
            return "son dossier n'existe pas"
        case OSError(errno=errno.ENOSPC):
            return "il n'y a plus de place sur le disque"
        case _:
            return "impossible d'y écrire"


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
        "`python -m grader doctor` dit comment y remédier ; `--sandbox none` s'en passe, pour son "
        "propre code.",
        file=sys.stderr,
    )
    return None


def _is_ours(folder: Path) -> bool:
    try:
        return folder.samefile(ROOT)
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
    for file, render in ((arguments.json, jsonreport.dump), (arguments.html, page.render)):
        if file:
            try:
                file.write_text(render(report), encoding="utf-8")
            except OSError as error:
                return _fail(f"{_name(file)} : {_explain(error, file)}.")
    return 0


def _code(report: Report) -> int:
    verdicts = {check.verdict for step in report.steps for check in step.checks}
    if Verdict.ERROR in verdicts:
        return GRADER_ERROR
    return OK if verdicts <= {Verdict.PASSED} else NOT_FULL


def step(arguments: argparse.Namespace) -> int:
    return grade(arguments)


def hint(arguments: argparse.Namespace) -> int:
    wanted, console = arguments.step, Console()
    checks = [check for step in catalogue.steps() for check in step.checks if check.id == wanted]
    for subject in checks or catalogue.select(wanted):
        terminal.show_hint(subject, arguments.level, console)
        console.print()
    if not checks and not catalogue.select(wanted):
        return _unknown_step(wanted)
    return OK


def replay(arguments: argparse.Namespace) -> int:
    """Rejoue les étapes en échec d'un rapport, ou celle qu'on demande, avec tous les détails."""
    try:
        report = jsonreport.read(arguments.report)
    except jsonreport.ReportError as error:
        return _fail(f"{_name(arguments.report)} : {error}.")
    if arguments.step is not None:
        steps = catalogue.select(arguments.step)
        if not steps:
            return _unknown_step(arguments.step)
    else:
        steps = tuple(
            step
            for step in catalogue.steps()
            if any(check.id in report.failed for check in step.checks)
        )
    if not steps:
        print("Rien à rejouer : aucun contrôle de ce rapport n'a échoué.")
        return OK
    seed = report.seed if arguments.seed is None else arguments.seed
    names = tuple(step.id for step in steps)
    return _run(arguments, Path(report.folder), steps, names, seed)


def doctor(_: argparse.Namespace) -> int:
    console = Console()
    findings = machine.diagnose()
    for finding in findings:
        mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
        console.print(mark, finding.name, end="")
        console.print(f" : {finding.detail}" if finding.detail else "", markup=False)
        if not finding.ok and finding.remedy:
            console.print(f"    {finding.remedy}", style="cyan", markup=False, soft_wrap=True)
    if all(finding.ok for finding in findings):
        console.print("Tout est prêt pour corriger.")
        return OK
    return NOT_FULL
