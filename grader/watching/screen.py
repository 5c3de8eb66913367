"""Ce que l'on voit en travaillant : le premier contrôle raté, de quoi comprendre, les touches."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.engine import catalogue
from grader.model.records import CheckResult, Step, StepResult, Verdict
from grader.reports import evidence
from grader.reports.feedback import (
    LABEL,
    add_comparison,
    clean,
    ending,
    reason,
    split_line,
    verdict_text,
)
from grader.reports.prose import Prose, paragraph
from grader.reports.words import duration, mark, score
from grader.watching.work import SEARCHING, Order, Showing, Work
from wording.numbers import count, plural

KEYS = (
    ("n", "suivante"),
    ("r", "refaire"),
    ("h", "indice"),
    ("l", "liste"),
    ("t", "tout noter"),
    ("q", "quitter"),
)
INDENT = 2
GAP = "   "
CODE = 3  # le niveau de l'indice qui est du code, et non une phrase
MAX_REASON = 1000
MISTAKEN = "le correcteur s'est trompé, pas vous"
ALL_RIGHT = "Tout est juste."
NEXT = "« n » passe à la suite."


def show(work: Work, console: Console, *, keys: bool = True) -> None:
    """Tout l'écran ; `keys` : avec les touches, si quelqu'un peut les presser."""
    if work.page is Showing.LIST:
        _show_list(work, console)
    elif work.step:
        _show_step(work, work.step, console, keys=keys)
    _show_progress(work, console)
    for line in filter(None, (*work.standing, work.notice)):
        console.print()
        console.print(paragraph(clean(line, "yellow", limit=MAX_REASON), INDENT))
    if keys:
        _show_keys(work, console)


def _show_step(work: Work, step: Step, console: Console, *, keys: bool) -> None:
    title = Prose.assemble((step.id, "bold"), "  ", (step.title, "bold"))
    points = score(work.result) if work.result else ""
    console.print(split_line(title, Text(points, "bold")))
    if facts := _facts(work):
        console.print(paragraph(clean(facts, "dim"), INDENT))
    if work.failed:
        console.print()
        console.print(paragraph(clean(work.failed, "red", limit=MAX_REASON), INDENT))
    elif shown := work.shown:
        _show_check(work, shown, console)
    elif work.result:
        _show_success(work.result, console, keys=keys)
    _show_hints(work, console)


def _facts(work: Work) -> str:
    """Ce qui vient d'être enregistré ; puis le script jugé, et ce qu'il vaut."""
    if not work.result:
        return work.saved and f"enregistré : {work.saved}"
    if not work.result.file:
        return ""
    passed = sum(check.verdict is Verdict.PASSED for check in work.result.checks)
    return f"{work.result.file} · {_share(passed, 'juste', len(work.result.checks))}"


def _share(quantity: int, state: str, total: int) -> str:
    """« 7 contrôles justes sur 8 »."""
    return f"{count(quantity, 'contrôle')} {state}{plural(quantity)} sur {total}"


def _show_success(result: StepResult, console: Console, *, keys: bool) -> None:
    console.print()
    line = Text.assemble(verdict_text(result.verdict), "  ")
    told = f"{ALL_RIGHT} {NEXT}" if keys else ALL_RIGHT
    console.print(paragraph(Prose.assemble(line, told), INDENT))
    for note in dict.fromkeys(note for check in result.checks for note in check.notes):
        console.print(paragraph(clean(f"· {note}", "dim"), INDENT))


def _show_check(work: Work, shown: CheckResult, console: Console) -> None:
    console.print()
    if shown.verdict is Verdict.NOT_SUBMITTED and work.result:
        _show_absence(work.result, console)
        return
    headline = Prose.assemble(verdict_text(shown.verdict), "  ", (shown.check.title, "bold"))
    aside = score(shown) if work.sure else "à confirmer"
    console.print(split_line(headline, Text(aside, "" if work.sure else "yellow"), INDENT))
    if because := _reason(shown):
        console.print(paragraph(clean(because), 2 * INDENT))
    if shown.failure:
        console.print(paragraph(clean(shown.failure.message), 2 * INDENT))
    console.print()
    console.print(Padding(_evidence(shown, console.width), (0, 0, 0, 2 * INDENT)))


def _reason(shown: CheckResult) -> str:
    """Pourquoi le contrôle n'a pas été joué, ou pas jugé ; vide s'il l'a été."""
    if shown.verdict is Verdict.ERROR:
        return f"{MISTAKEN} : {evidence.last_lines(shown.error, 1, MAX_REASON)}"
    return reason(shown, 0)


