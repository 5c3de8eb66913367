"""Un contrôle et une étape dans le terminal : chaque ligne est à sa place, et inoffensive."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console
from rich.text import Text

from grader.model.records import CheckResult, Failure, Outcome, StepResult, Verdict
from grader.reports.feedback import clean, reason, show_check, show_step, split_line, verdict_text
from grader.reports.words import VERDICTS
from tests.grader.reports import sample


def written(draw: Callable[[Console], None], width: int = 80) -> list[str]:
    file = io.StringIO()
    draw(Console(file=file, width=width))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def check_lines(result: CheckResult, *, verbose: bool = False) -> list[str]:
    return written(lambda console: show_check(result, console, verbose=verbose))


def step_lines(result: StepResult, *, verbose: bool = False) -> list[str]:
    ranks = {"I.3.async.together": 3}
    return written(lambda console: show_step(result, console, ranks, verbose=verbose))


def test_a_text_from_a_copy_is_bounded_and_harmless() -> None:
    assert clean("a\x1b[31m\nb").plain == "a␛[31m␊b"
    assert clean("a\nb", newlines=True).plain == "a\nb"
    assert clean("x" * 10, limit=4).plain == "xxxx [… 6 caractères de plus]"
    assert clean("x", "red").style == "red"


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_its_sign_and_its_word(verdict: Verdict) -> None:
    text = verdict_text(verdict)
    assert text.plain == " ".join(VERDICTS[verdict])
    assert text.style


def test_the_second_text_is_against_the_edge() -> None:
    line = split_line(Text("à gauche"), Text("à droite"), 2)
    assert written(lambda console: console.print(line), 30) == ["  à gauche            à droite"]


@pytest.mark.parametrize(
    ("verdict", "cause", "told"),
    [
        (Verdict.SKIPPED, "II.5", "II.5 a échoué"),
        (Verdict.SKIPPED, "", "une étape précédente a échoué"),
        (Verdict.NOT_JUDGED, "il n'y a plus de place", "il n'y a plus de place"),
        (Verdict.ERROR, "", "le correcteur s'est trompé, pas vous (panne 2, plus bas)"),
        (Verdict.FAILED, "", ""),
        (Verdict.PASSED, "", ""),
    ],
)
def test_why_a_check_was_not_judged(verdict: Verdict, cause: str, told: str) -> None:
    result = CheckResult(sample.joining().check, verdict, cause=cause)
    assert reason(result, 2) == told


def test_a_check_that_passed_is_told_on_request() -> None:
    result = sample.sleeping().checks[0]
    assert check_lines(result) == []
    assert check_lines(result, verbose=True)[1].startswith("  ✓ juste  Compter deux fois")


def test_a_failure_tells_everything_in_order() -> None:
    lines = check_lines(sample.joining())
    labels = [line[4:13].strip() for line in lines if re.match(r" {4}\S", line)]
    assert labels[1:] == [
        *("demandé", "envoyé", "attendu", "reçu", "affiché", "remarque", "indice", "à coller"),
    ]
    assert lines[-4:] == [
        "# terminal 1",
        "python server.py -p 9000",
        "# terminal 2",
        "printf 'Hello|ambre' | nc -q 2 127.0.0.1 9000",
    ]


def test_nothing_is_expected_of_a_crash() -> None:
    result = sample.relaying()
    result.trial = Outcome(0.0, Failure("Une exception.", received="rouge\n"))
    lines = check_lines(result)
    assert not any("attendu" in line for line in lines)
    assert "    reçu       rouge" in lines


def test_what_was_not_played_comes_last_and_says_what_it_earned() -> None:
    result = sample.chat()
    result.checks.reverse()
    skipped = result.checks[0]
    assert skipped.verdict is Verdict.SKIPPED
    assert step_lines(result)[-1] == "  ↷ en suspens  Après un départ : II.5.server.says a échoué"
    skipped.earned = 0.25
    assert step_lines(result)[-1].endswith("II.5.server.says a échoué ; 0,25 / 0,5")


def test_what_one_cause_suspends_is_told_together() -> None:
    result = sample.chat()
    other = CheckResult(sample.joining().check, Verdict.SKIPPED, cause="II.5.server.says")
    result.checks[0] = other
    assert step_lines(result)[-2:] == [
        "  ↷ en suspens  Annoncer une arrivée · Après un départ : II.5.server.says a",
        "  échoué",
    ]
    other.cause = "II.5.server.silent"
    assert len([line for line in step_lines(result) if "en suspens" in line]) == 2


def test_of_a_long_path_the_end_is_shown() -> None:
    result = sample.sleeping()
    result.file = "un/dossier/" * 20 + "sleep.py"
    assert "sleep.py" in "".join(step_lines(result))


def test_a_step_says_its_points_and_its_launch() -> None:
    lines = step_lines(sample.pages())
    assert lines[2].endswith("1 / 1,5 ; 1 point non jugé")
    assert lines[3] == "  TP6/partie 1/web_async_mutiple.py · Python 3.12.1"
    assert lines[4].startswith("  lancé par python web_async_mutiple.py -f urls.txt, puis on tape")
    assert lines[-1].endswith("(panne 3, plus bas)")
    plain = step_lines(sample.sleeping(), verbose=True)
    assert not any("lancé par" in line for line in plain)


def test_a_launch_out_of_the_ordinary_is_told() -> None:
    result = sample.sleeping()
    assert result.launch
    result.launch = replace(result.launch, note="Lancé depuis la racine.")
    assert "  Lancé depuis la racine." in step_lines(result)
