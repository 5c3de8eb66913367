"""La part des points quand seule la copie se comprend elle-même."""

import pytest

from grader.checks.pair import PROVES
from grader.engine.catalogue import select
from grader.engine.functions import functions
from grader.engine.pairing import (
    NOTE,
    PAIR_CREDIT,
    PARTNERS,
    UNSPOKEN,
    owed,
    pairs,
    share,
    understood,
)
from grader.model.records import CheckResult, Outcome, Verdict
from tests.grader.engine.samples import broken, right, unjudged, wrong

PARTNERS_STEPS = {name for pair in PARTNERS.values() for name in pair}
FAILED, SKIPPED, PASSED = Verdict.FAILED, Verdict.SKIPPED, Verdict.PASSED
Results = dict[str, list[CheckResult]]


def results(verdict: Verdict, earned: float = 0.0) -> Results:
    """Tout contrôle de la partie II avec ce verdict."""
    return {
        step.id: [CheckResult(check, verdict, earned) for check in step.checks]
        for step in select("II")
    }


def earning(found: Results, *names: str) -> Results:
    """Les mêmes, où ces contrôles ont réussi."""
    for result in (one for checks in found.values() for one in checks):
        if result.check.id in names:
            result.verdict, result.earned = PASSED, result.check.points
    return found


def earned(found: Results) -> dict[str, float]:
    return {one.check.id: one.earned for checks in found.values() for one in checks if one.earned}


def proving(group: str) -> Outcome:
    """Une conversation qui prouve tout ce qu'elle peut prouver."""
    return right(*(name for name in PROVES if name.startswith(f"{group}.")))


def test_partners_are_a_server_and_a_client_of_the_lab() -> None:
    for name, (server, client) in PARTNERS.items():
        assert [step.kind for step in select(server)] == ["server"]
        assert [step.kind for step in select(client)] == ["client"]
        assert server == f"{name}.server"
        assert f"{name}.pair" in functions()
    assert {step.id for step in select("II")} == PARTNERS_STEPS


def test_what_needs_no_understanding_exists() -> None:
    names = {check.id.split(".", 2)[2] for step in select("II") for check in step.checks}
    assert names | {"server.asynchronous"} >= UNSPOKEN


def test_understood() -> None:
    assert not understood(results(FAILED)["II.4.server"])
    mute = earning(results(FAILED), "II.4.server.listens", "II.4.server.clients")
    assert not understood(mute["II.4.server"])
    assert understood(earning(mute, "II.4.server.silent")["II.4.server"])


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(FAILED, True), (SKIPPED, True), (Verdict.NOT_SUBMITTED, False), (Verdict.ERROR, False)],
)
def test_owed(verdict: Verdict, expected: bool) -> None:
    names = {result.check.id for result in owed("II.4", results(verdict)["II.4.server"])}
    assert names == ({"II.4.server.relay", "II.4.server.silent"} if expected else set())


def test_a_conversation_for_each_group_that_fails() -> None:
    found = list(pairs(results(FAILED), PARTNERS_STEPS))
    assert [check.id for _, check in found] == [f"{name}.pair" for name in PARTNERS]
    assert [step.id for step, _ in found] == [client for _, client in PARTNERS.values()]
    for step, check in found:
        assert check.deadline == step.checks[0].deadline
    assert list(pairs(results(PASSED, 1.0), PARTNERS_STEPS)) == []


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("name", PARTNERS)
def test_both_scripts_are_needed_but_not_both_steps(name: str, side: int) -> None:
    """L'étape du partenaire n'a pas à être jugée : son script suffit."""
    mine = PARTNERS[name][side]
    alone = {mine: results(FAILED)[mine]}
    assert list(pairs(alone, {mine})) == []
    wanted = [] if mine == "II.3.client" and name == "II.4" else [f"{name}.pair"]
    found = [check.id for _, check in pairs(alone, set(PARTNERS[name]))]
    assert found == wanted


@pytest.mark.parametrize("step", sorted(PARTNERS_STEPS))
def test_nothing_is_owed_to_who_answered_the_grader(step: str) -> None:
    """Que les autres étapes soient jugées ou non n'y change rien."""
    answered = earning(results(FAILED), next(name for name in PROVES if name.startswith(step)))
    before = earned(answered)
    for group in PARTNERS:
        share(group, proving(group), {step: answered[step]})
    assert earned(answered) == before


@pytest.mark.parametrize("name", PARTNERS)
def test_half_the_points_of_what_is_proved(name: str) -> None:
    found = results(SKIPPED)
    share(name, proving(name), found)
    for result in (one for checks in found.values() for one in checks):
        proved = result.check.id in PROVES and result.check.id.startswith(f"{name}.")
        assert result.earned == (round(result.check.points * PAIR_CREDIT, 4) if proved else 0)
        assert result.notes == ([NOTE] if proved else [])


def test_what_is_not_proved_earns_nothing() -> None:
    found = results(FAILED)
    share("II.5", right("II.5.server.relay"), found)
    assert earned(found) == {"II.5.server.relay": 0.25}


@pytest.mark.parametrize("outcome", [wrong(), wrong(credit=0.5), broken(), unjudged()])
def test_nothing_when_they_do_not_understand_each_other(outcome: Outcome) -> None:
    found = results(FAILED)
    outcome.notes += list(PROVES)
    share("II.5", outcome, found)
    assert earned(found) == {}
