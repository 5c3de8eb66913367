"""Soixante contrôles arrêtés par la même panne n'en montrent qu'une trace."""

from dataclasses import replace

from grader.model.records import CheckResult, Outcome, Report, Verdict
from grader.reports.crashes import crashes
from tests.grader.reports import sample

DEEP = (
    "Traceback (most recent call last):\n"
    '  File "engine/trial.py", line 41, in attempt\n'
    '  File "{caller}", line {line}, in run\n'
    '  File "driving/arena.py", line 7, in start\n'
    "{error}\n"
)


def crashed(*traces: str) -> Report:
    which = sample.check("II.2.server.listens", "Écoute", "…")
    results = [
        CheckResult(replace(which, id=f"c{n}"), Verdict.ERROR, trial=Outcome(0.0, error=trace))
        for n, trace in enumerate(traces)
    ]
    return replace(sample.report(), steps=[replace(sample.chat(), checks=results)])


def trace(caller: str = "checks/a.py", line: int = 1, error: str = "OSError: 24") -> str:
    return DEEP.format(caller=caller, line=line, error=error)


def test_the_same_cause_from_several_places_is_one_crash() -> None:
    (crash,) = crashes(crashed(trace(), trace("checks/b.py", 9), trace("checks/c.py", 3)))
    assert crash.checks == ("c0", "c1", "c2")
    assert crash.trace == trace()


def test_what_the_exception_says_may_name_the_check() -> None:
    said = [f"KeyError: 'c{n}'\n{n} contrôles en tout" for n in range(3)]
    (crash,) = crashes(crashed(*(trace(error=error) for error in said)))
    assert crash.checks == ("c0", "c1", "c2")


def test_another_exception_or_another_line_is_another_crash() -> None:
    other = trace().replace("line 7", "line 8")
    found = crashes(crashed(trace(), trace(error="KeyError: 1"), other, trace(line=2)))
    assert [crash.checks for crash in found] == [("c0", "c3"), ("c1",), ("c2",)]


def test_an_error_without_a_trace() -> None:
    found = crashes(crashed("arène refusée", "arène refusée", ""))
    assert [crash.checks for crash in found] == [("c0", "c1"), ("c2",)]


def test_nothing_crashed() -> None:
    assert crashes(replace(sample.report(), steps=[sample.sleeping()])) == []
