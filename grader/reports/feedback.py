"""Un contrôle raté, dans le terminal : ce qui est demandé, envoyé, attendu, reçu ; comment refaire.

Jamais de balisage rich autour d'un texte de la copie : que des `Text`, et passés par `neutral`.
"""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.driving.text import plain
from grader.model import CheckResult, Event, Failure, StepResult, Verdict
from grader.reports.difference import comparable, first_difference
from grader.reports.neutral import last_lines, neutral, shortened
from grader.reports.words import EVENTS, MATCHES, VERDICTS, count, duration, score

COLORS = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.SKIPPED: "dim",
    Verdict.NOT_SUBMITTED: "dim",
    Verdict.UNSTABLE: "yellow",
    Verdict.PARTIAL: "yellow",
    Verdict.NOT_JUDGED: "cyan",
    Verdict.ERROR: "magenta",
}
INDENT = 4
LABEL = 9  # colonnes
MAX_TEXT = 600  # caractères d'une preuve ; le rapport HTML en montre davantage
MAX_LINES = 8
MAX_COMMAND = 1000
MAX_CONTEXT = 120
MAX_EVENTS, MAX_EVENT, MAX_ACTOR = 40, 200, 40


def clean(text: str, style: str = "", *, limit: int = MAX_TEXT, newlines: bool = False) -> Text:
    """Un texte de la copie, borné et inoffensif."""
    return Text(neutral(shortened(text, limit), newlines=newlines), style, overflow="fold")


def verdict_text(verdict: Verdict) -> Text:
    return Text(" ".join(VERDICTS[verdict]), COLORS[verdict])


def split_line(left: Text, right: Text, indent: int = 0) -> Padding:
    """Une ligne, le second texte contre le bord droit."""
    grid = Table.grid(expand=True, padding=(0, 2))
    grid.add_column(overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(left, right)
    return Padding(grid, (0, 0, 0, indent))


def show_step(result: StepResult, console: Console, *, verbose: bool) -> None:
    """L'étape et ses contrôles, sauf les justes si l'on n'a pas demandé tout."""
    title = Text.assemble((result.step.id, "bold"), "  ", (result.step.title, "bold"))
    console.print()
    console.rule(style="dim")
    console.print(split_line(title, Text(score(result.earned, result.step.points), "bold")))
    if context := _context(result):
        console.print(Padding(clean(context, "dim"), (0, 0, 0, 2)))
    for check in result.checks:
        show_check(check, console, verbose=verbose)


def _context(result: StepResult) -> str:
    launch = result.launch
    where = f"{launch.host}:{launch.port}" if launch and launch.port else ""
    python = result.python and f"Python {result.python}"
    parts = (result.file, python, where)
    return " · ".join(shortened(part, MAX_CONTEXT) for part in parts if part)


def show_check(result: CheckResult, console: Console, *, verbose: bool = False) -> None:
    if result.verdict is Verdict.PASSED and not verbose:
        return
    if result.verdict is Verdict.SKIPPED:
        line = f"{' '.join(VERDICTS[Verdict.SKIPPED])}  {result.check.title}"
        because = f" : {result.cause} a échoué" if result.cause else ""
        console.print(Padding(clean(line + because, "dim"), (0, 0, 0, 2)))
        return
    if result.verdict is not Verdict.PASSED:
        console.print()
    console.print(split_line(_headline(result), _points(result), 2))
    if result.verdict is Verdict.ERROR:
        _show_error(result, console)
    if result.failure:
        _show_failure(result.failure, result, console)
    if verbose:
        _show_timeline(result.timeline, console)


def _headline(result: CheckResult) -> Text:
    return Text.assemble(verdict_text(result.verdict), "  ", (result.check.title, "bold"))


def _points(result: CheckResult) -> Text:
    return Text(score(result.earned, result.check.points))


def _show_error(result: CheckResult, console: Console) -> None:
    plain = "Le correcteur s'est trompé, pas vous : cela ne coûte aucun point."
    trace = clean(last_lines(result.error, MAX_LINES, MAX_TEXT), "dim", newlines=True)
    console.print(Padding(Text(plain), (0, 0, 0, INDENT)))
    console.print(Padding(trace, (0, 0, 0, INDENT)))


def _show_failure(failure: Failure, result: CheckResult, console: Console) -> None:
    message = failure.message
    if result.verdict is Verdict.UNSTABLE:
        message += f" ({max(2, result.runs)} essais se contredisent.)"
    console.print(Padding(clean(message), (0, 0, 1, INDENT)))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=LABEL, style="dim")
    grid.add_column(overflow="fold")
    grid.add_row("demandé", clean(result.check.asks))
    if failure.sent:
        grid.add_row("envoyé", clean(failure.sent))
    _add_comparison(grid, failure, console.width - INDENT - LABEL - 2)
    if failure.output:
        output = last_lines(plain(failure.output), MAX_LINES, MAX_TEXT)
        grid.add_row("affiché", clean(output, newlines=True))
    for note in result.notes:
        grid.add_row("remarque", clean(note))
    grid.add_row("indice", Text(f"python -m grader hint {result.check.id}", "cyan"))
    if failure.reproduce:
        grid.add_row("à coller", "pour le refaire à la main :")
    console.print(Padding(grid, (0, 0, 0, INDENT)))
    for command in failure.reproduce:
        # Une commande coupée par un vrai retour à la ligne ne se collerait plus.
        line = " " * INDENT + neutral(shortened(command, MAX_COMMAND))
        console.print(Text(line, "cyan"), soft_wrap=True)


def _add_comparison(grid: Table, failure: Failure, width: int) -> None:
    if not (failure.expected or failure.received):
        return
    expected, received = comparable(failure.expected, failure.received)
    difference = first_difference(expected, received, width)
    if not (difference and expected and received and failure.match):
        nothing = Text("rien", "dim")
        for label, text in (("attendu", failure.expected), ("reçu", failure.received)):
            shown = last_lines(text, MAX_LINES, MAX_TEXT)
            grid.add_row(label, clean(shown, newlines=True) if text else nothing)
        return
    grid.add_row("attendu", Text(difference.expected, "green"))
    grid.add_row("reçu", Text(difference.received, "red"))
    grid.add_row("", Text(difference.caret, "bold red"))
    grid.add_row("", Text(difference.sentence))
    grid.add_row("", Text(MATCHES[failure.match], "dim"))


def _show_timeline(timeline: list[Event], console: Console) -> None:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for event in timeline[:MAX_EVENTS]:
        actor = clean(event.actor, "bold", limit=MAX_ACTOR)
        text = clean(event.text, limit=MAX_EVENT)
        grid.add_row(duration(event.at), Text.assemble(actor, f" {EVENTS[event.kind]} ", text))
    if (missing := len(timeline) - MAX_EVENTS) > 0:
        grid.add_row("…", f"{count(missing, 'fait')} de plus")
    console.print(Padding(grid, (0, 0, 0, INDENT)))
