"""Le rapport dans le terminal, tel qu'on le lit : terminal.txt, à 80 colonnes.

Pour l'écrire de nouveau : REWRITE=1 python -m pytest tests/grader/reports/test_terminal.py
"""

import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.model.records import Event, Match, Report, Verdict
from grader.reports.terminal import show, show_hint
from tests.grader.reports import sample
from wording.harmless import visible

GOLDEN = Path(__file__).with_name("terminal.txt")


def written(
    draw: Callable[[Console], None], width: int = 80, *, color: bool = False
) -> tuple[str, list[str]]:
    """Le texte brut, et ses lignes sans les blancs de droite."""
    file = io.StringIO()
    draw(Console(file=file, width=width, force_terminal=color, legacy_windows=False))
    text = file.getvalue()
    return text, [line.rstrip() for line in text.splitlines()]


def shown(report: Report, width: int = 80, *, verbose: bool = False) -> str:
    lines = written(lambda console: show(report, console, verbose=verbose), width)[1]
    return "\n".join(lines) + "\n"


def test_the_whole_report_at_80_columns() -> None:
    text = shown(sample.report())
    if os.environ.get("REWRITE"):
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_nothing_overflows(width: int) -> None:
    report = sample.hostile()
    for step in report.steps:
        for check in step.checks:
            if check.failure:
                check.failure.reproduce = ()  # une commande, elle, ne se coupe pas
    assert max(map(cell_len, shown(report, width).splitlines())) <= width


def test_a_command_is_never_cut() -> None:
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.reproduce = ("python " + "x" * 300,)
    assert f"\n{failure.reproduce[0]}\n" in shown(report, 60)


def test_in_little_room_the_points_stay_whole() -> None:
    report = sample.report()
    report.steps[0].step = replace(report.steps[0].step, id="I.2.async_multiple")
    report.steps[3].checks[0].earned = 0.1375
    text = shown(report, 40)
    assert re.search(r"\nI\.2\.async_multiple +✓ +1 / 1\n", text)
    assert re.search(r"\nII\.5\.server +◐ +0,6375 / 2\n", text)


def test_files_leave_narrow_tables() -> None:
    assert "Fichier" not in shown(sample.report(), 60)
    assert "TP6/partie 1/web_async_mutiple.py " in shown(sample.report(), 120)


@pytest.mark.parametrize("color", [True, False])
def test_hostile_text_is_shown_as_is_and_does_nothing(color: bool) -> None:
    report = sample.hostile()
    text, _ = written(lambda console: show(report, console, verbose=True), 4000, color=color)
    bare, colors = re.subn(r"\x1b\[[0-9;]*m", "", text)  # les couleurs que rich écrit
    assert bool(colors) is color
    assert visible(bare, newlines=True) == bare
    assert f"{visible(sample.HOSTILE)}L'annonce d'arrivée" in bare


def test_huge_texts_are_cut() -> None:
    text = shown(sample.huge("x"), verbose=True)
    assert "caractères de plus]" in text
    assert len(text) < 100_000


def test_a_long_file_name_leaves_the_table_too() -> None:
    report = sample.report()
    report.steps[0].file = "un/dossier/" * 9 + "sleep.py"
    text = shown(report, 120)
    assert "Fichier" not in text
    assert re.search(r"\n +…/dossier(/un/dossier)*/sleep\.py\n", text)


def test_a_selection_has_no_mark() -> None:
    text = shown(replace(sample.report(), selection=("II.5",), sandbox="none"))
    assert "  2,75 / 6,5 points" in text
    assert "Note" not in text
    assert "sans bac à sable" in text


def test_verbose_tells_what_is_right_and_how_it_went() -> None:
    text = shown(sample.report(), verbose=True)
    assert "✓ juste  Compter deux fois" in text
    assert "0,18 s  client A reçoit Annonce : ambre a rejoin la chatroom␊" in text
    assert "✓ juste  Compter deux fois" not in shown(sample.report())


def test_many_notes_and_events_are_bounded() -> None:
    report = replace(sample.report(), notes=[f"note {i}" for i in range(10_000)])
    report.steps[0].checks[0].trial.timeline = [Event("site", "note", "…", 0.0)] * 5000
    text = shown(report, verbose=True)
    assert "  … et 9\u00a0981 remarques de plus" in text
    assert "note 18" in text
    assert "note 20" not in text
    assert "4\u00a0960 faits de plus" in text
    assert text.count("site remarque") == 40


def test_the_caret_is_under_the_difference() -> None:
    lines = shown(sample.report()).splitlines()
    row = next(i for i, line in enumerate(lines) if line.strip() == "^")
    column = lines[row].index("^")
    assert (lines[row - 2][column], lines[row - 1][column]) == ("t", "·")


def test_only_texts_that_were_compared_have_a_caret() -> None:
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.match = None
    text = shown(report)
    assert "^" not in text
    assert "attendu    Annonce : ambre a rejoint la chatroom" in text


@pytest.mark.parametrize("match", [None, *Match])
@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_and_match_can_be_shown(verdict: Verdict, match: Match | None) -> None:
    report = sample.report()
    result = report.steps[3].checks[0]
    assert result.failure
    result.verdict, result.failure.match = verdict, match
    assert "Note : " in shown(report, verbose=True)


def test_an_empty_report() -> None:
    assert "Rien n'a pu être jugé" in shown(replace(sample.report(), steps=[], notes=[]))


def test_hints_up_to_a_level() -> None:
    check = sample.joining().check
    text = "\n".join(written(lambda console: show_hint(check, 1, console), 100)[1])
    assert sample.HINTS[0] in text
    assert sample.HINTS[1] not in text
    assert "python -m grader hint II.5.server.joins --level 2" in text


