"""Le rapport dans un terminal : le tableau des étapes, ce qui ne va pas, la note."""

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.model.origin import COMMAND
from grader.model.records import Check, CheckResult, Report, Step, StepResult, Verdict
from grader.reports.crashes import Crash, crashes
from grader.reports.evidence import last_lines
from grader.reports.feedback import clean, reason, show_step, split_line, verdict_text
from grader.reports.places import without_places
from grader.reports.priorities import priorities
from grader.reports.prose import Prose, paragraph
from grader.reports.words import duration, mark, moment, number, points, runs, score, verified
from wording.harmless import visible
from wording.numbers import count

OTHERS = 38  # colonnes que prennent, dans le tableau, le verdict, les points et les marges
LEAST_TITLE = 12  # colonnes sans lesquelles un titre ne se lit plus
MAX_NOTES = 20
MAX_CAUSES = 5
CODE = 3  # le niveau de l'indice qui est du code, et non une phrase
MAX_TRACE, MAX_TRACE_LINES = 2000, 12
MAX_NAME = 200
QUIET = frozenset({Verdict.SKIPPED, Verdict.NOT_SUBMITTED, Verdict.NOT_JUDGED, Verdict.ERROR})


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Tout le rapport ; `verbose` y ajoute les contrôles justes et leur récit."""
    report = without_places(report)
    found = crashes(report)
    ranks = {name: rank for rank, crash in enumerate(found, 1) for name in crash.checks}
    _show_title(report, console)
    console.print(_table(report, console.width))
    told = [result for result in report.steps if not _whole(result)]
    for result in told:
        if verbose or any(check.verdict is not Verdict.PASSED for check in result.checks):
            show_step(result, console, ranks, verbose=verbose)
    _show_untold([result for result in report.steps if _whole(result)], ranks, console)
    _show_crashes(found, console)
    _show_notes(report, console)
    _show_priorities(report, console)
    _show_mark(report, console)


def _whole(result: StepResult) -> bool:
    """L'étape tient en une ligne : elle est absente, en suspens ou non jugée tout entière."""
    verdicts = {check.verdict for check in result.checks}
    return len(verdicts) == 1 and verdicts <= QUIET


def _show_title(report: Report, console: Console) -> None:
    name = PurePath(report.folder).name or report.folder
    console.print(split_line(clean(name, "bold", limit=MAX_NAME), Text(moment(report.date), "dim")))
    console.print()


def show_hint(subject: Step | Check, level: int, console: Console) -> None:
    """Les indices d'un contrôle, ou de tous ceux d'une étape, jusqu'au niveau demandé (1 à 3)."""
    checks = subject.checks if isinstance(subject, Step) else (subject,)
    console.print(paragraph(Prose.assemble((subject.id, "bold"), f"  {subject.title}")))
    for check in checks:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=8, style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row("demandé", Prose(check.asks))
        for rank, hint in enumerate(check.hints[: min(level, CODE - 1)], 1):
            grid.add_row(f"indice {rank}", Prose(hint, overflow="fold"))
        console.print()
        if isinstance(subject, Step):
            console.print(paragraph(Prose(check.title, "bold"), 2))
        console.print(Padding(grid, (0, 0, 0, 2)))
        if level == CODE:
            _show_code(check.hints[CODE - 1], console)
    if level < len(checks[0].hints):
        command = f"{COMMAND} hint {subject.id} --level {level + 1}"
        console.print(Text(f"\n  Plus précis : {command}", "cyan"), soft_wrap=True)


def _show_code(code: str, console: Console) -> None:
    """Un retour à la ligne de plus en ferait une erreur de syntaxe."""
    console.print(Text(f"  indice {CODE}", "dim"))
    for line in code.strip("\n").splitlines():
        console.print(Text(f"    {line}"), soft_wrap=True)


