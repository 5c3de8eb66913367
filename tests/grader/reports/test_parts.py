"""De chaque valeur d'un rapport, on ne prend que ce qu'on en attend."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from grader.model.records import Verdict
from grader.reports.jsonreport import ReportError
from grader.reports.parts import MAX_TEXT, MAX_TEXTS, Part

WORD = re.compile("[a-z]+")
PORTS = range(65536)
ABSENT = object()


def holding(value: Any) -> Part:
    return Part({} if value is ABSENT else {"here": value}, "steps[3].")


@pytest.mark.parametrize(
    ("take", "good", "bad"),
    [
        (lambda part: part.text("here"), ["", "é" * MAX_TEXT], ["é" * (MAX_TEXT + 1), 3, None, []]),
        (lambda part: part.text("here", 2), ["ab"], ["abc"]),
        (lambda part: part.like("here", WORD), ["ab"], ["", "ab\n", "AB", 3]),
        (
            lambda part: part.integer("here", PORTS),
            [0, 65535],
            [-1, 65536, True, 1.0, "1", 10**400],
        ),
        (
            lambda part: part.number("here", 20),
            [0, 0.5, 20],
            [-0.1, 20.1, True, "1", None, float("inf"), float("nan"), 10**400],
        ),
        (lambda part: part.flag("here"), [True, False], [0, 1, "true", None]),
        (lambda part: part.choice("here", Verdict), ["passed"], ["PASSED", "Passed", "", 3, ["x"]]),
        (
            lambda part: part.texts("here"),
            [[], ["a", "b"], [""] * MAX_TEXTS],
            ["ab", ["a", 3], [""] * (MAX_TEXTS + 1), {"a": "b"}, ["é" * (MAX_TEXT + 1)]],
        ),
        (lambda part: part.texts("here", 1), [["a"]], [["a", "b"]]),
    ],
)
def test_a_value_is_of_its_type_and_in_its_bounds(
    take: Callable[[Part], Any], good: list[Any], bad: list[Any]
) -> None:
    for value in good:
        assert take(holding(value)) == value
    for value in [*bad, ABSENT]:
        with pytest.raises(ReportError) as error:
            take(holding(value))
        assert str(error.value) == "ce rapport est abîmé (« steps[3].here » ne convient pas)"


def test_what_the_catalogue_wrote_is_shown_as_it_is() -> None:
    assert holding("Deux\u00a0mots, « ici »").title("here") == "Deux\u00a0mots, « ici »"
    assert holding("\x1b[31mDeux\n\u202e").title("here") == "␛[31mDeux␊\\u202e"


def test_a_date_says_its_time_zone() -> None:
    date = "2026-01-15T09:05:00+01:00"
    assert holding(date).date("here").isoformat() == date
    for bad in (
        "2026-01-15T09:05:00",
        "2026-01-15",
        "2026-02-30T09:05:00+01:00",
        "2026-01-15T09:05:00+99:99",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "２０２６-01-15T09:05:00+01:00",
        "",
        20260115,
    ):
        with pytest.raises(ReportError):
            holding(bad).date("here")


def test_inner_parts_know_their_place() -> None:
    part = holding([{"id": 1}, {"id": "x"}])
    first, second = part.parts("here", 2)
    assert second.text("id") == "x"
    with pytest.raises(ReportError, match=re.escape("« steps[3].here[0].id »")):
        first.text("id")
    inner = holding({"id": 2}).part("here")
    assert inner
    with pytest.raises(ReportError, match=re.escape("« steps[3].here.id »")):
        inner.text("id")
    assert holding(None).part("here") is None
    for bad in ([], 3, "x", ABSENT):
        with pytest.raises(ReportError):
            holding(bad).part("here")
    for bad in ([3], {}, None, ABSENT, [{}, {}, {}]):
        with pytest.raises(ReportError):
            holding(bad).parts("here", 2)
