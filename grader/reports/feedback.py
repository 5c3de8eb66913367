"""Un contrôle raté, dans le terminal : ce qui est demandé, envoyé, attendu, reçu ; comment refaire.

Jamais de balisage rich autour d'un texte de la copie : que des `Text`, et passés par `visible`.
"""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.model.origin import COMMAND
from grader.model.records import CheckResult, Event, Failure, StepResult, Verdict
from grader.reports import evidence, launching
from grader.reports.difference import WIDTH
from grader.reports.evidence import both_ends, last_lines
from grader.reports.prose import Prose, paragraph
from grader.reports.timeline import folded
from grader.reports.words import EVENTS, VERDICTS, duration, runs, score, unjudged
from wording.harmless import shortened, visible
from wording.numbers import count

COLORS = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.SKIPPED: "dim",
    Verdict.NOT_SUBMITTED: "red",
    Verdict.UNSTABLE: "yellow",
    Verdict.PARTIAL: "yellow",
    Verdict.NOT_JUDGED: "cyan",
    Verdict.ERROR: "magenta",
}
INDENT = 4
LABEL = 9  # colonnes
MAX_TEXT = 600  # caractères d'une preuve ; le rapport HTML en montre davantage
MAX_LINES = 8  # d'une fin de programme
MAX_LIST = 12  # de ce qui est attendu ou reçu : dix URL y tiennent
MAX_COMMAND = 1000
MAX_CONTEXT = 120
MAX_EVENTS, MAX_EVENT, MAX_ACTOR = 40, 200, 40


def clean(text: str, style: str = "", *, limit: int = MAX_TEXT, newlines: bool = False) -> Text:
    """Un texte de la copie, borné et inoffensif."""
    return Prose(visible(shortened(text, limit), newlines=newlines), style, overflow="fold")


def verdict_text(verdict: Verdict) -> Text:
    return Text(" ".join(VERDICTS[verdict]), COLORS[verdict])


def split_line(left: Text, right: Text, indent: int = 0) -> Padding:
    """Une ligne, le second texte contre le bord droit."""
    grid = Table.grid(expand=True, padding=(0, 2))
    grid.add_column(overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(left, right)
    return Padding(grid, (0, 0, 0, indent))


def show_step(
    result: StepResult, console: Console, crashes: Mapping[str, int], *, verbose: bool
) -> None:
    """L'étape et ses contrôles, sauf les justes si l'on n'a pas demandé tout.

    `crashes` : pour chaque contrôle en panne, le numéro de sa trace.
    """
    title = Prose.assemble((result.step.id, "bold"), "  ", (result.step.title, "bold"))
    missing = unjudged(result)
    points = score(result) + (f" ; {missing}" if missing and result.points else "")
    console.print()
    console.rule(style="dim")
    console.print(split_line(title, Text(points, "bold")))
    for context in _context(result):
        console.print(paragraph(clean(context, "dim"), 2))
    told = {
        check.check.id: reason(check, crashes.get(check.check.id, 0)) for check in result.checks
    }
    for check in result.checks:
        if not told[check.check.id]:
            show_check(check, console, verbose=verbose)
    if any(told.values()):
        console.print()
    for together in _by_reason([check for check in result.checks if told[check.check.id]], told):
        console.print(paragraph(_unplayed(together, told[together[0].check.id]), 2))


def _by_reason(
    results: Sequence[CheckResult], told: Mapping[str, str]
) -> Iterable[Sequence[CheckResult]]:
    """Ceux que la même cause a tous empêchés d'être joués, ensemble."""
    groups: dict[object, list[CheckResult]] = {}
    for result in results:
        name = result.check.id
        # Ce qui a pourtant des points les dit, sur sa ligne.
        alone = name if result.earned else ""
        groups.setdefault((result.verdict, told[name], alone), []).append(result)
    return groups.values()


def _unplayed(together: Sequence[CheckResult], because: str) -> Text:
    """Des contrôles qui n'ont pas été joués ; l'un peut avoir gagné des points autrement."""
    first = together[0]
    words = " ".join(VERDICTS[first.verdict])
    points = f" ; {score(first)}" if first.earned else ""
    titles = " · ".join(result.check.title for result in together)
    return clean(f"{words}  {titles} : {because}{points}", "dim", limit=2 * MAX_TEXT)


def _context(result: StepResult) -> list[str]:
    """Le script, et comment il a été lancé quand cela ne va pas de soi."""
    launch = result.launch
    python = result.python and f"Python {result.python}"
    parts = (result.file, python, launching.address(launch) if launch else "")
    lines = [" · ".join(shortened(part, MAX_CONTEXT, end=True) for part in parts if part)]
    if launch and (launch.arguments or launch.answers):
        typed = launching.typed(launch)
        answers = f", puis on tape {typed}" if typed else ""
        lines.append(f"lancé par {shortened(launching.command(result), MAX_CONTEXT)}{answers}")
    if launch and launch.note:
        lines.append(launch.note)
    return [line for line in lines if line]


def show_check(result: CheckResult, console: Console, *, verbose: bool = False) -> None:
    """Un contrôle qui a été jugé ; rien s'il est juste, et qu'on n'a pas demandé tout."""
    if result.verdict is Verdict.PASSED and not verbose:
        return
    console.print()
    headline = Prose.assemble(verdict_text(result.verdict), "  ", (result.check.title, "bold"))
    facts = Text.assemble((runs(result.runs), "dim"), "   ", score(result))
    console.print(split_line(headline, facts, 2))
    if result.failure:
        _show_failure(result.failure, result, console)
    if verbose:
        console.print()
        _show_timeline(result.timeline, console)


def reason(result: CheckResult, crash: int) -> str:
    """Pourquoi un contrôle n'a pas été joué, ou pas jugé ; vide s'il l'a été."""
    match result.verdict:
        case Verdict.SKIPPED:
            return f"{result.cause} a échoué" if result.cause else "une étape précédente a échoué"
        case Verdict.NOT_JUDGED:
            return result.cause or "la machine ou le temps a manqué"
        case Verdict.ERROR:
            return f"le correcteur s'est trompé, pas vous (panne {crash}, plus bas)"
        case _:
            return ""


def _show_failure(failure: Failure, result: CheckResult, console: Console) -> None:
    message = failure.message
    if result.verdict is Verdict.UNSTABLE:
        message += " (Les essais se contredisent.)"
    console.print(Padding(clean(message), (0, 0, 1, INDENT)))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=LABEL, style="dim")
    grid.add_column(overflow="fold")
    grid.add_row("demandé", clean(result.check.asks))
    if failure.sent:
        grid.add_row("envoyé", clean(evidence.sent(failure), newlines=True))
    add_comparison(grid, failure, console.width - INDENT - LABEL - 2)
    if output := evidence.output(failure):
        grid.add_row("affiché", ending(output))
    for note in result.notes:
        grid.add_row("remarque", clean(note))
    grid.add_row("indice", Text(f"{COMMAND} hint {result.check.id}", "cyan"))
    if failure.reproduce:
        number = len(failure.reproduce)
        where = "un terminal" if number == 1 else f"{number} terminaux, dans cet ordre"
        grid.add_row("à coller", f"dans {where} :")
    console.print(Padding(grid, (0, 0, 0, INDENT)))
    _show_commands(failure, console)


