"""Les nombres à la française, la note, et un mot pour chaque valeur du modèle."""

from dataclasses import replace
from datetime import datetime
from typing import get_args

import pytest

from grader.model.records import EventKind, Match, Verdict
from grader.reports.words import (
    EVENTS,
    MATCHES,
    VERDICTS,
    duration,
    mark,
    moment,
    number,
    points,
    runs,
    score,
    unjudged,
    verified,
)
from tests.grader.reports import sample


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (17.5, "17,5"),
        (20.0, "20"),
        (0.0, "0"),
        (1 / 3, "0,3333"),
        (2.125, "2,125"),
        (16.9792, "16,9792"),
        (0.1 + 0.2, "0,3"),
        (100.0, "100"),
    ],
)
def test_numbers_are_french(value: float, text: str) -> None:
    assert number(value) == text


def test_quantities_agree() -> None:
    assert duration(1.256) == "1,26 s"
    assert (points(0.5), points(2.25)) == ("0,5 point", "2,25 points")
    assert (runs(0), runs(1), runs(3)) == ("", "1 essai", "3 essais")


def test_dates_are_french() -> None:
    assert moment(datetime(2026, 8, 1, 9, 5)) == "1er août 2026 à 9 h 05"
    assert moment(datetime(2026, 12, 31, 23, 59)) == "31 décembre 2026 à 23 h 59"


def test_what_is_not_judged_is_neither_won_nor_lost() -> None:
    right, absent, pages = (sample.report().steps[n] for n in (0, 1, 2))
    assert (score(right), unjudged(right)) == ("1 / 1", "")
    assert (score(absent), unjudged(absent)) == ("—", "1 point non jugé")
    assert (score(pages), unjudged(pages)) == ("1 / 1,5", "1 point non jugé")
    assert unjudged(sample.report()) == "2 points non jugés"


def test_nothing_judged_is_no_mark() -> None:
    report = sample.report()
    right, absent, pages, *_, missing = report.steps
    # Ce qui n'est pas rendu ne se juge pas : cela ne suffit pas à faire une note.
    for steps in ([absent], [absent, missing], []):
        report = replace(report, steps=steps)
        assert not verified(report)
        assert mark(report) == "rien n'a pu être jugé"
    for steps in ([missing], [absent, right], [absent, pages]):
        assert verified(replace(report, steps=steps))
    assert mark(replace(report, steps=[missing])) == "0 / 1"
    assert mark(replace(report, steps=[absent], selection=("I",))) == "rien n'a pu être jugé"


def test_the_column_adds_up_to_the_mark() -> None:
    report = sample.report()
    for rank, result in enumerate(check for step in report.steps for check in step.checks):
        result.earned = round(result.points * (rank + 1) / 17, 4)
    shown = [score(result) for result in report.steps]
    columns = [text.replace(",", ".").split(" / ") for text in shown if text != "—"]
    for rank, total in enumerate((report.earned, report.points)):
        assert number(sum(float(column[rank]) for column in columns)) == number(total)


def test_a_selection_has_points_and_no_mark() -> None:
    report = sample.report()
    assert mark(report) == "2,75 / 6,5 ; 2 points non jugés"
    assert mark(replace(report, selection=("II.5",))) == "2,75 / 6,5 points ; 2 points non jugés"


def test_every_value_has_its_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(MATCHES) == set(Match)
    assert set(EVENTS) == set(get_args(EventKind))
    for position in (0, 1):  # ni deux signes, ni deux mots semblables
        assert len({words[position] for words in VERDICTS.values()}) == len(Verdict)
