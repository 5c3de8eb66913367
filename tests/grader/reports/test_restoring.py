"""Un rapport relu montre ce que montrait l'original ; abîmé, il est refusé en une ligne."""

import copy
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from grader.engine import catalogue
from grader.model.records import Check, Event, Launch, Match, Report, Step, StepResult, Verdict
from grader.reports import page, terminal
from grader.reports.jsonreport import MAX_BYTES, TO_REPLAY, ReportError, dump, schema
from grader.reports.restoring import NO_HINT, restore, restored
from tests.grader.reports import sample

SECTION = re.compile(r'<section class="check (\w+)".*?</section>', re.DOTALL)
STEPS = [result.step for result in sample.report().steps]
BAD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    1e300,
    0.5,
    "",
    "\x1b",
    [],
    [[]],
    {},
    [{}],
    "é" * 5000,
)


def again(report: Report, steps: list[Step] | None = None) -> Report:
    return restored(dump(report), STEPS if steps is None else steps)


def failing(report: Report) -> list[str]:
    """Ce que montre la page de chaque contrôle dont le récit est gardé."""
    found = SECTION.finditer(page.render(report))
    return [section[0] for section in found if section[1] != Verdict.PASSED]


def screen(report: Report) -> str:
    console = Console(width=80, file=io.StringIO(), force_terminal=True)
    terminal.show(report, console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def with_verdict(verdict: Verdict, match: Match | None) -> Report:
    report = sample.report()
    result = report.steps[3].checks[0]
    assert result.failure
    result.verdict, result.failure.match = verdict, match
    result.earned = min(result.earned, result.points)
    if verdict not in TO_REPLAY:  # leur récit ne s'écrit pas
        result.trial.timeline.clear()
    return report


def launched() -> Report:
    report = sample.report()
    launch = Launch(
        *("ici", ("{url}",), ("url", "enter"), "::1", 1, ("https://a.test",), "noté", "l.txt", True)
    )
    report.steps[0].launch = launch
    report.steps[0].checks[0].seconds = 1.25
    return report


REPORTS: dict[str, Callable[[], Report]] = {
    "sample": sample.report,
    "hostile": sample.hostile,
    "launched": launched,
    "empty": lambda: replace(sample.report(), steps=[], notes=[]),
    "chosen": lambda: replace(sample.report(), selection=("II.5",), sandbox="none", grader="1.9"),
    "known": lambda: replace(sample.report(), content="0f" * 32, seed=-(1 << 63)),
    **{
        f"{verdict}-{match}": partial(with_verdict, verdict, match)
        for verdict in Verdict
        for match in (None, *Match)
    },
}


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_is_lost_of_what_was_written(name: str) -> None:
    report = REPORTS[name]()
    back = again(report)
    assert dump(back) == dump(report)
    assert failing(back) == failing(report)
    assert screen(back) == screen(report)
    assert (back.seed, back.content, back.date) == (report.seed, report.content, report.date)


def test_the_stories_of_all_are_told_together_again() -> None:
    report = sample.report()
    (told,) = (step for step in again(report).steps if step.step.id == "II.5.server")
    assert told.checks[0].timeline == report.steps[3].checks[0].timeline


def test_hints_and_the_rest_come_from_the_catalogue() -> None:
    steps = list(catalogue.steps())
    results = [
        StepResult(step, Verdict.PASSED, [sample.passed(check) for check in step.checks])
        for step in steps
    ]
    report = replace(sample.report(), steps=results)
    back = again(report, steps)
    assert [result.step for result in back.steps] == steps
    assert [check.check for check in back.steps[0].checks] == list(steps[0].checks)
    assert dump(back) == dump(report)


def rewritten(check: Check) -> Check:
    return replace(check, title="Autre", asks="Autre chose.", points=9)


def test_an_older_report_keeps_its_steps_and_its_points() -> None:
    back = again(sample.report(), [])
    assert dump(back) == dump(sample.report())
    assert [result.step.id for result in back.steps] == [step.id for step in STEPS]
    assert back.steps[3].checks[0].check.hints == (NO_HINT,) * 3
    other = [
        replace(step, title="Autre", checks=tuple(map(rewritten, step.checks))) for step in STEPS
    ]
    back = again(sample.report(), other)
    assert dump(back) == dump(sample.report())
    assert back.steps[3].checks[0].check.hints == sample.HINTS


def test_a_story_cut_short_says_so() -> None:
    report = sample.report()
    check = report.steps[3].checks[0]
    check.trial.timeline = [Event("serveur", "screen", str(i), i / 1000) for i in range(900)]
    back = again(report).steps[3].checks[0]
    kept = len(back.timeline)
    assert 0 < kept < 900
    assert back.timeline == check.timeline[:kept]
    assert back.notes[-1] == f"Du récit, le rapport n'a pas gardé {900 - kept} faits."


def test_an_older_report_without_a_fingerprint_is_read() -> None:
    facts = json.loads(dump(replace(sample.report(), content="0" * 64)))
    del facts["content"]
    assert Draft202012Validator(schema()).is_valid(facts)
    assert restored(json.dumps(facts), STEPS) == replace(again(sample.report()), content="")


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Chaque valeur du JSON, par ce qui la contient et sa clé."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def corrupted() -> Iterator[str]:
    """Le rapport, dont une valeur manque, a changé ou s'est répétée."""
    report = replace(sample.report(), selection=("II.5",), steps=[sample.chat()])
    report.steps[0].checks[0].trial.timeline = sample.arrivals()[:3]
    whole = json.loads(dump(report))
    for container, key in places(whole):
        kept = container[key]
        for value in BAD:
            container[key] = copy.deepcopy(value)
            yield json.dumps(whole)
        if isinstance(kept, list):
            container[key] = kept * 2
            yield json.dumps(whole)
            container[key] = kept * 2000
            yield json.dumps(whole)
        container[key] = kept
        if isinstance(container, dict):
            before = dict(container)
            del container[key]
            yield json.dumps(whole)
            container.clear()
            container.update(before)


@pytest.mark.proof
def test_a_damaged_report_is_refused_or_can_be_shown() -> None:
    refusals, accepted = [], 0
    for text in corrupted():
        try:
            report = restored(text, STEPS)
        except ReportError as error:
            refusals.append(str(error))
            continue
        accepted += 1
        assert 0 <= report.earned <= report.points
        page.render(report)
        assert "\x1b]" not in screen(report)
        assert restored(dump(report), STEPS).earned == report.earned
    assert all(refusal.isprintable() and len(refusal) < 200 for refusal in refusals)
    assert len(refusals) > 1000
    assert accepted > 100


def changed(**fields: Any) -> str:
    return json.dumps(json.loads(dump(sample.report())) | fields)


def in_check(**fields: Any) -> str:
    facts = json.loads(dump(sample.report()))
    facts["steps"][3]["checks"][0] |= fields
    return json.dumps(facts)


EMPTY = json.loads(dump(sample.report()))["steps"][5] | {"checks": [], "possible": 0, "points": 0}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (in_check(earned=0.6), "steps[3].checks[0].earned"),
        (in_check(earned=-0.1), "steps[3].checks[0].earned"),
        (in_check(earned=True), "steps[3].checks[0].earned"),
        (in_check(earned=0.5), "steps[3].earned"),
        (in_check(possible=1e300, points=1e300), "steps[3].checks[0].possible"),
        (in_check(possible=0.7, points=0.7), "steps[3].possible"),
        (in_check(verdict="not_judged", points=0), "steps[3].checks[0].earned"),
        (in_check(verdict="not_judged", earned=0), "steps[3].checks[0].points"),
        (in_check(verdict="juste"), "steps[3].checks[0].verdict"),
        (in_check(runs=101), "steps[3].checks[0].runs"),
        (in_check(id="II.5.server.says"), "steps"),
        (in_check(failure={}), "steps[3].checks[0].failure.message"),
        (in_check(timeline=[{"actor": "x", "events": [{}]}]), "timeline[0].events[0].kind"),
        (in_check(timeline=[{"actor": "x", "events": [{"kind": "x"}]}]), "events[0].kind"),
        (changed(steps=[{}] * 1_000_000), "steps"),
        (changed(sandbox="docker"), "sandbox"),
        (changed(selection=["a b"]), "selection"),
        (changed(earned=20), "earned"),
        ('{"version": 2}', "selection"),
        (changed(folder="x" * 5000), "folder"),
        (changed(folder=["/etc"]), "folder"),
        (changed(seed=10**30), "seed"),
        (changed(seed="1"), "seed"),
        (changed(grader="1.9\x1b"), "grader"),
        (changed(content="x"), "content"),
        (changed(steps=3), "steps"),
        (changed(steps=[EMPTY, EMPTY]), "steps"),
        (changed(steps=[3]), "steps[0]"),
        (changed(steps=[{}]), "steps[0].checks"),
        (changed(steps=[{"checks": [None]}]), "steps[0].checks[0]"),
    ],
)
def test_what_is_damaged_is_named(text: str, place: str) -> None:
    with pytest.raises(ReportError) as error:
        restored(text, STEPS)
    assert f"{place} » ne convient pas" in str(error.value)


def test_a_report_is_restored_from_its_file(tmp_path: Path) -> None:
    file, huge = tmp_path / "rapport.json", tmp_path / "huge.json"
    file.write_text(dump(sample.hostile()), "utf-8")
    assert restore(file, STEPS) == again(sample.hostile())
    with huge.open("wb") as written:
        written.seek(MAX_BYTES)
        written.write(b"}")
    for path, message in (
        (tmp_path / "absent", "fichier introuvable"),
        (tmp_path, "ce n'est pas un fichier"),
        (huge, "trop gros"),
    ):
        with pytest.raises(ReportError, match=message):
            restore(path, STEPS)