def _table(report: Report, width: int) -> Table:
    files, titles = _wide(report, width), not _cramped(report, width)
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 2, 0, 0), header_style="dim")
    table.show_edge = table.pad_edge = False
    table.add_column("Étape", no_wrap=True, style="bold")
    if titles:
        table.add_column("", ratio=1)
    if files:
        table.add_column("Fichier", style="dim", no_wrap=True)
    table.add_column("Verdict" if titles else "", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    for result in report.steps:
        file = _ending(result.file, width // 3)
        title = Prose(result.step.title)
        if not files and result.file not in ("", result.step.file):
            file.stylize("dim")
            title.append("\n").append(file)
        verdict = verdict_text(result.verdict)
        table.add_row(
            result.step.id,
            *([title] if titles else []),
            *([file] if files else []),
            verdict if titles else verdict[:1],
            Text(score(result)),
        )
    return table


def _cramped(report: Report, width: int) -> bool:
    """Vrai si les titres ne tiennent pas : mieux vaut alors des points entiers, et un signe."""
    shown = [(one.step.id, verdict_text(one.verdict).plain, score(one)) for one in report.steps]
    longest = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    return sum(longest) + 3 * 2 + LEAST_TITLE > width


def _wide(report: Report, width: int) -> bool:
    """Vrai si les fichiers tiennent sur une colonne ; sinon, on ne montre que ceux d'un autre nom
    que celui du sujet, sous le titre de leur étape."""
    longest = [
        max((cell_len(text) for text in column), default=0)
        for column in zip(
            *((one.step.id, one.step.title, visible(one.file[:width])) for one in report.steps),
            strict=True,
        )
    ]
    return sum(longest) + OTHERS <= width


def _ending(path: str, room: int) -> Text:
    """La fin d'un chemin, c'est ce qui en compte."""
    text = visible(path[-2 * room :])  # des accents séparés n'occupent aucune colonne
    if len(path) <= 2 * room and cell_len(text) <= room:
        return Text(text)
    while cell_len(text) >= room:
        text = text[1:]
    name = text.find("/")
    return Text(f"…{text[max(0, name) :]}")


def _show_untold(results: list[StepResult], ranks: Mapping[str, int], console: Console) -> None:
    """Les étapes absentes, en suspens ou non jugées, une ligne par cause ; et leurs points."""
    causes: dict[tuple[Verdict, str], list[StepResult]] = {}
    for result in results:
        causes.setdefault((result.verdict, _cause(result, ranks)), []).append(result)
    if causes:
        console.print()
    for (verdict, because), together in causes.items():
        names = ", ".join(result.step.id for result in together)
        points = sum(result.points for result in together)
        earned = sum(result.earned for result in together)
        line = Prose.assemble(verdict_text(verdict), f"  {names} : ", clean(because))
        text = f"{number(earned)} / {number(points)}" if points else "—"
        console.print(split_line(line, Text(text)))


def _cause(result: StepResult, ranks: Mapping[str, int]) -> str:
    if result.verdict is Verdict.NOT_SUBMITTED:
        return f"le sujet demande {result.step.file}"
    reasons = [reason(check, ranks.get(check.check.id, 0)) for check in result.checks]
    return ", ".join(dict.fromkeys(reasons))


def _show_crashes(found: list[Crash], console: Console) -> None:
    for rank, crash in enumerate(found, 1):
        places = crash.checks[0]
        if len(crash.checks) > 1:
            places += f" et {count(len(crash.checks) - 1, 'autre')}"
        title = f"Panne {rank} du correcteur, à {places} : elle ne coûte aucun point"
        trace = last_lines(crash.trace, MAX_TRACE_LINES, MAX_TRACE)
        console.print()
        console.print(paragraph(Prose(title, "bold")))
        console.print(
            Padding(clean(trace, "dim", limit=2 * MAX_TRACE, newlines=True), (0, 0, 0, 2))
        )


def _show_notes(report: Report, console: Console) -> None:
    """Chaque remarque une fois, après tout ce dont elle se dit."""
    places: dict[str, list[str]] = {note: [] for note in report.notes}
    for result in report.steps:
        if result.note:
            places.setdefault(result.note, []).append(result.step.id)
        for check in result.checks:
            for note in _notes(check):
                places.setdefault(note, []).append(check.check.id)
    if not places:
        return
    console.print()
    console.print(Text("Remarques", "bold"))
    grid = Table.grid(padding=(0, 1, 0, 0))
    for note, where in list(places.items())[:MAX_NOTES]:
        place = f"{', '.join(where)} : " if where else ""
        grid.add_row("·", Prose.assemble(place, clean(note), overflow="fold"))
    console.print(Padding(grid, (0, 0, 0, 2)))
    if (missing := len(places) - MAX_NOTES) > 0:
        console.print(Text(f"  … et {count(missing, 'remarque')} de plus"))


def _notes(result: CheckResult) -> list[str]:
    if result.failure:  # déjà dites avec l'échec
        return []
    again = result.verdict is Verdict.PASSED and result.runs > 1
    return [*result.notes, *([f"juste après {runs(result.runs)}"] if again else [])]


def _show_priorities(report: Report, console: Console) -> None:
    """Ce qui coûte le plus, là où l'œil s'arrête ; rien d'une seule faute, qu'on vient de lire."""
    found = priorities(report)
    if len(found) < 2:
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", style="red", no_wrap=True)
    grid.add_column(overflow="fold")
    for cause in found[:MAX_CAUSES]:
        places = f" : {', '.join(cause.places)}" if len(cause.places) > 1 else ""
        title = Prose.assemble(clean(f"{cause.title}{places}", "bold"), overflow="fold")
        held = f" ({points(cause.held)} en suspens)" if cause.held else ""
        grid.add_row(
            f"−{number(cause.lost)}", title.append("\n").append(clean(f"{cause.sentence}{held}"))
        )
    console.print()
    console.rule(style="dim")
    console.print(Text("  À corriger d'abord", "bold"))
    console.print(Padding(grid, (0, 0, 0, 2)))
    if more := found[MAX_CAUSES:]:
        lost = points(sum(cause.lost for cause in more))
        console.print(Text(f"  … et {count(len(more), 'autre')} : {lost}"))


def _show_mark(report: Report, console: Console) -> None:
    share = report.earned / report.points if report.points else 0
    color = "green" if share >= 0.75 else "yellow" if share >= 0.5 else "red"
    text = mark(report)
    word = "" if report.selection else "Note : "
    if not verified(report):
        word, text = "", text.capitalize()
    shelter = "bac à sable bwrap" if report.sandbox == "bwrap" else "sans bac à sable"
    played = sum(check.runs for step in report.steps for check in step.checks)
    facts = [f"graine {report.seed}", shelter, runs(played), duration(report.seconds)]
    facts.append(f"correcteur {report.grader}")
    console.print()
    console.rule(style="dim")
    console.print(Text.assemble(f"  {word}", (text, f"bold {color}")))
    console.print(_counts(report))
    console.print(paragraph(clean(report.folder, "dim"), 2))
    console.print(paragraph(Prose(" · ".join(filter(None, facts)), "dim"), 2))


def _counts(report: Report) -> Text:
    """« 11 ✓ juste   3 ✗ échec » : combien d'étapes par verdict."""
    line = Text(" ")
    for verdict, quantity in Counter(result.verdict for result in report.steps).items():
        line.append_text(Text.assemble(f" {quantity} ", verdict_text(verdict), "  "))
    return line