def _show_absence(result: StepResult, console: Console) -> None:
    line = f"le sujet demande {result.step.file}"
    told = Prose.assemble(verdict_text(result.verdict), "  ", clean(line))
    console.print(paragraph(told, INDENT))
    if result.note:
        console.print(paragraph(clean(result.note), 2 * INDENT))
    console.print()
    grid = _grid()
    for rank, one in enumerate(result.checks):
        grid.add_row("" if rank else "à faire", Prose(one.check.title))
    console.print(Padding(grid, (0, 0, 0, 2 * INDENT)))


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=LABEL, style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _evidence(shown: CheckResult, width: int) -> Table:
    grid = _grid()
    grid.add_row("demandé", clean(shown.check.asks))
    if failure := shown.failure:
        if failure.sent:
            grid.add_row("envoyé", clean(evidence.sent(failure), newlines=True))
        add_comparison(grid, failure, width - 2 * INDENT - LABEL - 2)
        if output := evidence.output(failure):
            grid.add_row("affiché", ending(output))
        for note in shown.notes:
            grid.add_row("remarque", clean(note))
    return grid


def _show_hints(work: Work, console: Console) -> None:
    """Les indices demandés ; le dernier est du code : ni marge, ni coupure, pour être copié."""
    check = work.subject
    if not check or not work.level:
        return
    grid = _grid()
    for rank, hint in enumerate(check.hints[: min(work.level, CODE - 1)], 1):
        grid.add_row(f"indice {rank}", Prose(hint, overflow="fold"))
    console.print()
    console.print(Padding(grid, (0, 0, 0, 2 * INDENT)))
    if work.level == CODE:
        console.print(paragraph(Text(f"indice {CODE}", "dim"), 2 * INDENT))
        for line in check.hints[CODE - 1].strip("\n").splitlines():
            console.print(Text(f"    {line}"), soft_wrap=True)


def _show_progress(work: Work, console: Console) -> None:
    """Ce qui se juge en ce moment, en une ligne."""
    if work.judging is Order.JUDGE and work.step:
        sure = sum(one.sure for one in work.tried.values())
        line = f"Jugement en cours : {_share(sure, 'jugé', len(work.step.checks))}."
    elif work.judging is Order.JUDGE_ALL:
        line = "Tout se note" if work.step else SEARCHING
        if work.done.total:
            line += f" : {_share(work.done.done, 'jugé', work.done.total)}"
        line += "."
    else:
        return
    console.print()
    console.print(paragraph(Prose(line, "cyan"), INDENT))


def _show_list(work: Work, console: Console) -> None:
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(width=1)
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    grid.add_column(no_wrap=True)
    for step in catalogue.steps():
        verdict = work.memory.verdicts.get(step.id)
        state = verdict_text(verdict) if verdict else Text("·  à juger", "dim")
        grid.add_row("▸" if step == work.step else "", step.id, step.title, state)
    console.print(grid)
    if report := work.report:
        console.print()
        facts = f"note du {report.date:%H:%M:%S}, en {duration(report.seconds)}"
        console.print(paragraph(Prose.assemble((f"{mark(report)}", "bold"), f"  {facts}"), INDENT))


def _show_keys(work: Work, console: Console) -> None:
    """Les touches, et ce qu'elles feraient maintenant ; aucune n'est coupée par le bord."""
    words = dict(KEYS)
    if not work.step:
        del words["n"], words["h"]
    if work.page is Showing.LIST:
        words["l"] = "étape"
    elif work.level:
        words["h"] = f"indice {work.level + 1}" if work.level < CODE else "sans indice"
    line = Text()
    console.print()
    for key, word in words.items():
        told = Text.assemble((key, "bold cyan"), f" {word}")
        if line and INDENT + line.cell_len + len(GAP) + told.cell_len > console.width:
            console.print(paragraph(line, INDENT))
            line = Text()
        line = Text.assemble(line, GAP if line else "", told)
    console.print(paragraph(line, INDENT))