def ending(text: str) -> Text:
    """La fin d'un texte de la copie : c'est là que se lit une erreur."""
    return clean(last_lines(text, MAX_LINES, MAX_TEXT), limit=2 * MAX_TEXT, newlines=True)


def _both_ends(text: str) -> Text:
    return clean(both_ends(text, MAX_LIST, MAX_TEXT), limit=2 * MAX_TEXT, newlines=True)


def add_comparison(grid: Table, failure: Failure, width: int) -> None:
    """Ce qui était attendu, ce qui est reçu, et leur première différence, sur `width` colonnes."""
    if difference := evidence.difference(failure, min(width, WIDTH)):
        grid.add_row("attendu", Text(difference.expected, "green"))
        grid.add_row("reçu", Text(difference.received, "red"))
        grid.add_row("", Text(difference.caret, "bold red"))
        grid.add_row("", Prose(difference.sentence))
        grid.add_row("", Text(evidence.likeness(failure), "dim"))
        return
    if failure.expected:
        grid.add_row("attendu", _both_ends(failure.expected))
    if (received := evidence.received(failure)) is not None:
        grid.add_row("reçu", _both_ends(received) if received else Text("rien", "dim"))


def _show_commands(failure: Failure, console: Console) -> None:
    """Sans marge ni coupure : une fois collées, ces lignes ne doivent être que ce qu'elles sont."""
    for rank, commands in enumerate(failure.reproduce, 1):
        if len(failure.reproduce) > 1:
            console.print(Text(f"# terminal {rank}", "dim"))
        for line in shortened(commands, MAX_COMMAND).split("\n"):
            console.print(Text(visible(line), "cyan"), soft_wrap=True)


def _show_timeline(timeline: list[Event], console: Console) -> None:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for row in folded(timeline, MAX_EVENTS // 2, MAX_EVENTS // 2):
        if isinstance(row, int):
            grid.add_row("…", f"{count(row, 'fait')} de plus")
        else:
            actor = clean(row.actor, "bold", limit=MAX_ACTOR)
            text = clean(row.text, limit=MAX_EVENT)
            grid.add_row(duration(row.at), Text.assemble(actor, f" {EVENTS[row.kind]} ", text))
    console.print(Padding(grid, (0, 0, 0, INDENT)))