def test_hints_of_a_whole_step() -> None:
    step = sample.chat().step
    text = "\n".join(written(lambda console: show_hint(step, 3, console), 100)[1])
    assert text.count(sample.HINTS[2]) == len(step.checks)
    assert "--level" not in text


def test_one_trace_for_sixteen_checks_and_no_mark() -> None:
    """Rien n'a pu être jugé : ni note, ni étape en détail, et la même trace une seule fois."""
    report = sample.report()
    for step in report.steps:
        step.verdict = Verdict.ERROR
        for check in step.checks:
            check.verdict, check.earned = Verdict.ERROR, 0.0
            check.trial.error = sample.TRACE
    text = shown(report, 120)
    assert text.count("KeyError: 8888") == 1
    assert "Panne 1 du correcteur, à I.1.sync.counts et 10 autres" in text
    every = ", ".join(step.step.id for step in report.steps)
    assert text.count("(panne 1, plus bas)") == 1
    assert f"! panne  {every} : le correcteur s'est trompé" in " ".join(text.split("\n"))
    assert "Rien n'a pu être jugé" in text
    assert "Note" not in text


def test_what_is_not_submitted_is_as_visible_as_a_failure() -> None:
    text, _ = written(lambda console: show(sample.report(), console), color=True)
    absent, failed = (re.findall(rf"(\S*)\x1b?\S*{sign} ", text) for sign in "∅✗")
    assert set(absent) == set(failed) == {"\x1b[31m"}
    assert re.search(r"∅ non rendu.*II\.6\.server : le sujet demande .*0 / 1\n", text)


def test_what_costs_most_is_told_at_the_end() -> None:
    text = shown(sample.report())
    assert "\n  À corriger d'abord\n  −1,25  II.5.server : Annoncer une arrivée\n" in text
    assert "         L'annonce d'arrivée n'a pas le texte demandé. (1 point en suspens)\n" in text
    assert text.index("Remarques") < text.index("À corriger d'abord") < text.index("Note : ")
    alone = replace(sample.report(), steps=[sample.sleeping(), sample.pages()])
    assert "À corriger d'abord" not in shown(alone)  # une seule faute : on vient de la lire


def test_many_causes_are_counted_and_many_steps_are_named() -> None:
    report = sample.report()
    for number in range(8):
        more = sample.pages()
        more.step = replace(more.step, id=f"I.{number + 4}.async")
        for check in more.checks:
            check.check = replace(check.check, id=f"{more.step.id}.{check.check.title}")
        report.steps.append(more)
    report.steps.append(sample.unjudged("II.9", "", "x.py", Verdict.NOT_SUBMITTED))
    text = shown(report)
    assert "−2  2 étapes : II.6.server, II.9\n" in text
    assert "  … et 7 autres : 3,5 points\n" in text


def test_what_is_received_keeps_its_head() -> None:
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.match, failure.received = None, "\n".join(f"ligne {n}" for n in range(60))
    text = shown(report)
    for line in ("reçu       ligne 0", "[… 48 lignes de plus]", "ligne 59"):
        assert f"{line}\n" in text


def test_the_folders_of_this_machine_are_abridged() -> None:
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.output = 'File "/opt/py/lib/python3.13/asyncio/runners.py", line 118'
    assert 'File "…/asyncio/runners.py", line 118' in shown(report)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_ends_inside_quotation_marks(width: int) -> None:
    for line in shown(sample.report(), width, verbose=True).splitlines():
        assert not line.endswith("«")
        assert not re.match(r" *[»:;?]( |$)", line)


def test_runs_are_told() -> None:
    report = sample.report()
    assert re.search(r"Annoncer une arrivée +3 essais +0,25 / 0,5\n", shown(report))
    report.steps[0].checks[0].runs = 2
    text = shown(report)
    assert "· I.1.sync.counts : juste après 2 essais" in text
    assert "graine 4217 · bac à sable bwrap · 14 essais · 12,34 s · correcteur 2.0" in text


def test_the_launch_is_told_without_braces() -> None:
    text = shown(sample.report())
    assert "lancé par python web_async_mutiple.py -f urls.txt, puis on tape Entrée" in text
    assert not re.search(r"\{(url|file|host|port)\}", text)


def test_several_terminals_are_numbered_and_every_line_can_be_pasted() -> None:
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.reproduce = ("cd ici\npython client.py\nHello", "nc -l 8888")
    assert "\n# terminal 1\ncd ici\npython client.py\nHello\n# terminal 2\nnc -l 8888\n" in shown(
        report
    )
    failure.reproduce = failure.reproduce[:1]
    text = shown(report)
    assert "dans un terminal :\ncd ici\n" in text
    assert "# terminal" not in text


def test_the_code_of_a_hint_is_never_wrapped() -> None:
    code = "def f():\n    return " + " + ".join(["quelque_chose"] * 9) + "  # « et » : rien"
    subject = replace(sample.joining().check, hints=("a", "b", code))
    lines = written(lambda console: show_hint(subject, 3, console), 60)[1]
    first = next(n for n, line in enumerate(lines) if "def f():" in line)
    assert lines[first - 1] == "  indice 3"
    assert lines[first : first + 2] == [f"    {line}" for line in code.split("\n")]


def test_what_was_sent_is_seen_to_the_last_newline() -> None:
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.sent = "https://a.fr\n\nhttps://b.fr\n"
    assert re.search(r"envoyé +https://a.fr⏎\n +⏎\n +https://b.fr⏎\n", shown(report))


def test_the_same_remark_is_made_once() -> None:
    report = sample.report()
    for result in report.steps[0].checks + report.steps[2].checks[:1]:
        result.trial.notes = ["Le message est entre guillemets."]
    assert ("  · I.1.sync.counts, I.3.async.lands : Le message est entre guillemets.\n") in shown(
        report
    )
