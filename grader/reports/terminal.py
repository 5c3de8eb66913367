"""Le rapport dans un terminal : le tableau des étapes, ce qui ne va pas, la note."""

from collections import Counter

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.model import Check, CheckResult, Report, Step, Verdict
from grader.reports.feedback import clean, show_step, verdict_text
from grader.reports.neutral import neutral
from grader.reports.words import count, duration, mark, score

WIDE = 100  # colonnes ; en deçà, le tableau ne nomme que les fichiers d'un autre nom que le sujet
MAX_NOTES = 20
CODE = 3  # le niveau de l'indice qui est du code, et non une phrase
BARE = frozenset({Verdict.PASSED, Verdict.SKIPPED, Verdict.NOT_SUBMITTED})


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Tout le rapport ; `verbose` y ajoute les contrôles justes et leur récit."""
    console.print(_table(report, console.width))
    for result in report.steps:
        if verbose or any(check.verdict not in BARE for check in result.checks):
            show_step(result, console, verbose=verbose)
    _show_unjudged(report, console)
    _show_notes(report, console)
    _show_mark(report, console)


def show_hint(subject: Step | Check, level: int, console: Console) -> None:
    """Les indices d'un contrôle, ou de tous ceux d'une étape, jusqu'au niveau demandé (1 à 3)."""
    checks = subject.checks if isinstance(subject, Step) else (subject,)
    console.print(Text.assemble((subject.id, "bold"), f"  {subject.title}"))
    for check in checks:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=8, style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row("demandé", Text(check.asks))
        for rank, hint in enumerate(check.hints[: min(level, CODE - 1)], 1):
            grid.add_row(f"indice {rank}", Text(hint, overflow="fold"))
        console.print()
        if isinstance(subject, Step):
            console.print(Padding(Text(check.title, "bold"), (0, 0, 0, 2)))
        console.print(Padding(grid, (0, 0, 0, 2)))
        if level == CODE:
            _show_code(check.hints[CODE - 1], console)
    if level < len(checks[0].hints):
        command = f"python -m grader hint {subject.id} --level {level + 1}"
        console.print(Text(f"\n  Plus précis : {command}", "cyan"), soft_wrap=True)


def _show_code(code: str, console: Console) -> None:
    """Un retour à la ligne de plus en ferait une erreur de syntaxe."""
    console.print(Text(f"  indice {CODE}", "dim"))
    for line in code.strip("\n").splitlines():
        console.print(Text(f"    {line}"), soft_wrap=True)


def _table(report: Report, width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 2, 0, 0), header_style="dim")
    table.show_edge = table.pad_edge = False
    table.add_column("Étape", no_wrap=True, style="bold")
    table.add_column("", ratio=1)
    if width >= WIDE:
        table.add_column("Fichier", style="dim", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    for result in report.steps:
        file = _ending(result.file, width // 3)
        points = Text(score(result.earned, result.step.points))
        title = Text(result.step.title)
        if width < WIDE and result.file not in ("", result.step.file):
            file.stylize("dim")
            title.append("\n").append(file)
        files = [file] if width >= WIDE else []
        table.add_row(result.step.id, title, *files, verdict_text(result.verdict), points)
    return table


def _ending(path: str, room: int) -> Text:
    """La fin d'un chemin, c'est ce qui en compte."""
    text = neutral(path[-2 * room :])  # des accents séparés n'occupent aucune colonne
    if len(path) <= 2 * room and cell_len(text) <= room:
        return Text(text)
    while cell_len(text) >= room:
        text = text[1:]
    name = text.find("/")
    return Text(f"…{text[max(0, name) :]}")


def _show_unjudged(report: Report, console: Console) -> None:
    """Une ligne par étape absente, ou en suspens tout entière."""
    console.print()
    for result in report.steps:
        if result.verdict is Verdict.NOT_SUBMITTED:
            reason = f"le sujet demande {result.step.file}"
        elif result.verdict is Verdict.SKIPPED:
            causes = sorted({check.cause for check in result.checks if check.cause})
            reason = f"{', '.join(causes)} a échoué" if causes else "une étape précédente a échoué"
        else:
            continue
        verdict = verdict_text(result.verdict)
        console.print(Text.assemble(verdict, f"  {result.step.id} : {reason}", style="dim"))


def _show_notes(report: Report, console: Console) -> None:
    notes = [("", note) for note in report.notes]
    for result in report.steps:
        notes += [(result.step.id, note) for note in (result.note,) if note]
        notes += [(check.check.id, note) for check in result.checks for note in _notes(check)]
    if not notes:
        return
    console.print()
    console.print(Text("Remarques", "bold"))
    for where, note in notes[:MAX_NOTES]:
        console.print(Text.assemble("  · ", f"{where} : " if where else "", clean(note)))
    if (missing := len(notes) - MAX_NOTES) > 0:
        console.print(Text(f"  … et {count(missing, 'remarque')} de plus"))


def _notes(result: CheckResult) -> list[str]:
    return [] if result.failure else result.notes  # déjà dites avec l'échec


def _show_mark(report: Report, console: Console) -> None:
    share = report.earned / report.points if report.points else 0
    color = "green" if share >= 0.75 else "yellow" if share >= 0.5 else "red"
    word = "" if report.selection else "Note : "
    shelter = "bac à sable bwrap" if report.sandbox == "bwrap" else "sans bac à sable"
    facts = f"graine {report.seed} · {shelter} · {duration(report.seconds)}"
    console.rule(style="dim")
    console.print(Text.assemble(f"  {word}", (mark(report), f"bold {color}")))
    console.print(_counts(report))
    console.print(Text.assemble("  ", clean(report.folder)), style="dim")
    console.print(Text(f"  {facts}", "dim"))


def _counts(report: Report) -> Text:
    """« 11 ✓ juste   3 ✗ échec » : combien d'étapes par verdict."""
    line = Text(" ")
    for verdict, quantity in Counter(result.verdict for result in report.steps).items():
        line.append_text(Text.assemble(f" {quantity} ", verdict_text(verdict), "  "))
    return line
