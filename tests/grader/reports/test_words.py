"""Les nombres à la française, la note, et un mot pour chaque valeur du modèle."""

from dataclasses import replace
from typing import get_args

import pytest

from grader.model import EventKind, Match, Verdict
from grader.reports.words import EVENTS, MATCHES, VERDICTS, count, duration, mark, number, score
from tests.grader.reports import sample


@pytest.mark.parametrize(
    ("value", "text"),
    [(17.5, "17,5"), (20.0, "20"), (0.0, "0"), (1 / 3, "0,33"), (0.1 + 0.2, "0,3"), (100.0, "100")],
)
def test_numbers_are_french(value: float, text: str) -> None:
    assert number(value) == text


def test_quantities_agree() -> None:
    assert count(0, "fait") == "0 fait"
    assert count(1, "fait") == "1 fait"
    assert count(2000, "fait") == "2\u00a0000 faits"
    assert duration(1.256) == "1,26 s"
    assert score(0.5, 2.0) == "0,5 / 2"


def test_a_selection_has_points_and_no_mark() -> None:
    report = sample.report()
    assert mark(report) == "2,75 / 6,5"
    assert mark(replace(report, selection=("II.5",))) == "2,75 / 6,5 points"


def test_every_value_has_its_words() -> None:
    assert set(VERDICTS) == set(Verdict)
    assert set(MATCHES) == set(Match)
    assert set(EVENTS) == set(get_args(EventKind))
    for position in (0, 1):  # ni deux signes, ni deux mots semblables
        assert len({words[position] for words in VERDICTS.values()}) == len(Verdict)
