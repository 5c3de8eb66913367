"""Les étapes en données : steps.toml et les fonctions de contrôle s'accordent."""

import math
import string

import pytest

from grader.checks.registry import check as register
from grader.engine import catalogue
from grader.engine.catalogue import select, steps
from grader.engine.functions import functions
from grader.model.records import Step
from tests.support.processes import ROOT

CHECKS = [check for step in steps() for check in step.checks]
ORDER = [
    *("I.1.sync", "I.1.async"),
    *("I.2.sync", "I.2.async", "I.2.sync_multiple", "I.2.async_multiple", "I.2.mesure"),
    *("II.2.server", "II.2.client", "II.3.client", "II.3.server", "II.4.server"),
    *("II.5.client", "II.5.server", "II.6.server", "II.6.client"),
]
FORMAT = string.Formatter()
PLACEHOLDERS = {"file", "host", "port", "pseudo", "python", "run", "script", "url", "urls", "word"}
PLACEHOLDERS |= {"name", "typed"}
FUNCTIONS = functions()


def test_sixteen_steps_in_the_order_of_the_assignment() -> None:
    assert [step.id for step in steps()] == ORDER


def test_twenty_points_seven_and_thirteen() -> None:
    def points(*part: Step) -> float:
        return math.fsum(check.points for step in part for check in step.checks)

    assert points(*steps()) == pytest.approx(catalogue.TOTAL, abs=1e-9)
    assert points(*select("I")) == pytest.approx(7, abs=1e-9)
    assert points(*select("II")) == pytest.approx(13, abs=1e-9)
    assert all(check.points > 0 for check in CHECKS)


def test_identifiers_are_unique_and_say_their_step() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for step in steps():
        for check in step.checks:
            assert check.id.rpartition(".")[0] == step.id


def test_every_check_has_its_function_and_conversely() -> None:
    own_pair = {name for name in FUNCTIONS if name.endswith(".pair")}
    assert set(FUNCTIONS) - own_pair == {check.id for check in CHECKS}
    groups = {name.rpartition(".")[0] for name in ORDER if name.startswith("II.")}
    assert own_pair == {f"{group}.pair" for group in groups}


def test_two_functions_for_a_check_are_refused() -> None:
    with pytest.raises(ValueError, match=r"I\.1\.sync\.counts : deux fonctions"):
        register("I.1.sync.counts")(FUNCTIONS["I.1.sync.pace"])


def test_needs_come_before() -> None:
    seen: set[str] = set()
    for step in steps():
        assert set(step.needs) <= seen
        seen.add(step.id)
        before: set[str] = set()
        for check in step.checks:
            assert set(check.needs) <= before, check.id
            before.add(check.id)


@pytest.mark.shape
def test_a_step_says_all_it_must() -> None:
    for step in steps():
        assert step.title.strip(), step.id
        assert (ROOT / step.file).is_file(), step.id
        assert all(alias.strip() for alias in step.aliases), step.id
        assert step.checks, step.id


@pytest.mark.shape
def test_a_check_says_all_it_must() -> None:
    for check in CHECKS:
        assert check.title.strip(), check.id
        assert check.asks.strip(), check.id
        assert len({hint.strip() for hint in check.hints} - {""}) == 3, check.id
        assert 0 < check.deadline < 60, check.id
        assert check.reproduce, check.id
        assert all(command.strip() for command in check.reproduce), check.id


@pytest.mark.shape
def test_a_command_leaves_blanks_that_are_known() -> None:
    for check in CHECKS:
        pieces = [piece for command in check.reproduce for piece in FORMAT.parse(command)]
        assert {name for _, name, _, _ in pieces if name is not None} <= PLACEHOLDERS, check.id


@pytest.mark.shape
def test_the_code_of_a_hint_fits_in_a_terminal() -> None:
    """Une ligne coupée ne se recopie plus : 80 colonnes, moins la marge de l'indice."""
    long = [line for check in CHECKS for line in check.hints[2].splitlines() if len(line) > 68]
    assert long == []


def test_a_check_needs_three_hints() -> None:
    entry = {"id": "x", "title": "", "asks": "", "points": 1, "reproduce": [], "hints": ["a", "b"]}
    with pytest.raises(ValueError, match=r"I\.1\.sync\.x : il faut trois indices"):
        catalogue._check("I.1.sync", entry)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("II.5", ["II.5.client", "II.5.server"]),
        ("ii.5.server", ["II.5.server"]),
        (" II.5. ", ["II.5.client", "II.5.server"]),
        ("I", ORDER[:7]),
        ("II", ORDER[7:]),
        ("I.2.sync", ["I.2.sync"]),
        ("II.", ORDER[7:]),
        *((nothing, []) for nothing in ("", " ", ".", "X", "5", "II.5.serv", "II.5.x", "I I")),
    ],
)
def test_select(wanted: str, expected: list[str]) -> None:
    assert [step.id for step in select(wanted)] == expected
